"""Text → tokens with their places, by one compiled expression; and the cursor that the parsers share."""

import re
from collections.abc import Iterable

from isthmus.diagnostics import closest, shown

_TOKEN = re.compile(
    r"""
    (?: [ \t\r\f\v]++ | \\\r?\n | \#[^\n]*+ )*+       # spaces, continued lines, comments
    (?:
      ( [\n;]
      | "[^"\n]*+"
      | [0-9A-Fa-f]{0,4}: (?: [0-9A-Fa-f]{0,4}: )++ [0-9A-Fa-f.]*+ (?: / [0-9]++ )?+
      | [0-9]++ (?: \.[0-9]++ ){3} (?: / [0-9]++ | - [0-9]++ (?: \.[0-9]++ ){3} )?+
      | [0-9]++ - [0-9]++ (?![0-9A-Za-z_.])
      | [0-9][0-9A-Za-z_]*+
      | [$@]?+[A-Za-z_][A-Za-z0-9_/\\.\-]*+ \*?+
      | [<>=!]= | << | >>
      | .
      )
    | \Z )
    """,
    re.VERBOSE,
)
_LAST = "\n"
"""Stands behind the last token: the end of a statement."""

ENDS = frozenset("\n;}")
"""What ends a statement."""

_MOST_GUESSES = 50
"""For how many words of a file the nearest known one is looked for, which takes long."""

MOST_DEPTH = 20
"""How deep sets, parentheses and blocks may nest."""


class NotUnderstoodError(Exception):
    """The text does not follow the grammar here; parsers catch it where they can go on."""

    def __init__(self, message: str, start: int, end: int, help_: str = "") -> None:
        super().__init__(message)
        self.message, self.start, self.end, self.help = message, start, end, help_


class Tokens:
    """The tokens of a text and where the parser stands among them.

    ``words`` ends with a newline that is not in the text, so looking at the next word needs no test for the end.
    ``faults`` collects what was not understood and passed over.
    """

    __slots__ = ("at", "closing", "depth", "ends", "faults", "guesses", "is_balanced", "last", "starts", "words")

    def __init__(self, text: str) -> None:
        self.words: list[str] = []
        self.ends: list[int] = []
        keep_word, keep_end = self.words.append, self.ends.append
        for found in _TOKEN.finditer(text):
            keep_word(found[1])
            keep_end(found.end())
        while self.words and not self.words[-1]:  # the end itself, with the spaces before it
            del self.words[-1], self.ends[-1]
        self.last = len(self.words)
        self.starts = [end - len(word) for word, end in zip(self.words, self.ends, strict=True)]
        self.words += [_LAST, _LAST, _LAST]
        self.starts += [len(text)] * 3
        self.ends += [len(text)] * 3
        self.at = 0
        self.depth = 0
        self.faults: list[NotUnderstoodError] = []
        self.guesses = _MOST_GUESSES
        self.closing = _closing(self.words) if "{" in text else {}
        self.is_balanced = self.words.count("{") == self.words.count("}")

    def placed_at(self, start: int, end: int) -> "Tokens":
        """The same tokens, all of them at one place: of a text that stands inside another."""
        self.starts = [start] * len(self.starts)
        self.ends = [end] * len(self.ends)
        return self

    @property
    def word(self) -> str:
        """The next token."""
        return self.words[self.at]

    @property
    def start(self) -> int:
        """Where the next token begins."""
        return self.starts[self.at]

    @property
    def end_before(self) -> int:
        """Where the token before the next one ends."""
        return self.ends[self.at - 1] if self.at else 0

    @property
    def is_cut_off(self) -> bool:
        """Whether a brace that was opened is never closed."""
        return any(place > self.last for place in self.closing.values())

    @property
    def is_over(self) -> bool:
        """Whether no token is left."""
        return self.at >= self.last

    def take(self) -> str:
        """The next token, and go on behind it; the end of the text is never passed."""
        word = self.words[self.at]
        if self.at < self.last:
            self.at += 1
        return word

    def skips(self, word: str) -> bool:
        """Whether the next token is ``word``; if so, go on behind it."""
        if self.words[self.at] == word:
            self.at += 1
            return True
        return False

    def expect(self, word: str, help_: str = "") -> None:
        """Go on behind ``word``, which must be next."""
        if not self.skips(word):
            raise self.fail(f"`{word}` is missing here", help_)

    def skip_lines(self) -> None:
        """Go on behind the ends of lines."""
        while self.words[self.at] in "\n;" and self.at < self.last:
            self.at += 1

    def skip_newlines(self) -> None:
        """Go on behind newlines, as inside a set, where they mean nothing."""
        while self.words[self.at] == "\n" and self.at < self.last:
            self.at += 1

    def take_name(self, what: str) -> str:
        """A name: the next token, which must be a word or quoted."""
        word = self.words[self.at]
        if word[0] == '"' or word[0].isalnum() or word[0] == "_":
            self.at += 1
            return unquoted(word)
        raise self.fail(f"the name of {what} is missing here")

    def enter(self) -> None:
        """Note that one more bracket was opened."""
        self.depth += 1
        if self.depth > MOST_DEPTH:
            self.depth = 0
            raise self.fail(f"brackets are nested more than {MOST_DEPTH} deep")

    def leave(self) -> None:
        """Note that a bracket was closed."""
        self.depth -= 1

    def fail(self, message: str, help_: str = "") -> NotUnderstoodError:
        """What stands here is not understood."""
        return NotUnderstoodError(message, self.start, self.ends[self.at], help_)

    def unexpected(self, help_: str = "") -> NotUnderstoodError:
        """The next token does not belong here."""
        word = self.word
        if self.is_over or word in "\n;":
            return self.fail("the statement ends too early", help_)
        return self.fail(f"`{shown(word)}` is not understood here", help_)

    def unknown(self, known: Iterable[str]) -> NotUnderstoodError:
        """The next token does not belong here; one of the known words might."""
        guess = None
        if self.guesses > 0 and self.word.isalnum():
            self.guesses -= 1
            guess = closest(self.word, known)
        return self.unexpected(f"did you mean `{guess}`?" if guess else "")

    def skip_failed(self, begin: int, at: int) -> None:
        """Go on behind a statement that began at ``begin`` and is not understood at ``at``.

        Where the braces of the file match, past all blocks in it; else one of them may never be closed, so no farther
        than the end of the line, or the blocks that begin behind the mistake.
        """
        self.at = begin if self.is_balanced else max(begin, min(at, self.last))
        self.skip_statement()

    def text_between(self, begin: int, end: int, most: int) -> str:
        """The words from ``begin`` to before ``end``, for messages."""
        return " ".join(word for word in self.words[begin : min(end, begin + most)] if word != "\n")

    def skip_statement(self) -> None:
        """Go on to the end of the statement, past whole blocks: ``;``, the end of the line, or the block's ``}``."""
        while self.at < self.last and self.words[self.at] not in ENDS:
            self.at = self.closing.get(self.at, self.at) + 1
        self.at = min(self.at, self.last)


def _closing(words: list[str]) -> dict[int, int]:
    """For each opening brace, where the brace stands that closes it; past the end where none does."""
    closing: dict[int, int] = {}
    opened: list[int] = []
    for place, word in enumerate(words):
        if word == "{":
            opened.append(place)
        elif word == "}" and opened:
            closing[opened.pop()] = place
    closing.update(dict.fromkeys(opened, len(words)))
    return closing


def unquoted(word: str) -> str:
    """A word without its quotes."""
    return word[1:-1] if word[0] == '"' and len(word) > 1 else word


def is_word(word: str) -> bool:
    """Whether a token is a word, a number, an address or quoted text."""
    first = word[0]
    return first.isalnum() or (first in '_":' and len(word) > 1)

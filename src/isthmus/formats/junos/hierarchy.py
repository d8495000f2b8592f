"""The form with braces → tree: statements that end in ``;`` and blocks, as ``show configuration`` prints them.

Lines as the device prints them (words, then ``;`` or ``{``, or ``}`` alone) take a short way; comments, texts in
quotation marks, lists and everything unusual go token by token. A mistake is reported and reading goes on behind it.
"""

import re
from collections.abc import Sequence

from isthmus.diagnostics import Diagnostic, shown
from isthmus.formats.junos.building import Building, Item, Word, last_word
from isthmus.formats.junos.codes import STANDS_TWICE, SYNTAX
from isthmus.formats.junos.tree import Node

_UNUSUAL = re.compile(r'[{};\[\]"#]|/\*')
_TOKEN = re.compile(r'\s*(?:(?P<mark>[{};\[\]])|"(?P<text>(?:[^"\\]|\\.)*)"|(?P<note>/\*)|(?P<rest>#)|(?P<quote>")'
                    r'|(?P<word>[^\s{};\[\]"]+))')  # fmt: skip
_SHORT = re.compile(r'([^\s{};\[\]"#@]+)\s*\{\s*([^\s{};\[\]"#]+)\s*;\s*\}')
"""A block in one line with one word in it, as ``source-address { 192.0.2.0/24; }``."""
_CHATTER = re.compile(
    r"\s*(?:[\w.-]+@[\w.-]+[>#%].*|\{(?:master|backup|linecard|primary|secondary)[^{}]*\}|\[edit[^]]*\])\s*"
)
_TAGS = frozenset({"inactive:", "active:", "protect:", "unprotect:", "replace:", "delete:"})
_LONGEST_TEXT = 400
_LONGEST_NOTE = 500


def is_chatter(line: str) -> bool:
    """Whether a line is what a terminal shows around a configuration: a prompt, the role of the routing engine.

    >>> is_chatter("user@cr1> show configuration"), is_chatter("{master}"), is_chatter("version 21.4R3;")
    (True, True, False)
    """
    return _CHATTER.fullmatch(line) is not None


def unescaped(text: str) -> str:
    r"""What stands between quotation marks, without the backslashes that protect others.

    >>> unescaped(r'the \"new\" one')
    'the "new" one'
    """
    return re.sub(r'\\(["\\])', r"\1", text) if "\\" in text else text


class Hierarchy:
    """Reads one text into a Building."""

    def __init__(self, building: Building) -> None:
        self._building = building
        self._here = building.root
        self._open: list[tuple[Node, int, Word]] = []  # the block around, its depth, and the word that opened this one
        self._depth = 0
        self._items: list[Item] = []  # the statement so far
        self._list: list[Word] | None = None
        self._note: list[str] | None = None  # the comment that is still open
        self._comment = ""  # the comment that stands above
        self._lines: Sequence[str] = ()
        self._resume = (0, 0)  # where a text over several lines ended

    def read(self, lines: Sequence[str]) -> None:
        """Read all lines."""
        self._lines = lines
        for number, line in enumerate(lines, 1):
            text = line.strip()
            if not text or number < self._resume[0]:
                continue
            if self._items or self._note is not None or number == self._resume[0] or self._list is not None:
                self._slowly(line, number)
            elif _UNUSUAL.search(text, 0, len(text) - 1):
                if not self._short(line, number, text) and not is_chatter(text):
                    self._slowly(line, number)
            elif text[-1] in ";{":
                self._plain(line, number, text)
            elif text == "}":
                self._close(number, line.index("}") + 1)
            elif not is_chatter(text):
                self._slowly(line, number)
        self._end(len(lines))

    def _plain(self, line: str, number: int, text: str) -> None:
        """A line of words and ``;`` or ``{``."""
        words = text[:-1].split()
        if not words or words[0] in _TAGS or self._depth + len(words) > 90:
            self._slowly(line, number)
            return
        node, column, last = self._here, 0, words.pop()
        for word in words:
            column = line.find(word, column)
            node = node.grow(word, number, column + 1)
            column += len(word)
        column = line.find(last, column) + 1
        if text[-1] == ";" and not self._comment:
            node.end(last, number, column)
            return
        if text[-1] == "{" and words[-1:] == ["term"] and last in node:
            self._twice(Word(last, number, column))
        node = node.grow(last, number, column)
        if self._comment:
            node.comment, self._comment = node.comment or self._comment, ""
        if text[-1] == "{":
            self._enter(node, len(words) + 1, Word(last, number, column))

    def _short(self, line: str, number: int, text: str) -> bool:
        """Read a block in one line with one word in it; whether it was one, and nothing is unusual about it."""
        found = _SHORT.fullmatch(text)
        if found is None or self._comment or {*found.groups()} & _TAGS or "/*" in text or self._depth > 80:
            return False
        column = line.index(text) + 1
        self._here.grow(found[1], number, column).end(found[2], number, column + found.start(2))
        return True

    def _twice(self, name: Word) -> None:
        where = self._building.span(name.line, name.column, len(name.text))
        message = f"term `{shown(name.text)}` stands here a second time"
        self._building.problems.append(Diagnostic(STANDS_TWICE, message, where, "give it a name of its own"))

    def _enter(self, node: Node, words: int, opened_by: Word) -> None:
        self._open.append((self._here, self._depth, opened_by))
        self._here = node
        self._depth += words

    def _close(self, line: int, column: int) -> None:
        self._comment = ""
        if self._open:
            self._here, self._depth, _ = self._open.pop()
        else:
            self._complain("`}` closes nothing", line, column)

    def _complain(self, message: str, line: int, column: int, width: int = 1) -> None:
        self._building.complain(SYNTAX, message, self._building.span(line, column, width))

    def _slowly(self, line: str, number: int) -> None:
        """Any line, token by token, from where the line before left off."""
        at = self._resume[1] if number == self._resume[0] else 0
        if self._note is None:
            self._missing_end(line, at)
        while at < len(line):
            if self._note is not None:
                at = self._in_note(line, at)
                continue
            found = _TOKEN.match(line, at)
            if found is None:  # only white space is left
                return
            at, kind = found.end(), found.lastgroup or ""
            column = found.start(kind) + 1
            if kind == "rest":
                return
            if kind == "note":
                self._note = []
            elif kind == "mark":
                self._mark(found["mark"], number, column)
            elif kind == "word":
                self._word(Word(found["word"], number, column))
            elif kind == "text":
                self._word(Word(unescaped(found["text"]), number, column - 1))
            elif self._long_text(line, number, column):
                return

    def _missing_end(self, line: str, at: int) -> None:
        """A statement that goes on in another line has lost its ``;``, unless a mark follows."""
        found = _TOKEN.match(line, at)
        if not self._items or self._list is not None or found is None or found.lastgroup in ("mark", "note", "rest"):
            return
        if at:  # behind a text over several lines
            return
        self._lost_semicolon()

    def _lost_semicolon(self) -> None:
        word = last_word(self._items)
        column = word.column + len(word.text)
        self._complain(f"`;` is missing after `{shown(word.text)}`", word.line, column)
        self._statement(";")

    def _in_note(self, line: str, at: int) -> int:
        """Go on in a comment; where it ends."""
        assert self._note is not None
        end = line.find("*/", at)
        self._note.append(line[at:] if end < 0 else line[at:end])
        if end < 0:
            return len(line)
        words = " ".join(part.strip(" \t*") for part in self._note)
        self._comment = shown(" ".join(words.split()), _LONGEST_NOTE)
        self._note = None
        return end + 2

    def _long_text(self, line: str, number: int, column: int) -> bool:
        """A text that its own line does not close; whether a later line does."""
        parts = [line[column:]]
        for ahead, each in enumerate(self._lines[number : number + _LONGEST_TEXT], number + 1):
            if parts[-1].rstrip().endswith((";", "{", "}")):
                break
            end = each.find('"')
            parts.append(each if end < 0 else each[:end])
            if end >= 0:
                self._word(Word(unescaped("\n".join(parts)), number, column))
                self._resume = (ahead, end + 1)
                return True
        self._complain("a text is not closed by a quotation mark", number, column, len(line) - column + 1)
        return False

    def _word(self, word: Word) -> None:
        if self._list is not None:
            self._list.append(word)
        else:
            self._items.append(word)

    def _mark(self, mark: str, line: int, column: int) -> None:
        if mark == "[":
            if self._list is not None or not self._items:
                self._complain("`[` stands where no list can begin", line, column)
            else:
                self._list = []
            return
        if mark == "]" and self._list is None:
            self._complain("`]` closes nothing", line, column)
            return
        if self._list is not None:
            if mark != "]":
                self._complain(f"`]` is missing before `{mark}`", line, column)
            self._items.append(self._list)
            self._list = None
            if mark == "]":
                return
        if mark == "}":
            if self._items:
                self._lost_semicolon()
            self._close(line, column)
        elif self._items:
            self._statement(mark)
        elif mark == "{":
            self._complain("a block has no name", line, column)
            self._enter(Node("{", self._building.file), 1, Word("{", line, column))

    def _statement(self, mark: str) -> None:
        """The statement is complete: put it into the tree, and go into it where it is a block."""
        items, self._items = self._items, []
        tags = []
        while items and isinstance(items[0], Word) and items[0].text in _TAGS:
            tags.append(items.pop(0))
        building = self._building
        if any(isinstance(tag, Word) and tag.text == "delete:" for tag in tags):
            first = tags[0]
            assert isinstance(first, Word)
            building.complain_of_edit("delete:", building.span(first.line, first.column, len(first.text)))
            items = []
        if not items or building.is_too_long(items, self._depth):
            ends = [(self._here, Node("", building.file))]
        elif mark == ";" and not tags and not self._comment:
            building.add(self._here, items)
            return
        else:
            ends = building.grow(self._here, items)
        self._tag({tag.text for tag in tags if isinstance(tag, Word)}, ends, items)
        node = ends[0][1]
        if self._comment:
            node.comment, self._comment = node.comment or self._comment, ""
        if mark == "{":
            self._enter(node, max(1, len(items)), last_word(items))

    def _tag(self, tags: set[str], ends: list[tuple[Node, Node]], items: list[Item]) -> None:
        for parent, node in ends:
            if "inactive:" in tags:
                self._building.deactivate(parent, node.word)
            if "replace:" in tags:
                node.words = {}
                if items and isinstance(items[-1], Word):
                    node.line, node.column = items[-1].line, items[-1].column

    def _end(self, lines: int) -> None:
        """The text is over: nothing may be left open."""
        if self._note is not None:
            self._complain("a comment is not closed by `*/`", max(1, lines), 1)
        if self._list is not None and self._items:
            self._items.append(self._list)
        if self._items:
            self._lost_semicolon()
        for _, _, word in reversed(self._open[-20:]):
            self._complain(f"the block of `{shown(word.text)}` is not closed", word.line, word.column, len(word.text))

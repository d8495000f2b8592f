"""What tokens stand for once those inside them are followed, and what of it is not known."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Generic, TypeVar

from isthmus.diagnostics import Code, Diagnostic, shown
from isthmus.formats.aerleon.codes import BAD_DEFINITION, DOTTED, NESTS_IN_ITSELF
from isthmus.formats.aerleon.shapes import Token, Word
from isthmus.network import Unmodelled

Item = TypeVar("Item")

MOST_ITEMS = 1_000_000
"""How many addresses or ports all tokens together may stand for."""
_MOST_GAPS = 8
"""How many of the gaps below a token it tells itself."""

NAME = re.compile(r"[-_A-Za-z0-9]+")
"""What Aerleon takes for the name of a token inside a definition."""
NO_NAME = re.compile(r"(?!)")
"""For definitions that hold no names."""
_DOTTED = re.compile(r"(?=.*[A-Za-z])[-_A-Za-z0-9.]+")


_GUESSES = 50
"""For how many names that are not defined a name that is near is looked for: that takes time."""


def undefined_help(name: str, known: Iterable[str], told: int) -> str:
    """What to do about a name that no file defines, if ``told`` others were told before."""
    near = get_close_matches(name[:100], known, n=1, cutoff=0.85) if told <= _GUESSES else []
    return f"did you mean `{shown(near[0])}`?" if near else "add the file that defines it to the device's folder"


@dataclass(frozen=True, slots=True)
class Meaning(Generic[Item]):
    """What a token stands for: ``items`` for sure, and more where there are ``gaps``."""

    items: tuple[Item, ...]
    gaps: tuple[Unmodelled, ...] = ()


def meanings(
    tokens: Mapping[str, Token],
    read: Callable[[Word, list[Diagnostic]], Item | None],
    undefined: Code,
    problems: list[Diagnostic],
    names: re.Pattern[str] = NAME,
) -> dict[str, Meaning[Item]]:
    """What each token stands for. ``read`` makes an item of a word that is no name, and None of one that is none."""
    return _Resolver(tokens, read, undefined, problems, names).all()


class _Resolver(Generic[Item]):
    """Follows tokens without recursion: definitions may nest deeper than a program's stack."""

    def __init__(
        self,
        tokens: Mapping[str, Token],
        read: Callable[[Word, list[Diagnostic]], Item | None],
        undefined: Code,
        problems: list[Diagnostic],
        names: re.Pattern[str],
    ) -> None:
        self.tokens, self.read, self.undefined, self.problems = tokens, read, undefined, problems
        self.names = names
        self.known: dict[str, Meaning[Item]] = {}
        self.told: set[str] = set()
        self.left = MOST_ITEMS

    def all(self) -> dict[str, Meaning[Item]]:
        """Every token, those inside others first."""
        for name in self.tokens:
            if name not in self.known:
                self._follow(name)
        return self.known

    def _follow(self, start: str) -> None:
        way, on_way = [(start, self._nested(start))], {start}
        while way:
            name, nested = way[-1]
            inside = next(nested, None)
            if inside is None:
                way.pop()
                self.known[name] = self._meaning(self.tokens[name])
            elif inside not in self.known and inside not in on_way:
                on_way.add(inside)
                way.append((inside, self._nested(inside)))

    def _nested(self, name: str) -> Iterator[str]:
        words = (each.text for each in self.tokens[name].words)
        return (each for each in words if each in self.tokens and self.names.fullmatch(each))

    def _meaning(self, token: Token) -> Meaning[Item]:
        items: dict[Item, None] = {}
        gaps: dict[Unmodelled, None] = dict.fromkeys(token.unread)
        for word in token.words:
            if self.names.fullmatch(word.text):
                inside = self._inside(word, token)
                items.update(dict.fromkeys(inside.items))
                gaps.update(dict.fromkeys(inside.gaps))
            elif (item := self.read(word, self.problems)) is not None:
                items[item] = None
            else:
                gaps[self._passed_over(word, token)] = None
            if len(items) > self.left:
                gap = Unmodelled(token.where, f"`{shown(token.name)}` stands for too many values to follow")
                return Meaning((), (gap,))
        if not items and not gaps:
            gaps[Unmodelled(token.where, f"`{shown(token.name)}` holds nothing")] = None
        self.left -= len(items)
        return Meaning(tuple(items), tuple(gaps)[:_MOST_GAPS])

    def _inside(self, word: Word, token: Token) -> Meaning[Item]:
        """What a token inside another one stands for."""
        if word.text in self.known:
            return self.known[word.text]
        name, around = shown(word.text), shown(token.name)
        if word.text in self.tokens:
            message = f"`{name}` inside `{around}` leads back to `{around}`"
            self.problems.append(Diagnostic(NESTS_IN_ITSELF, message, word.where, "break the circle"))
            return Meaning((), (Unmodelled(word.where, message),))
        message = f"`{name}` inside `{around}` is not defined"
        if word.text not in self.told:
            self.told.add(word.text)
            help_ = undefined_help(word.text, self.tokens, len(self.told))
            self.problems.append(Diagnostic(self.undefined, message, word.where, help_))
        return Meaning((), (Unmodelled(word.where, message),))

    def _passed_over(self, word: Word, token: Token) -> Unmodelled:
        """A word that is neither a name as Aerleon knows them nor a value."""
        name, around = shown(word.text), shown(token.name)
        if _DOTTED.fullmatch(word.text):
            message = f"Aerleon passes over `{name}` inside `{around}`, because of the dot"
            help_ = "write the addresses here, or rename the token"
            self.problems.append(Diagnostic(DOTTED, message, word.where, help_))
        else:
            message = f"`{name}` inside `{around}` is not understood"
            help_ = "write prefixes, ports with a protocol, or names of tokens"
            self.problems.append(Diagnostic(BAD_DEFINITION, message, word.where, help_))
        return Unmodelled(word.where, message)

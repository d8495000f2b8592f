"""HAProxy's own shape: files of sections of statements of words, each with its place."""

from dataclasses import dataclass, replace

from isthmus.diagnostics import Span, shown
from isthmus.formats.haproxy.words import Word
from isthmus.network import Unmodelled

SECTIONS = (
    "global", "defaults", "frontend", "backend", "listen", "peers", "mailers", "resolvers", "userlist", "cache",
    "program", "http-errors", "ring", "log-forward", "fcgi-app", "crt-store", "log-profile", "traces", "acme",
)  # fmt: skip
"""The words that open a section, of every version that we know of."""

PROXIES = ("frontend", "backend", "listen")
"""Sections that clients or servers stand behind."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A line that says something. ``condition`` names the ``.if`` that decides whether it counts, where we cannot."""

    words: tuple[Word, ...]
    where: Span
    condition: Unmodelled | None = None
    is_broken: bool = False
    """It could not be cut into words; ``words`` is the line."""

    @property
    def keyword(self) -> str:
        """Its first word."""
        return self.words[0].text

    @property
    def text(self) -> str:
        """Its words as they would be written on one line."""
        return shown(" ".join(each.text for each in self.words), 100)

    def word(self, number: int) -> str:
        """The text of a word, or nothing where there are fewer."""
        return self.words[number].text if number < len(self.words) else ""

    def without(self, words: int) -> "Statement":
        """What is left of it without its first words, of which there are more."""
        return replace(self, words=self.words[words:])


@dataclass(frozen=True, slots=True)
class Section:
    """What stands between the word that opens a section and the next such word, or the end of the file."""

    header: Statement
    statements: tuple[Statement, ...] = ()

    @property
    def kind(self) -> str:
        """One of SECTIONS."""
        return self.header.keyword

    @property
    def name(self) -> str:
        """Its name; nothing where it has none."""
        name = self.header.word(1)
        return "" if self.kind == "defaults" and name == "from" else name

    @property
    def where(self) -> Span:
        """The line that opens it."""
        return self.header.where

    @property
    def parent(self) -> Word | None:
        """The name behind ``from``: the defaults that it begins with."""
        words = self.header.words
        found = [number for number, each in enumerate(words) if number and each.text == "from"]
        return words[found[-1] + 1] if found and found[-1] + 1 < len(words) else None


@dataclass(frozen=True, slots=True)
class Script:
    """One file of statements. ``count`` is how many were written, also those that do not count."""

    file: str
    sections: tuple[Section, ...]
    count: int = 0
    unmodelled: tuple[Unmodelled, ...] = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """One value of an ACL: what was written, and where."""

    text: str
    where: Span


@dataclass(frozen=True, slots=True)
class PatternFile:
    """A file of values for ACLs, one a line."""

    file: str
    patterns: tuple[Pattern, ...]

"""An IPVS table in its own shape: lines with their options, each in its place."""

from dataclasses import dataclass, field
from typing import Self

from isthmus.diagnostics import Span, shown


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a line."""

    text: str
    where: Span


@dataclass(frozen=True, slots=True)
class Line:
    """One command. ``options`` are by their short names; ``strange`` is the first word that is not understood."""

    where: Span
    text: str
    options: dict[str, Word] = field(default_factory=dict, hash=False)
    strange: Word | None = None

    @classmethod
    def of(cls, words: tuple[Word, ...], options: dict[str, Word], strange: Word | None) -> Self:
        """The line that these words are."""
        first, last = words[0].where, words[-1].where
        where = Span(first.file, first.line, first.column, last.column + last.width - first.column)
        return cls(where, shown(" ".join(each.text for each in words), 100), options, strange)

    def has(self, *names: str) -> bool:
        """Whether it has one of these options."""
        return any(name in self.options for name in names)

    def value(self, name: str) -> str:
        """What an option is set to; nothing where it is not."""
        return self.options[name].text if name in self.options else ""


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of one file."""

    file: str
    lines: tuple[Line, ...]

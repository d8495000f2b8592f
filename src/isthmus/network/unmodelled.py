"""What a reader understood of a text, and what it did not: nothing that stands in a configuration is lost silently."""

from collections.abc import Iterable
from dataclasses import dataclass

from isthmus.diagnostics import Span


@dataclass(frozen=True, slots=True, order=True)
class Unmodelled:
    """Something written in a configuration whose effect on packets is not known: an answer that needs it is unknown."""

    where: Span
    what: str
    """One sentence part, lower case, user input in backticks: ``option `--quota` of match `quota```."""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a device's configuration is modelled.

    ``statements`` counts what was written, in the units of its format (rules, terms, lines); ``unmodelled`` names each
    one whose effect on packets is not known. What certainly has no effect on packets (comments, counters) is modelled.
    """

    statements: int = 0
    unmodelled: tuple[Unmodelled, ...] = ()

    @property
    def share(self) -> float:
        """The modelled share of the statements, 0 to 1; 1 where nothing was written."""
        places = len({(each.where.file, each.where.line, each.where.column) for each in self.unmodelled})
        return 1.0 if not self.statements else max(0.0, 1 - places / self.statements)

    @classmethod
    def sum(cls, parts: Iterable["Coverage"]) -> "Coverage":
        """The coverage of several texts as one."""
        every = tuple(parts)
        unmodelled = tuple(each for part in every for each in part.unmodelled)
        return cls(sum(each.statements for each in every), unmodelled)

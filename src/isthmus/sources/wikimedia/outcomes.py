"""What becomes of each record that an importer reads: imported, unresolved or refused, and never nothing."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from isthmus.diagnostics import Span

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A name that only something outside the data can resolve; it is kept by name and never guessed."""

    name: str
    why: str
    where: Span


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that cannot be part of an estate, and why."""

    why: str
    where: Span


@dataclass(frozen=True, slots=True)
class Imported:
    """A record that became an entry of the estate, or completed one."""

    entry: str
    """Section and id, such as ``networks.public1-a-eqiad``."""
    gaps: tuple[Unresolved, ...] = ()
    """What the entry leaves out because a name in the record cannot be resolved."""


@dataclass(frozen=True, slots=True)
class LeftAside:
    """A record of a kind that an estate has no use for, such as a name server's; counted by kind."""

    kind: str


Outcome = Imported | Unresolved | Refused | LeftAside


class CannotImport(Exception):  # noqa: N818 - says why a record is not imported; is not an error of ours
    """Ends the reading of a record that cannot be imported; ``where`` is the record's place unless given."""

    def __init__(self, why: str, where: Span | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.where = where

    def outcome(self, where: Span) -> Unresolved | Refused:
        """What to report for a record that stands at ``where``."""
        return Refused(self.why, self.where or where)


class CannotResolve(CannotImport):
    """Ends the reading of a record that needs a name which the data does not resolve."""

    def __init__(self, name: str, why: str, where: Span | None = None) -> None:
        super().__init__(why, where)
        self.name = name

    def outcome(self, where: Span) -> Unresolved:
        """What to report for a record that stands at ``where``."""
        return self.unresolved(where)

    def unresolved(self, where: Span) -> Unresolved:
        """The name, as something to list."""
        return Unresolved(self.name, self.why, self.where or where)


class Gaps:
    """Gathers the names that a record mentions, that nothing resolves, and that it can do without."""

    def __init__(self, where: Span) -> None:
        self._where = where
        self._found: list[Unresolved] = []

    def ask(self, read: Callable[[], Value]) -> Value | None:
        """What ``read`` reads, or None and a gap where that needs a name which is not resolved."""
        try:
            return read()
        except CannotResolve as problem:
            self._found.append(problem.unresolved(self._where))
            return None

    def told(self, done: Imported) -> Imported:
        """The outcome with the gaps added."""
        return Imported(done.entry, (*done.gaps, *self._found))


@dataclass(frozen=True, slots=True)
class Item:
    """One record of the data: where it stands, and how to take it into the estate."""

    where: Span
    take: Callable[[], Outcome]


@dataclass(slots=True)
class Tally:
    """How many records one importer read, and what became of them."""

    importer: str
    title: str
    read: int = 0
    imported: int = 0
    unresolved: list[Unresolved] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    gaps: list[Unresolved] = field(default_factory=list)
    """Names that imported records leave out; the records themselves are counted as imported."""
    left_aside: Counter[str] = field(default_factory=Counter)
    """Records of other kinds, which are not counted as read."""

    def count(self, outcome: Outcome) -> None:
        """Note what became of one record."""
        match outcome:
            case Imported():
                self.imported += 1
                self.gaps += outcome.gaps
            case Unresolved():
                self.unresolved.append(outcome)
            case Refused():
                self.refused.append(outcome)
            case LeftAside():
                self.left_aside[outcome.kind] += 1
                return
        self.read += 1

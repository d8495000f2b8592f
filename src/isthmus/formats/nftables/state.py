"""What the kernel would hold: tables with chains and sets, and the variables that their texts see."""

from dataclasses import dataclass, field
from typing import NamedTuple

from isthmus.diagnostics import Span
from isthmus.formats.nftables.script import ChainSpec, SetSpec, Source, Target
from isthmus.formats.nftables.tree import Element, Expression, Rule, SetOf, Variable
from isthmus.network import Unmodelled


class Defined(NamedTuple):
    """The value of a variable, and the file that tells it."""

    source: Source
    value: Expression
    where: Span


class Scope:
    """Variables of a block; those of the blocks around it are seen as well."""

    __slots__ = ("around", "values")

    def __init__(self, around: "Scope | None" = None) -> None:
        self.around = around
        self.values: dict[str, Defined] = {}

    def get(self, name: str) -> Defined | None:
        """The value of a variable, or None."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                return scope.values[name]
            scope = scope.around
        return None


class Placed(NamedTuple):
    """A rule of a chain, with the file and the variables that it sees."""

    rule: Rule
    source: Source
    scope: Scope


class PlacedElement(NamedTuple):
    """An element of a set, with the file and the variables that it sees."""

    element: Element
    source: Source
    scope: Scope


@dataclass(slots=True)
class ChainState:
    """A chain."""

    target: Target
    where: Span
    scope: Scope
    spec: ChainSpec = field(default_factory=ChainSpec)
    spec_source: Source | None = None
    rules: list[Placed] = field(default_factory=list)
    is_made: bool = False

    @property
    def name(self) -> str:
        """How the network model calls it."""
        return full_name(self.target)


@dataclass(slots=True)
class SetState:
    """A set or map. ``doubts`` say why its elements are not known."""

    target: Target
    where: Span
    spec: SetSpec
    elements: list[PlacedElement] = field(default_factory=list)
    deleted: dict[str, tuple[int, Span]] = field(default_factory=dict)
    """Keys that were deleted, how many elements there were then, and where that is written."""
    doubts: list[Unmodelled] = field(default_factory=list)

    def settle(self) -> None:
        """Take out what was deleted."""
        if not self.deleted:
            return
        left, gone = [], set()
        for place, each in enumerate(self.elements):
            key = key_of(each.element.key)
            if place < self.deleted.get(key, (0,))[0]:
                gone.add(key)
            else:
                left.append(each)
        self.elements = left
        for key, (_, where) in self.deleted.items():
            if key not in gone:
                self.doubts.append(Unmodelled(where, "an element was deleted that is written otherwise"))


@dataclass(slots=True)
class TableState:
    """A table."""

    family: str
    name: str
    where: Span
    is_dormant: bool = False
    chains: dict[str, ChainState] = field(default_factory=dict)
    sets: dict[str, SetState] = field(default_factory=dict)


def full_name(target: Target) -> str:
    """The name of a chain or set in the network model: ``inet filter input``."""
    return f"{target.family} {target.table} {target.name}"


def key_of(found: object) -> str:
    """An expression without its places, to be compared."""
    if isinstance(found, Variable | SetOf):
        return f"?{id(found)}"
    if isinstance(found, tuple):
        return " ".join(key_of(each) for each in found if not isinstance(each, int))
    return str(found)

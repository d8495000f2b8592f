"""What stands right of a test, or in a map, as a flat list: sets and variables taken apart, each value at its place."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from isthmus.diagnostics import Diagnostic, Span, did_you_mean, shown
from isthmus.formats.nftables.codes import UNKNOWN_NAME
from isthmus.formats.nftables.script import Source
from isthmus.formats.nftables.state import PlacedElement, Scope, SetState, TableState, full_name
from isthmus.formats.nftables.tree import Anything, Element, Expression, Literal, NamedSet, SetOf, Variable
from isthmus.network import Unmodelled

_DEEPEST = 16
_MOST_VALUES = 200_000
"""How many values one expression may stand for, with all variables put in."""


_MOST_GUESSES = 50
"""For how many unknown names the nearest known one is looked for, which takes long."""


class Members(NamedTuple):
    """Values; ``doubts`` say why others may belong to them, or some may not."""

    values: tuple[PlacedElement, ...]
    doubts: tuple[Unmodelled, ...] = ()
    uses: tuple[str, ...] = ()
    is_set: bool = False
    has_rest: bool = False
    """Whether ``*`` is among the values."""


class Names:
    """Looks up sets and variables for the rules of one table, and tells of each unknown name once for each place."""

    def __init__(self, table: TableState) -> None:
        self.table = table
        self.diagnostics: list[Diagnostic] = []
        self.changed_by_rules: set[str] = set()
        self.left = 10 * _MOST_VALUES
        self.guesses = _MOST_GUESSES
        self._known: dict[str, Members] = {}

    def members(self, found: Expression, source: Source, scope: Scope) -> Members:
        """All values of an expression."""
        if isinstance(found, NamedSet):
            return self._named(found, source)
        if isinstance(found, SetOf) and all(type(each.key) is Literal for each in found.elements):
            return Members(tuple(PlacedElement(each, source, scope) for each in found.elements), is_set=True)
        if not isinstance(found, Variable | SetOf):
            element = Element(found, None, found.start, found.end)
            return Members((PlacedElement(element, source, scope),), has_rest=isinstance(found, Anything))
        doubts: list[Unmodelled] = []
        uses: list[str] = []
        values = self._bounded(self._flat(found, source, scope, 0, doubts, uses), found, source, doubts)
        is_set = isinstance(found, SetOf) or len(values) != 1 or bool(doubts)
        is_set = is_set or self._is_set(found, scope)
        return Members(values, tuple(doubts), tuple(dict.fromkeys(uses)), is_set, _has_rest(values))

    def _bounded(
        self, values: Iterator[PlacedElement], found: Expression, source: Source, doubts: list[Unmodelled]
    ) -> tuple[PlacedElement, ...]:
        """The values, as many of them as may be put in for the rules of one table."""
        taken = tuple(islice(values, _MOST_VALUES))
        self.left -= len(taken)
        if len(taken) == _MOST_VALUES:
            doubts.append(Unmodelled(source.span(found.start, found.end), f"a set of {_MOST_VALUES} values or more"))
        return taken

    def _is_set(self, found: Expression, scope: Scope) -> bool:
        return isinstance(resolved(found, scope), SetOf | NamedSet)

    def _flat(
        self,
        found: Expression,
        source: Source,
        scope: Scope,
        depth: int,
        doubts: list[Unmodelled],
        uses: list[str],
        element: Element | None = None,
    ) -> Iterator[PlacedElement]:
        self.left -= 1
        if self.left < 0 or depth >= _DEEPEST:
            if not doubts:
                why = "variables that stand for too much, or lead back to themselves"
                doubts.append(Unmodelled(source.span(found.start, found.end), why))
        elif isinstance(found, SetOf):
            for each in found.elements:
                if isinstance(each.key, Variable | SetOf):
                    yield from self._flat(each.key, source, scope, depth + 1, doubts, uses, each)
                else:
                    yield PlacedElement(each, source, scope)
        elif isinstance(found, Variable):
            uses.append(f"${found.name}")
            defined = scope.get(found.name)
            if defined is None:
                doubts.append(self.unknown(f"${found.name}", found, source, "variable"))
            else:
                yield from self._flat(defined.value, defined.source, scope, depth + 1, doubts, uses, element)
        elif isinstance(found, NamedSet):
            named = self._named(found, source)
            doubts += named.doubts
            uses += named.uses
            yield from named.values
        elif element is None:
            yield PlacedElement(Element(found, None, found.start, found.end), source, scope)
        else:
            yield PlacedElement(element._replace(key=found), source, scope)

    def _named(self, found: NamedSet, source: Source) -> Members:
        name = found.name
        if name in self._known:
            return self._known[name]
        state = self.table.sets.get(name)
        if state is None:
            return Members((), (self.unknown(f"@{name}", found, source, "set"),), (), is_set=True)
        self._known[name] = made = self.of_set(state)
        return made

    def of_set(self, state: SetState) -> Members:
        """The elements of a named set or map."""
        doubts = list(state.doubts)
        uses = [full_name(state.target)]
        values: list[PlacedElement] = []
        for each in state.elements:
            key = each.element.key
            if isinstance(key, Variable | SetOf):
                inside = self._flat(key, each.source, each.scope, 0, doubts, uses, each.element)
                values += self._bounded(inside, key, each.source, doubts)
            else:
                values.append(each)
        if why := self.changes(state):
            doubts.append(Unmodelled(state.where, f"set `{shown(state.target.name)}`, whose elements {why}"))
        return Members(tuple(values), tuple(doubts), tuple(uses), True, _has_rest(values))

    def changes(self, state: SetState) -> str:
        """Why the elements of a set are not the same for ever; empty where they are."""
        if state.target.name in self.changed_by_rules or "dynamic" in state.spec.flags:
            return "rules add and take away"
        if "timeout" in state.spec.flags:
            return "time out"
        return f"are under a `{state.spec.stateful}`" if state.spec.stateful else ""

    def unknown(self, name: str, found: Expression, source: Source, what: str) -> Unmodelled:
        """Tell of a name that nothing defines."""
        where = source.span(found.start, found.end)
        known = [f"@{each}" for each in self.table.sets] if what == "set" and self.guesses > 0 else []
        self.guesses -= 1
        help_ = did_you_mean(name, known) if known else f"add the file that defines the {what}"
        self.diagnostics.append(Diagnostic(UNKNOWN_NAME, f"{what} `{shown(name)}` is not defined", where, help_))
        return Unmodelled(where, f"{what} `{shown(name)}`, which nothing defines")


def _has_rest(values: Iterable[PlacedElement]) -> bool:
    return any(type(each.element.key) is Anything for each in values)


def resolved(found: Expression, scope: Scope) -> Expression:
    """The value of a variable, through variables that stand for others; anything else as it is."""
    for _ in range(_DEEPEST):
        if not isinstance(found, Variable):
            return found
        defined = scope.get(found.name)
        if defined is None:
            return found
        found = defined.value
    return found


def place(each: PlacedElement) -> Span:
    """Where an element stands."""
    return each.source.span(each.element.start, each.element.end)

"""Maps: their elements, each with the packets that it is looked up for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from isthmus.diagnostics import Span
from isthmus.formats.nftables.boxes import EVERYTHING, Box, product
from isthmus.formats.nftables.conditions import Conditions, fields_of
from isthmus.formats.nftables.demands import without_variables
from isthmus.formats.nftables.members import Members, place
from isthmus.formats.nftables.spelling import spelled
from isthmus.formats.nftables.state import PlacedElement
from isthmus.formats.nftables.tree import Anything, Expression, Selector
from isthmus.formats.nftables.values import interval
from isthmus.network import Unmodelled

_CHANCES = frozenset(("numgen", "jhash", "symhash"))


@dataclass(frozen=True, slots=True)
class Looked:
    """The elements of a map with their packets, or (``doubts``) why they are not known, and who may be concerned."""

    elements: tuple[tuple[PlacedElement, tuple[Box, ...]], ...] = ()
    doubts: tuple[Unmodelled, ...] = ()
    concerned: tuple[Box, ...] = ()


def looked_up(
    conditions: Conditions,
    boxes: tuple[Box, ...],
    key: Expression,
    members: Members,
    settled: int | None,
    where: Callable[[], Span],
) -> Looked:
    """The elements of a map, each for the packets of ``boxes`` that it is found for; the one for all others last."""
    is_chance = isinstance(key, Selector) and key.field.name in _CHANCES
    if members.doubts or not fields_of(key):
        why = members.doubts or (Unmodelled(where(), f"a map by `{spelled(key)}`"),)
        reached = conditions.doubtful(key, where(), settled, "a map")
        return Looked((), why, product(boxes, tuple(each._replace(doubts=()) for each in reached), where))
    named = [each for each in members.values if not isinstance(each.element.key, Anything)]
    found = []
    for number, each in enumerate(named):
        if is_chance:
            asked: tuple[Box, ...] = (EVERYTHING,) if number == _sure(key, named) else (_perhaps(key, where()),)
        else:
            asked = conditions.asked(key, "==", Members((each,)), place(each), settled)
        found.append((each, product(boxes, asked, where)))
    rest = Members(tuple(named), is_set=True)
    for each in members.values:
        if isinstance(each.element.key, Anything):
            asked = conditions.asked(key, "!=", rest, place(each), settled)
            found.append((each, product(boxes, asked, where)))
    return Looked(tuple(found))


def _perhaps(key: Expression, where: Span) -> Box:
    return Box(doubts=(Unmodelled(where, f"`{spelled(key)}`"),))


def _sure(key: Expression, named: Sequence[PlacedElement]) -> int | None:
    """The element that a packet surely takes if it took none before: the last one, where no value is missing."""
    modulus = key.modulus if isinstance(key, Selector) else 0
    values: set[int] = set()
    for each in named:
        try:
            run = interval(without_variables(each.element.key, each.scope), None, _MOST_CHANCES)
        except ValueError:
            return None
        values |= set(range(run.first, run.last + 1))
    return len(named) - 1 if 0 < modulus <= _MOST_CHANCES and values >= set(range(modulus)) else None


_MOST_CHANCES = 1024

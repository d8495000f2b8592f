"""Boxes: what one alternative of a rule asks of a packet, and where two such demands hold at once."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from isthmus.diagnostics import Span
from isthmus.formats.nftables import meets
from isthmus.network import InterfaceTest, MarkTest, Unmodelled
from isthmus.packetset import Block, Bounds, FlagTest, IcmpType, Interval, Match, State


class Box(NamedTuple):
    """Packets that pass every demand here; None demands nothing, and no demand is empty.

    With ``doubts`` they pass perhaps. ``types`` and ``codes`` are those of ICMP.
    """

    version: int | None = None
    source: tuple[Block, ...] | None = None
    destination: tuple[Block, ...] | None = None
    protocols: tuple[Bounds, ...] | None = None
    source_ports: tuple[Bounds, ...] | None = None
    destination_ports: tuple[Bounds, ...] | None = None
    types: tuple[Bounds, ...] | None = None
    codes: tuple[Bounds, ...] | None = None
    flags: tuple[FlagTest, ...] | None = None
    states: tuple[State, ...] | None = None
    arriving: InterfaceTest | None = None
    leaving: InterfaceTest | None = None
    mark: MarkTest | None = None
    doubts: tuple[Unmodelled, ...] = ()

    def match(self) -> Match:
        """The demands that a match can hold."""
        version = None if self.source or self.destination else self.version
        return Match(
            self.source, self.destination, self.protocols, self.source_ports, self.destination_ports,
            None if self.types is None and self.codes is None else self._icmp(), self.flags, self.states, version,
        )  # fmt: skip

    def _icmp(self) -> tuple[IcmpType, ...]:
        types = [number for each in self.types or _ANY for number in range(each.first, each.last + 1)]
        if self.codes is None:
            return tuple(IcmpType(number) for number in types)
        codes = [number for each in self.codes for number in range(each.first, each.last + 1)]
        return tuple(IcmpType(number, code) for number in types for code in codes)


EVERYTHING = Box()
SLOTS = {name: place for place, name in enumerate(Box._fields)}
_ANY = (Interval(0, 255),)
_MEETS: tuple[Callable[[Any, Any], Any], ...] = (
    meets.same, meets.blocks, meets.blocks, meets.intervals, meets.intervals, meets.intervals, meets.intervals,
    meets.intervals, meets.flags, meets.states, meets.interfaces, meets.interfaces, meets.marks,
    lambda one, other: tuple(dict.fromkeys(one + other)),
)  # fmt: skip


def both(one: Box, other: Box) -> Box | None:
    """Where both hold; None where no packet passes both."""
    met: list[Any] = list(one)
    for place, demand in enumerate(other):
        if demand is None:
            continue
        before = met[place]
        if before is None or before is demand:
            met[place] = demand
        else:
            met[place] = _MEETS[place](before, demand)
            if met[place] is None:
                return None
    box = Box._make(met)
    return box if _can_hold(box) else None


def _can_hold(box: Box) -> bool:
    """Whether the IP versions of its parts agree."""
    version = box.version
    for blocks in (box.source, box.destination):
        if blocks is not None:
            if version is not None and blocks[0].version != version:
                return False
            version = blocks[0].version
    return True


def product(ones: Iterable[Box], others: tuple[Box, ...], where: Callable[[], Span]) -> tuple[Box, ...]:
    """Every pair of alternatives that can hold at once; ``where`` tells the test that asks for the others."""
    met = []
    for one in ones:
        for other in others:
            try:
                box = both(one, other)
            except meets.TooManyError:
                box = one._replace(doubts=(*one.doubts, Unmodelled(where(), "a second test of many addresses")))
            if box is None:
                continue
            if not _can_be_said(one, other):
                box = box._replace(doubts=(*box.doubts, Unmodelled(where(), "a second test of one interface or mark")))
            met.append(box)
    return tuple(met)


def _can_be_said(one: Box, other: Box) -> bool:
    """Whether the tests of interfaces and marks of both can be said as one test each."""
    return (
        meets.interfaces_are_exact(one.arriving, other.arriving)
        and meets.interfaces_are_exact(one.leaving, other.leaving)
        and meets.marks_are_exact(one.mark, other.mark)
    )

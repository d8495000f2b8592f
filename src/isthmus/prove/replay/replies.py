"""There and back: the first packet, the reply to each of its ways that arrives, the flows that proxies begin."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from isthmus.network import Port
from isthmus.packetset import Packet, State
from isthmus.prove.replay.journeys import Journey, Round
from isthmus.prove.replay.translation import mirrored, same_flow
from isthmus.prove.replay.ways import (
    MOST_WAYS,
    ComingIn,
    Connection,
    End,
    EndKind,
    OnDevice,
    OnSegment,
    Start,
    Way,
    Ways,
)

MOST_PROXIES = 4
"""How many proxies one behind the other are followed."""


class Follows(Protocol):
    """Whoever follows a packet in one direction."""

    def walk(
        self,
        packet: Packet,
        starts: Iterable[Start] | None = None,
        *,
        is_reply: bool = False,
        connections: tuple[Connection, ...] = (),
        regardless: bool = False,
        most: int = MOST_WAYS,
    ) -> Ways:
        """Every way of a packet."""


def there_and_back(
    walker: Follows, packet: Packet, starts: Iterable[Start] | None = None, *, regardless: bool = False
) -> Journey:
    """Follow a first packet and everything that answers it. ``regardless``: on, past rules that refuse."""
    return _Trip(walker, regardless).journey(packet, starts, MOST_PROXIES)


@dataclass(slots=True)
class _Trip:
    """One question; ``there`` and ``back`` are how many ways may still be followed."""

    walker: Follows
    regardless: bool
    there: int = MOST_WAYS
    back: int = MOST_WAYS

    def journey(self, packet: Packet, starts: Iterable[Start] | None, proxies: int) -> Journey:
        """A packet there and back, and through at most so many proxies."""
        found = self.walker.walk(packet, starts, regardless=self.regardless, most=self.there)
        self.there -= len(found.ways)
        rounds = [Round(way, self._reply(packet, way) if way.arrives else None) for way in found.ways]
        told = tuple(replace(each, onward=tuple(self._onward(each.there, proxies))) for each in rounds)
        return Journey(packet, told, found.is_complete)

    def _onward(self, way: Way, proxies: int) -> Iterable[Journey]:
        for flow in way.flows if proxies else ():
            if flow.packet is not None:
                yield self.journey(flow.packet, (flow.start,), proxies - 1)

    def _reply(self, packet: Packet, way: Way) -> Ways:
        """The ways of the reply to what arrived; it must come home as the mirror of what its client sent."""
        answer = replace(mirrored(way.packet), state=State.ESTABLISHED)
        found = self.walker.walk(
            answer,
            (_home(way.end),),
            is_reply=True,
            connections=way.connections,
            regardless=self.regardless,
            most=self.back,
        )
        self.back -= len(found.ways)
        awaited, is_outside = mirrored(packet), isinstance(way.start, ComingIn)
        ways = (_recognised(each, awaited) for each in found.ways)
        return replace(found, ways=tuple(each if is_outside else _at_home(each) for each in ways))


def _home(end: End) -> Start:
    """Where the reply begins: where the first packet ended."""
    if end.kind is EndKind.LEFT and end.device:
        return ComingIn(Port(end.device, end.interface))
    if end.segment:
        return OnSegment(end.segment)
    return OnDevice(end.device, end.vrf)


def _recognised(way: Way, awaited: Packet) -> Way:
    """A reply with other addresses than its client waits for is not taken for one."""
    if not way.arrives or same_flow(way.packet, awaited):
        return way
    what = f"the client waits for a packet from {awaited.source} to {awaited.destination}"
    return replace(way, end=replace(way.end, kind=EndKind.MISTAKEN, what=what))


def _at_home(way: Way) -> Way:
    """A reply that leaves what was read, though its client is inside, has not come home as far as can be told."""
    if way.end.kind is not EndKind.LEFT:
        return way
    what = f"it leaves what was read, and its client has not: {way.end.what}"
    return replace(way, end=replace(way.end, kind=EndKind.MISTAKEN, what=what))

"""What would have to change where a packet does not get through: every rule that refuses it, and where to add one."""

from collections.abc import Iterator
from dataclasses import dataclass

from isthmus.packetset import Packet
from isthmus.packetset.packets import protocol_name
from isthmus.prove.replay.journeys import Journey
from isthmus.prove.replay.ways import EndKind, Stage, Step, Way, Ways
from isthmus.report.digest import one_line
from isthmus.report.trace.stops import place
from isthmus.report.trace.traced import Traced

MOST_CHANGES = 20


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that stands in the way, and what would take it out of the way."""

    direction: str
    """``there`` or ``back``."""
    device: str
    obstacle: str
    remedy: str
    place: str = ""
    """``file:line`` of the obstacle."""

    def __str__(self) -> str:
        where = f" ({self.place})" if self.place else ""
        return f"{self.direction}, {self.device}: {self.obstacle}{where}; {self.remedy}"


def changes(traced: Traced) -> tuple[Change, ...]:
    """Everything that stands in the way, in the packet's order; of rules behind each other all are told."""
    return tuple(dict.fromkeys(_of(traced.lifted)))[:MOST_CHANGES]


def _of(journey: Journey) -> Iterator[Change]:
    yield from _along(journey.there, "there")
    for one in journey.rounds:
        if one.back is not None:
            yield from _along(one.back, "back")
        for onward in one.onward:
            yield from _of(onward)


def _along(ways: Ways, direction: str) -> Iterator[Change]:
    for way in ways.ways:
        for step in way.refusals:
            yield _refusal(step, direction)
        if not way.arrives and not (way.refusals and way.end.kind is EndKind.REFUSED):
            yield from _end(way, direction)


def _refusal(step: Step, direction: str) -> Change:
    packet = flow(step.before)
    if step.rule is None:
        obstacle = f"no rule of `{step.chain}` accepts {packet}"
        remedy = "a rule that does would stand before its default" if step.chain else "it would have to be defined"
    else:
        obstacle = f"{_named(step)} refuses {packet}"
        remedy = "a rule that accepts it would stand before that line"
    if step.stage is Stage.PROXY:
        obstacle = f"{obstacle} as a client"
    return Change(direction, step.device, one_line(obstacle), remedy, place(step.where))


def _named(step: Step) -> str:
    rule = step.rule
    assert rule is not None
    return f"`{rule.name}` of `{step.chain}`" if rule.name else f"a rule of `{step.chain}`"


def _end(way: Way, direction: str) -> Iterator[Change]:
    """An end that is no rule's: a route that is missing, a packet that turns in circles."""
    end, packet = way.end, way.packet
    remedy = {
        EndKind.NO_ROUTE: f"a route to {packet.destination} would have to be added",
        EndKind.DISCARDED: f"the route to {packet.destination} would have to lead on",
        EndKind.NOT_FORWARDED: "the device would have to forward, or the packet to come to another one",
        EndKind.LOOPED: "one of the routes that turn it back would have to lead on",
        EndKind.NO_SERVER: "a server would have to be added",
        EndKind.MISTAKEN: "the reply would have to come home with the addresses that its client waits for",
    }.get(end.kind)
    if remedy is not None:
        device = end.device or f"segment {end.segment}"
        yield Change(direction, device, one_line(end.what), remedy, place(end.where))


def flow(packet: Packet) -> str:
    """A packet as a rule would speak of it.

    >>> from isthmus.packetset import ping, tcp
    >>> flow(tcp("192.0.2.1", "198.51.100.2", 443)), flow(ping("192.0.2.1", "192.0.2.2"))
    ('tcp from 192.0.2.1 to 198.51.100.2 port 443', 'icmp from 192.0.2.1 to 192.0.2.2')
    """
    is_answer = packet.flags is not None and bool(packet.flags & packet.flags.ACK)
    words = [protocol_name(packet.protocol), "from", str(packet.source)]
    words += ["port", str(packet.source_port)] if is_answer else []
    words += ["to", str(packet.destination)]
    words += ["port", str(packet.destination_port)] if packet.destination_port is not None and not is_answer else []
    return " ".join(words)

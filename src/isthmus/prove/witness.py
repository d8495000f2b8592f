"""Packets that show what a proof says: taken from its sets, replayed by the concrete evaluator before anyone is told.

The two evaluators share no code. Where the concrete one does not confirm what the symbolic one claims, one of them is
wrong, and that is our mistake and no finding about anybody's network.
"""

from collections.abc import Callable, Iterable

from isthmus.evidence import Exhibit, Waypoint
from isthmus.network import Unmodelled
from isthmus.packetset import Packet, PacketSet
from isthmus.prove.reach.places import Place
from isthmus.prove.replay.walk import Walker
from isthmus.prove.replay.ways import ComingIn, End, OnDevice, OnSegment, Start, Way, Ways


class DisagreementError(Exception):
    """The two evaluators say different things of one packet: a mistake of ours (exit code 4)."""

    def __init__(self, claim: str, packet: Packet, start: str, ways: Ways) -> None:
        ends = "; ".join(dict.fromkeys(str(way.end) for way in ways.ways)) or "no way at all"
        super().__init__(f"{claim}: {packet} from {start}; the packet by itself: {ends}")


def start_of(place: Place) -> Start:
    """Where the concrete evaluator lets a packet begin."""
    if place.edge is not None:
        return ComingIn(place.edge)
    return OnDevice(place.device) if place.device else OnSegment(place.segment)


def is_at(end: End, place: Place) -> bool:
    """Whether a way ended at a place."""
    if place.edge is not None:
        return (end.device, end.interface) == (place.edge.device, place.edge.interface)
    return end.device == place.device if place.device else end.segment == place.segment


def confirmed(
    walker: Walker, origins: dict[Place, PacketSet], claim: str, holds: Callable[[Way], bool], *, surely: bool = True
) -> tuple[Exhibit, Way]:
    """A packet of one of the origins, replayed. ``holds`` tells the ways that show what is claimed.

    Raises DisagreementError where no way does, or (``surely``) none surely.
    """
    place = min(origins, key=lambda each: _telling(walker, each))
    packets = origins[place]
    packet = packets.sample()
    assert packet is not None, "origins are not empty"
    ways = walker.walk(packet, [start_of(place)])
    showing = [way for way in ways.ways if holds(way) and (way.is_sure or not surely)]
    if not showing:
        raise DisagreementError(claim, packet, str(place), ways)
    return exhibit(packet, str(place), showing[0]), showing[0]


def _telling(walker: Walker, place: Place) -> int:
    """Which beginnings tell most: hosts before segments, outsiders and routers."""
    device = walker.network.devices.get(place.device)
    if device is not None:
        return 3 if device.forwards else 0
    return 1 if place.segment else 2


def exhibit(packet: Packet, start: str, way: Way) -> Exhibit:
    """A way as evidence: each step by which a rule or a route decides something, and the end."""
    return Exhibit(str(packet), start, (*_steps(way), Waypoint(str(way.end), way.end.where)))


def _steps(way: Way) -> Iterable[Waypoint]:
    for step in way.steps:
        if step.rule is None and step.chain and not step.translates and not step.refuses:
            continue
        words = [step.device or f"segment {step.segment}", step.stage.value, step.chain]
        words.append(f"{step.rule.name}: {step.what}" if step.rule and step.rule.name else step.what)
        changed = f", now {step.after}" if step.translates else ""
        yield Waypoint(": ".join(each for each in words if each) + changed, step.where)


def doubts_told(doubts: Iterable[Unmodelled], most: int = 3) -> str:
    """The first few doubts, and how many more there are."""
    every = list(dict.fromkeys(doubts))
    told = "; ".join(f"{each.what} ({each.where})" for each in every[:most])
    return told + (f"; and {len(every) - most} more" if len(every) > most else "")

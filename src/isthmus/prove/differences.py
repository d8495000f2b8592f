"""Two networks under one estate: which packets between realms get through in one of them only."""

from collections.abc import Iterator

from isthmus.evidence import TrafficChange
from isthmus.packetset import PacketSet
from isthmus.prove.prover import Prover
from isthmus.prove.reach.direction import bare
from isthmus.prove.reach.journey import Journey
from isthmus.prove.witness import exhibit, start_of

MOST_ROWS = 20


def differences(before: Prover, after: Prover) -> Iterator[TrafficChange]:
    """What opens and what closes for each pair of realms; both provers use one space.

    A packet gets through where it arrives at the door of a host or leaves to a neighbour: what hosts themselves
    admit is part of it as far as it was read. Where that is in doubt on one side it counts as getting through there,
    so that a doubt that was there before opens nothing.
    """
    for realm, other in after.realm_pairs:
        asked = after.from_realm(realm) & after.to_realm(other)
        old, new = before.journey(asked), after.journey(asked)
        was, now = getting_through(old), getting_through(new)
        if now - was:
            yield _change(after, new, now - was, (realm, other), opens=True)
        if was - now:
            yield _change(before, old, was - now, (realm, other), opens=False)


def getting_through(journey: Journey) -> PacketSet:
    """The first packets, as their clients send them, that possibly arrive."""
    arrived = {place: packets.possibly for place, packets in journey.there.arrived.items()}
    return bare(journey.reach.space.union(journey.senders(arrived).values()))


def _change(
    prover: Prover, journey: Journey, packets: PacketSet, realms: tuple[str, str], *, opens: bool
) -> TrafficChange:
    start, begun = next((place, part & packets) for place, part in journey.begun.items() if part & packets)
    packet = begun.sample()
    assert packet is not None, "the set is not empty"
    ways = prover.walker.walk(packet, [start_of(start)])
    way = next(each for each in ways.ways if each.arrives)
    told = bare(packets & journey.packets).describe(MOST_ROWS)
    rows = tuple(str(each) for each in told.rows)
    return TrafficChange(*realms, opens, rows, told.left_out, exhibit(packet, str(start), way))

"""There and back: first packets from where they can begin, and the replies from where those arrive."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce

from isthmus.network import Port, RouteKind, own_addresses
from isthmus.packetset import PacketSet
from isthmus.prove.certainty import Bounds
from isthmus.prove.reach.connections import Connections, union
from isthmus.prove.reach.direction import Direction, answered, bare
from isthmus.prove.reach.explore import Exploration
from isthmus.prove.reach.origins import Origins
from isthmus.prove.reach.places import Explored, Place
from isthmus.prove.reach.reach import Reach


@dataclass(frozen=True)
class Journey:
    """Where first packets came, and which of them have replies that come home."""

    reach: Reach
    begun: Mapping[Place, PacketSet]
    connections: Mapping[str, Connections]
    there: Explored
    back: Explored
    returned: Bounds
    """The first packets, as their client sent them, that are answered: whatever their state and flags."""

    def origins(self, place: Place | Port, packets: PacketSet) -> dict[Place, PacketSet]:
        """The first packets, as their clients sent them, that came to a place or a port as one of these."""
        return self._way_back.of(place, packets)

    def senders(self, arrived: Mapping[Place, PacketSet]) -> dict[Place, PacketSet]:
        """The same for packets in many places, together: quicker than one place after the other."""
        return self._way_back.of_all(arrived)

    @cached_property
    def _way_back(self) -> Origins:
        return Origins(self.reach, self.there, self.connections, self.begun)

    @cached_property
    def packets(self) -> PacketSet:
        """Every first packet that could begin somewhere."""
        return reduce(lambda one, other: one | other, self.begun.values())


def journey(reach: Reach, begun: Mapping[Place, PacketSet]) -> Journey:
    """Follow first packets, then the replies to those that arrive. Raises TooLongError."""
    connections: dict[str, Connections] = {}
    there = _explored(Exploration(reach, Direction.THERE, connections), _exact(begun))
    answers = {place: packets.each(answered) for place, packets in there.arrived.items()}
    back = _explored(Exploration(reach, Direction.BACK, connections), answers)
    nothing = Bounds.exactly(reach.space.nothing)
    home = [back.arrived[place].each(bare) & bare(begun[place]) for place in begun if place in back.arrived]
    return Journey(reach, begun, connections, there, back, union([nothing, *home]))


def _exact(begun: Mapping[Place, PacketSet]) -> dict[Place, Bounds]:
    return {place: Bounds.exactly(packets) for place, packets in begun.items()}


def _explored(exploration: Exploration, begun: Mapping[Place, Bounds]) -> Explored:
    for place, packets in begun.items():
        exploration.begin(place, packets)
    return exploration.run()


def beginnings(reach: Reach, packets: PacketSet) -> dict[Place, PacketSet]:
    """Where packets can begin, by their source: on a device that holds it, on its segment, beyond an edge.

    What has no place is left out: sources that only translation makes, as those of a floating IP.
    """
    begun: dict[Place, PacketSet] = {}
    left, held = packets, reach.space.nothing
    for place, guard in _places(reach):
        if not place.device:
            left, held = left - held, reach.space.nothing
        part = left & guard
        if part:
            begun[place] = begun[place] | part if place in begun else part
            if place.device:
                held = held | guard
            elif place.edge is None:
                left = left - guard
    return begun


def ordinary(reach: Reach, packets: PacketSet) -> Mapping[Place, PacketSet]:
    """The beginnings of flows as hosts make them.

    A host sends from the address of the interface by which it sends, or from one that it holds on its own (a VIP on
    its loopback interface): that is how Linux chooses, unless a program binds itself to something else. What a device
    sends to itself is left out: it crosses nothing. From outside come sources that the internet can have, and others
    (private ones of other sites) where a route of their own leads to them.
    """
    known = reach.surroundings.begun
    if packets not in known:
        known[packets] = dict(_ordinary(reach, packets))
    return known[packets]


def _ordinary(reach: Reach, packets: PacketSet) -> Iterator[tuple[Place, PacketSet]]:
    for place, part in beginnings(reach, packets).items():
        sent = part
        if place.device:
            sent = part & reach.chosen(place.device)
        elif place.edge is not None:
            sent = part - (reach.from_nobody - reach.routed(place.edge.device))
        if sent:
            yield place, sent


def _places(reach: Reach) -> Iterator[tuple[Place, PacketSet]]:
    """Every place with the packets that can begin there; devices before segments, segments before edges."""
    space = reach.space
    for device in reach.network.devices.values():
        for vrf in sorted({each.vrf for each in device.interfaces.values()}):
            if own_addresses(device, vrf):
                yield Place(device=device.name), reach.compiled(device.name, Direction.BACK).own(vrf)
    for segment in reach.topology.segments:
        if segment.prefixes:
            yield Place(segment=segment.name), space.match(Direction.BACK.toward(segment.prefixes))
    for port, guard in edges(reach):
        yield Place(edge=port), guard


def edges(reach: Reach) -> Iterator[tuple[Port, PacketSet]]:
    """The ports by which the network is left, each with the packets whose source is routed to there."""
    for device in reach.network.devices.values():
        if not device.forwards:
            continue
        compiled = reach.compiled(device.name, Direction.BACK)
        for table in compiled.routing.entries:
            for fate, guard in compiled.table(table):
                for hop in fate.hops if fate.kind is RouteKind.FORWARD else ():
                    port = Port(device.name, hop.interface)
                    segment = reach.topology.segment_of.get(port)
                    nobody = hop.neighbour is not None and not (
                        segment and reach.topology.answering(segment, hop.neighbour)
                    )
                    if segment is None or nobody:
                        yield port, guard

"""What filters have no part in: which interfaces meet, who answers for an address, where packets can begin.

It takes long to work out, and a changed rule changes nothing of it: so it is kept apart, and networks that differ in
rules only share it.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from isthmus.network import Device, Interface, Network, Port, Segment, Topology
from isthmus.packetset import Address, PacketSet
from isthmus.prove.reach.direction import Direction
from isthmus.prove.reach.divisions import Divisions
from isthmus.prove.reach.places import Place


@dataclass(slots=True)
class Surroundings:
    """What was worked out about the addresses and routes of a network, whatever its rules are."""

    topology: Topology
    chosen: dict[str, PacketSet] = field(default_factory=dict)
    answering: dict[tuple[str, Direction], tuple[tuple[Port, PacketSet], ...]] = field(default_factory=dict)
    begun: dict[PacketSet, Mapping[Place, PacketSet]] = field(default_factory=dict)
    """By the packets asked about: where they can begin."""
    divided: dict[tuple[str, Direction, str | None], Divisions] = field(default_factory=dict)
    """By the segment and the sender: who takes which packets."""
    held: PacketSet | None = None
    """The packets to addresses that some device holds or that lie on some segment."""

    def under(self, network: Network) -> "Surroundings":
        """The same, for a network that `is_alike` the one before."""
        before = self.topology
        topology = KnownTopology(network, before.segments, before.segment_of, before.owners)
        return Surroundings(topology, self.chosen, self.answering, self.begun, self.divided, self.held)


@dataclass(frozen=True)
class KnownTopology(Topology):
    """How the devices of a network hang together, known from another one in which they hang together alike."""

    known_segments: tuple[Segment, ...]
    known_segment_of: dict[Port, Segment]
    known_owners: dict[Address, tuple[Port, ...]]

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """Every segment, in the order of their names."""
        return self.known_segments

    @cached_property
    def segment_of(self) -> dict[Port, Segment]:
        """The segment of each port that is on one."""
        return self.known_segment_of

    @cached_property
    def owners(self) -> dict[Address, tuple[Port, ...]]:
        """The ports that hold each address."""
        return self.known_owners


def is_alike(old: Network, new: Network) -> bool:
    """Whether two networks have the same addresses, segments and routes on the same devices, in the same order."""
    if list(old.devices) != list(new.devices):
        return False
    pairs = zip(old.devices.values(), new.devices.values(), strict=True)
    return all(one is other or _addressing(one) == _addressing(other) for one, other in pairs)


def _addressing(device: Device) -> Hashable:
    routes = tuple(
        (name, tuple((each.prefix, each.kind, each.next_hops, each.preference) for each in table))
        for name, table in device.tables.items()
    )
    interfaces = tuple(_address(each) for each in device.interfaces.values())
    vrfs = tuple((each.name, each.table) for each in device.vrfs.values())
    return device.name, device.kind, device.forwards, interfaces, vrfs, routes


def _address(interface: Interface) -> Hashable:
    return interface.name, interface.addresses, interface.vrf, interface.segment, interface.is_up

"""A network ready to be asked: its devices compiled, who answers on its segments, what belongs to its addresses."""

from collections.abc import Iterator
from functools import cached_property
from ipaddress import ip_network

from isthmus.network import DeviceKind, Network, Port, Segment, Topology
from isthmus.packetset import Match, PacketSet, Space
from isthmus.prove.certainty import Bounds
from isthmus.prove.lists import Compiler
from isthmus.prove.reach.compiled import Compiled, host_prefix
from isthmus.prove.reach.direction import Direction
from isthmus.prove.reach.divisions import Divided, Divisions
from isthmus.prove.reach.memory import Memory, interned
from isthmus.prove.reach.places import Place
from isthmus.prove.reach.routing import Routing
from isthmus.prove.reach.surroundings import Surroundings, is_alike

NOT_ON_THE_INTERNET = tuple(
    ip_network(each)
    for each in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.168.0.0/16", "224.0.0.0/3", "::/8", "fc00::/7", "fe80::/10", "ff00::/8",
    )
)  # fmt: skip
"""Prefixes that nobody routes between networks (RFC 6890, RFC 1918, RFC 4193, RFC 6598; multicast as a source)."""


class Reach:
    """A network ready to be asked: what was compiled for one question serves the next.

    After ``before``, the reach of a network of which this one is a change, only what changed is compiled anew, and of
    the steps of a proof only those are worked out at which something else happens than before.
    """

    def __init__(self, network: Network, space: Space, before: "Reach | None" = None) -> None:
        self.network = network
        self.space = space
        self.memory = Memory(space)
        self.surroundings = Surroundings(Topology(network))
        if before is not None:
            self.network = interned(before.network, network)
            self.memory = before.memory
            alike = is_alike(before.network, self.network)
            self.surroundings = before.surroundings.under(self.network) if alike else self.surroundings

    def asks_the_same(self, other: "Reach") -> bool:
        """Whether both have the very same devices, in the same order."""
        pairs = zip(self.network.devices.values(), other.network.devices.values(), strict=False)
        is_whole = len(self.network.devices) == len(other.network.devices)
        return is_whole and all(one is another for one, another in pairs)

    @property
    def compiler(self) -> Compiler:
        """What makes sets of rules."""
        return self.memory.compiler

    @property
    def topology(self) -> Topology:
        """How the devices hang together."""
        return self.surroundings.topology

    def compiled(self, device: str, direction: Direction) -> Compiled:
        """A device as packets of one direction meet it."""
        return self.memory.compiled(self.network.devices[device], direction)

    def answering(self, segment: Segment, direction: Direction) -> tuple[tuple[Port, PacketSet], ...]:
        """The ports that take packets on a segment, each with the packets that it takes."""
        key = (segment.name, direction)
        known = self.surroundings.answering
        if key not in known:
            known[key] = tuple(self._takers(segment, direction))
        return known[key]

    def _takers(self, segment: Segment, direction: Direction) -> Iterator[tuple[Port, PacketSet]]:
        inside = self.inside(segment, direction)
        for port in segment.ports:
            vrf = self.topology.interface(port).vrf
            held = self.compiled(port.device, direction).own(vrf) & inside
            if held:
                yield port, held

    def divided(self, segment: Segment, direction: Direction, packets: Bounds, sender: str | None) -> Divided:
        """Packets on a segment by the ports that hold their addresses, the sender's own left out; and the rest."""
        divisions = self.surroundings.divided.get((segment.name, direction, sender))
        if divisions is None:
            takers = {port: held for port, held in self.answering(segment, direction) if port.device != sender}
            divisions = Divisions(takers, self.space.union(takers.values()))
            self.surroundings.divided[segment.name, direction, sender] = divisions
        return divisions.of(packets)

    def is_read(self, place: Place) -> bool:
        """Whether it was read what is admitted where packets arrive: the host's own firewall, or that it has none.

        What stands before an instance are its security groups, so its network is read with them.
        """
        device = self.network.devices.get(place.device)
        return device is not None and (device.reads_host or device.kind is DeviceKind.INSTANCE)

    def chosen(self, device: str) -> PacketSet:
        """The packets that a host sends to others with the source that belongs to their way; a router: with any."""
        known = self.surroundings.chosen
        if device not in known:
            compiled = self.compiled(device, Direction.THERE)
            own = self.space.union(compiled.own(vrf) for vrf in compiled.vrfs)
            sent = self.space.everything if compiled.device.forwards else compiled.with_chosen_source()
            known[device] = sent - own
        return known[device]

    @property
    def held(self) -> PacketSet:
        """The packets to addresses that some device holds or that lie on some segment."""
        if self.surroundings.held is None:
            prefixes = [prefix for segment in self.topology.segments for prefix in segment.prefixes]
            owned = [host_prefix(each) for each in self.topology.owners]
            self.surroundings.held = self.space.match(Match(destination=(*prefixes, *owned)))
        return self.surroundings.held

    @cached_property
    def to_nobody(self) -> PacketSet:
        """The packets to addresses that nobody on the internet has: who takes them behind an edge is not known."""
        return self.space.match(Match(destination=NOT_ON_THE_INTERNET))

    @cached_property
    def from_nobody(self) -> PacketSet:
        """The packets from addresses that nobody on the internet has."""
        return self.space.match(Match(source=NOT_ON_THE_INTERNET))

    def routed(self, device: str) -> PacketSet:
        """The packets from addresses to which a device has a route of their own, and not just a default one."""
        entries = [each for table in Routing(self.network.devices[device]).entries.values() for each in table]
        return self.space.match(Match(source=tuple(each.prefix for each in entries if each.prefix.prefixlen)))

    def speaking(self, port: Port) -> PacketSet:
        """The packets of the IP versions in which a port has an address."""
        versions = sorted({each.version for each in self.topology.interface(port).addresses})
        return self.space.union(self.space.match(Match(version=version)) for version in versions)

    def inside(self, segment: Segment, direction: Direction) -> PacketSet:
        """The packets to addresses of a segment."""
        return self.space.match(direction.toward(segment.prefixes))

"""A network ready to be asked: its devices compiled, who answers on its segments, what belongs to its addresses."""

from collections.abc import Iterator
from functools import cached_property
from ipaddress import ip_network

from isthmus.network import DeviceKind, Network, Port, Segment, Topology
from isthmus.packetset import Match, PacketSet, Space
from isthmus.prove.lists import Compiler
from isthmus.prove.reach.compiled import Compiled, host_prefix
from isthmus.prove.reach.direction import Direction
from isthmus.prove.reach.filters import Rulesets
from isthmus.prove.reach.places import Place
from isthmus.prove.reach.routing import Routing

NOT_ON_THE_INTERNET = tuple(
    ip_network(each)
    for each in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.168.0.0/16", "224.0.0.0/3", "::/8", "fc00::/7", "fe80::/10", "ff00::/8",
    )
)  # fmt: skip
"""Prefixes that nobody routes between networks (RFC 6890, RFC 1918, RFC 4193, RFC 6598; multicast as a source)."""


class Reach:
    """A network ready to be asked: what was compiled for one question serves the next."""

    def __init__(self, network: Network, space: Space) -> None:
        self.network = network
        self.space = space
        self.compiler = Compiler(space)
        self.rulesets = Rulesets(self.compiler)
        self.topology = Topology(network)
        self._compiled: dict[tuple[str, Direction], Compiled] = {}
        self._chosen: dict[str, PacketSet] = {}
        self._answering: dict[tuple[str, Direction], tuple[tuple[Port, PacketSet], ...]] = {}

    def compiled(self, device: str, direction: Direction) -> Compiled:
        """A device as packets of one direction meet it."""
        key = (device, direction)
        if key not in self._compiled:
            self._compiled[key] = Compiled(self.network.devices[device], self.rulesets, direction)
        return self._compiled[key]

    def answering(self, segment: Segment, direction: Direction) -> tuple[tuple[Port, PacketSet], ...]:
        """The ports that take packets on a segment, each with the packets that it takes."""
        key = (segment.name, direction)
        if key not in self._answering:
            self._answering[key] = tuple(self._takers(segment, direction))
        return self._answering[key]

    def _takers(self, segment: Segment, direction: Direction) -> Iterator[tuple[Port, PacketSet]]:
        for port in segment.ports:
            vrf = self.topology.interface(port).vrf
            held = self.compiled(port.device, direction).own(vrf) & self.inside(segment, direction)
            if held:
                yield port, held

    def is_read(self, place: Place) -> bool:
        """Whether it was read what is admitted where packets arrive: the host's own firewall, or that it has none.

        What stands before an instance are its security groups, so its network is read with them.
        """
        device = self.network.devices.get(place.device)
        return device is not None and (device.reads_host or device.kind is DeviceKind.INSTANCE)

    def chosen(self, device: str) -> PacketSet:
        """The packets that a host sends to others with the source that belongs to their way; a router: with any."""
        if device not in self._chosen:
            compiled = self.compiled(device, Direction.THERE)
            own = self.space.union(compiled.own(vrf) for vrf in compiled.vrfs)
            sent = self.space.everything if compiled.device.forwards else compiled.with_chosen_source()
            self._chosen[device] = sent - own
        return self._chosen[device]

    @cached_property
    def held(self) -> PacketSet:
        """The packets to addresses that some device holds or that lie on some segment."""
        prefixes = [prefix for segment in self.topology.segments for prefix in segment.prefixes]
        owned = [host_prefix(each) for each in self.topology.owners]
        return self.space.match(Match(destination=(*prefixes, *owned)))

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

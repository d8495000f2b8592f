"""One device as both directions use it again and again: its chains, tables and own addresses as sets of packets."""

from functools import cached_property
from ipaddress import IPv4Interface, IPv6Interface, ip_network

from isthmus.network import Device, DeviceKind, Hook, HookPoint, own_addresses
from isthmus.packetset import Address, Match, PacketSet, Prefix
from isthmus.prove.reach.direction import Direction
from isthmus.prove.reach.filters import Filters, Rulesets
from isthmus.prove.reach.routing import Fate, Routing, partition


class Compiled:
    """One device in one direction; what was computed once stays."""

    def __init__(self, device: Device, rulesets: Rulesets, direction: Direction) -> None:
        self.device = device
        self.space = rulesets.compiler.space
        self.direction = direction
        self.filters = Filters(device, rulesets, direction)
        self.routing = Routing(device)
        self._tables: dict[str, tuple[tuple[Fate, PacketSet], ...]] = {}
        self._own: dict[str, PacketSet] = {}

    @cached_property
    def is_simple_host(self) -> bool:
        """Whether nothing tells its routes, so that it sends to its segment, and through the gateways there."""
        return not self.device.forwards and not self.device.tables

    @cached_property
    def tracks(self) -> bool:
        """Whether it keeps a connection table."""
        return self.device.kind in (DeviceKind.LINUX, DeviceKind.INSTANCE)

    @cached_property
    def is_plain(self) -> bool:
        """Whether nothing behind the interfaces' filters tells by which of them a packet came."""
        return not self.device.hooks and not self.device.choices

    @cached_property
    def vrfs(self) -> tuple[str, ...]:
        """The VRFs that its interfaces are in."""
        return tuple(sorted({each.vrf for each in self.device.interfaces.values()}))

    @cached_property
    def hooks(self) -> dict[HookPoint, list[Hook]]:
        """The hooked chains of each place, lowest priority first."""
        hooks: dict[HookPoint, list[Hook]] = {}
        for hook in sorted(self.device.hooks, key=lambda each: each.priority):
            hooks.setdefault(hook.at, []).append(hook)
        return hooks

    def own(self, vrf: str) -> PacketSet:
        """The packets to (of replies: that answer packets from) the device's own addresses in a VRF."""
        if vrf not in self._own:
            held = sorted(own_addresses(self.device, vrf), key=lambda each: (each.version, int(each)))
            self._own[vrf] = self.space.match(self.direction.toward([host_prefix(each) for each in held]))
        return self._own[vrf]

    def sent_from(self, vrf: str) -> PacketSet:
        """The packets that come from (of replies: that answer packets to) the device's own addresses in a VRF."""
        held = sorted(own_addresses(self.device, vrf), key=lambda each: (each.version, int(each)))
        return self.space.match(self.direction.coming_from([host_prefix(each) for each in held]))

    def with_chosen_source(self) -> PacketSet:
        """The packets whose source is on the interface by which they leave, or on none that has neighbours."""
        alone = [each.ip for one in self.device.interfaces.values() for each in one.addresses if _is_alone(each)]
        parts = [self.space.match(Match(source=tuple(host_prefix(each) for each in alone)))]
        for name, interface in self.device.interfaces.items():
            held = tuple(host_prefix(each.ip) for each in interface.addresses)
            parts.append(self.space.match(Match(source=held)) & self._leaving_by(name))
        return self.space.union(parts)

    def _leaving_by(self, interface: str) -> PacketSet:
        if self.is_simple_host:
            return self.space.everything
        table = self.routing.table_of(self.routing.vrf_of(interface))
        fates = [guard for fate, guard in self.table(table) if any(hop.interface == interface for hop in fate.hops)]
        return self.space.union(fates)

    def table(self, name: str) -> tuple[tuple[Fate, PacketSet], ...]:
        """A routing table as disjoint sets of packets with their fates."""
        if name not in self._tables:
            self._tables[name] = partition(self.routing.entries.get(name, ()), self.space, self.direction)
        return self._tables[name]


def host_prefix(address: Address) -> Prefix:
    """The prefix that holds one address."""
    return ip_network(address)


def _is_alone(held: IPv4Interface | IPv6Interface) -> bool:
    """Whether an address is on no segment: a VIP on a loopback interface."""
    return held.network.prefixlen == held.network.max_prefixlen

"""Which interfaces meet: broadcast domains, and who answers for an address on them.

A snapshot tells interfaces, not cables. Interfaces that a configuration puts on a segment of one name meet there;
beyond that, interfaces meet where their addresses lie in the same prefix, which is how routers see the world.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from isthmus.network.devices import Device, Interface, RouteKind
from isthmus.network.network import Network
from isthmus.packetset import Address, Prefix


@dataclass(frozen=True, slots=True, order=True)
class Port:
    """An interface of a device, by their names."""

    device: str
    interface: str

    def __str__(self) -> str:
        return f"{self.device} {self.interface}"


@dataclass(frozen=True, slots=True)
class Segment:
    """A broadcast domain: the ports on it, and the prefixes that its addresses lie in. Its name is one of those."""

    name: str
    ports: tuple[Port, ...]
    prefixes: tuple[Prefix, ...]

    def holds(self, address: Address) -> bool:
        """Whether an address is in a prefix of the segment."""
        return any(address.version == each.version and address in each for each in self.prefixes)


def connected(interface: Interface) -> tuple[Prefix, ...]:
    """The prefixes that an interface's addresses put it on; an address with full length puts it on none."""
    found = (each.network for each in interface.addresses if interface.is_up)
    return tuple(dict.fromkeys(each for each in found if each.prefixlen < each.max_prefixlen))


@dataclass(frozen=True)
class Topology:
    """How the devices of a network hang together."""

    network: Network

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """Every segment, in the order of their names."""
        groups = _Groups()
        for device in self.network.devices.values():
            for interface in device.interfaces.values():
                groups.add(Port(device.name, interface.name), interface)
        return tuple(sorted(groups.segments(), key=lambda each: each.name))

    @cached_property
    def segment_of(self) -> dict[Port, Segment]:
        """The segment of each port that is on one."""
        return {port: segment for segment in self.segments for port in segment.ports}

    @cached_property
    def owners(self) -> dict[Address, tuple[Port, ...]]:
        """The ports that hold each address; several where two devices hold one (a VIP, a mistake)."""
        owners: dict[Address, tuple[Port, ...]] = {}
        for device in self.network.devices.values():
            for interface in device.interfaces.values():
                for each in interface.addresses if interface.is_up else ():
                    owners[each.ip] = (*owners.get(each.ip, ()), Port(device.name, interface.name))
        return owners

    def interface(self, port: Port) -> Interface:
        """The interface behind a port."""
        return self.network.devices[port.device].interfaces[port.interface]

    def answering(self, segment: Segment, address: Address) -> tuple[Port, ...]:
        """The ports that take packets sent on a segment to an address: a port on it of a device that holds it.

        A device answers for addresses of its other interfaces too, where it has a port on the segment in the same VRF.
        """
        return tuple(dict.fromkeys(self._answering(segment, address)))

    def _answering(self, segment: Segment, address: Address) -> Iterator[Port]:
        for holder in self.owners.get(address, ()):
            held = self.interface(holder)
            if holder in segment.ports:
                yield holder
                continue
            for port in segment.ports:
                if port.device == holder.device and self.interface(port).vrf == held.vrf:
                    yield port

    def gateways(self, segment: Segment) -> tuple[Port, ...]:
        """The ports of forwarding devices on a segment: where its hosts send what is not for the segment."""
        return tuple(each for each in segment.ports if self.network.devices[each.device].forwards)


def own_addresses(device: Device, vrf: str) -> frozenset[Address]:
    """The addresses that a device takes packets for in one VRF: its interfaces', and those of local host routes."""
    held = {each.ip for one in device.interfaces.values() if one.vrf == vrf and one.is_up for each in one.addresses}
    table = device.vrfs[vrf].table if vrf in device.vrfs else "main"
    for route in (*device.tables.get(table, ()), *device.tables.get("local", ())):
        if route.kind is RouteKind.LOCAL and route.prefix.prefixlen == route.prefix.max_prefixlen:
            held.add(route.prefix.network_address)
    return frozenset(held)


class _Groups:
    """Ports joined by what they have in common."""

    def __init__(self) -> None:
        self.leader: dict[object, object] = {}
        self.ports: dict[Port, Interface] = {}

    def add(self, port: Port, interface: Interface) -> None:
        prefixes = connected(interface)
        if not interface.is_up or not (prefixes or interface.segment):
            return
        self.ports[port] = interface
        if interface.segment:
            self._join(port, interface.segment)
        for prefix in prefixes if not interface.segment else ():
            self._join(port, prefix)

    def _find(self, each: object) -> object:
        while self.leader.setdefault(each, each) is not each:
            each = self.leader[each]
        return each

    def _join(self, one: object, other: object) -> None:
        self.leader[self._find(one)] = self._find(other)

    def segments(self) -> Iterator[Segment]:
        self._join_named()
        members: dict[object, list[Port]] = {}
        for port in self.ports:
            members.setdefault(self._find(port), []).append(port)
        for ports in members.values():
            prefixes = {prefix for port in ports for prefix in connected(self.ports[port])}
            ordered = tuple(sorted(prefixes, key=lambda each: (each.version, each.network_address, each.prefixlen)))
            names = sorted({self.ports[port].segment or "" for port in ports} - {""})
            yield Segment(names[0] if names else str(ordered[0]), tuple(sorted(ports)), ordered)

    def _join_named(self) -> None:
        """A named segment meets the interfaces without a name that share a prefix with it, unless names would meet."""
        named: dict[object, set[str]] = {}
        for interface in self.ports.values():
            for prefix in connected(interface) if interface.segment else ():
                named.setdefault(prefix, set()).add(interface.segment or "")
        for shared, names in named.items():
            if len(names) == 1 and shared in self.leader:
                self._join(shared, next(iter(names)))

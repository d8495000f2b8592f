"""What lies between devices, for one packet: who answers on a segment, which gateways it has, where packets begin."""

from collections.abc import Iterator
from functools import cached_property

from isthmus.diagnostics import Span
from isthmus.network import Interface, Network, Port, RouteKind, Segment, Topology
from isthmus.packetset import Address, Packet
from isthmus.prove.replay.longest import Longest
from isthmus.prove.replay.machine import Machine
from isthmus.prove.replay.tables import Hop, Routed
from isthmus.prove.replay.ways import ComingIn, OnDevice, OnSegment, Start


class Wiring:
    """The devices of a network and what connects them; what one packet made it compute serves the next."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.topology = Topology(network)
        self._machines: dict[str, Machine] = {}
        self._answering: dict[tuple[str, Address], tuple[Port, ...]] = {}

    def machine(self, device: str) -> Machine:
        """A device, ready for packets."""
        if device not in self._machines:
            self._machines[device] = Machine(self.network.devices[device])
        return self._machines[device]

    @cached_property
    def segments(self) -> dict[str, Segment]:
        """Every segment by its name."""
        return {each.name: each for each in self.topology.segments}

    @cached_property
    def _by_prefix(self) -> Longest[Segment]:
        return Longest((prefix, each) for each in self.topology.segments for prefix in each.prefixes)

    def segments_of(self, address: Address) -> tuple[Segment, ...]:
        """The segments that an address lies in."""
        return tuple(dict.fromkeys(self._by_prefix.find(address)))

    def segment_at(self, port: Port) -> Segment | None:
        """The segment of a port, None where it is on none."""
        return self.topology.segment_of.get(port)

    def line_of(self, port: Port) -> Span:
        """Where the interface of a port is written; its device where no file tells the interface."""
        device = self.network.devices[port.device]
        return device.interfaces[port.interface].where if port.interface in device.interfaces else device.where

    def line_on(self, segment: Segment) -> Span:
        """Where a segment is written: at the first interface on it."""
        return self.line_of(segment.ports[0])

    # Who answers

    def answering(self, segment: Segment, address: Address) -> tuple[Port, ...]:
        """The ports that take packets on a segment to an address."""
        key = (segment.name, address)
        if key not in self._answering:
            self._answering[key] = tuple(dict.fromkeys(self._takers(segment, address)))
        return self._answering[key]

    def _takers(self, segment: Segment, address: Address) -> Iterator[Port]:
        for holder in self.topology.owners.get(address, ()):
            if self.segment_at(holder) is segment:
                yield holder
                continue
            vrf = self.topology.interface(holder).vrf
            for port in self._ports.get((segment.name, holder.device), ()):
                if self.topology.interface(port).vrf == vrf:
                    yield port

    @cached_property
    def _ports(self) -> dict[tuple[str, str], list[Port]]:
        """The ports of each device on each segment."""
        ports: dict[tuple[str, str], list[Port]] = {}
        for segment in self.topology.segments:
            for port in segment.ports:
                ports.setdefault((segment.name, port.device), []).append(port)
        return ports

    # Hosts of which no routes are told

    def gateways(self, segment: Segment, version: int, sender: str = "") -> tuple[Port, ...]:
        """The gateways of a segment that can serve an IP version, apart from the sender itself."""
        every = [each for each in self._gateways(segment) if each.device != sender]
        able = [each for each in every if _has(self.topology.interface(each), version)]
        return tuple(able or every)

    def _gateways(self, segment: Segment) -> tuple[Port, ...]:
        if segment.name not in self._known_gateways:
            self._known_gateways[segment.name] = self.topology.gateways(segment)
        return self._known_gateways[segment.name]

    @cached_property
    def _known_gateways(self) -> dict[str, tuple[Port, ...]]:
        return {}

    def own_routes(self, machine: Machine, packet: Packet, vrf: str, mark: int) -> Iterator[Routed]:
        """Where a device sends a packet of its own: by its tables or, where none were read, as hosts usually do."""
        if not machine.sends_simply:
            yield from machine.tables.route(packet, vrf, "", mark)
            return
        ports = self._legs(machine, packet)
        for port, segment in ports:
            if segment.holds(packet.destination):
                yield Routed(RouteKind.FORWARD, (Hop(port.interface),))
                return
        found = list(self._by_gateways(machine, ports, packet))
        yield from found or [Routed(None)]

    def _by_gateways(self, machine: Machine, ports: list[tuple[Port, Segment]], packet: Packet) -> Iterator[Routed]:
        for port, segment in ports:
            gateways = self.gateways(segment, packet.version, machine.device.name)
            for gateway in gateways:
                neighbour = _address(self.topology.interface(gateway), packet.version)
                yield Routed(RouteKind.FORWARD, (Hop(port.interface, neighbour),))

    def _legs(self, machine: Machine, packet: Packet) -> list[tuple[Port, Segment]]:
        """The legs by which a packet can leave: those that hold its source, or all."""
        legs = []
        for interface in machine.device.interfaces.values():
            port = Port(machine.device.name, interface.name)
            segment = self.segment_at(port)
            if segment is not None:
                legs.append((interface, port, segment))
        holding = [each for each in legs if any(held.ip == packet.source for held in each[0].addresses)]
        return [(port, segment) for _, port, segment in holding or legs]

    # Where packets begin

    def beginnings(self, packet: Packet) -> tuple[Start, ...]:
        """Where a packet can begin, by its source: on devices that hold it, on segments, or beyond an edge."""
        holders = dict.fromkeys(port.device for port in self.topology.owners.get(packet.source, ()))
        if holders:
            return tuple(OnDevice(device) for device in holders)
        segments = self.segments_of(packet.source)
        if segments:
            return tuple(OnSegment(each.name) for each in segments)
        return tuple(ComingIn(port) for port in dict.fromkeys(self._edges(packet.source)))

    def _edges(self, source: Address) -> Iterator[Port]:
        """The ports by which forwarding devices send to an address outside, to a neighbour that was not read."""
        for device in self.network.devices.values():
            if not device.forwards:
                continue
            tables = self.machine(device.name).tables
            for table in tables.names:
                routed = tables.look_up(source, table)
                for hop in routed.hops if routed else ():
                    port = Port(device.name, hop.interface)
                    segment = self.segment_at(port)
                    neighbour = hop.neighbour
                    if segment is None or (neighbour is not None and not self.answering(segment, neighbour)):
                        yield port


def _has(interface: Interface, version: int) -> bool:
    return any(each.version == version for each in interface.addresses)


def _address(interface: Interface, version: int) -> Address | None:
    return next((each.ip for each in interface.addresses if each.version == version), None)

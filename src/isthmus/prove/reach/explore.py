"""Following packets from device to device until nothing new arrives anywhere: a fixpoint over a network's ports."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping

from isthmus.network import Balancer, Bind, Delivery, Device, Port, Segment, Server
from isthmus.packetset import Match, PacketSet, Rewrite, only
from isthmus.prove.certainty import Bounds
from isthmus.prove.reach.compiled import Compiled, host_prefix
from isthmus.prove.reach.connections import Connections, union
from isthmus.prove.reach.direction import Direction
from isthmus.prove.reach.memory import Crossed
from isthmus.prove.reach.passage import Passage
from isthmus.prove.reach.places import Ended, Explored, Move, Place
from isthmus.prove.reach.reach import Reach
from isthmus.prove.reach.stages import Passed

MOST_STEPS = 200_000
"""How often packets may arrive at a port in one exploration before it is given up."""


Coming = tuple[tuple[str, Bounds], ...]
"""Packets by the interface by which they come; the name is empty for those that a device sends itself."""

Crossing = Callable[[Passage, Coming], Passed]
"""How packets get on a device."""


def _arrived(passage: Passage, coming: Coming) -> Passed:
    return passage.arrive(dict(coming))


def _emitted(passage: Passage, coming: Coming) -> Passed:
    return passage.emit(coming[0][1])


def _handed_over(passage: Passage, coming: Coming) -> Passed:
    return passage.hand_over(*coming[0])


def _worked_out(compiled: Compiled, how: Crossing, coming: Coming, table: Connections) -> Crossed:
    return Crossed(how(Passage(compiled, table), coming), table)


class TooLongError(Exception):
    """An exploration took more steps than it may: the question has no answer within the bounds."""


class Exploration:
    """Packets of one direction on their way; ``connections`` are written on the way there and read on the way back."""

    def __init__(self, reach: Reach, direction: Direction, connections: dict[str, Connections]) -> None:
        self.reach = reach
        self.direction = direction
        self.connections = connections
        self.found = Explored()
        self.pending: OrderedDict[str, dict[str, list[Bounds]]] = OrderedDict()
        """What waits at the interfaces of devices."""
        self.handed: dict[Port, Bounds] = {}
        """What load balancers have handed on to servers, by the port where it comes in."""
        self.moving: tuple[tuple[Port | Place, ...], str] = ((), "")
        """Where the packets in hand came in, and the device that they are on."""
        self._remembered: dict[str, Hashable] = {}
        """What each device remembers of first packets, as a value."""

    def begin(self, place: Place, packets: Bounds) -> None:
        """Let packets start at a place."""
        self.moving = ((place,), "")
        if place.edge is not None:
            self._enter(place.edge, packets)
        elif place.device:
            self.moving = ((place,), place.device)
            self._came(place.device, self._crossed(place.device, _emitted, (("", packets),)))
        else:
            segment = next(each for each in self.reach.topology.segments if each.name == place.segment)
            self._send_on(segment, packets, None)

    def run(self) -> Explored:
        """Follow everything to its end. Raises TooLongError."""
        steps = 0
        while self.pending:
            device, waiting = self.pending.popitem(last=False)
            coming = self._coming(device, waiting)
            steps += len(coming)
            if steps > MOST_STEPS:
                raise TooLongError(f"packets arrive at ports more than {MOST_STEPS:,} times")
            if coming:
                self.moving = (tuple(Port(device, name) for name in coming), device)
                self._came(device, self._crossed(device, _arrived, tuple(coming.items())))
        return self.found

    def _coming(self, device: str, waiting: Mapping[str, list[Bounds]]) -> dict[str, Bounds]:
        """What waits at the ports of a device and was not there before, by the interface."""
        coming: dict[str, Bounds] = {}
        for interface, parts in waiting.items():
            port, packets = Port(device, interface), parts[0] if len(parts) == 1 else union(parts)
            known = self.found.entered.get(port)
            new = packets if known is None else packets.beyond(known)
            if new:
                self.found.entered[port] = new if known is None else known | new
                coming[interface] = new
        return coming

    def _crossed(self, device: str, how: Crossing, coming: Coming) -> Passed:
        """What a device does to packets: once for the same packets and, of replies, the same connections."""
        compiled = self.reach.compiled(device, self.direction)
        table = self._table(device)
        if self.direction is Direction.BACK:
            if device not in self._remembered:
                self._remembered[device] = (table.seen if compiled.tracks else None, table.translations())
            key = (compiled, how, coming, self._remembered[device])
            return self.reach.memory.crossing(key, lambda: _worked_out(compiled, how, coming, table)).passed
        crossed = self.reach.memory.crossing(
            (compiled, how, coming), lambda: _worked_out(compiled, how, coming, Connections(self.reach.space))
        )
        table.add(crossed.noted)
        return crossed.passed

    def _table(self, device: str) -> Connections:
        """The connection table of a device."""
        table = self.connections.get(device)
        if table is None:
            table = self.connections[device] = Connections(self.reach.space)
        return table

    def _came(self, device: str, passed: Passed) -> None:
        self.found.lost += passed.lost
        self.found.rewritten += passed.rewritten
        is_simple = bool(passed.sent) and self.reach.compiled(device, self.direction).is_simple_host
        for hop, packets in passed.sent:
            port = Port(device, hop.interface)
            segment = self.reach.topology.segment_of.get(port)
            if segment is None:
                self._arrive(Place(edge=port), packets)
            elif is_simple:
                self._send_on(segment, packets, device)
            elif hop.neighbour is None:
                self._send_direct(segment, packets, port)
            else:
                answering = self.reach.topology.answering(segment, hop.neighbour)
                takers = [each for each in answering if each.device != device]
                for taker in takers:
                    self._enter(taker, packets)
                if not takers:
                    self._arrive(Place(edge=port), packets)
        for packets in passed.taken:
            self._take(self.reach.network.devices[device], packets)

    def _send_on(self, segment: Segment, packets: Bounds, sender: str | None) -> None:
        """A host sends on its segment: directly, or through each gateway there."""
        inside = self.reach.inside(segment, self.direction)
        self._send_direct(segment, packets & inside, None)
        outside = packets - inside
        for port in self.reach.topology.gateways(segment) if outside else ():
            if port.device != sender:
                self._enter(port, outside & self.reach.speaking(port))

    def _send_direct(self, segment: Segment, packets: Bounds, sender: Port | None) -> None:
        """Packets to addresses of a segment: to the ports that hold them, else to hosts that were not read."""
        parts, rest = self.reach.divided(segment, self.direction, packets, sender.device if sender else None)
        for port, part in parts.items():
            self._enter(port, part)
        inside = self.reach.inside(segment, self.direction)
        self._arrive(Place(segment=segment.name), rest & inside)
        if sender is not None:
            self._arrive(Place(edge=sender), rest - inside)

    def _enter(self, port: Port, packets: Bounds) -> None:
        if packets:
            self.found.moves.append(Move(*self.moving, packets.possibly, port))
            self.pending.setdefault(port.device, {}).setdefault(port.interface, []).append(packets)

    def _arrive(self, place: Place, packets: Bounds) -> None:
        if packets:
            self.found.moves.append(Move(*self.moving, packets.possibly, place))
            known = self.found.arrived.get(place)
            self.found.arrived[place] = packets if known is None else known | packets

    # Where packets are taken

    def _take(self, device: Device, packets: Bounds) -> None:
        if self.direction is Direction.THERE and (device.balancers or device.proxies):
            packets = self._served(device, packets)
        self._arrive(Place(device=device.name), packets)

    def _served(self, device: Device, packets: Bounds) -> Bounds:
        """Hand packets to load balancers and proxies, the first that takes them; what ends on the device."""
        for balancer in device.balancers:
            part = packets & self._bound(balancer.bind)
            if part:
                is_sure = not balancer.doubts
                packets = (
                    packets - part.possibly if is_sure else Bounds(packets.surely - part.possibly, packets.possibly)
                )
                self._balance(device, balancer, part if is_sure else part.weakened())
        left = packets
        for proxy in device.proxies:
            for bind in proxy.binds:
                part = left & self._bound(bind)
                if part:
                    self.found.ended.append(Ended(device.name, proxy, bind, part))
                    left = left - part.possibly
        return packets

    def _bound(self, bind: Bind) -> PacketSet:
        """The packets that a listening program takes."""
        address = None if bind.address is None else (host_prefix(bind.address),)
        any_port = bind.ports.first == 0 and bind.ports.last == 65535
        match = Match(
            destination=address,
            protocols=(only(bind.protocol),),
            destination_ports=None if any_port else (bind.ports,),
            version=bind.version,
        )
        return self.reach.space.match(match)

    def _hand_over(self, port: Port, packets: Bounds) -> None:
        """Packets come to a server as they are, and it takes them."""
        self.found.moves.append(Move(*self.moving, packets.possibly, port))
        known = self.found.entered.get(port)
        self.found.entered[port] = packets if known is None else known | packets
        before, self.moving = self.moving, ((port,), port.device)
        self._came(port.device, self._crossed(port.device, _handed_over, ((port.interface, packets),)))
        self.moving = before

    def _balance(self, device: Device, balancer: Balancer, packets: Bounds) -> None:
        """To each server; one of which no address is known may be anywhere, so nothing is sure of its packets."""
        for server in balancer.servers:
            if server.address is not None:
                self._hand_on(device, balancer, server, packets)
            else:
                self._arrive(Place(device=device.name), packets.weakened())

    def _hand_on(self, device: Device, balancer: Balancer, server: Server, packets: Bounds) -> None:
        """To one server: with addresses as they are, or translated and routed anew."""
        assert server.address is not None
        if balancer.delivery is Delivery.TRANSLATE:
            new_port = None if server.port is None else only(server.port)
            rewrite = Rewrite(destination=host_prefix(server.address), destination_port=new_port)
            everything = self.reach.space.everything
            after = packets.each(lambda each: each.image(everything, rewrite))
            self._table(device.name).note_translated(balancer.name, packets, after, rewrite)
            self._came(device.name, self._crossed(device.name, _emitted, (("", after),)))
            return
        holders = self.reach.topology.owners.get(server.address, ())
        for port in holders:
            known = self.handed.get(port)
            new = packets if known is None else packets.beyond(known)
            if new:
                self.handed[port] = new if known is None else known | new
                self._hand_over(port, new)
        segment = next((each for each in self.reach.topology.segments if each.holds(server.address)), None)
        if not holders and segment is not None:
            self._arrive(Place(segment=segment.name), packets)

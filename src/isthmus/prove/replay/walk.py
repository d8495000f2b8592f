"""One packet through a network, by every way that is left open: from where it begins to where each way ends."""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain

from isthmus.network import Network, Port, Segment, Unmodelled
from isthmus.packetset import Address, Packet
from isthmus.prove.replay.course import Course
from isthmus.prove.replay.filters import LOOPBACK
from isthmus.prove.replay.journeys import Journey
from isthmus.prove.replay.machine import Machine
from isthmus.prove.replay.passage import Passed, Routes, Sent, arrive, emit, send
from isthmus.prove.replay.replies import there_and_back
from isthmus.prove.replay.serving import Handed, Readdressed, serve
from isthmus.prove.replay.ways import (
    MOST_DEVICES,
    MOST_WAYS,
    ComingIn,
    Connection,
    EndKind,
    OnSegment,
    Stage,
    Start,
    Way,
    Ways,
)
from isthmus.prove.replay.wiring import Wiring

Onward = Way | Course
"""A way that has ended, or a packet that comes to a device."""


class Walker:
    """A network ready for single packets."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.wiring = Wiring(network)

    def walk(
        self,
        packet: Packet,
        starts: Iterable[Start] | None = None,
        *,
        is_reply: bool = False,
        connections: tuple[Connection, ...] = (),
        regardless: bool = False,
        most: int = MOST_WAYS,
    ) -> Ways:
        """Every way of a packet, in one direction. Without ``starts`` it begins wherever its source can be.

        A reply finds ``connections`` in the tables of the devices that saw the first packet. ``regardless``: where a
        rule refuses the packet it goes on, so that a way tells everything that stands in it.
        """
        begun = self.wiring.beginnings(packet) if starts is None else tuple(starts)
        courses = (Course(each, packet, is_reply, regardless, connections=connections) for each in begun)
        followed: list[Iterator[Onward]] = [chain.from_iterable(map(self._begin, courses))]
        ways: list[Way] = []
        while followed:
            found = next(followed[-1], None)
            if found is None:
                followed.pop()
            elif isinstance(found, Course):
                followed.append(self._at(found))
            elif len(ways) >= most:
                return Ways(packet, tuple(ways), is_complete=False)
            else:
                ways.append(found)
        return Ways(packet, tuple(ways))

    def there_and_back(
        self, packet: Packet, starts: Iterable[Start] | None = None, *, regardless: bool = False
    ) -> Journey:
        """A first packet by every way, the reply to each that arrives, and the flows that proxies begin."""
        return there_and_back(self, packet, starts, regardless=regardless)

    def _begin(self, course: Course) -> Iterator[Onward]:
        start = course.start
        if isinstance(start, OnSegment):
            yield from self._sent_by_host(course, self.wiring.segments[start.segment])
        elif isinstance(start, ComingIn):
            yield self._come(course, start.port)
        else:
            machine = self.wiring.machine(start.device)
            vrf = start.vrf or self._vrf_of(start.device, course.packet.source)
            yield from self._passed(emit(course.on(start.device, "", vrf), machine, self._routes(machine)), machine)

    def _vrf_of(self, device: str, address: Address) -> str:
        held = (each for each in self.wiring.topology.owners.get(address, ()) if each.device == device)
        return self.wiring.machine(device).tables.vrf_of(next((each.interface for each in held), ""))

    def _routes(self, machine: Machine) -> Routes:
        return partial(self.wiring.own_routes, machine)

    def _sent_by_host(self, course: Course, segment: Segment) -> Iterator[Onward]:
        """From a host that was not read: directly to a neighbour, else by any gateway of its segment."""
        packet, where = course.packet, self.wiring.line_on(segment)
        if segment.holds(packet.destination):
            yield from self._asked(course, segment, packet.destination)
            return
        gateways = self.wiring.gateways(segment, packet.version)
        for port in gateways:
            sent = course.met(Stage.SEGMENT, f"to gateway {port}", where, segment=segment.name)
            yield self._come(sent, port)
        if not gateways:
            what = f"no gateway stands on {segment.name}"
            yield course.ends(EndKind.NO_ROUTE, what, where, segment=segment.name)

    # From device to device

    def _come(self, course: Course, port: Port, *, is_taken: bool = False, vrf: str = "") -> Onward:
        """To the next device, unless the packet was there already or has passed too many."""
        at = (port, course.packet)
        vrf = vrf or self.wiring.machine(port.device).tables.vrf_of(port.interface)
        here = course.on(port.device, port.interface, vrf, is_taken=is_taken, at=at)
        if at in course.visited:
            return here.ends(EndKind.LOOPED, f"the same packet comes to {port} again", self.wiring.line_of(port))
        if course.passed >= MOST_DEVICES:
            return here.ends(EndKind.TOO_LONG, f"more than {MOST_DEVICES} devices", self.wiring.line_of(port))
        return here

    def _at(self, course: Course) -> Iterator[Onward]:
        machine = self.wiring.machine(course.device)
        return self._passed(arrive(course, machine), machine)

    def _passed(self, passed: Iterable[Passed], machine: Machine) -> Iterator[Onward]:
        for each in passed:
            if isinstance(each, Way):
                yield each
            elif isinstance(each, Sent):
                yield from self._sent(each.course, machine)
            elif each.course.is_reply:
                yield each.course.ends(EndKind.DELIVERED, "")
            else:
                yield from self._served(each.course, machine)

    def _served(self, course: Course, machine: Machine) -> Iterator[Onward]:
        for each in serve(course, machine, self._routes(machine)):
            if isinstance(each, Readdressed):
                yield from self._passed(send(each.course, machine, self._routes(machine)), machine)
            elif isinstance(each, Handed):
                yield from self._handed(each)
            else:
                yield each

    def _handed(self, handed: Handed) -> Iterator[Onward]:
        """To a server that takes the packet for its own, whatever its destination."""
        holders = self.wiring.topology.owners.get(handed.address, ())
        for port in holders:
            yield self._come(handed.course, port, is_taken=True)
        if not holders:
            segments = self.wiring.segments_of(handed.address)
            yield self._unread(handed.course, handed.address, segments[0] if segments else None)

    def _sent(self, course: Course, machine: Machine) -> Iterator[Onward]:
        """A packet on the wire behind a device's interface."""
        assert course.hop is not None, "whatever is sent has a hop"
        if course.leaving == LOOPBACK and machine.tables.owns(course.packet.destination, course.vrf):
            yield self._come(course, Port(course.device, LOOPBACK), vrf=course.vrf)
            return
        segment = self.wiring.segment_at(Port(course.device, course.leaving))
        if segment is None:
            yield self._left(course, f"by {course.leaving}, to no segment that is known")
        else:
            yield from self._asked(course, segment, course.hop.neighbour or course.packet.destination)

    def _asked(self, course: Course, segment: Segment, address: Address) -> Iterator[Onward]:
        """Who answers for an address on a segment."""
        takers = [each for each in self.wiring.answering(segment, address) if each.device != course.device]
        for port in takers:
            yield self._come(course, port)
        if takers:
            return
        if address == course.packet.destination and segment.holds(address):
            yield self._unread(course, address, segment)
        else:
            yield self._left(course, f"to {address}", segment)

    # Where a packet leaves what was read

    def _unread(self, course: Course, address: Address, segment: Segment | None) -> Way:
        """To a host that was not read: it stands on its segment, and nobody knows what it admits."""
        if segment is None:
            return self._left(course, f"to {address}")
        what = f"to {address}, a host that was not read"
        return course.ends(EndKind.DELIVERED, what, segment=segment.name, is_read=False)

    def _left(self, course: Course, what: str, segment: Segment | None = None) -> Way:
        """To a neighbour that was not read; unclear where the destination is nevertheless in what was read."""
        name = segment.name if segment else ""
        where = self.wiring.line_of(Port(course.device, course.leaving)) if course.device else None
        home = self.wiring.segments_of(course.packet.destination)
        if home:
            assert segment is not None or where is not None, "a packet leaves from a segment or a device"
            place = where or self.wiring.line_on(home[0])
            unknown = Unmodelled(
                place, f"the neighbour behind {course.leaving or name} was not read, {home[0].name} was"
            )
            course = course.met(Stage.SEGMENT, what, place, segment=name, unknown=(unknown,))
        return course.ends(EndKind.LEFT, what, where, segment=name)

"""The way of a packet through one device, in the order of docs/packet-path.md."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from isthmus.diagnostics import Span
from isthmus.network import HookPoint, RouteKind
from isthmus.packetset import Packet
from isthmus.prove.replay.course import Course
from isthmus.prove.replay.filters import LOOPBACK, Met, filtered, hooked, then
from isthmus.prove.replay.machine import Machine
from isthmus.prove.replay.tables import Hop, Routed
from isthmus.prove.replay.ways import EndKind, Stage, Way


@dataclass(frozen=True, slots=True)
class Sent:
    """A packet that a device sends out by ``course.leaving``, to ``course.hop``."""

    course: Course


@dataclass(frozen=True, slots=True)
class Taken:
    """A packet that a device takes for itself, past its input hooks."""

    course: Course


Passed = Way | Sent | Taken

Routes = Callable[[Packet, str, int], Iterable[Routed]]
"""Where a device sends a packet of its own, by the VRF of its sender and its mark."""


def arrive(course: Course, machine: Machine) -> Iterator[Passed]:
    """A packet that has come in by ``course.arriving``: to the device itself, or out of it again."""
    interface = machine.interface(course.arriving)
    course = course.doubting(Stage.DEVICE, *machine.device.doubts)
    if interface is not None and not interface.is_up:
        yield course.ends(EndKind.NO_ROUTE, f"interface {interface.name} is down", interface.where)
        return
    uses = interface.filters_in if interface else ()
    met: Iterable[Met] = filtered(course, machine, uses, Stage.FILTER_IN)
    for point in (HookPoint.INGRESS, HookPoint.PREROUTING):
        met = then(met, partial(hooked, machine=machine, point=point))
    for each in met:
        if isinstance(each, Way):
            yield each
        else:
            yield from route(each, machine)


def route(course: Course, machine: Machine) -> Iterator[Passed]:
    """Routing and what follows it: the device takes a packet for itself, forwards it or loses it."""
    if course.is_taken or machine.tables.owns(course.packet.destination, course.vrf):
        yield from take(course, machine)
        return
    if not machine.device.forwards:
        what = f"{course.packet.destination} is not an address of {machine.device.name}, which does not forward"
        yield course.ends(EndKind.NOT_FORWARDED, what, machine.device.where)
        return
    for routed in machine.tables.route(course.packet, course.vrf, course.arriving, course.mark):
        for each in _decided(course, machine, routed):
            if isinstance(each, Way):
                yield each
            elif each.hop is None:
                yield from take(each, machine)
            else:
                forwarded = hooked(each, machine, HookPoint.FORWARD)
                yield from _finished(then(forwarded, partial(leave, machine=machine)))


def _decided(course: Course, machine: Machine, routed: Routed) -> Iterator[Met]:
    """The packet with each hop that routing offers, or without one where the device owns its destination."""
    to = course.packet.destination
    found = str(routed.route.prefix) if routed.route else str(to)
    where = routed.route.where if routed.route else machine.device.where
    if routed.kind is RouteKind.LOCAL:
        what = f"{to} is an address of {machine.device.name}"
        yield replace(course.met(Stage.ROUTING, what, where, routed=routed), vrf=routed.vrf, hop=None)
    elif routed.kind is None:
        yield _lost(course, EndKind.NO_ROUTE, f"{machine.device.name} has no route to {to}", where, routed)
    elif routed.kind is not RouteKind.FORWARD:
        verb = "discards" if routed.kind is RouteKind.DISCARD else "rejects"
        yield _lost(course, EndKind.DISCARDED, f"the route to {found} {verb} it", where, routed)
    elif not routed.hops:
        yield _lost(course, EndKind.NO_ROUTE, f"no next hop of the route to {found} can be reached", where, routed)
    for hop in routed.hops:
        onward = replace(course, hop=hop, leaving=hop.interface)
        what = f"{found} {hop}" if routed.route else str(hop)
        yield onward.met(Stage.ROUTING, what, where, routed=routed)


def _lost(course: Course, kind: EndKind, what: str, where: Span, routed: Routed) -> Way:
    return course.met(Stage.ROUTING, what, where, routed=routed).ends(kind, what, where)


def take(course: Course, machine: Machine) -> Iterator[Passed]:
    """Input hooks; behind them the device has the packet."""
    for met in hooked(replace(course, leaving="", hop=None), machine, HookPoint.INPUT):
        yield met if isinstance(met, Way) else Taken(met)


def leave(course: Course, machine: Machine) -> Iterator[Met]:
    """Postrouting and what follows it, up to the wire."""
    interface = machine.interface(course.leaving)
    met = hooked(course, machine, HookPoint.POSTROUTING)
    met = then(met, lambda each: hooked(each.remembered(), machine, HookPoint.EGRESS))
    uses = interface.filters_out if interface else ()
    return then(met, lambda each: filtered(each, machine, uses, Stage.FILTER_OUT))


def emit(course: Course, machine: Machine, routes: Routes) -> Iterator[Passed]:
    """A packet of the device's own: routed, then through the output hooks, and routed anew where those change it."""
    yield from send(course.doubting(Stage.DEVICE, *machine.device.doubts), machine, routes)


def send(course: Course, machine: Machine, routes: Routes) -> Iterator[Passed]:
    """The same for a packet that the device has in hand already: a load balancer gave it a new destination."""
    for each in _own_hops(course, machine, routes):
        if isinstance(each, Way):
            yield each
        else:
            behind = partial(_again, before=each, machine=machine, routes=routes)
            met = then(hooked(each, machine, HookPoint.OUTPUT), behind)
            yield from _finished(then(met, partial(leave, machine=machine)))


def _own_hops(course: Course, machine: Machine, routes: Routes) -> Iterator[Met]:
    if machine.tables.owns(course.packet.destination, course.vrf):
        yield replace(course, hop=Hop(LOOPBACK), leaving=LOOPBACK)
        return
    for routed in routes(course.packet, course.vrf, course.mark):
        for met in _decided(course, machine, routed):
            yield replace(met, hop=Hop(LOOPBACK), leaving=LOOPBACK) if isinstance(met, Course) and not met.hop else met


def _again(course: Course, before: Course, machine: Machine, routes: Routes) -> Iterator[Met]:
    """The packet behind its output hooks; with another route where they gave it a destination or a mark."""
    if course.packet.destination == before.packet.destination and course.mark == before.mark:
        yield course
    else:
        yield from _own_hops(course, machine, routes)


def _finished(met: Iterable[Met]) -> Iterator[Passed]:
    for each in met:
        yield each if isinstance(each, Way) else Sent(each)

"""Behind the input hooks: load balancers hand packets on, proxies end flows and begin new ones."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from isthmus.network import Balancer, Bind, Delivery, Proxy, ProxyPath, Server, Unmodelled
from isthmus.packetset import Address, Packet, State, TcpFlags
from isthmus.prove.replay.course import Course
from isthmus.prove.replay.decisions import decided
from isthmus.prove.replay.filters import Met, settled
from isthmus.prove.replay.machine import Machine
from isthmus.prove.replay.matching import passes
from isthmus.prove.replay.passage import Routes
from isthmus.prove.replay.translation import address_by
from isthmus.prove.replay.ways import EndKind, NewFlow, OnDevice, Stage, Way

FIRST_PORT = 50000
"""The source port of the flows that proxies begin."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A packet that a load balancer hands to a server with its addresses as they are."""

    course: Course
    server: Server
    address: Address


@dataclass(frozen=True, slots=True)
class Readdressed:
    """A packet that a load balancer has given a new destination: it is routed next."""

    course: Course


Served = Way | Handed | Readdressed


def serve(course: Course, machine: Machine, routes: Routes) -> Iterator[Served]:
    """What a device does with a packet that it has taken: the first program that listens for it counts."""
    device = machine.device
    for balancer in device.balancers:
        if _listens(balancer.bind, course, machine):
            yield from _balanced(course, balancer)
            if not balancer.doubts:
                return
            course = course.met(
                Stage.BALANCER, f"{balancer.name} passes it over", balancer.where, doubts=balancer.doubts
            )
    for proxy in device.proxies:
        bind = next((each for each in proxy.binds if _listens(each, course, machine)), None)
        if bind is not None:
            yield from _proxied(course, machine, proxy, bind, routes)
            return
    yield course.remembered().ends(EndKind.DELIVERED, _listener(course, machine), is_read=machine.is_read)


def _listens(bind: Bind, course: Course, machine: Machine) -> bool:
    packet = course.packet
    return (
        bind.protocol == packet.protocol
        and (packet.destination_port is None or bind.ports.first <= packet.destination_port <= bind.ports.last)
        and (bind.address is None or bind.address == packet.destination)
        and (bind.version is None or bind.version == packet.version)
        and (bind.interface is None or bind.interface in machine.names(course.arriving))
    )


def _listener(course: Course, machine: Machine) -> str:
    """What is known of the program that a packet is for."""
    device, port = machine.device, course.packet.destination_port
    if not device.listeners or port is None:
        return ""
    listens = any(_listens(each, course, machine) for each in device.listeners)
    return f"{'a' if listens else 'no'} program listens on port {port}"


def _balanced(course: Course, balancer: Balancer) -> Iterator[Served]:
    if not balancer.servers:
        yield course.ends(EndKind.NO_SERVER, f"{balancer.name} has no server", balancer.where)
    for server in balancer.servers:
        what = f"{balancer.name} hands it to {server.name} ({balancer.delivery})"
        if server.address is None:
            yield _unresolved(course, server, Stage.BALANCER)
        elif balancer.delivery is Delivery.TRANSLATE:
            port = course.packet.destination_port
            after = replace(
                course.packet, destination=server.address, destination_port=(server.port or port) if port else port
            )
            yield Readdressed(course.met(Stage.BALANCER, what, server.where, after=after, doubts=balancer.doubts))
        else:
            handed = course.met(Stage.BALANCER, what, server.where, doubts=balancer.doubts)
            yield Handed(handed.remembered(), server, server.address)


def _unresolved(course: Course, server: Server, stage: Stage) -> Way:
    unknown = Unmodelled(server.where, f"the address of server `{server.name}` is not told")
    return course.doubting(stage, unknown).ends(EndKind.NO_SERVER, unknown.what, server.where)


def _proxied(course: Course, machine: Machine, proxy: Proxy, bind: Bind, routes: Routes) -> Iterator[Way]:
    """The end of a flow at a proxy: its own rules about clients, then the path that the flow takes."""
    for met in _admitted(course, machine, proxy):
        if isinstance(met, Way):
            yield met
        else:
            for path, each in _paths(met, proxy):
                yield _ended(each, machine, proxy, bind, path, routes)


def _admitted(course: Course, machine: Machine, proxy: Proxy) -> Iterator[Met]:
    if not proxy.admission:
        yield course
        return
    judge, rules = machine.admission(proxy)
    yield from settled(decided(course, machine, judge, rules, Stage.PROXY))


def _paths(course: Course, proxy: Proxy) -> Iterator[tuple[ProxyPath | None, Course]]:
    """The first path whose match holds; others too where that is not known. None where there is none."""
    for path in proxy.paths:
        if any(passes(each, course.packet) for each in path.matches):
            yield path, course
            return
        if any(passes(each, course.packet) for each in path.perhaps):
            name = path.name or proxy.name
            yield path, course.met(Stage.PROXY, f"perhaps by {name}", path.where, doubts=path.doubts)
            course = course.met(Stage.PROXY, f"perhaps not by {name}", path.where, doubts=path.doubts)
    yield None, course


def _ended(course: Course, machine: Machine, proxy: Proxy, bind: Bind, path: ProxyPath | None, routes: Routes) -> Way:
    if path is None or not path.servers:
        return course.ends(EndKind.NO_SERVER, f"{proxy.name} has no server for it", path.where if path else proxy.where)
    course = course.remembered().met(Stage.PROXY, f"{proxy.name} ends the flow", bind.where)
    flows = tuple(
        flow for server in path.servers for flow in _flows(course.packet, course.vrf, machine, proxy, server, routes)
    )
    return course.ends(EndKind.DELIVERED, f"to proxy {proxy.name}", bind.where, flows=flows, is_read=machine.is_read)


def _flows(
    client: Packet, vrf: str, machine: Machine, proxy: Proxy, server: Server, routes: Routes
) -> Iterator[NewFlow]:
    """The flow to one server; several where equal routes give it several source addresses.

    One without a packet where the server's address, or one to send from, is not known.
    """
    start = OnDevice(machine.device.name, vrf)
    if server.address is None:
        yield NewFlow(proxy.name, server, start, None)
        return
    kept = client.source if proxy.keeps_client and client.version == server.address.version else None
    sources = (kept,) if kept else tuple(dict.fromkeys(_sources(server.address, vrf, machine, routes)))
    if not sources:
        yield NewFlow(proxy.name, server, start, None)
    for source in sources:
        yield NewFlow(proxy.name, server, start, _first_packet(client, source, server.address, server.port))


def _sources(server: Address, vrf: str, machine: Machine, routes: Routes) -> Iterator[Address]:
    """The addresses from which a device may send to a server: that of the interface by which the packet leaves."""
    nowhere = type(server)(0)
    if machine.tables.owns(server, vrf):
        yield server
        return
    probe = Packet(nowhere, server, 6, FIRST_PORT, 0, flags=TcpFlags.SYN)
    found = [
        _by(machine, hop.interface, hop.neighbour or server) for each in routes(probe, vrf, 0) for hop in each.hops
    ]
    yield from (each for each in found if each is not None)
    if not any(found):
        yield from _any_address(machine, server.version)


def _by(machine: Machine, interface: str, neighbour: Address) -> Address | None:
    held = machine.interface(interface)
    return address_by(held, neighbour.version, neighbour) if held else None


def _any_address(machine: Machine, version: int) -> Iterable[Address]:
    held = [each.ip for one in machine.device.interfaces.values() for each in one.addresses if each.version == version]
    return held[:1]


def _first_packet(client: Packet, source: Address, server: Address, port: int | None) -> Packet:
    if client.destination_port is None:
        return replace(client, source=source, destination=server, state=State.NEW)
    flags = TcpFlags.SYN if client.flags is not None else None
    return Packet(source, server, client.protocol, FIRST_PORT, port or client.destination_port, flags=flags)

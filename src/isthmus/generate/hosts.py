"""Host firewalls: what the hosts of services and load balancers take in, and from whom.

A host's ruleset is complete: replies, its own loopback, errors, then every declared flow to an address of the host;
what comes from another side and is not declared ends there; behind that come the service's own realm and the internet,
as far as the service is meant for them (`audience`) or says whom it lets in (`admits`). Everything else is dropped.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from isthmus.estate import INTERNET, Estate, Host, HostKind, IPAddress, Service
from isthmus.evidence import Facts
from isthmus.generate.blocks import Blocks, both, hosts, without
from isthmus.generate.needs import NUMBERS, Needs, Role, ports_of
from isthmus.generate.rules import MADE, NEIGHBOUR_DISCOVERY, accept, drop, errors, of_icmp
from isthmus.generate.sides import Side, Sides
from isthmus.network import Chain, Device, Hook, HookPoint, InterfaceTest, Network, Proxy, Rule, Verdict
from isthmus.packetset import Interval, IpProtocol, Match, State, only

INPUT = "inet isthmus input"


@dataclass(frozen=True, slots=True)
class HostPoint:
    """A host with a firewall of its own: its name as a device, and the addresses that it takes packets for."""

    device: str
    host: Host
    own: Blocks


def host_points(estate: Estate, frame: Network) -> tuple[HostPoint, ...]:
    """The hardware of services and load balancers, in the order of their names."""
    fronts = {name: each for each in estate.load_balancers.values() for name in each.hosts}
    names = {*fronts, *(name for each in estate.services.values() for name in each.hosts)}
    points: list[HostPoint] = []
    for name in sorted(names):
        host = estate.hosts[name]
        if host.kind is HostKind.HARDWARE:
            held = {*host.addresses, *_held(frame, name)}
            if name in fronts:
                held |= {each for written in fronts[name].addresses for each in estate.resolve(written)}
            points.append(HostPoint(name, host, hosts(held)))
    return tuple(points)


def _held(frame: Network, name: str) -> Iterator[IPAddress]:
    device = frame.devices.get(name)
    for interface in device.interfaces.values() if device else ():
        yield from (each.ip for each in interface.addresses)


def _upkeep() -> Iterator[Rule]:
    """What every host needs: answers to what it asked, its own loopback, errors, its neighbours' addresses."""
    yield accept("replies", "answers", Match(states=(State.ESTABLISHED, State.RELATED)))
    loopback = InterfaceTest(("lo",))
    yield Rule((Match(),), Verdict.ACCEPT, MADE, "loopback", arriving=loopback, comment="the host itself")
    yield from errors()
    yield accept("neighbours", "neighbour discovery", of_icmp(IpProtocol.ICMPV6, NEIGHBOUR_DISCOVERY))


@dataclass(frozen=True)
class Doors:
    """What hosts let in; what all of them ask of the estate is gathered once."""

    needs: Needs
    facts: Facts
    frame: Network
    sides: Sides

    def part(self, point: HostPoint) -> Device:
        """The complete ruleset of a host."""
        chain = Chain(INPUT, (*_upkeep(), *self._rules(point)), MADE, Verdict.DROP)
        hook = Hook(INPUT, HookPoint.INPUT, 0)
        return Device(point.device, MADE, chains={INPUT: chain}, hooks=(hook,), reads_host=True)

    @cached_property
    def _listening(self) -> dict[tuple[int, int], list[tuple[Service, str]]]:
        """The endpoints at each address, in the order of services."""
        found: dict[tuple[int, int], list[tuple[Service, str]]] = {}
        for service in self.facts.estate.services.values():
            for each in self.facts.listeners(service):
                if each.address is not None:
                    key = (int(each.address), each.address.version)
                    found.setdefault(key, []).append((service, each.endpoint))
        return found

    @cached_property
    def _balanced(self) -> dict[str, list[Service]]:
        """The services behind load balancers, by each of their hosts."""
        found: dict[str, list[Service]] = {}
        for service in self.facts.estate.services.values():
            for name in service.hosts if service.load_balancer else ():
                found.setdefault(name, []).append(service)
        return found

    def _rules(self, point: HostPoint) -> Iterator[Rule]:
        """Declared flows, the end of undeclared ones, then those of the own realm and the internet."""
        side = Side(point.host.realm)
        for need in self.needs.to(point.own):
            to = both(need.to, point.own)
            yield accept(f"{need.crossing} {need.endpoint}", need.says, need.request(need.seen, to))
        beyond = self.sides.beyond(side)
        if beyond:
            yield drop("undeclared", Match(beyond))
        here: dict[tuple[str, str], tuple[Service, str]] = {}
        for prefix in point.own:
            for number in range(int(prefix.network_address), int(prefix.broadcast_address) + 1):
                for service, name in self._listening.get((number, prefix.version), ()):
                    here.setdefault((service.id, name), (service, name))
        for service, name in here.values():
            if service.realm == side.realm:
                yield from self._audience(service, name, point, side)
        for service in self._balanced.get(point.host.id, ()):
            if service.realm == side.realm:
                yield from self._backend(service, point)

    def _audience(self, service: Service, name: str, point: HostPoint, side: Side) -> Iterator[Rule]:
        """Who may come without a crossing: nobody from another side gets here."""
        endpoint = service.endpoints[name]
        source = own_sources(service, self.sides, side)
        found = self.facts.listeners(service, {name: endpoint})
        to = both(hosts(each.address for each in found if each.address is not None), point.own)
        if source != ():
            asked = ports_of(endpoint)
            ports = None if asked is None else (asked,)
            match = Match(source, to, (only(NUMBERS[endpoint.protocol]),), destination_ports=ports)
            yield accept(f"{service.id} {name}", f"audience of {service.id}", match)

    def _backend(self, service: Service, point: HostPoint) -> Iterator[Rule]:
        """What the load balancer in front asks of a host of the service."""
        estate = self.facts.estate
        balancer = estate.load_balancers[service.load_balancer or ""]
        fronts = self._data_legs(address for name in balancer.hosts for address in estate.hosts[name].addresses)
        if service.admits is not None:
            fronts = both(fronts, service.admits)
        mine = self._data_legs(point.host.addresses)
        for name, port in backend_ports(service, balancer.hosts, point.host, self.frame).items():
            match = Match(fronts, mine, (only(IpProtocol.TCP),), destination_ports=(port,))
            if fronts and mine:
                yield accept(f"{service.id} {name}", f"load balancer {balancer.id} for {service.id}", match)

    def _data_legs(self, addresses: Iterable[IPAddress]) -> Blocks:
        """Addresses that are not on the management leg."""
        plan = self.facts.estate.plan
        return hosts(
            each for each in addresses if not any(network.role == Role.MANAGEMENT for network in plan.find(each))
        )


def own_sources(service: Service, sides: Sides, side: Side) -> Blocks | None:
    """The sources that a service's own declaration admits without a crossing; None is everybody.

    Behind a load balancer `admits` speaks of the servers, not of what clients reach.
    """
    if service.admits is not None and service.load_balancer is None:
        return without(service.admits, sides.beyond(side))
    if INTERNET in service.audience:
        return None
    return sides.of(side) if side.realm in service.audience else ()


def backend_ports(service: Service, fronts: Iterable[str], host: Host, frame: Network) -> Mapping[str, Interval]:
    """The ports on which a host of a service is asked, by endpoint: as the proxies of today do, else as clients do."""
    proxies = [each for name in fronts if name in frame.devices for each in frame.devices[name].proxies]
    ports: dict[str, Interval] = {}
    for name, endpoint in service.endpoints.items():
        asked = ports_of(endpoint)
        if asked is not None and NUMBERS[endpoint.protocol] == IpProtocol.TCP:
            ports[name] = next(_server_ports(proxies, asked, host), asked)
    return ports


def _server_ports(proxies: Iterable[Proxy], asked: Interval, host: Host) -> Iterator[Interval]:
    for proxy in proxies:
        if any(bind.ports.first <= asked.first and asked.last <= bind.ports.last for bind in proxy.binds):
            for path in proxy.paths:
                for server in path.servers:
                    if server.address in host.addresses and server.port is not None:
                        yield only(server.port)

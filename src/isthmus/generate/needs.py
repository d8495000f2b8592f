"""What declared crossings need of the network: flows, each with its addresses as they look at every stage.

A **need** is one endpoint of one crossing. Its client is ``dialled`` from its own addresses and ``seen`` behind the
client's gateway; a rule asks for the ones that packets have where the rule stands.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from ipaddress import ip_network

from isthmus.diagnostics import Diagnostic
from isthmus.estate import INTERNET, Crossing, Endpoint, Estate, Host, IPAddress, IPPrefix, Network, Protocol
from isthmus.evidence import Facts
from isthmus.generate.blocks import Blocks, blocks, both, hosts, of_networks, without
from isthmus.generate.buildable import Buildable
from isthmus.generate.codes import UNRESOLVED
from isthmus.packetset import FlagTest, IcmpType, Interval, IpProtocol, Match, TcpFlags, only
from isthmus.packetset.match import REPLIES

NUMBERS = {
    Protocol.TCP: IpProtocol.TCP.value,
    Protocol.UDP: IpProtocol.UDP.value,
    Protocol.SCTP: IpProtocol.SCTP.value,
    Protocol.ICMP: IpProtocol.ICMP.value,
    Protocol.ICMPV6: IpProtocol.ICMPV6.value,
    Protocol.GRE: IpProtocol.GRE.value,
    Protocol.ESP: IpProtocol.ESP.value,
    Protocol.VRRP: 112,
}
EVERYWHERE: Blocks = (ip_network("0.0.0.0/0"), ip_network("::/0"))

ESTABLISHED = (FlagTest(int(TcpFlags.ACK), int(TcpFlags.ACK)), FlagTest(int(TcpFlags.RST), int(TcpFlags.RST)))
"""What every packet of a TCP connection but the first one has: ACK or RST (Junos calls it ``tcp-established``)."""


class Role(StrEnum):
    """The roles of networks that decide what a packet looks like behind a gateway."""

    INSTANCES = "instances"
    EGRESS = "nat-egress"
    FLOATING = "floating"
    MANAGEMENT = "cloud-hosts"


@dataclass(frozen=True, slots=True)
class Need:
    """The flow of one endpoint of one crossing."""

    crossing: str
    service: str
    endpoint: str
    says: str
    """The comment of every rule that serves it."""
    dialled: Blocks
    """The client's own addresses; everything that no network covers where it is the internet."""
    seen: Blocks
    """Its addresses behind its own gateway."""
    to: Blocks
    """The service's addresses, as the client dials them."""
    protocol: int
    ports: Interval | None

    def request(self, clients: Blocks, services: Blocks) -> Match:
        """The packets that clients send, between some of the need's addresses."""
        ports = None if self.ports is None else (self.ports,)
        protocols = (only(self.protocol),)
        return Match(clients, services, protocols, None, ports, icmp=self._icmp(0), version=self._version)

    def reply(self, clients: Blocks, services: Blocks) -> Match:
        """The packets that answer them, for a filter that remembers nothing: of TCP, none that opens a connection."""
        ports = None if self.ports is None else (self.ports,)
        protocols = (only(self.protocol),)
        flags = ESTABLISHED if self.protocol == IpProtocol.TCP else None
        return Match(services, clients, protocols, ports, icmp=self._icmp(1), flags=flags, version=self._version)

    @property
    def _version(self) -> int | None:
        """The IP version that the protocol belongs to."""
        return {IpProtocol.ICMP.value: 4, IpProtocol.ICMPV6.value: 6}.get(self.protocol)

    def _icmp(self, at: int) -> tuple[IcmpType, ...] | None:
        """The ICMP types that ask (``at`` 0), or those that answer (1)."""
        pairs = REPLIES.get(self.protocol)
        return None if pairs is None else tuple(IcmpType(pair[at]) for pair in pairs.items())


@dataclass(frozen=True)
class Needs:
    """Every need, in the order of the estate's crossings, and the crossings that have none because of a gap."""

    flows: tuple[Need, ...]
    problems: tuple[Diagnostic, ...]

    def of_service(self, service: str) -> tuple[Need, ...]:
        """The needs of one service."""
        return self._by_service.get(service, ())

    @cached_property
    def _by_service(self) -> dict[str, tuple[Need, ...]]:
        found: dict[str, list[Need]] = {}
        for each in self.flows:
            found.setdefault(each.service, []).append(each)
        return {name: tuple(some) for name, some in found.items()}

    def to(self, addresses: Blocks) -> tuple[Need, ...]:
        """The needs that lead to one of some addresses, in their order."""
        own = [(int(each.network_address), each.version) for each in addresses if each.prefixlen == each.max_prefixlen]
        if len(own) < len(addresses):
            return tuple(each for each in self.flows if both(each.to, addresses))
        return tuple(self.flows[at] for at in sorted({at for key in own for at in self._by_address.get(key, ())}))

    @cached_property
    def _by_address(self) -> dict[tuple[int, int], list[int]]:
        """The places of needs by the single addresses that they lead to."""
        found: dict[tuple[int, int], list[int]] = {}
        for at, need in enumerate(self.flows):
            for each in need.to:
                for number in range(int(each.network_address), int(each.broadcast_address) + 1):
                    found.setdefault((number, each.version), []).append(at)
        return found


def needs(built: Iterable[Buildable], facts: Facts) -> Needs:
    """The flows of the crossings that are built; a crossing with an address that nobody knows needs nothing yet."""
    flows: list[Need] = []
    problems: list[Diagnostic] = []
    for each in built:
        crossing = each.judged.crossing
        gap = _gap(crossing, facts)
        if gap is None:
            flows += _of_crossing(crossing, each.says, facts)
        else:
            problems.append(gap)
    return Needs(tuple(flows), tuple(problems))


def _gap(crossing: Crossing, facts: Facts) -> Diagnostic | None:
    services = [facts.estate.services[name] for name in crossing.client.services]
    ends = [*facts.reached(crossing), *(end for one in services if not one.hosts for end in facts.listeners(one))]
    unknown = next((each for each in ends if each.address is None), None)
    if unknown is None:
        return None
    message = f"`{crossing.id}` is left out: the address of {unknown.text} is not known"
    return Diagnostic(UNRESOLVED, message, unknown.where, "write the address, or say in `names` what it stands for")


def _of_crossing(crossing: Crossing, says: str, facts: Facts) -> Iterator[Need]:
    estate = facts.estate
    dialled = blocks(_dialled(crossing, facts))
    arriving, floating = crossing.arrives_as or dialled, blocks(_floating(crossing, estate))
    for name, endpoint in facts.endpoints(crossing).items():
        found = facts.listeners(facts.service(crossing), {name: endpoint})
        to = hosts(each.address for each in found if each.address is not None)
        is_near = not without(to, dialled)
        seen = blocks(arriving if is_near else (*arriving, *floating))
        number = NUMBERS[endpoint.protocol]
        yield Need(crossing.id, crossing.service, name, says, dialled, seen, to, number, ports_of(endpoint))


def ports_of(endpoint: Endpoint) -> Interval | None:
    """The ports of an endpoint."""
    return None if endpoint.port is None else Interval(endpoint.port.first, endpoint.port.last)


def _dialled(crossing: Crossing, facts: Facts) -> Iterator[IPPrefix]:
    """The client's own addresses."""
    estate, client = facts.estate, crossing.client
    for name in client.networks:
        yield from own_blocks(estate, name)
    for name in client.hosts:
        yield from hosts(_leg(estate.hosts[name], crossing))
    for name in client.services:
        service = estate.services[name]
        if service.hosts:
            yield from hosts(each for host in service.hosts for each in _leg(estate.hosts[host], crossing))
        else:
            yield from hosts(each.address for each in facts.listeners(service) if each.address is not None)


def own_blocks(estate: Estate, network: str) -> Blocks:
    """The addresses of a network; of the internet those that no network covers."""
    every = estate.networks.values()
    if network == INTERNET:
        return without(EVERYWHERE, (prefix for each in every for prefix in each.prefixes))
    return of_networks([estate.networks[network]], every)


def _leg(host: Host, crossing: Crossing) -> tuple[IPAddress, ...]:
    """A host's addresses; where the crossing arrives as some of them, those."""
    named = tuple(each for each in host.addresses if both(crossing.arrives_as, hosts([each])))
    return named or host.addresses


def _floating(crossing: Crossing, estate: Estate) -> Iterator[IPPrefix]:
    """What instances look like that have a floating address: it is used before the egress NAT. Both lie together."""
    for name in crossing.client.networks:
        network = estate.networks.get(name)
        if network is not None and network.role == Role.INSTANCES:
            around = [each for role in (Role.FLOATING, Role.EGRESS) for each in beside(estate, network, role)]
            if any(each.role == Role.FLOATING for each in around):
                yield from of_networks(around, estate.networks.values())


def beside(estate: Estate, network: Network, role: Role) -> tuple[Network, ...]:
    """The networks of a role in the same realm, at the same site."""
    return tuple(
        each
        for each in estate.networks.values()
        if (each.realm, each.site, each.role) == (network.realm, network.site, role)
    )

"""The packets of declared flows: who sends them, to which addresses and ports, as the client dials them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from isthmus.estate import INTERNET, Crossing, Endpoint, Estate, IPPrefix, Protocol, Service
from isthmus.evidence import Facts, Listener
from isthmus.packetset import IpProtocol, Match, PacketSet, Space, only
from isthmus.prove.reach.compiled import host_prefix
from isthmus.prove.zones import Zones

NUMBERS = {
    Protocol.TCP: IpProtocol.TCP,
    Protocol.UDP: IpProtocol.UDP,
    Protocol.SCTP: IpProtocol.SCTP,
    Protocol.ICMP: IpProtocol.ICMP,
    Protocol.ICMPV6: IpProtocol.ICMPV6,
    Protocol.GRE: IpProtocol.GRE,
    Protocol.ESP: IpProtocol.ESP,
    Protocol.VRRP: 112,
}


@dataclass(frozen=True, slots=True)
class Target:
    """The packets to a service; ``unresolved`` names addresses that nobody knows, and whose packets are missing."""

    packets: PacketSet
    unresolved: tuple[Listener, ...]


def to_service(facts: Facts, service: Service, space: Space, endpoints: Mapping[str, Endpoint] | None = None) -> Target:
    """The packets that go to a service, or to some of its endpoints."""
    chosen = service.endpoints if endpoints is None else endpoints
    listeners = facts.listeners(service, chosen)
    known = [(each, chosen[each.endpoint]) for each in listeners if each.address is not None]
    packets = space.union(space.match(_dialled(listener, endpoint)) for listener, endpoint in known)
    return Target(packets, tuple(each for each in listeners if each.address is None))


def _dialled(listener: Listener, endpoint: Endpoint) -> Match:
    assert listener.address is not None
    return Match(
        destination=(host_prefix(listener.address),),
        protocols=(only(NUMBERS[endpoint.protocol]),),
        destination_ports=None if endpoint.port is None else (endpoint.port,),
    )


def from_clients(facts: Facts, crossing: Crossing, space: Space) -> Target:
    """The packets that the clients of a crossing send, by their own addresses, before anything translates them."""
    estate, client = facts.estate, crossing.client
    parts = [_from_network(estate, name, space) for name in client.networks]
    prefixes = [each for name in client.hosts for each in _host_prefixes(estate, name, crossing)]
    unresolved: list[Listener] = []
    for name in client.services:
        service = estate.services[name]
        if service.hosts:
            prefixes += [each for host in service.hosts for each in _host_prefixes(estate, host, crossing)]
        else:
            listeners = facts.listeners(service)
            prefixes += [host_prefix(each.address) for each in listeners if each.address is not None]
            unresolved += [each for each in listeners if each.address is None]
    parts.append(sent_by(prefixes, space))
    return Target(space.union(parts), tuple(unresolved))


def _from_network(estate: Estate, name: str, space: Space) -> PacketSet:
    if name == INTERNET:
        return ~sent_by((each for network in estate.networks.values() for each in network.prefixes), space)
    return Zones(estate, space).sent_from((estate.networks[name],))


def _host_prefixes(estate: Estate, name: str, crossing: Crossing) -> Iterator[IPPrefix]:
    """A host's addresses; where the crossing arrives as some of them, those are the ones that it sends from."""
    addresses = estate.hosts[name].addresses
    named = [each for each in addresses if any(_in(each, prefix) for prefix in crossing.arrives_as)]
    yield from (host_prefix(each) for each in named or addresses)


def _in(address: object, prefix: IPPrefix) -> bool:
    return getattr(address, "version", None) == prefix.version and address in prefix


def sent_by(prefixes: Iterable[IPPrefix], space: Space) -> PacketSet:
    """The packets with a source in one of the prefixes."""
    return space.match(Match(source=tuple(prefixes)))

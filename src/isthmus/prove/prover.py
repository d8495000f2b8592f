"""An estate held against a configured network: the questions of checks, each asked once and remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from isthmus.estate import Crossing, Endpoint, Estate, Host, IPAddress, Service, State
from isthmus.estate import Network as EstateNetwork
from isthmus.evidence import Facts, Listener
from isthmus.network import Bind, Device, Network, Port, Proxy
from isthmus.packetset import IpProtocol, Match, PacketSet, Space, only
from isthmus.prove.claims import Claims
from isthmus.prove.flows import NUMBERS, Target, from_clients, sent_by, to_service
from isthmus.prove.lists import TooLarge
from isthmus.prove.reach.compiled import host_prefix
from isthmus.prove.reach.direction import first_packets
from isthmus.prove.reach.explore import TooLongError
from isthmus.prove.reach.journey import Journey, journey, ordinary
from isthmus.prove.reach.reach import Reach
from isthmus.prove.replay.walk import Walker
from isthmus.prove.zones import Zones


class Prover:
    """Asks one network; what was computed for one question serves the next."""

    def __init__(
        self, facts: Facts, network: Network, space: Space | None = None, *, after: Prover | None = None
    ) -> None:
        """``after`` has proved a network of which this one is a change: what both share is not worked out again."""
        self.facts = facts
        self.space: Space = after.space if after else space or Space()
        self.reach: Reach = Reach(network, self.space, after.reach if after else None)
        same = after if after and after.reach.asks_the_same(self.reach) else None
        if same is not None:
            self.reach = same.reach
        self.network = self.reach.network
        self.walker: Walker = same.walker if same else Walker(self.network)
        self.claims = Claims(self.walker)
        self.zones = Zones(facts.estate, self.space)
        self._journeys: dict[PacketSet, Journey] = same._journeys if same else {}
        self._without: dict[frozenset[Port], Prover] = {}

    @property
    def estate(self) -> Estate:
        """The estate whose words the questions use."""
        return self.facts.estate

    @cached_property
    def first(self) -> PacketSet:
        """The packets that can begin a flow."""
        return first_packets(self.space)

    def journey(self, packets: PacketSet) -> Journey:
        """First packets, wherever they can begin, there and back. Raises TooLongError."""
        asked = packets & self.first
        if asked not in self._journeys:
            found = self.reach.compiler.answer(lambda: journey(self.reach, ordinary(self.reach, asked)))
            if isinstance(found, TooLarge):
                raise TooLongError(found.reason)
            self._journeys[asked] = found
        return self._journeys[asked]

    def target(self, service: Service, endpoints: Mapping[str, Endpoint] | None = None) -> Target:
        """The packets to a service."""
        return to_service(self.facts, service, self.space, endpoints)

    def clients(self, crossing: Crossing) -> Target:
        """The packets that a crossing's clients send."""
        return from_clients(self.facts, crossing, self.space)

    def declared(self, crossing: Crossing) -> PacketSet:
        """The packets that a crossing declares, as its clients send them."""
        target = self.target(self.facts.service(crossing), self.facts.endpoints(crossing))
        return self.clients(crossing).packets & target.packets

    def crossing(self, crossing: Crossing) -> Journey:
        """A crossing's own packets, there and back."""
        return self.journey(self.declared(crossing))

    @cached_property
    def all_traffic(self) -> Journey:
        """Every first packet that can begin anywhere, there and back."""
        return self.journey(self.space.everything)

    @property
    def realm_pairs(self) -> Iterator[tuple[str, str]]:
        """Two different realms, in both orders."""
        for realm in self.estate.realms:
            yield from ((realm, other) for other in self.estate.realms if other != realm)

    def between(self, realm: str, other: str) -> Journey:
        """Every first packet from the networks of one realm to those of another."""
        return self.journey(self.from_realm(realm) & self.to_realm(other))

    def from_realm(self, realm: str) -> PacketSet:
        """The packets with a source in a realm's networks."""
        return self.zones.sent_from(self.zones.where(lambda network: network.realm == realm))

    def to_realm(self, realm: str) -> PacketSet:
        """The packets with a destination in a realm's networks."""
        return self.zones.sent_to(self.zones.where(lambda network: network.realm == realm))

    def zone_of(self, network: EstateNetwork | None, end: str) -> PacketSet:
        """The packets with their ``source`` or ``destination`` in a network; None: in none that is declared."""
        pick = self.zones.sent_from if end == "source" else self.zones.sent_to
        if network is None:
            return ~pick(self.zones.where(lambda each: True))
        return pick((network,))

    @cached_property
    def all_declared(self) -> PacketSet:
        """The packets of every running crossing: as its clients send them, and as it arrives (`arrives_as`)."""
        running = [each for each in self.estate.crossings.values() if each.state is State.RUNNING]
        return self.space.union(part for each in running for part in (self.declared(each), self._arriving(each)))

    def _arriving(self, crossing: Crossing) -> PacketSet:
        """The packets of a crossing as its service sees them: a gateway can send them from its own address too."""
        target = self.target(self.facts.service(crossing), self.facts.endpoints(crossing))
        return sent_by(crossing.arrives_as, self.space) & target.packets

    @cached_property
    def versions(self) -> tuple[PacketSet, PacketSet]:
        """The packets of IPv4, and those of IPv6."""
        return self.space.match(Match(version=4)), self.space.match(Match(version=6))

    @cached_property
    def pings(self) -> PacketSet:
        """ICMP of both versions."""
        return self.space.match(Match(protocols=(only(IpProtocol.ICMP), only(IpProtocol.ICMPV6))))

    def sent_by(self, addresses: Iterable[IPAddress]) -> PacketSet:
        """The packets with one of these sources."""
        return self.space.match(Match(source=tuple(host_prefix(each) for each in addresses)))

    def sent_to(self, addresses: Iterable[IPAddress]) -> PacketSet:
        """The packets with one of these destinations."""
        return self.space.match(Match(destination=tuple(host_prefix(each) for each in addresses)))

    def to_ports(self, endpoint: Endpoint) -> PacketSet:
        """The packets of an endpoint's protocol and ports, wherever they go."""
        ports = None if endpoint.port is None else (endpoint.port,)
        return self.space.match(Match(protocols=(only(NUMBERS[endpoint.protocol]),), destination_ports=ports))

    def servers_behind(self, listeners: Iterable[Listener], endpoints: Mapping[str, Endpoint]) -> PacketSet:
        """The packets to the servers of the proxies that take connections where a service listens."""
        servers = [
            server
            for listener in listeners
            for proxy in self._proxies(listener, endpoints[listener.endpoint])
            for path in proxy.paths
            for server in path.servers
        ]
        return self.space.union(
            self.space.match(
                Match(
                    destination=(host_prefix(each.address),),
                    protocols=(only(IpProtocol.TCP),),
                    destination_ports=None if each.port is None else (only(each.port),),
                )
            )
            for each in servers
            if each.address is not None
        )

    def _proxies(self, listener: Listener, endpoint: Endpoint) -> Iterator[Proxy]:
        holders = self.reach.topology.owners.get(listener.address, ()) if listener.address else ()
        for name in sorted({port.device for port in holders}):
            for proxy in self.network.devices[name].proxies:
                if any(_takes(bind, listener.address, endpoint) for bind in proxy.binds):
                    yield proxy

    def addresses_of(self, devices: Iterable[str]) -> frozenset[IPAddress]:
        """Every address of some devices."""
        found = (self.network.devices[name] for name in devices)
        return frozenset(each.ip for device in found for one in device.interfaces.values() for each in one.addresses)

    def device_of(self, host: Host) -> Device | None:
        """A host of the estate as a device of the snapshot: by its name, else by one of its addresses."""
        if host.id in self.network.devices:
            return self.network.devices[host.id]
        owners = self.reach.topology.owners
        found = [port.device for each in host.addresses for port in owners.get(each, ())]
        return self.network.devices[found[0]] if len(set(found)) == 1 else None

    def ports_in(self, holds: Callable[[EstateNetwork], bool]) -> frozenset[Port]:
        """The ports with an address in a network of which something is true."""
        owners = self.reach.topology.owners
        return frozenset(
            port
            for address, ports in owners.items()
            if any(holds(network) for network in self.estate.plan.find(address))
            for port in ports
        )

    def without(self, ports: frozenset[Port]) -> Prover:
        """The same estate with some ports shut: what still arrives goes round them."""
        if ports not in self._without:
            devices = dict(self.network.devices)
            for port in ports:
                device = devices[port.device]
                shut = replace(device.interfaces[port.interface], is_up=False)
                devices[port.device] = replace(device, interfaces={**device.interfaces, port.interface: shut})
            self._without[ports] = Prover(self.facts, Network(devices), after=self)
        return self._without[ports]


def _takes(bind: Bind, address: IPAddress | None, endpoint: Endpoint) -> bool:
    """Whether a program listens where a service does."""
    ports = endpoint.port
    is_port = ports is not None and bind.ports.first <= ports.first and ports.last <= bind.ports.last
    return is_port and bind.address in (None, address) and bind.protocol == NUMBERS[endpoint.protocol]

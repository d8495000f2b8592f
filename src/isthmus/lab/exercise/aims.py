"""What is worth sending: every declared flow from its own clients, and what nobody declares between everybody else.

Beside the declared ones: every service from a client of each network (who is not meant to get in must not), the
servers behind its proxies and every address of its hosts at its ports (a service keeps to its leg), and between two
realms the ports of all services and some corner ones. Routers are not among the targets.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from isthmus.estate import INTERNET, Crossing, Endpoint, IPAddress, State
from isthmus.evidence import Facts
from isthmus.lab.plan.shape import Client, LabPlan, NodeKind, NodePlan
from isthmus.network import Network
from isthmus.packetset import Packet, ping, tcp, udp

MOST_CLIENTS = 8
"""Hosts of one network that try a declared flow."""
CORNERS = ("tcp/1", "tcp/22", "tcp/53", "tcp/8080", "tcp/65535", "udp/53", "udp/161", "udp/2049", "icmp")
"""Ports that are tried between realms although no service has them."""
_FIRST_PORT = 20_000
_PORTS = 40_000


@dataclass(frozen=True, slots=True)
class Aim:
    """A probe to send. ``port`` as ``tcp/22``, ``udp/53`` or ``icmp``."""

    node: str
    source: IPAddress
    destination: IPAddress
    port: str
    crossing: str = ""
    host: str = ""
    """The name that a conversation in HTTP asks for; empty for other applications."""
    talks: bool = False
    """Whether to hold a conversation too."""

    @property
    def protocol(self) -> str:
        """``tcp``, ``udp`` or ``icmp``."""
        return self.port.partition("/")[0]

    @property
    def number(self) -> int | None:
        """The port's number; None for ICMP."""
        number = self.port.partition("/")[2]
        return int(number) if number else None

    def packet(self, turn: int) -> Packet:
        """The packet to send; of two turns that lie near each other, with different source ports."""
        source, destination = str(self.source), str(self.destination)
        if self.number is None:
            return ping(source, destination)
        shape = tcp if self.protocol == "tcp" else udp
        return shape(source, destination, self.number, _FIRST_PORT + turn % _PORTS)


@dataclass(frozen=True, slots=True)
class Block:
    """Every client with every destination and port."""

    clients: tuple[tuple[str, IPAddress], ...]
    destinations: tuple[IPAddress, ...]
    ports: tuple[str, ...]


@dataclass(frozen=True)
class Aims:
    """Everything to send for one estate."""

    declared: tuple[Aim, ...]
    blocks: tuple[Block, ...]

    def undeclared(self, plan: LabPlan) -> Iterator[Aim]:
        """The probes of the blocks, each once; nobody sends to an address of its own, or of another IP version."""
        told = {(each.source, each.destination, each.port) for each in self.declared}
        for block in self.blocks:
            for (node, source), destination, port in product(block.clients, block.destinations, block.ports):
                key = (source, destination, port)
                is_own = destination in plan.nodes[node].addresses
                if source.version == destination.version and key not in told and not is_own:
                    told.add(key)
                    yield Aim(node, source, destination, port)


def aims(facts: Facts, network: Network, plan: LabPlan) -> Aims:
    """What to send through a planned lab."""
    chosen = _Chosen(facts, network, plan)
    crossings = [each for each in facts.estate.crossings.values() if each.state is not State.RETIRED]
    declared = tuple(dict.fromkeys(aim for each in crossings for aim in chosen.declared(each)))
    return Aims(declared, (*chosen.services(), *chosen.borders()))


@dataclass(frozen=True, slots=True)
class _Chosen:
    facts: Facts
    network: Network
    plan: LabPlan

    def declared(self, crossing: Crossing) -> Iterator[Aim]:
        """A crossing's own flows: each client to each address and port that it uses."""
        service = self.facts.service(crossing)
        endpoints = self.facts.endpoints(crossing)
        clients = tuple(self.clients(crossing))
        for listener in self.facts.reached(crossing):
            endpoint = endpoints[listener.endpoint]
            host = (service.names[0] if service.names else listener.text) if endpoint.is_web else ""
            for (node, source), port in product(clients, ports_of(endpoint)):
                address = listener.address
                if address is None or address in self.plan.nodes[node].addresses:
                    continue
                if address.version == source.version:
                    yield Aim(node, source, address, port, crossing.id, host, talks=port != "icmp")

    def clients(self, crossing: Crossing) -> Iterator[tuple[str, IPAddress]]:
        """The nodes and addresses that send what a crossing declares."""
        client, estate = crossing.client, self.facts.estate
        for name in client.networks:
            yield from self._in_network(name)
        hosts = [*client.hosts, *(host for name in client.services for host in estate.services[name].hosts)]
        for name in dict.fromkeys(hosts):
            held = estate.hosts[name].addresses
            named = [each for each in held if any(each in prefix for prefix in crossing.arrives_as)]
            for address in named or held:
                yield from ((node, address) for node in self.plan.holders.get(address, ()))

    def _in_network(self, name: str) -> Iterator[tuple[str, IPAddress]]:
        """Hosts in a network, a plain one first."""
        found = {(each.node, each.address): None for each in self.plan.clients if each.network == name}
        for node in self.hosts():
            for address in node.addresses:
                held = self.facts.estate.plan.find(address)
                if [each.id for each in held] == [name] and name != INTERNET:
                    found[node.name, address] = None
        yield from list(found)[:MOST_CLIENTS]

    def hosts(self) -> Iterator[NodePlan]:
        """The nodes that are no routers and lie inside."""
        for node in self.plan.nodes.values():
            device = self.network.devices.get(node.owner)
            if node.kind in (NodeKind.DEVICE, NodeKind.HOST, NodeKind.CLIENT) and not (device and device.forwards):
                yield node

    def services(self) -> Iterator[Block]:
        """Every service, and what stands behind it, from a client of each network."""
        everybody = tuple(dict.fromkeys((each.node, each.address) for each in self.plan.clients))
        for service in self.facts.estate.services.values():
            for name, endpoint in service.endpoints.items():
                listening = {each.address for each in self.facts.listeners(service, {name: endpoint})}
                hosts = {address for host in self._hosts_of(service.id) for address in host}
                known = tuple(sorted((each for each in listening | hosts if each is not None), key=_by_version))
                yield Block(everybody, known, tuple(ports_of(endpoint)))
        for address, port in sorted(self._servers(), key=lambda each: (_by_version(each[0]), each[1])):
            yield Block(everybody, (address,), (port,))

    def _hosts_of(self, service: str) -> Iterator[tuple[IPAddress, ...]]:
        estate, named = self.facts.estate, self.facts.estate.services[service]
        balancer = estate.load_balancers.get(named.load_balancer or "")
        for host in (*named.hosts, *(balancer.hosts if balancer else ())):
            yield estate.hosts[host].addresses

    def _servers(self) -> set[tuple[IPAddress, str]]:
        """The servers behind every proxy of the snapshot."""
        return {
            (server.address, f"tcp/{server.port}")
            for device in self.network.devices.values()
            for proxy in device.proxies
            for path in proxy.paths
            for server in path.servers
            if server.address is not None and server.port
        }

    def borders(self) -> Iterator[Block]:
        """Between two realms, from a client of each role: to every host at the ports of all services, and corners."""
        estate = self.facts.estate
        served = {
            port for each in estate.services.values() for end in each.endpoints.values() for port in ports_of(end)
        }
        ports = tuple(sorted(served | set(CORNERS)))
        for realm in estate.realms:
            senders = tuple(_representatives(each for each in self.plan.clients if each.realm == realm))
            for other in estate.realms:
                targets = tuple(dict.fromkeys(self._addresses_in(other))) if other != realm else ()
                if senders and targets:
                    yield Block(senders, targets, ports)

    def _addresses_in(self, realm: str) -> Iterator[IPAddress]:
        found = [address for node in self.hosts() for address in node.addresses]
        services = self.facts.estate.services.values()
        found += [each.address for one in services for each in self.facts.listeners(one) if each.address is not None]
        for address in found:
            if {each.realm for each in self.facts.estate.plan.find(address)} == {realm}:
                yield address


def _representatives(clients: Iterable[Client]) -> Iterator[tuple[str, IPAddress]]:
    """One client of each role and IP version."""
    found: dict[tuple[str, int], Client] = {}
    for each in clients:
        found.setdefault((each.role, each.address.version), each)
    yield from dict.fromkeys((each.node, each.address) for each in found.values())


def ports_of(endpoint: Endpoint) -> Iterator[str]:
    """The ports to try of an endpoint: the ends of its range; nothing for protocols that no probe speaks.

    >>> list(ports_of(Endpoint(port="8000-8080", protocol="udp")))
    ['udp/8000', 'udp/8080']
    """
    protocol = endpoint.protocol.value
    if protocol in ("icmp", "icmpv6"):
        yield "icmp"
    elif protocol in ("tcp", "udp") and endpoint.port is not None:
        yield from dict.fromkeys((f"{protocol}/{endpoint.port.first}", f"{protocol}/{endpoint.port.last}"))


def _by_version(address: IPAddress) -> tuple[int, int]:
    return address.version, int(address)

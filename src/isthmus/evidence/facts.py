"""The questions that checks ask: where the ends of a crossing live, what listens, what arrives, what was said.

Facts are answered from the estate alone here. Evidence that other rooms gather (proofs over configurations,
flow audits, lab runs) arrives as testimony: answers by requirement and crossing, already judged.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from isthmus.diagnostics import Span
from isthmus.estate import (
    INTERNET,
    Attestation,
    Crossing,
    Endpoint,
    Estate,
    Host,
    IPAddress,
    IPPrefix,
    Network,
    Service,
    Vocabulary,
)
from isthmus.evidence.answer import Evidence

Testimony = Mapping[tuple[str, str], tuple[Evidence, ...]]
"""Evidence from other rooms, by requirement code and crossing id (an empty id for the whole estate)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one end of a crossing lives. ``kind`` is None and ``roles`` empty where nothing tells."""

    name: str
    realm: str
    kind: str | None
    roles: frozenset[str]
    spheres: frozenset[str]
    audience: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Listener:
    """One address on which an endpoint is reached, with the networks that claim it.

    ``address`` is None where a name is not resolved or no address is assigned yet; then ``text`` names it.
    """

    endpoint: str
    text: str
    address: IPAddress | None
    networks: tuple[Network, ...]
    where: Span


@dataclass(frozen=True)
class Facts:
    """What is known about an estate on one day."""

    estate: Estate
    vocabulary: Vocabulary
    today: date
    testimony: Testimony = field(default_factory=dict)

    def service(self, crossing: Crossing) -> Service:
        """The service that a crossing leads to."""
        return self.estate.services[crossing.service]

    def endpoints(self, crossing: Crossing) -> dict[str, Endpoint]:
        """The endpoints that a crossing uses."""
        service = self.service(crossing)
        names = crossing.endpoints or tuple(service.endpoints)
        return {name: service.endpoints[name] for name in names}

    def listeners(self, service: Service, endpoints: Mapping[str, Endpoint] | None = None) -> tuple[Listener, ...]:
        """Every address on which a service (or only some of its endpoints) is reached."""
        chosen = service.endpoints if endpoints is None else endpoints
        return tuple(each for name, endpoint in chosen.items() for each in self._listeners(service, name, endpoint))

    def _listeners(self, service: Service, name: str, endpoint: Endpoint) -> Iterator[Listener]:
        path = ("endpoints", name)
        for at, written in enumerate(endpoint.addresses):
            where = service.span(*path, "addresses", at)
            resolved = self.estate.resolve(written)
            for address in resolved:
                yield Listener(name, str(address), address, self.estate.plan.find(address), where)
            if not resolved:
                yield Listener(name, str(written), None, (), where)
        if not endpoint.addresses:
            network = self.estate.networks[endpoint.network] if endpoint.network else None
            text = f"an address in `{network.id}`" if network else "no declared address"
            yield Listener(name, text, None, (network,) if network else (), service.span(*path))

    def service_place(self, service: Service) -> Place:
        """Where a service lives: by its hosts, else by the networks of its addresses."""
        networks = [network for each in self.listeners(service) for network in each.networks]
        kinds = {self.estate.hosts[host].kind.value for host in service.hosts}
        kinds = kinds or {self.vocabulary.roles[network.role] for network in networks} - {"any"}
        return Place(
            f"service `{service.id}`",
            service.realm,
            kinds.pop() if len(kinds) == 1 else None,
            frozenset(network.role for network in networks),
            frozenset(network.sphere.value for network in networks),
            frozenset(service.audience),
        )

    def client_places(self, crossing: Crossing) -> tuple[Place, ...]:
        """Where each client of a crossing lives."""
        client, estate = crossing.client, self.estate
        return (
            *(self._network_place(name) for name in client.networks),
            *(self._host_place(estate.hosts[name], crossing) for name in client.hosts),
            *(self.service_place(estate.services[name]) for name in client.services),
        )

    def _network_place(self, name: str) -> Place:
        network = self.estate.networks.get(name)
        if network is None:
            return Place("the internet", INTERNET, "any", frozenset(), frozenset({"public"}))
        kind = self.vocabulary.roles[network.role]
        label = f"network `{name}`"
        return Place(label, network.realm, kind, frozenset({network.role}), frozenset({network.sphere.value}))

    def _host_place(self, host: Host, crossing: Crossing) -> Place:
        """A host's place; the leg that it uses is told by the addresses it arrives as, else any of its legs."""
        networks = self.networks_of(crossing.arrives_as) or tuple(
            network for address in host.addresses for network in self.estate.plan.find(address)
        )
        roles = frozenset(network.role for network in networks)
        spheres = frozenset(network.sphere.value for network in networks)
        return Place(f"host `{host.id}`", host.realm, host.kind.value, roles, spheres)

    def networks_of(self, prefixes: tuple[IPPrefix, ...]) -> tuple[Network, ...]:
        """The networks that hold an address of any of ``prefixes``."""
        return tuple(network for prefix in prefixes for network in self.estate.plan.inside(prefix))

    def attestations(self, requirement: str, crossing: Crossing | None) -> tuple[Attestation, ...]:
        """What people stated about a requirement: of one crossing, or of the estate as a whole."""
        statements = crossing.attestations if crossing else self.estate.attestations
        return tuple(each for each in statements if each.requirement == requirement)

    def heard(self, requirement: str, crossing: Crossing | None) -> tuple[Evidence, ...]:
        """The testimony of other rooms about a requirement."""
        return self.testimony.get((requirement, crossing.id if crossing else ""), ())

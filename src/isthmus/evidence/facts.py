"""The questions that checks ask: where the ends of a crossing live, what listens, what arrives, what was said.

Facts are answered from the estate alone here. Evidence that other rooms gather (proofs over configurations,
flow audits, lab runs) arrives as testimony: answers by requirement and crossing, already judged.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from isthmus.estate import (
    INTERNET,
    Attestation,
    Client,
    Crossing,
    Endpoint,
    Estate,
    ExceptionEntry,
    Front,
    Host,
    IPAddress,
    IPPrefix,
    Network,
    Service,
    State,
    Vocabulary,
)
from isthmus.evidence.agreements import Agreements
from isthmus.evidence.answer import Evidence
from isthmus.evidence.ends import Arrival, Held, Listener, Place
from isthmus.evidence.users import Part, parts, users

Testimony = Mapping[tuple[str, str], tuple[Evidence, ...]]
"""Evidence from other rooms, by requirement code and crossing id (an empty id for the whole estate)."""


@dataclass(frozen=True)
class Facts:
    """What is known about an estate on one day."""

    estate: Estate
    vocabulary: Vocabulary
    today: date
    testimony: Testimony = field(default_factory=dict)
    signed: Agreements | None = None
    """Signed agreements; None where the estate says of nobody that they may sign, so that recorded ones count."""

    def service(self, crossing: Crossing) -> Service:
        """The service that a crossing leads to."""
        return self.estate.services[crossing.service]

    def exceptions_of(self, crossing: Crossing) -> tuple[ExceptionEntry, ...]:
        """The exceptions that name a crossing."""
        return self._exceptions.get(crossing.id, ())

    @cached_property
    def _exceptions(self) -> dict[str, tuple[ExceptionEntry, ...]]:
        named: dict[str, tuple[ExceptionEntry, ...]] = {}
        for each in self.estate.exceptions.values():
            named[each.crossing] = (*named.get(each.crossing, ()), each)
        return named

    def endpoints(self, crossing: Crossing) -> dict[str, Endpoint]:
        """The endpoints that a crossing uses."""
        service = self.service(crossing)
        names = crossing.endpoints or tuple(service.endpoints)
        return {name: service.endpoints[name] for name in names}

    def listeners(self, service: Service, endpoints: Mapping[str, Endpoint] | None = None) -> tuple[Listener, ...]:
        """Every address on which a service (or only some of its endpoints) is reached."""
        chosen = service.endpoints if endpoints is None else endpoints
        return tuple(each for name, endpoint in chosen.items() for each in self._listeners(service, name, endpoint))

    def reached(self, crossing: Crossing) -> tuple[Listener, ...]:
        """Every address on which a crossing reaches its service."""
        return self.listeners(self.service(crossing), self.endpoints(crossing))

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
            text = "an unassigned address" if network else f"the address of endpoint `{name}`"
            yield Listener(name, text, None, (network,) if network else (), service.span(*path))

    def arrivals(self, crossing: Crossing) -> tuple[Arrival, ...]:
        """The addresses that a crossing's clients are declared to arrive as."""
        return tuple(self._arrival(prefix, crossing, at) for at, prefix in enumerate(crossing.arrives_as))

    def _arrival(self, prefix: IPPrefix, crossing: Crossing, at: int) -> Arrival:
        plan, where = self.estate.plan, crossing.span("arrives_as", at)
        networks, is_covered = plan.inside(prefix), plan.covers(prefix)
        rivals = plan.find(prefix.network_address)
        is_contested = is_covered and len(rivals) > 1 and set(networks) == set(rivals)
        return Arrival(prefix, networks, is_covered, is_contested, where)

    def service_place(self, service: Service, endpoints: Mapping[str, Endpoint] | None = None) -> Place:
        """Where a service (or only some of its endpoints) lives: by its hosts, else by its addresses' networks."""
        listeners = self.listeners(service, endpoints)
        networks = tuple(network for each in listeners for network in each.networks)
        unclear = [each.text for each in listeners if len(each.networks) != 1]
        doubt = f"the network of {unclear[0]}" if unclear else ""
        return Place(
            f"service `{service.id}`",
            service.realm,
            self._kind(service, networks),
            frozenset(network.role for network in networks),
            frozenset(network.sphere.value for network in networks),
            frozenset(service.audience),
            doubt,
        )

    def _kind(self, service: Service, networks: tuple[Network, ...]) -> str | None:
        kinds = {self.estate.hosts[host].kind.value for host in service.hosts}
        kinds = kinds or {self.vocabulary.roles[network.role] for network in networks} - {"any"}
        return kinds.pop() if len(kinds) == 1 else None

    def client_places(self, crossing: Crossing) -> tuple[Place, ...]:
        """Where each client of a crossing lives."""
        client, estate = crossing.client, self.estate
        return (
            *(self._network_place(name) for name in client.networks),
            *(self._host_place(estate.hosts[name], crossing) for name in client.hosts),
            *(self._client_service_place(estate.services[name], crossing) for name in client.services),
        )

    def _network_place(self, name: str) -> Place:
        network = self.estate.networks.get(name)
        if network is None:
            return Place("the internet", INTERNET, None, frozenset(), frozenset({"public"}))
        kind = self.vocabulary.roles[network.role]
        roles, spheres = frozenset({network.role}), frozenset({network.sphere.value})
        return Place(f"network `{name}`", network.realm, None if kind == "any" else kind, roles, spheres)

    def _host_place(self, host: Host, crossing: Crossing) -> Place:
        return self._goes_by(f"host `{host.id}`", host.realm, host.kind.value, self.legs(host), crossing)

    def _client_service_place(self, service: Service, crossing: Crossing) -> Place:
        listening = tuple(network for each in self.listeners(service) for network in each.networks)
        legs = tuple(leg for host in service.hosts for leg in self.legs(self.estate.hosts[host]))
        kind = self._kind(service, listening)
        return self._goes_by(f"service `{service.id}`", service.realm, kind, legs or listening, crossing)

    def _goes_by(self, name: str, realm: str, kind: str | None, legs: tuple[Network, ...], crossing: Crossing) -> Place:
        """A client's place: what the crossing arrives as tells by which of its networks the client goes.

        Of several clients, each has its own share of the arriving addresses, as far as that can be told.
        """
        networks, doubt = legs, ""
        if crossing.arrives_as:
            arrives = self.networks_of(crossing.arrives_as)
            own = tuple(leg for leg in legs if leg in arrives)
            networks = own if own and _number(crossing.client) > 1 else arrives
        elif len({network.role for network in legs}) != 1:
            doubt = f"by which of its networks {name} goes (`arrives_as`)"
        roles = frozenset(network.role for network in networks)
        return Place(name, realm, kind, roles, frozenset(network.sphere.value for network in networks), doubt=doubt)

    def legs(self, host: Host) -> tuple[Network, ...]:
        """The networks that a host is on: those of its VLANs, and those of its addresses."""
        estate = self.estate
        vlans = [name for each in host.interfaces.values() for name in (each.native, *each.tagged) if name is not None]
        found = [network for address in host.addresses for network in estate.plan.find(address)]
        return tuple(dict.fromkeys([*(estate.networks[name] for name in vlans), *found]))

    def networks_of(self, prefixes: tuple[IPPrefix, ...]) -> tuple[Network, ...]:
        """The networks that hold an address of any of ``prefixes``."""
        return tuple(network for prefix in prefixes for network in self.estate.plan.inside(prefix))

    def held_by(self, front: Front) -> Held:
        """What a load balancer or web proxy holds."""
        found = {written: self.estate.resolve(written) for written in front.addresses}
        return Held(
            frozenset(address for addresses in found.values() for address in addresses),
            frozenset(str(written) for written, addresses in found.items() if not addresses),
        )

    def addresses_of(self, front: Front) -> frozenset[IPAddress]:
        """Every address of a load balancer or web proxy: those that it holds, and those of its hosts."""
        hosts = (self.estate.hosts[host] for host in front.hosts)
        return self.held_by(front).addresses | {address for host in hosts for address in host.addresses}

    def beside(self, crossing: Crossing) -> tuple[Crossing, ...]:
        """The crossings that stand while ``crossing`` does and have to do with its service, its hosts or their legs.

        Those are running ones, and those in the same state as it.
        """
        service = self.service(crossing)
        legs = [leg.id for host in service.hosts for leg in self.legs(self.estate.hosts[host])]
        found = [each for part in parts((service,), service.hosts, legs) for each in self._users.get(part, ())]
        return tuple(each for each in dict.fromkeys(found) if each.state in (State.RUNNING, crossing.state))

    @cached_property
    def _users(self) -> dict[Part, list[Crossing]]:
        return users(self.estate)

    def statements(self, requirement: str, crossing: Crossing | None) -> tuple[Attestation, ...]:
        """What people stated about a requirement of one crossing, or (None) of the estate as a whole.

        The latest word of each voice up to today, oldest first; on one day, a no is the last word.
        """
        every = crossing.attestations if crossing else self.estate.attestations
        said = [each for each in every if each.requirement == requirement and each.on <= self.today]
        said.sort(key=lambda each: (each.on, not each.holds))
        return tuple(each for at, each in enumerate(said) if not any(_same_voice(each, by) for by in said[at + 1 :]))

    def heard(self, requirement: str, crossing: Crossing | None) -> tuple[Evidence, ...]:
        """The testimony of other rooms about a requirement."""
        return self.testimony.get((requirement, crossing.id if crossing else ""), ())


def _number(client: Client) -> int:
    return len(client.networks) + len(client.hosts) + len(client.services)


def _same_voice(earlier: Attestation, later: Attestation) -> bool:
    """Whether a later statement takes the place of an earlier one: of the same owner, else of the same person."""
    if earlier.owner is not None and later.owner is not None:
        return earlier.owner == later.owner
    return earlier.by == later.by

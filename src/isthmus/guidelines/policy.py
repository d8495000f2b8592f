"""What flow records are held against: an estate and an edition as labels, declared flows, exceptions and demands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from ipaddress import ip_network

from isthmus.decide import Edition, Requirement, Scope, Selector, classify, standings
from isthmus.estate import INTERNET, Crossing, HostKind, Protocol
from isthmus.evidence import Facts, Finding, Kind
from isthmus.formats.services import PROTOCOLS
from isthmus.guidelines import checks
from isthmus.observe.policy import DeclaredFlow, Demand, End, Excuse, Policy, Prefix, Seen, Target, Zone

_DAY = 86_400_000
_EVER = 0


def policy_of(facts: Facts, edition: Edition) -> Policy:
    """Everything that flow records are held against."""
    estate = facts.estate
    kinds = facts.vocabulary.roles
    zones = tuple(
        Zone(each.id, End(each.realm, each.role, each.sphere.value, _kind(kinds[each.role])), each.prefixes, each.where)
        for each in estate.networks.values()
    )
    exporters = {str(address): host.realm for host in estate.hosts.values() for address in host.addresses}
    return Policy(
        estate.name,
        edition.id,
        zones,
        tuple(_flow(each, facts, edition) for each in estate.crossings.values()),
        tuple(_excuses(facts, edition)),
        tuple(case.id for case in edition.cases),
        _case_of(edition),
        tuple(_demands(edition)),
        exporters | {host.id: host.realm for host in estate.hosts.values()},
    )


def _kind(word: str) -> str:
    return "" if word == "any" else word


def _flow(crossing: Crossing, facts: Facts, edition: Edition) -> DeclaredFlow:
    case = classify(crossing, facts, edition).case
    clients = tuple(dict.fromkeys(_clients(crossing, facts)))
    targets, unresolved = _targets(crossing, facts)
    if not clients and not crossing.client.networks:
        unresolved.append("no address of its client is known")
    return DeclaredFlow(
        crossing.id,
        case.id if case else None,
        crossing.state.value == "running",
        crossing.client.networks,
        clients,
        tuple(dict.fromkeys(targets)),
        tuple(unresolved),
    )


def _clients(crossing: Crossing, facts: Facts) -> Iterator[Prefix]:
    """Every address that a client of the crossing may have, where it starts and where it arrives."""
    estate, client = facts.estate, crossing.client
    yield from crossing.arrives_as
    for name in (*client.hosts, *(host for each in client.services for host in estate.services[each].hosts)):
        yield from (ip_network(address) for address in estate.hosts[name].addresses)
    for name in client.services:
        found = (each.address for each in facts.listeners(estate.services[name]))
        yield from (ip_network(address) for address in found if address is not None)


def _targets(crossing: Crossing, facts: Facts) -> tuple[list[Target], list[str]]:
    """Where the crossing leads: the addresses that clients use, and those of instances behind them."""
    service, endpoints = facts.service(crossing), facts.endpoints(crossing)
    hosts = [facts.estate.hosts[name] for name in service.hosts]
    behind = [ip_network(at) for host in hosts if host.kind is HostKind.INSTANCE for at in host.addresses]
    targets: list[Target] = []
    unresolved = []
    for listener in facts.reached(crossing):
        endpoint = endpoints[listener.endpoint]
        if listener.address is not None:
            prefixes: list[Prefix] = [ip_network(listener.address)]
        else:
            prefixes = [each for network in listener.networks for each in network.prefixes]
        if not prefixes:
            unresolved.append(f"{listener.text} is not resolved")
        ports = (endpoint.port.first, endpoint.port.last) if endpoint.port else (0, 0)
        name = service.id if listener.address is not None else ""
        made = [Target(each, _number(endpoint.protocol), *ports, name) for each in prefixes]
        targets += made + [Target(each, _number(endpoint.protocol), *ports, service.id) for each in behind]
    return targets, unresolved


def _number(protocol: Protocol) -> int:
    return PROTOCOLS["ipv6-icmp" if protocol is Protocol.ICMPV6 else protocol.value]


def _excuses(facts: Facts, edition: Edition) -> Iterator[Excuse]:
    """Exceptions that everybody agreed to, with the days on which they hold: flows are judged by their own day."""
    for crossing in facts.estate.crossings.values():
        for each in standings(crossing, facts, edition):
            if not each.missing_owners and not each.not_running:
                entry = each.exception
                first = _midnight(entry.since) if entry.since else _EVER
                yield Excuse(entry.id, crossing.id, entry.requirements, first, _midnight(entry.review) + _DAY - 1)


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def _case_of(edition: Edition) -> Callable[[End, End], str | None]:
    """The first case whose ends fit two networks, by what networks tell: for whom a service is meant they do not."""
    fits = [(case.id, fit) for case in edition.cases for fit in case.fits if not fit.service.audience]

    def case_of(client: End, service: End) -> str | None:
        return next((case for case, fit in fits if _is(client, fit.client) and _is(service, fit.service)), None)

    return case_of


def _is(end: End, selector: Selector) -> bool:
    pairs = (
        (selector.realm, end.realm),
        (selector.role, end.role),
        (selector.sphere, end.sphere),
        (selector.kind, end.kind),
    )
    return all(wanted in (None, found) for wanted, found in pairs)


def _demands(edition: Edition) -> Iterator[Demand]:
    """The requirements that flow records judge, each with the check that says how."""
    for requirement, case in edition.requirements():
        found = checks.find(requirement.check.name)
        if found is not None and found.observed is not None and Kind.OBSERVED in requirement.judged_by:
            only = None if case is None or found.observes_every_case else case.id
            yield Demand(requirement.code, requirement.name, _judge(requirement, found.observed, only))


def _judge(
    requirement: Requirement, observed: Callable[[object, Seen], Finding], only: str | None
) -> Callable[[Seen], Finding]:
    def judge(seen: Seen) -> Finding:
        if only not in (None, seen.case):
            return Finding.NOT_APPLICABLE
        if requirement.scope is Scope.CROSSING and seen.client.realm == seen.service.realm == INTERNET:
            return Finding.NOT_APPLICABLE
        return observed(requirement.params, seen)

    return judge

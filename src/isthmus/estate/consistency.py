"""What no single entry can show: the address plan, realms of things and of their parts, addresses and VLANs."""

from collections.abc import Iterator

from isthmus.diagnostics import Diagnostic, did_you_mean
from isthmus.estate import codes
from isthmus.estate.addresses import Claim, Overlap
from isthmus.estate.estate import Estate, Vocabulary
from isthmus.estate.services import Front, Service
from isthmus.estate.types import IPAddress


def inconsistencies(estate: Estate, vocabulary: Vocabulary | None) -> Iterator[Diagnostic]:
    """Everything in ``estate`` that cannot be right, or is rarely meant, though each entry is well-formed."""
    if vocabulary is not None:
        yield from _realms(estate, vocabulary)
    yield from _plan(estate)
    yield from _vlans(estate)
    yield from _hosts(estate)
    yield from _services(estate)
    yield from _crossings(estate)
    yield from _names(estate)


def _realms(estate: Estate, vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    for realm in vocabulary.realms:
        if realm not in estate.realms:
            message = f"the edition speaks of realm `{realm}`, and the estate does not declare it"
            help_ = f"add `{realm}` to `realms`, with its owners"
            yield Diagnostic(codes.WRONG_REALMS, message, estate.where, help_)


def _plan(estate: Estate) -> Iterator[Diagnostic]:
    plan = estate.plan
    for first, second in plan.duplicates:
        here, there = (
            plan.networks[second.number],
            plan.networks[plan.rivals.get(first.number, (first.number,))[0]],
        )
        message = f"prefix `{second.prefix}` of `{here.id}` is also that of `{there.id}`"
        where = here.span("prefixes", here.prefixes.index(second.prefix))
        yield Diagnostic(codes.SAME_PREFIX, message, where, f"`{there.id}` stands at {there.where}")
    for overlap in plan.overlaps:
        yield _overlap(estate, overlap)


def _overlap(estate: Estate, overlap: Overlap) -> Diagnostic:
    networks = estate.plan.networks
    rivals = estate.plan.rivals.get(overlap.outer.number, (overlap.outer.number,))
    realms = {networks[claim.number].realm for claim in overlap.inner}
    outer = next((networks[each] for each in rivals if networks[each].realm not in realms), networks[rivals[0]])
    inner = [claim for claim in overlap.inner if networks[claim.number].realm != outer.realm]
    held = ", ".join(_claim(estate, claim) for claim in inner[:4])
    more = f" and {len(inner) - 4} more" if len(inner) > 4 else ""
    message = f"`{overlap.outer.prefix}` of `{outer.id}` (realm {outer.realm}) overlaps {held}{more}"
    where = outer.span("prefixes", outer.prefixes.index(overlap.outer.prefix))
    places = ", ".join(str(networks[claim.number].where) for claim in inner[:4])
    return Diagnostic(codes.REALM_OVERLAP, message, where, f"the other side stands at {places}{more}")


def _claim(estate: Estate, claim: Claim) -> str:
    network = estate.plan.networks[claim.number]
    return f"`{claim.prefix}` of `{network.id}` (realm {network.realm})"


def _vlans(estate: Estate) -> Iterator[Diagnostic]:
    seen: dict[tuple[str | None, int], str] = {}
    for network in estate.networks.values():
        if network.vlan is None:
            continue
        first = seen.setdefault((network.site, network.vlan), network.id)
        if first != network.id:
            message = f"VLAN {network.vlan} of `{network.id}` is also that of `{first}`"
            help_ = f"`{first}` stands at {estate.networks[first].where}"
            yield Diagnostic(codes.SAME_VLAN, message, network.span("vlan"), help_)


def _hosts(estate: Estate) -> Iterator[Diagnostic]:
    shared = _shared_addresses(estate)
    owners: dict[IPAddress, str] = {}
    for host in estate.hosts.values():
        for name, interface in host.interfaces.items():
            networks = {*interface.tagged, *([interface.native] if interface.native else [])}
            for at, address in enumerate(interface.addresses):
                where = host.span("interfaces", name, "addresses", at)
                found = {network.id for network in estate.plan.find(address)}
                if networks and address not in shared and not found & networks:
                    message = f"address `{address}` lies in none of the networks of `{name}`"
                    help_ = f"it belongs to {_listed(found) or 'no declared network'}"
                    yield Diagnostic(codes.ADDRESS_OUTSIDE, message, where, help_)
                first = owners.setdefault(address, host.id)
                if first != host.id and address not in shared:
                    help_ = f"`{first}` stands at {estate.hosts[first].where}"
                    yield Diagnostic(codes.SAME_ADDRESS, f"`{first}` has address `{address}` too", where, help_)


def _shared_addresses(estate: Estate) -> set[IPAddress]:
    """Addresses that several hosts may hold: those of load balancers, proxies and services."""
    shared: set[IPAddress] = set()
    for front in (*estate.load_balancers.values(), *estate.web_proxies.values()):
        shared.update(each for each in front.addresses if not isinstance(each, str))
    for service in estate.services.values():
        shared.update(service.concrete_addresses())
    return shared


def _services(estate: Estate) -> Iterator[Diagnostic]:
    for service in estate.services.values():
        yield from _realm_of_hosts(estate, service, service.realm, service.hosts)
        kinds = {estate.hosts[host].kind.value for host in service.hosts}
        if len(kinds) > 1:
            message = f"`{service.id}` runs on instances and on hardware"
            yield Diagnostic(codes.MIXED_KINDS, message, service.span("hosts"), "declare one service for each")
        for name, endpoint in service.endpoints.items():
            for at, address in enumerate(endpoint.addresses):
                if not isinstance(address, str) and not estate.plan.find(address):
                    message = f"`{address}` of `{service.id}` is in no declared network"
                    where = service.span("endpoints", name, "addresses", at)
                    help_ = "declare the network, so that its realm and role are known"
                    yield Diagnostic(codes.OUTSIDE_PLAN, message, where, help_)
    for front in (*estate.load_balancers.values(), *estate.web_proxies.values()):
        yield from _realm_of_hosts(estate, front, front.realm, front.hosts)


def _realm_of_hosts(
    estate: Estate, entity: Service | Front, realm: str, hosts: tuple[str, ...]
) -> Iterator[Diagnostic]:
    for at, host in enumerate(hosts):
        theirs = estate.hosts[host].realm
        if theirs != realm:
            message = f"`{entity.id}` is of realm `{realm}`, its host `{host}` of realm `{theirs}`"
            help_ = f"`{host}` stands at {estate.hosts[host].where}"
            yield Diagnostic(codes.REALM_MISMATCH, message, entity.span("hosts", at), help_)


def _crossings(estate: Estate) -> Iterator[Diagnostic]:
    for crossing in estate.crossings.values():
        endpoints = estate.services[crossing.service].endpoints
        for at, name in enumerate(crossing.endpoints):
            if name not in endpoints:
                message = f"service `{crossing.service}` has no endpoint `{name}`"
                help_ = did_you_mean(name, endpoints, what="endpoints")
                yield Diagnostic(codes.UNKNOWN_ENDPOINT, message, crossing.span("endpoints", at), help_)


def _names(estate: Estate) -> Iterator[Diagnostic]:
    for record in estate.names.values():
        seen = {record.id}
        alias = record.alias
        while alias is not None and alias in estate.names:
            if alias in seen:
                message = f"following the aliases of `{record.id}` leads back to `{alias}`"
                yield Diagnostic(codes.ALIAS_LOOP, message, record.span("alias"))
                break
            seen.add(alias)
            alias = estate.names[alias].alias


def _listed(words: set[str]) -> str:
    return ", ".join(f"`{word}`" for word in sorted(words))

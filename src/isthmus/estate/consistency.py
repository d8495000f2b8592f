"""What no single entry can show: the address plan, realms of things and of their parts, addresses and VLANs."""

from collections.abc import Iterator

from isthmus.diagnostics import Diagnostic, closest, did_you_mean, shown
from isthmus.estate import codes
from isthmus.estate.addresses import Claim, Overlap
from isthmus.estate.estate import Estate, Vocabulary
from isthmus.estate.parts import Parts
from isthmus.estate.services import Front, Service
from isthmus.estate.types import IPAddress


def inconsistencies(estate: Estate) -> Iterator[Diagnostic]:
    """Everything in ``estate`` that cannot be right, or is rarely meant, though each entry is well-formed."""
    yield from _plan(estate)
    yield from _vlans(estate)
    yield from _hosts(estate)
    yield from _services(estate)
    yield from _crossings(estate)
    yield from _names(estate)


def missing_realms(vocabulary: Vocabulary, parts: Parts) -> Iterator[Diagnostic]:
    """The realms that the edition speaks of and no file declares."""
    declared = parts.ids("realms")
    for realm in vocabulary.realms:
        if realm in declared:
            continue
        best = closest(realm, declared.difference(vocabulary.realms))
        where = parts.place("realms", best) if best else None
        if where is not None:
            message = f"the edition speaks of realm `{realm}`, and the estate declares `{best}`"
            yield Diagnostic(codes.WRONG_REALMS, message, where, f"write `{realm}`, or add it to `realms`")
        else:
            message = f"the edition speaks of realm `{realm}`, and the estate does not declare it"
            where = parts.header["edition"][1]
            yield Diagnostic(codes.WRONG_REALMS, message, where, f"add `{realm}` to `realms`, with its owners")


def _plan(estate: Estate) -> Iterator[Diagnostic]:
    plan = estate.plan
    for first, second in plan.duplicates:
        here, there = plan.networks[second.number], plan.networks[first.number]
        message = f"prefix `{second.prefix}` of `{here.id}` is also that of `{there.id}`"
        help_ = f"join the two, or correct one of them; `{there.id}` stands at {there.where}"
        if here is there:
            message, help_ = f"`{here.id}` has prefix `{second.prefix}` twice", "remove one of the two"
        yield Diagnostic(codes.SAME_PREFIX, message, here.span("prefixes", second.at), help_)
    for overlap in plan.overlaps:
        yield _overlap(estate, overlap)


def _overlap(estate: Estate, overlap: Overlap) -> Diagnostic:
    networks = estate.plan.networks
    outer, inner = networks[overlap.outer.number], overlap.inner
    held = ", ".join(_claim(estate, claim) for claim in inner[:4])
    more = f" and {len(inner) - 4} more" if len(inner) > 4 else ""
    message = f"`{overlap.outer.prefix}` of `{outer.id}` (realm {outer.realm}) overlaps {held}{more}"
    where = outer.span("prefixes", overlap.outer.at)
    places = ", ".join(str(networks[claim.number].span("prefixes", claim.at)) for claim in inner[:4])
    return Diagnostic(codes.REALM_OVERLAP, message, where, f"{_ONE_OWNER}; see {places}{more}")


_ONE_OWNER = "give each address one owner: move one of them, or split the outer prefix"


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
            help_ = f"give one of them another, or join the two; `{first}` stands at {estate.networks[first].where}"
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
                    belongs = f"belongs to {_listed(found) or 'no declared network'}"
                    help_ = f"it {belongs}: correct it, or name its network as `native` or `tagged`"
                    yield Diagnostic(codes.ADDRESS_OUTSIDE, message, where, help_)
                first = owners.setdefault(address, host.id)
                if first != host.id and address not in shared:
                    help_ = f"give each host its own; `{first}` stands at {estate.hosts[first].where}"
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
            help_ = f"both must be of one realm; `{host}` stands at {estate.hosts[host].where}"
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
    told: set[str] = set()
    for record in estate.names.values():
        way = [record.id]
        alias = record.alias
        while alias is not None and alias in estate.names and alias not in way and alias not in told:
            way.append(alias)
            alias = estate.names[alias].alias
        if alias == record.id:
            message = f"following the alias of `{record.id}` leads back to it"
            stations = " → ".join([*way, alias])
            help_ = f"give one of them addresses instead: {shown(stations, 120)}"
            yield Diagnostic(codes.ALIAS_LOOP, message, record.span("alias"), help_)
            told.update(way)


def _listed(words: set[str]) -> str:
    return ", ".join(f"`{word}`" for word in sorted(words))

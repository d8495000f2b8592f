"""``profile::wmcs::cloudgw::dmz_cidr``: destinations for which the cloud's gateways do not translate.

Each entry is a running crossing from the instances to what stands at that address, where the instances'
own addresses arrive.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from isthmus.estate import (
    Client,
    Crossing,
    Endpoint,
    IPAddress,
    IPPrefix,
    NameRecord,
    PortRange,
    Service,
    State,
)
from isthmus.estate.types import is_name
from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.hiera import Hiera, Scope
from isthmus.sources.wikimedia.importer import Importer, records
from isthmus.sources.wikimedia.importers.cloudgw_networks import PROFILE, ROLE, SUBNETS
from isthmus.sources.wikimedia.names import addresses_of, checked
from isthmus.sources.wikimedia.outcomes import CannotResolve, Gaps, Imported, Item
from isthmus.sources.wikimedia.parsed import Parsed, is_hiera

KEY = f"{PROFILE}::dmz_cidr"

_ANY_PORT = PortRange(0, 65535)
"""An exception names an address and no port, so it covers them all."""


@dataclass(frozen=True, slots=True)
class Clients:
    """The instances whose gateways use a list: their networks and prefixes."""

    networks: tuple[str, ...]
    prefixes: tuple[IPPrefix, ...]


def items(parsed: Parsed, draft: Draft) -> Iterator[Item]:
    """One record for each entry of each list."""
    for hiera in parsed.hieras:
        for _, entries in hiera.holding(KEY):
            yield from records(entries, 0, partial(_take, parsed, draft, hiera, entries))


def comment_of(lines: list[str], number: int) -> str:
    """The comment that belongs to a line: behind its value, else on the lines right above.

    >>> comment_of(["list:", "  # VMs --> a.example", "  - 192.0.2.1"], 3)
    'VMs --> a.example'
    """
    above: list[str] = []
    for line in reversed(lines[: number - 1]):
        if not line.lstrip().startswith("#"):
            break
        above.insert(0, line.strip().lstrip("# "))
    behind = re.search(r"\s#\s*(.*\S)", lines[number - 1]) if 0 < number <= len(lines) else None
    return behind[1] if behind else " ".join(above).strip()


def _take(parsed: Parsed, draft: Draft, hiera: Hiera, entries: Datum, _: tuple[Datum, ...], entry: Datum) -> Imported:
    says = comment_of(parsed.lines(entry), entry.node.line)
    prefix = entry.prefix()
    clients = _clients(draft, hiera, entries, prefix.version)
    if prefix.num_addresses > 1:
        raise CannotResolve(str(prefix), "the entry covers a whole range, and no service has a range")
    address = prefix.network_address
    gaps = Gaps(entry.where)
    services = draft.services_at(address) or [_service(draft, entry, says, gaps)]
    for service, endpoints in services:
        crossing = Crossing(
            title=f"Not translated by the cloud's gateways: {says or address}"[:400],
            client=Client(networks=clients.networks),
            service=service,
            endpoints=endpoints,
            arrives_as=clients.prefixes,
            state=State.RUNNING,
            origin=entry.origin,
        )
        draft.add("crossings", f"no-nat-{address}-{service}"[:100], crossing)
    return gaps.told(Imported(f"crossings.no-nat-{address}"))


def _clients(draft: Draft, hiera: Hiera, entries: Datum, version: int) -> Clients:
    """The instances of every site whose gateways get this list, in the address family of the entry."""
    networks: list[str] = []
    prefixes: list[IPPrefix] = []
    for site in hiera.sites:
        scope = Scope(role=ROLE, site=site)
        used, subnets = hiera.find(KEY, scope), hiera.find(SUBNETS, scope)
        if used is None or used.where != entries.where or subnets is None:
            continue
        for subnet in subnets.elements():
            known = draft.network_of("cloud", subnet.prefix())
            if known is not None and subnet.prefix().version == version:
                networks.append(known)
                prefixes.append(subnet.prefix())
    if not networks:
        raise CannotResolve(SUBNETS, "no site's gateways use this list for instances that are known")
    return Clients(tuple(dict.fromkeys(networks)), tuple(dict.fromkeys(prefixes)))


def _service(draft: Draft, entry: Datum, says: str, gaps: Gaps) -> tuple[str, tuple[str, ...]]:
    """A service for an address that no other record describes, named by who has the address.

    Entries that lead to one name share one service, with an endpoint for each address.
    """
    address = entry.prefix().network_address
    name = gaps.ask(partial(_agreed, draft, address, says)) or _holder(draft, address)
    id_ = name or f"no-nat-{address}"
    endpoint = Endpoint(addresses=(address,), port=_ANY_PORT)
    shared = draft.get("services", id_, Service)
    if shared is not None and "any-port" in shared.endpoints:
        number = f"any-port-{len(shared.endpoints) + 1}"
        draft.complete("services", id_, endpoints={**shared.endpoints, number: endpoint})
        return id_, (number,)
    found = draft.plan().find(address)
    service = Service(
        title=says[:400] or None,
        realm=found[0].realm if found else "production",
        endpoints={"any-port": endpoint},
        names=(name,) if name else (),
        origin=entry.origin,
    )
    draft.add("services", id_, service)
    return id_, ("any-port",)


def _agreed(draft: Draft, address: IPAddress, says: str) -> str | None:
    """The DNS name that the comment ends with; raises CannotResolve if the address is somebody else's."""
    word = says.rpartition(">")[2].strip().split(" ")[0]
    if "." not in word or not is_name(word):
        return None
    holder = None if address in addresses_of(draft, checked(word)) else _holder(draft, address)
    if holder is not None:
        where = draft.sections["names"][holder].origin
        raise CannotResolve(word, f"the comment names it, but the data knows `{address}` as `{holder}` ({where})")
    return checked(word)


def _holder(draft: Draft, address: IPAddress) -> str | None:
    """A name that the data gives to the address."""
    return next((id_ for id_, record in draft.every("names", NameRecord) if address in record.addresses), None)


IMPORTER = Importer(
    "nat-exceptions",
    "NAT exceptions",
    wants=is_hiera,
    items=items,
    after=("aggregates", "cloudgw-networks", "geo-resources", "lvs-services", "named-addresses", "vips", "zones"),
    keys=(KEY,),
)

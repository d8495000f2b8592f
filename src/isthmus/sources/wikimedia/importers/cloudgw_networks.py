"""Hiera of role ``wmcs/cloudgw``: the cloud's egress NAT address, floating ranges, instances and transports."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_network

from isthmus.estate import IPPrefix, Network
from isthmus.sources.wikimedia.datum import Datum, read_address
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.hiera import Scope
from isthmus.sources.wikimedia.importer import Importer, records
from isthmus.sources.wikimedia.outcomes import CannotImport, Imported, Item
from isthmus.sources.wikimedia.parsed import Parsed, is_hiera
from isthmus.sources.wikimedia.prefixes import slug, sphere_of

PROFILE = "profile::wmcs::cloudgw"
ROLE = "wmcs/cloudgw"
SUBNETS = f"{PROFILE}::virt_subnets_cidr"

_VIP = re.compile(r"(?P<address>[0-9A-Fa-f:.]+)/(?P<length>[0-9]{1,3}) dev vlan(?P<vlan>[0-9]{1,4})")


@dataclass(frozen=True, slots=True)
class Use:
    """What a key's prefixes are used for: their role, and the id of a network that no other file names."""

    key: str
    role: str
    id: str
    title: str


_USES = (
    Use(f"{PROFILE}::routing_source_ip", "nat-egress", "cloud-nat-egress", "General egress NAT address"),
    Use(SUBNETS, "instances", "cloud-instances", "Instances"),
    Use(f"{SUBNETS}_v6", "instances", "cloud-instances-v6", "Instances, IPv6: never translated"),
    Use(f"{PROFILE}::virt_floating", "floating", "cloud-floating", "Floating addresses"),
)
_VIPS = (f"{PROFILE}::vrrp_vips", f"{PROFILE}::vrrp_vips_v6")


def items(parsed: Parsed, draft: Draft) -> Iterator[Item]:
    """One record for each address or prefix, in every file of the role that names a site."""
    for hiera in parsed.hieras:
        for use in _USES:
            for scope, found in hiera.holding(use.key):
                yield from records(found, 0, partial(_network, draft, use, scope))
        for key in _VIPS:
            for scope, found in hiera.holding(key):
                yield from records(found, 0, partial(_transport, draft, scope))


def _network(draft: Draft, use: Use, scope: Scope, _: tuple[Datum, ...], value: Datum) -> Imported:
    prefix = value.prefix()
    site = sited(scope, value)
    known = draft.network_of("cloud", prefix)
    if known is not None:
        draft.claim(known, _described(use.role, prefix, site, use.title, value))
        return draft.complete("networks", known, role=use.role)
    id_ = f"{use.id}-{site}"
    if draft.get("networks", id_, Network):
        id_ = f"{id_}-{slug(prefix)}"
    return draft.claim(id_, _described(use.role, prefix, site, use.title, value))


def _transport(draft: Draft, scope: Scope, _: tuple[Datum, ...], value: Datum) -> Imported:
    """A shared address of the gateways, ``ADDRESS/LENGTH dev vlanN``: it tells a transport and its VLAN."""
    found = _VIP.fullmatch(value.text())
    if found is None:
        raise CannotImport(f"`{value.text()[:60]}` does not read `ADDRESS/LENGTH dev vlanN`")
    site = sited(scope, value)
    prefix = around(found["address"], int(found["length"]), value)
    title = f"Transport of the cloud gateways, shared address {found['address']}"
    return draft.claim(*transport(prefix, site, int(found["vlan"]), title, value))


def transport(prefix: IPPrefix, site: str, vlan: int, title: str, value: Datum) -> tuple[str, Network]:
    """A network that carries traffic between the cloud's gateways and their neighbours, with its id."""
    return f"cloudgw-vlan{vlan}-{site}", _described("transport", prefix, site, title, value, vlan)


def around(address: str, length: int, value: Datum) -> IPPrefix:
    """The prefix of ``length`` bits that holds an address."""
    read_address(address, value.where)
    try:
        return ip_network(f"{address}/{length}", strict=False)
    except ValueError:
        raise CannotImport(f"`{address}/{length}` is not a prefix", value.where) from None


def sited(scope: Scope, value: Datum) -> str:
    """The site of a file; raises CannotImport where its path names none."""
    if scope.site is None:
        raise CannotImport("the file's path names no site", value.where)
    return scope.site


def _described(role: str, prefix: IPPrefix, site: str, title: str, value: Datum, vlan: int | None = None) -> Network:
    return Network(
        title=title,
        realm="cloud",
        role=role,
        sphere=sphere_of(prefix),
        prefixes=(prefix,),
        site=site,
        vlan=vlan,
        origin=value.origin,
    )


IMPORTER = Importer(
    "cloudgw-networks",
    "networks of the cloud's gateways",
    wants=is_hiera,
    items=items,
    after=("subnets", "aggregates"),
    keys=(*(use.key for use in _USES), *_VIPS),
)

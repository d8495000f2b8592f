"""Hiera of the cloud gateways themselves (``hosts/…``): each gateway with its two legs."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_interface

from isthmus.estate import Host, HostKind, Interface, IPAddress, IPPrefix
from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.hiera import Hiera, Scope
from isthmus.sources.wikimedia.importer import Importer
from isthmus.sources.wikimedia.importers.cloudgw_networks import PROFILE, ROLE, transport
from isthmus.sources.wikimedia.outcomes import CannotImport, CannotResolve, Imported, Item
from isthmus.sources.wikimedia.parsed import Parsed, is_hiera

PEERS = f"{PROFILE}::conntrackd"
"""A mapping by host name in the file of role and site: it tells at which site a gateway stands."""

_LEGS = (
    ("virt", "Transport between the cloud gateways and the virtual router"),
    ("wan", "Transport between the cloud gateways and the cloud switches"),
)


@dataclass(frozen=True, slots=True)
class Leg:
    """One address of a gateway, with the VLAN and prefix that it lies in."""

    address: IPAddress
    prefix: IPPrefix
    vlan: int
    title: str
    value: Datum


def items(parsed: Parsed, draft: Draft) -> Iterator[Item]:
    """One record for each host that has a leg."""
    for hiera in parsed.hieras:
        for scope, file in hiera.files():
            if scope.host and any(file.child(f"{PROFILE}::{leg}_addr") for leg, _ in _LEGS):
                yield Item(file.where, partial(_take, draft, hiera, scope.host, file))


def _take(draft: Draft, hiera: Hiera, name: str, file: Datum) -> Imported:
    legs = list(_legs(hiera, Scope(name, ROLE, _site(hiera, name))))
    interfaces: dict[str, Interface] = {}
    for leg in legs:
        done = draft.claim(*transport(leg.prefix, _site(hiera, name), leg.vlan, leg.title, leg.value))
        network = done.entry.removeprefix("networks.")
        earlier = interfaces.get(f"vlan{leg.vlan}", Interface())
        interfaces[f"vlan{leg.vlan}"] = Interface(
            tagged=tuple(dict.fromkeys((*earlier.tagged, network))),
            addresses=(*earlier.addresses, leg.address),
        )
    host = Host(
        realm="cloud",
        kind=HostKind.HARDWARE,
        site=_site(hiera, name),
        interfaces=interfaces,
        origin=file.origin,
    )
    return draft.add("hosts", name, host)


def _site(hiera: Hiera, host: str) -> str:
    """The site whose file of the role lists ``host``."""
    for scope, peers in hiera.holding(PEERS):
        if scope.site and peers.child(host) is not None:
            return scope.site
    raise CannotResolve(host, "no site's file of the role lists this host, so its VLANs are not known")


def _legs(hiera: Hiera, scope: Scope) -> Iterator[Leg]:
    """Every leg that the host's own file and those of its role tell."""
    for leg, title in _LEGS:
        for family in ("", "_v6"):
            value = hiera.find(f"{PROFILE}::{leg}_addr{family}", scope)
            if value is None:
                continue
            address, _, length = value.text().partition("/")
            length = length or hiera.lookup(f"{PROFILE}::{leg}_netm{family}", scope).text()
            try:
                interface = ip_interface(f"{address}/{length}")
            except ValueError:
                problem = f"`{address[:60]}/{length[:20]}` is not an address with a prefix length"
                raise CannotImport(problem, value.where) from None
            vlan = hiera.lookup(f"{PROFILE}::{leg}_vlan", scope).whole()
            yield Leg(interface.ip, interface.network, vlan, title, value)


IMPORTER = Importer(
    "cloudgw-hosts",
    "the cloud's gateways",
    wants=is_hiera,
    items=items,
    after=("cloudgw-networks",),
)

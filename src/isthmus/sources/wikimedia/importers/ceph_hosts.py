"""Hiera of ``profile::cloudceph``: the cloud's storage hosts with their addresses."""

from collections.abc import Iterator
from functools import partial

from isthmus.estate import Host, HostKind, Interface
from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.hiera import Scope
from isthmus.sources.wikimedia.importer import Importer, records
from isthmus.sources.wikimedia.outcomes import Imported, Item
from isthmus.sources.wikimedia.parsed import Parsed, is_hiera

KEYS = ("profile::cloudceph::mon::hosts", "profile::cloudceph::osd::hosts")


def items(parsed: Parsed, draft: Draft) -> Iterator[Item]:
    """One record for each host."""
    for hiera in parsed.hieras:
        for key in KEYS:
            for scope, hosts in hiera.holding(key):
                yield from records(hosts, 1, partial(_take, draft, scope))


def _take(draft: Draft, scope: Scope, keys: tuple[Datum, ...], host: Datum) -> Imported:
    """A host with one interface for each of Ceph's networks; the entry tells no VLANs."""
    interfaces: dict[str, Interface] = {}
    for network, leg in host.items():
        told = leg.child("iface")
        interface = told.text() if told else network.text()
        earlier = interfaces.get(interface, Interface())
        addresses = (*earlier.addresses, leg.need("addr").address())
        interfaces[interface] = Interface(addresses=addresses)
    entity = Host(
        realm="cloud",
        kind=HostKind.HARDWARE,
        site=scope.site,
        interfaces=interfaces,
        origin=host.origin,
    )
    return draft.add("hosts", keys[0].text().partition(".")[0], entity)


IMPORTER = Importer(
    "ceph-hosts",
    "the cloud's storage hosts",
    wants=is_hiera,
    items=items,
    after=("openstack-hosts", "storage"),
    keys=KEYS,
)

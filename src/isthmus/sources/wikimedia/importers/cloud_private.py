"""Hiera of ``profile::wmcs::cloud_private_subnet``: the supernet, VLANs by site and rack, public ranges."""

from collections.abc import Iterator
from functools import partial

from isthmus.estate import Network
from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.hiera import Scope
from isthmus.sources.wikimedia.importer import Importer, records
from isthmus.sources.wikimedia.outcomes import CannotResolve, Imported, Item
from isthmus.sources.wikimedia.parsed import Parsed, is_hiera
from isthmus.sources.wikimedia.prefixes import slug, sphere_of

PROFILE = "profile::wmcs::cloud_private_subnet"
SUPERNET = f"{PROFILE}::supernet"
VLANS = f"{PROFILE}::vlan_mapping"
PUBLIC = f"{PROFILE}::public_cidrs"


def items(parsed: Parsed, draft: Draft) -> Iterator[Item]:
    """The supernet, each rack's VLAN and each public range is a record."""
    for hiera in parsed.hieras:
        for _, supernet in hiera.holding(SUPERNET):
            yield from records(supernet, 0, partial(_supernet, draft))
        for _, sites in hiera.holding(VLANS):
            yield from records(sites, 2, partial(_vlan, draft))
        for scope, ranges in hiera.holding(PUBLIC):
            yield from records(ranges, 0, partial(_public, draft, scope))


def _supernet(draft: Draft, _: tuple[Datum, ...], value: Datum) -> Imported:
    network = Network(
        title="What no rack's cloud-private network covers",
        realm="cloud",
        role="cloud-private",
        sphere=sphere_of(value.prefix()),
        prefixes=(value.prefix(),),
        origin=value.origin,
    )
    return draft.claim("cloud-private", network)


def _vlan(draft: Draft, keys: tuple[Datum, ...], vlan: Datum) -> Imported:
    """Tell the cloud-private network of one rack its VLAN."""
    site, rack = (key.text() for key in keys)
    for id_, network in draft.every("networks", Network):
        if network.role == "cloud-private" and (network.site, network.rack) == (site, rack):
            return draft.complete("networks", id_, vlan=vlan.whole())
    name = f"cloud-private of rack {rack} at {site}"
    raise CannotResolve(name, "no file of the tree tells the prefix of this network")


def _public(draft: Draft, scope: Scope, _: tuple[Datum, ...], value: Datum) -> Imported:
    """A public range that cloud-private hosts route towards the cloud: it is the cloud's."""
    prefix = value.prefix()
    network = Network(
        title="Public range of the cloud",
        realm="cloud",
        role="public-services",
        sphere=sphere_of(prefix),
        prefixes=(prefix,),
        site=scope.site,
        origin=value.origin,
    )
    return draft.claim(f"cloud-public-{slug(prefix)}", network)


IMPORTER = Importer(
    "cloud-private",
    "cloud-private networks and VLANs",
    wants=is_hiera,
    items=items,
    after=("subnets", "aggregates"),
    keys=(SUPERNET, VLANS, PUBLIC),
)

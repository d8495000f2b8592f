"""Hiera of ``profile::cloudceph``: the networks that carry the cloud's storage replication."""

from collections.abc import Iterator
from functools import partial

from isthmus.estate import Network
from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.hiera import Scope
from isthmus.sources.wikimedia.importer import Importer, records
from isthmus.sources.wikimedia.outcomes import Imported, Item
from isthmus.sources.wikimedia.parsed import Parsed, is_hiera
from isthmus.sources.wikimedia.prefixes import slug, sphere_of

KEYS = ("profile::cloudceph::cluster_networks", "profile::cloudceph::osd::cluster_networks")


def items(parsed: Parsed, draft: Draft) -> Iterator[Item]:
    """One record for each prefix."""
    for hiera in parsed.hieras:
        for key in KEYS:
            for scope, prefixes in hiera.holding(key):
                yield from records(prefixes, 0, partial(_take, draft, scope))


def _take(draft: Draft, scope: Scope, _: tuple[Datum, ...], value: Datum) -> Imported:
    prefix = value.prefix()
    network = Network(
        title="Storage replication of the cloud",
        realm="cloud",
        role="storage",
        sphere=sphere_of(prefix),
        prefixes=(prefix,),
        site=scope.site,
        origin=value.origin,
    )
    return draft.claim(f"cloud-storage-{slug(prefix)}", network)


IMPORTER = Importer(
    "storage",
    "the cloud's storage networks",
    wants=is_hiera,
    items=items,
    after=("subnets",),
    keys=KEYS,
)

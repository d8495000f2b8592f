"""``modules/openstack/files/util/wikireplica_dns.yaml``: names of the wiki replicas, as zones and aliases."""

from collections.abc import Iterator
from functools import partial

from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.importer import Importer, records
from isthmus.sources.wikimedia.names import add_address, add_alias
from isthmus.sources.wikimedia.outcomes import Imported, Item
from isthmus.sources.wikimedia.parsed import Parsed, ends_with

FILE = "modules/openstack/files/util/wikireplica_dns.yaml"


def items(parsed: Parsed, draft: Draft) -> Iterator[Item]:
    """One record for each address of each name, and one for each alias."""
    for file in parsed.yaml(FILE):
        yield from records(file.child("zones"), 2, partial(_address, draft))
        yield from records(file.child("cnames"), 1, partial(_alias, draft))


def _address(draft: Draft, keys: tuple[Datum, ...], address: Datum) -> Imported:
    """An address of the host that is the second key, in the zone that is the first."""
    zone, host = (key.text() for key in keys)
    return add_address(draft, f"{host}.{zone}", address.address(), address.origin)


def _alias(draft: Draft, keys: tuple[Datum, ...], alias: Datum) -> Imported:
    """Another name for the name that is the key."""
    return add_alias(draft, alias.text(), keys[0].text(), alias.origin)


IMPORTER = Importer(
    "replica-names",
    "names of wiki replicas",
    wants=lambda path: ends_with(path, FILE),
    items=items,
    after=("zones",),
)

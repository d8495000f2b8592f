"""``modules/network/data/data.yaml``: loopbacks and links (``network::infrastructure``), management networks."""

from collections.abc import Iterator
from functools import partial

from isthmus.estate import Network, Sphere
from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.importer import Importer, records
from isthmus.sources.wikimedia.importers.subnets import FILE
from isthmus.sources.wikimedia.outcomes import Imported, Item
from isthmus.sources.wikimedia.parsed import Parsed, ends_with
from isthmus.sources.wikimedia.prefixes import sphere_of

_ROLES = {"network::infrastructure": "infrastructure", "network::management": "management"}


def items(parsed: Parsed, draft: Draft) -> Iterator[Item]:
    """One record for each prefix of each site."""
    for file in parsed.yaml(FILE):
        for key, role in _ROLES.items():
            yield from records(file.child(key), 1, partial(_take, draft, role))


def _take(draft: Draft, role: str, keys: tuple[Datum, ...], prefix: Datum) -> Imported:
    """Join the prefixes of one site and sphere in one network."""
    site = keys[0]
    sphere = sphere_of(prefix.prefix())
    network = Network(
        realm="production",
        role=role,
        sphere=sphere,
        prefixes=(prefix.prefix(),),
        site=site.text(),
        origin=prefix.origin,
    )
    within = "" if sphere is Sphere.PUBLIC or role == "management" else "-private"
    return draft.claim(f"{role}-{site.text()}{within}", network)


IMPORTER = Importer(
    "infrastructure",
    "loopbacks, links, management networks",
    wants=lambda path: ends_with(path, FILE),
    items=items,
    after=("subnets",),
)

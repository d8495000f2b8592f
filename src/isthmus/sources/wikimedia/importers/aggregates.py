"""``modules/network/data/data.yaml``: what each realm holds as a whole, and the prefixes given to customers.

An aggregate is a realm's except where a subnet of the same file says another realm: those parts are cut
out, so that longest prefix answers rightly and an overlap that is reported is a real one.
"""

from collections.abc import Iterator
from functools import partial

from isthmus.estate import IPPrefix, Network, Sphere
from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.importer import Importer, records
from isthmus.sources.wikimedia.importers.subnets import FILE
from isthmus.sources.wikimedia.outcomes import CannotImport, CannotResolve, Imported, Item
from isthmus.sources.wikimedia.parsed import Parsed, ends_with
from isthmus.sources.wikimedia.prefixes import cut, slug, sphere_of, split_by_realm

CUSTOMERS = "network::customers"
EXTERNAL = "network::external"
AGGREGATES = "network::aggregate_networks"


def items(parsed: Parsed, draft: Draft) -> Iterator[Item]:
    """One record for each prefix as it is written; what an alias repeats is one record.

    Customers' prefixes come first: what they take of a realm's aggregate is no longer that realm's.
    """
    for file in parsed.yaml(FILE):
        claims = _claims(draft, file)
        for entry in _flat(file.child(CUSTOMERS)):
            yield from _split(draft, entry, claims)
        claims = _claims(draft, file)
        owned = list(records(file.child(AGGREGATES), 1, partial(_realms_own, draft, claims)))
        yield from owned
        places = {item.where for item in owned}
        for entry in _flat(file.child(EXTERNAL)):
            if entry.where not in places:
                yield from _split(draft, entry, claims)


def _claims(draft: Draft, file: Datum) -> list[tuple[IPPrefix, str]]:
    """Which realm has which prefix, by this file alone: what others claim of it is an overlap to be seen."""
    own = [each for _, each in draft.every("networks", Network) if (each.origin or "").startswith(f"{file.file}:")]
    return [(prefix, network.realm) for network in own for prefix in network.prefixes]


def _flat(datum: Datum | None) -> Iterator[Datum]:
    """Every value of a list, whatever lists it holds."""
    if datum is not None and isinstance(datum.node.value, list):
        for element in datum.elements():
            yield from _flat(element)
    elif datum is not None:
        yield datum


def _split(draft: Draft, entry: Datum, claims: list[tuple[IPPrefix, str]]) -> Iterator[Item]:
    """A prefix that names no realm, as one record for each part that holds subnets of one realm alone."""
    try:
        pieces = list(split_by_realm(entry.prefix(), claims))
    except CannotImport as problem:
        yield Item(entry.where, partial(problem.outcome, entry.where))
        return
    for piece, realm in pieces:
        yield Item(entry.where, partial(_given, draft, realm, entry, piece))


def _given(draft: Draft, realm: str, entry: Datum, piece: IPPrefix) -> Imported:
    """A part of a prefix that names no realm: it belongs to the realm whose subnets it holds."""
    if not realm:
        raise CannotResolve(str(piece), "the data names no realm for this prefix, and its subnets do not tell one")
    return draft.claim(_id(realm, piece), _aggregate(draft, realm, entry, [piece]))


def _realms_own(draft: Draft, claims: list[tuple[IPPrefix, str]], keys: tuple[Datum, ...], entry: Datum) -> Imported:
    """A prefix that a realm lists as its own; where others hold all of it, the overlap is left to be seen."""
    realm, prefix = keys[0].text(), entry.prefix()
    if prefix.is_loopback:
        raise CannotImport(f"`{prefix}` is every host's own loopback and belongs to no realm")
    pieces = cut(prefix, [claimed for claimed, other in claims if other != realm]) or [prefix]
    rest = [piece for piece in pieces if draft.network_of(realm, piece) is None]
    if not rest:
        return Imported(f"networks.{draft.network_of(realm, pieces[0])}")
    return draft.claim(_id(realm, prefix), _aggregate(draft, realm, entry, rest))


def _aggregate(draft: Draft, realm: str, entry: Datum, prefixes: list[IPPrefix]) -> Network:
    sphere = sphere_of(prefixes[0])
    return Network(
        title=f"What no subnet of `{entry.prefix()}` covers",
        realm=draft.realm(realm, entry),
        role="public-services" if sphere is Sphere.PUBLIC else "private",
        sphere=sphere,
        prefixes=tuple(prefixes),
        origin=entry.origin,
    )


def _id(realm: str, prefix: IPPrefix) -> str:
    return f"{realm}-{slug(prefix)}"


IMPORTER = Importer(
    "aggregates",
    "aggregates, prefixes of customers",
    wants=lambda path: ends_with(path, FILE),
    items=items,
    after=("subnets", "infrastructure"),
)

"""``geo-resources`` of the DNS tree: the addresses that a dynamic record may answer with, by site.

Each resource becomes a name of its own, such as ``text-addrs``: which of its addresses a client is given
depends on the client.
"""

from collections.abc import Iterator
from functools import partial

from isthmus.diagnostics import Span
from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.importer import Importer, records
from isthmus.sources.wikimedia.names import add_address
from isthmus.sources.wikimedia.outcomes import CannotImport, CannotResolve, Imported, Item, LeftAside, Refused
from isthmus.sources.wikimedia.parsed import Parsed, ends_with
from isthmus.sources.wikimedia.vscf import NotWellFormedError, parse_vscf

FILE = "geo-resources"


def items(parsed: Parsed, draft: Draft) -> Iterator[Item]:
    """One record for each site of each resource."""
    for path, text in parsed.texts.items():
        if not ends_with(path, FILE):
            continue
        try:
            root = Datum(path, parse_vscf(text), None)
        except NotWellFormedError as problem:
            where = Span(path, problem.line, problem.column)
            yield Item(where, partial(Refused, f"the text is not well-formed: {problem}", where))
            continue
        for name, resource in root.items():
            if resource.child("dcmap") is None:
                yield Item(resource.where, partial(LeftAside, "resources without `dcmap`"))
            yield from records(resource.child("dcmap"), 1, partial(_take, draft, name))


def _take(draft: Draft, name: Datum, _: tuple[Datum, ...], addresses: Datum) -> Imported:
    told = list(_values(addresses))
    for value in told:
        if value.text().startswith("%"):
            raise CannotResolve(value.text(), "another plug-in of the name server answers this")
        if value.address().is_loopback:
            raise CannotImport(f"`{value.address()}` is a loopback address: nothing is meant to answer there")
    if not told:
        raise CannotImport("the site has no address")
    for value in told:
        done = add_address(draft, name.text(), value.address(), value.origin)
    return done


def _values(addresses: Datum) -> Iterator[Datum]:
    """Every address of a site: one, a list, or a mapping by family."""
    if isinstance(addresses.node.value, dict):
        for each in addresses.values():
            yield from each.elements()
    else:
        yield from addresses.elements()


IMPORTER = Importer(
    "geo-resources",
    "addresses of dynamic names",
    wants=lambda path: ends_with(path, FILE),
    items=items,
    after=("zones",),
)

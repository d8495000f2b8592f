"""Hiera key ``profile::bird::advertise_vips``: addresses that hosts announce by BGP, each under a DNS name."""

from collections.abc import Iterator
from functools import partial

from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.importer import Importer, records
from isthmus.sources.wikimedia.names import stands_at
from isthmus.sources.wikimedia.outcomes import CannotImport, Imported, Item
from isthmus.sources.wikimedia.parsed import Parsed, is_hiera

KEY = "profile::bird::advertise_vips"


def items(parsed: Parsed, draft: Draft) -> Iterator[Item]:
    """One record for each announced address."""
    for hiera in parsed.hieras:
        for _, announced in hiera.holding(KEY):
            yield from records(announced, 1, partial(_take, draft))


def is_announced(vip: Datum) -> bool:
    """Whether an entry asks for its address to be announced; one that does not say so does."""
    ensure = vip.child("ensure")
    return ensure is None or ensure.text() == "present"


def _take(draft: Draft, keys: tuple[Datum, ...], vip: Datum) -> Imported:
    if not is_announced(vip):
        raise CannotImport(f"`ensure: {vip.need('ensure').text()}`: the address is not announced")
    return stands_at(draft, keys[0].text(), vip.need("address").address(), vip.origin)


IMPORTER = Importer(
    "vips",
    "addresses announced by BGP",
    wants=is_hiera,
    items=items,
    after=("zones",),
    keys=(KEY,),
)

"""Any Hiera mapping from DNS names to addresses: what production's own lists say of a name."""

import re
from collections.abc import Iterator
from functools import partial
from ipaddress import ip_address

from isthmus.estate.types import is_name
from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.importer import Importer
from isthmus.sources.wikimedia.names import stands_at
from isthmus.sources.wikimedia.outcomes import Imported, Item
from isthmus.sources.wikimedia.parsed import Parsed, is_hiera

_QUALIFIED = re.compile(r"[^:%]+\.[A-Za-z][A-Za-z0-9-]*")


def items(parsed: Parsed, draft: Draft) -> Iterator[Item]:
    """One record for each name with one address; other importers' keys are theirs."""
    for hiera in parsed.hieras:
        for _, file in hiera.files():
            for key, mapping in file.items():
                if str(key.node.value) in parsed.keys or not isinstance(mapping.node.value, dict):
                    continue
                for name, value in mapping.items():
                    if _is_pair(str(name.node.value), value.node.value):
                        yield Item(value.where, partial(_take, draft, name, value))


def _is_pair(name: str, value: object) -> bool:
    """Whether a mapping's entry is a name of at least two labels with an address."""
    if not (isinstance(value, str) and _QUALIFIED.fullmatch(name) and is_name(name)):
        return False
    try:
        return bool(ip_address(value))
    except ValueError:
        return False


def _take(draft: Draft, name: Datum, value: Datum) -> Imported:
    return stands_at(draft, name.text(), value.address(), value.origin)


IMPORTER = Importer(
    "named-addresses",
    "names with addresses in Hiera",
    wants=is_hiera,
    items=items,
    after=("vips", "zones"),
)

"""``modules/network/data/data.yaml``, key ``network::subnets``: every subnet by realm, site and sphere."""

import re
from collections.abc import Iterator
from functools import partial

from isthmus.estate import Network, Sphere
from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.importer import Importer, records
from isthmus.sources.wikimedia.outcomes import CannotImport, Imported, Item
from isthmus.sources.wikimedia.parsed import Parsed, ends_with

FILE = "modules/network/data/data.yaml"
KEY = "network::subnets"

_ROLES = (
    ("production", "", r"\bcloud-hosts", "cloud-hosts"),
    ("production", "", r"-lvs-", "load-balancer"),
    ("cloud", "", r"-vips\b", "cloud-vips"),
    ("cloud", "", r"\bcloud-private", "cloud-private"),
    ("cloud", "private", r"instances", "instances"),
    ("cloud", "public", r"floating", "floating"),
    ("cloud", "", r"storage", "storage"),
    ("", "private", r"-management-", "management"),
    ("", "public", r"", "public-services"),
    ("", "private", r"", "private"),
)
"""Realm, sphere, pattern of the subnet's name, role: the first row that fits tells the role."""

_RACK = re.compile(r"-([a-z]{1,2}[0-9]{1,2})-[a-z0-9]+\Z")


def role_of(realm: str, sphere: str, name: str) -> str:
    """The role of a subnet, from its name: the data tells realm and sphere alone.

    >>> role_of("production", "public", "public1-lvs-site1"), role_of("cloud", "public", "cloud-floating")
    ('load-balancer', 'floating')
    """
    return next(
        role
        for of, within, pattern, role in _ROLES
        if of in ("", realm) and within in ("", sphere) and re.search(pattern, name)
    )


def items(parsed: Parsed, draft: Draft) -> Iterator[Item]:
    """One record for each named subnet: below realm, site and sphere."""
    for file in parsed.yaml(FILE):
        yield from records(file.child(KEY), 4, partial(_take, draft))


def _take(draft: Draft, keys: tuple[Datum, ...], subnet: Datum) -> Imported:
    realm, site, sphere, name = (key.text() for key in keys)
    if sphere not in ("public", "private"):
        raise CannotImport(f"sphere `{sphere}` is neither `public` nor `private`")
    prefixes = tuple(value.prefix() for _, value in subnet.items())
    for prefix in prefixes:
        taken = draft.network_of(realm, prefix)
        if taken is not None:
            raise CannotImport(f"prefix `{prefix}` is already that of `{taken}`")
    rack = _RACK.search(name)
    network = Network(
        realm=draft.realm(realm, subnet),
        role=role_of(realm, sphere, name),
        sphere=Sphere(sphere),
        prefixes=prefixes,
        site=site,
        rack=rack[1] if rack else None,
        origin=subnet.origin,
    )
    return draft.claim(name, network)


IMPORTER = Importer(
    "subnets",
    "subnets",
    wants=lambda path: ends_with(path, FILE),
    items=items,
)

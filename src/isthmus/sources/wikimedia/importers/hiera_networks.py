"""Any Hiera key whose name says subnet, network or CIDR and whose value is a prefix: who else claims a range.

A single prefix under such a key defines a network (a container bridge, for instance), so it belongs to the
realm that the file configures. A list of prefixes is usually one of peers or clients: its elements are
taken only where they are networks that are known already.
"""

import re
from collections.abc import Iterator
from functools import partial

from isthmus.estate import Network
from isthmus.sources.wikimedia.datum import MARK, Datum
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.hiera import Scope
from isthmus.sources.wikimedia.importer import Importer
from isthmus.sources.wikimedia.outcomes import CannotImport, CannotResolve, Imported, Item
from isthmus.sources.wikimedia.parsed import Parsed, is_hiera
from isthmus.sources.wikimedia.prefixes import sphere_of

_NAMED = re.compile(r"(?:^|_)(?:sub|super)?net(?:work)?s?(?:_|$)|(?:^|_)cidrs?(?:_|$)")
_PREFIX = re.compile(r"[0-9A-Fa-f:.]+/[0-9]{1,3}")
_CLOUD = re.compile(r"(?:^|::)(?:wmcs|openstack|cloud[a-z]*)(?:::|$)")


def names_a_network(key: str) -> bool:
    """Whether the last step of a Hiera key speaks of a network.

    >>> [names_a_network(key) for key in ("profile::runner::docker_subnet", "cluster_cidr", "netmask")]
    [True, True, False]
    """
    return _NAMED.search(key.rpartition("::")[2]) is not None


def items(parsed: Parsed, draft: Draft) -> Iterator[Item]:
    """One record for each prefix under such a key, at any depth; other importers' keys are theirs."""
    for hiera in parsed.hieras:
        for scope, file in hiera.files():
            for key, value in file.items():
                name = str(key.node.value)
                if name not in parsed.keys:
                    yield from _below(draft, scope, name, value, name if names_a_network(name) else "")


def _below(draft: Draft, scope: Scope, path: str, datum: Datum, named: str) -> Iterator[Item]:
    """The records in one value; ``named`` is the key around it that speaks of a network, or nothing."""
    value = datum.node.value
    if isinstance(value, dict):
        for key, each in datum.items():
            name = str(key.node.value)
            yield from _below(draft, scope, f"{path}-{name}", each, name if names_a_network(name) else named)
    elif isinstance(value, list):
        for each in datum.elements() if named else ():
            if _is_prefix(each):
                yield Item(each.where, partial(_listed, draft, each))
    elif named and _is_prefix(datum):
        yield Item(datum.where, partial(_defined, draft, scope, path, datum))


def _is_prefix(datum: Datum) -> bool:
    value = datum.node.value
    return isinstance(value, str) and MARK not in value and _PREFIX.fullmatch(value.strip()) is not None


def _defined(draft: Draft, scope: Scope, path: str, datum: Datum) -> Imported:
    prefix = datum.prefix()
    if prefix.prefixlen == 0 or prefix.is_loopback:
        raise CannotImport(f"`{prefix}` is no realm's own network")
    network = Network(
        title=f"`{path[:200]}`",
        realm=_realm(scope, path),
        role="private",
        sphere=sphere_of(prefix),
        prefixes=(prefix,),
        site=scope.site,
        origin=datum.origin,
    )
    steps = [step for step in re.split(r"[^A-Za-z0-9]+", path) if step and step != "profile"]
    return draft.claim("-".join(steps)[:100], network)


def _realm(scope: Scope, path: str) -> str:
    """The realm that a file configures: the cloud for the profiles and roles of its own hardware."""
    role = (scope.role or "").replace("/", "::")
    cloud = _CLOUD.search(path) or _CLOUD.search(role) or (scope.host or "").startswith("cloud")
    return "cloud" if cloud else "production"


def _listed(draft: Draft, datum: Datum) -> Imported:
    prefix = datum.prefix()
    for realm in sorted(draft.sections["realms"]):
        known = draft.network_of(realm, prefix)
        if known is not None:
            return Imported(f"networks.{known}")
    raise CannotResolve(str(prefix), "a list names this prefix without telling whose network it is")


IMPORTER = Importer(
    "hiera-networks",
    "prefixes that Hiera calls a network",
    wants=is_hiera,
    items=items,
    after=("aggregates", "cloud-private", "cloudgw-hosts", "cloudgw-networks", "infrastructure", "storage"),
)

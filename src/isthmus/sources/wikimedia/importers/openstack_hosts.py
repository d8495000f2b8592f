"""Hiera lists of the hosts that run the cloud: control nodes and load balancers of each OpenStack deployment."""

import re
from collections.abc import Iterator
from functools import partial

from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.importer import Importer, records
from isthmus.sources.wikimedia.names import checked
from isthmus.sources.wikimedia.outcomes import CannotImport, Imported, Item
from isthmus.sources.wikimedia.parsed import Parsed, is_hiera

_LISTS = re.compile(r"profile::openstack::[a-z0-9]+::(?:openstack_control_nodes|haproxy_nodes)")
_SITE = re.compile(r"[^.]+\.(?:private\.)?(?P<site>[a-z]+)\.(?:wmnet|wikimedia\.cloud)")


def items(parsed: Parsed, draft: Draft) -> Iterator[Item]:
    """One record for each host in such a list."""
    for hiera in parsed.hieras:
        for _, file in hiera.files():
            for key, hosts in file.items():
                if _LISTS.fullmatch(str(key.node.value)):
                    yield from records(hosts, 0, partial(_take, draft))


def _take(draft: Draft, _: tuple[Datum, ...], host: Datum) -> Imported:
    return Imported(f"hosts.{add_host(draft, host)}")


def add_host(draft: Draft, datum: Datum) -> str:
    """Make sure that a host exists, given by its name or as a mapping of its names; its id is the short name.

    The data does not tell the addresses behind these names: they are kept, unresolved.
    """
    if isinstance(datum.node.value, dict):
        names = [checked(datum.need(key).text()) for key in ("host_fqdn", "cloud_private_fqdn")]
    else:
        names = [checked(datum.text())]
    sites = [found["site"] for name in names if (found := _SITE.fullmatch(name))]
    if not sites:
        raise CannotImport(f"`{names[0]}` does not tell the site of the host")
    for name in names:
        draft.name_unknown(name, datum)
    return draft.host(names[0].partition(".")[0], datum, sites[0])


IMPORTER = Importer(
    "openstack-hosts",
    "control nodes and balancers",
    wants=is_hiera,
    items=items,
    after=("vips", "zones"),
)

"""Hiera of role ``wmcs/cloudlb``: the cloud's own load balancers, with the addresses that they announce."""

from collections.abc import Iterator
from functools import partial

from isthmus.estate import Host, LoadBalancer
from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.hiera import Hiera, Scope
from isthmus.sources.wikimedia.importer import Importer
from isthmus.sources.wikimedia.importers.vips import KEY, is_announced
from isthmus.sources.wikimedia.outcomes import Imported, Item
from isthmus.sources.wikimedia.parsed import Parsed, is_hiera

ROLE = "wmcs/cloudlb"


def items(parsed: Parsed, draft: Draft) -> Iterator[Item]:
    """One record for each site whose file of the role announces addresses."""
    for hiera in parsed.hieras:
        for scope, announced in hiera.holding(KEY):
            if scope.role == ROLE and scope.site:
                yield Item(announced.where, partial(_take, draft, hiera, scope.site, announced))


def balancer_of(site: str) -> str:
    """The id of the cloud's load balancer at a site."""
    return f"cloudlb-{site}"


def announced_at(hiera: Hiera, site: str) -> Iterator[tuple[str, Datum]]:
    """Name and address of everything that the load balancers of a site announce."""
    announced = hiera.find(KEY, Scope(role=ROLE, site=site))
    for name, vip in announced.items() if announced else ():
        if is_announced(vip):
            yield name.text(), vip.need("address")


def _take(draft: Draft, hiera: Hiera, site: str, announced: Datum) -> Imported:
    hosts = tuple(id_ for id_, host in draft.every("hosts", Host) if id_.startswith("cloudlb") and host.site == site)
    balancer = LoadBalancer(
        title=f"HAProxy for the cloud at {site}",
        realm="cloud",
        hosts=hosts,
        addresses=tuple(address.address() for _, address in announced_at(hiera, site)),
        origin=announced.origin,
    )
    return draft.add("load_balancers", balancer_of(site), balancer)


IMPORTER = Importer(
    "cloudlb",
    "the cloud's load balancers",
    wants=is_hiera,
    items=items,
    after=("openstack-hosts", "vips"),
)

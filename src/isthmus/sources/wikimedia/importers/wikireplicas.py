"""``profile::wmcs::cloudlb::haproxy_wikireplicas::frontends``: the wiki replicas' addresses by kind and section.

The data holds addresses alone; the port is MariaDB's own, which the profile gives to every frontend.
"""

from collections.abc import Iterator
from functools import partial

from isthmus.estate import Endpoint, IPAddress, LoadBalancer, PortRange, Service
from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.hiera import Hiera, Scope
from isthmus.sources.wikimedia.importer import Importer, records
from isthmus.sources.wikimedia.importers.cloudgw_networks import sited
from isthmus.sources.wikimedia.importers.cloudlb import ROLE, announced_at, balancer_of
from isthmus.sources.wikimedia.outcomes import Imported, Item
from isthmus.sources.wikimedia.parsed import Parsed, is_hiera

KEY = "profile::wmcs::cloudlb::haproxy_wikireplicas::frontends"

_MARIADB = PortRange(3306, 3306)


def items(parsed: Parsed, draft: Draft) -> Iterator[Item]:
    """One record for each section of each kind."""
    for hiera in parsed.hieras:
        for scope, frontends in hiera.holding(KEY):
            yield from records(frontends, 2, partial(_take, draft, hiera, scope))


def bound_by_replicas(hiera: Hiera, site: str) -> set[IPAddress]:
    """The addresses that the wiki replicas' frontends have for themselves at a site."""
    frontends = hiera.find(KEY, Scope(role=ROLE, site=site))
    kinds = frontends.values() if frontends else ()
    return {address.address() for sections in kinds for address in sections.values()}


def _take(draft: Draft, hiera: Hiera, scope: Scope, keys: tuple[Datum, ...], address: Datum) -> Imported:
    site = sited(scope, address)
    kind, section = (key.text() for key in keys)
    balancer = balancer_of(site)
    service = Service(
        realm="cloud",
        endpoints={"mariadb": Endpoint(addresses=(address.address(),), port=_MARIADB, application="mysql")},
        names=tuple(name for name, vip in announced_at(hiera, site) if vip.address() == address.address()),
        load_balancer=balancer if draft.get("load_balancers", balancer, LoadBalancer) else None,
        origin=address.origin,
    )
    return draft.add("services", f"wikireplicas-{kind}-{section}-{site}", service)


IMPORTER = Importer(
    "wikireplicas",
    "wiki replicas",
    wants=is_hiera,
    items=items,
    after=("cloudlb",),
    keys=(KEY,),
)

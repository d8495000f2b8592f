"""``profile::wmcs::cloudlb::haproxy::config``: the cloud's APIs as its load balancers offer them."""

from collections.abc import Iterator
from functools import partial
from ipaddress import ip_network

from isthmus.estate import INTERNET, Bind, Endpoint, IPAddress, IPPrefix, LoadBalancer, Network, Service
from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.hiera import Hiera, Scope
from isthmus.sources.wikimedia.importer import Importer, records
from isthmus.sources.wikimedia.importers.cloudgw_networks import sited
from isthmus.sources.wikimedia.importers.cloudlb import announced_at, balancer_of
from isthmus.sources.wikimedia.importers.openstack_hosts import add_host
from isthmus.sources.wikimedia.importers.wikireplicas import bound_by_replicas
from isthmus.sources.wikimedia.outcomes import Gaps, Imported, Item
from isthmus.sources.wikimedia.parsed import Parsed, is_hiera

KEY = "profile::wmcs::cloudlb::haproxy::config"

_EVERYWHERE: tuple[IPPrefix, ...] = (ip_network("0.0.0.0/0"), ip_network("::/0"))


def items(parsed: Parsed, draft: Draft) -> Iterator[Item]:
    """One record for each service."""
    for hiera in parsed.hieras:
        for scope, services in hiera.holding(KEY):
            yield from records(services, 1, partial(_take, draft, hiera, scope))


def _take(draft: Draft, hiera: Hiera, scope: Scope, keys: tuple[Datum, ...], entry: Datum) -> Imported:
    name, site = keys[0].text(), sited(scope, entry)
    gaps = Gaps(entry.where)
    endpoints = _endpoints(entry, _shared(hiera, site))
    used = {address for endpoint in endpoints.values() for address in endpoint.addresses}
    backend = entry.need("backend")
    port = gaps.ask(backend.need("port").whole)
    hosts = gaps.ask(lambda: tuple(add_host(draft, each) for each in backend.need("servers").elements()))
    audience, admits = gaps.ask(lambda: _firewall(draft, entry)) or ((), None)
    balancer = balancer_of(site)
    service = Service(
        title=f"{name} through HAProxy" + (f", backend port {port}" if port is not None else ""),
        realm="cloud",
        hosts=hosts or (),
        endpoints=endpoints,
        names=tuple(_names(hiera, site, entry, used)),
        load_balancer=balancer if draft.get("load_balancers", balancer, LoadBalancer) else None,
        audience=audience,
        admits=admits,
        origin=entry.origin,
    )
    return gaps.told(draft.add("services", f"{name}-{site}", service))


def _shared(hiera: Hiera, site: str) -> list[IPAddress]:
    """The announced addresses that no other frontend has for itself: clients use these."""
    own = bound_by_replicas(hiera, site)
    return [address.address() for _, address in announced_at(hiera, site) if address.address() not in own]


def _endpoints(entry: Datum, shared: list[IPAddress]) -> dict[str, Endpoint]:
    """One endpoint for each frontend; one without an address of its own listens on every leg of the host."""
    speaks_http = entry.need("type").text() == "http"
    endpoints: dict[str, Endpoint] = {}
    for frontend in entry.need("frontends").elements():
        own = frontend.child("address")
        port = frontend.need("port").port()
        encrypted = frontend.child("acme_chief_cert_name") is not None
        id_ = f"port-{port}" if f"port-{port}" not in endpoints else f"port-{port}-{len(endpoints)}"
        endpoints[id_] = Endpoint(
            addresses=(own.address(),) if own else tuple(shared),
            port=port,
            application=("https" if encrypted else "http") if speaks_http else None,
            bind=Bind.ADDRESSES if own else Bind.ANY,
        )
    return endpoints


def _firewall(draft: Draft, entry: Datum) -> tuple[tuple[str, ...], tuple[IPPrefix, ...] | None]:
    """For whom the firewall is open, and from where: absent where no key says that it is open."""
    firewall = entry.child("firewall")
    told = {key.text(): value.truth() for key, value in firewall.items()} if firewall else {}
    if told.get("open_to_internet"):
        return (INTERNET,), _EVERYWHERE
    if told.get("open_to_cloud_private"):
        racks = [network for _, network in draft.every("networks", Network) if network.role == "cloud-private"]
        return ("cloud",), tuple(prefix for network in racks if network.site for prefix in network.prefixes)
    return (), None


def _names(hiera: Hiera, site: str, entry: Datum, used: set[IPAddress | str]) -> Iterator[str]:
    """The names of the announced addresses that the service uses, and the one that its requests must ask for."""
    http = entry.child("http")
    host = http.child("require_host") if http else None
    if host is not None:
        yield host.text()
    for name, address in announced_at(hiera, site):
        if address.address() in used:
            yield name


IMPORTER = Importer(
    "cloudlb-services",
    "the cloud's services",
    wants=is_hiera,
    items=items,
    after=("cloud-private", "cloudlb", "openstack-hosts"),
    keys=(KEY,),
)

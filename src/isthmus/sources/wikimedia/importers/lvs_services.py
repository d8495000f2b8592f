"""``hieradata/common/service.yaml``, key ``service::catalog``: production's services and their load balancers."""

from collections.abc import Iterator
from functools import partial

from isthmus.estate import Endpoint, IPAddress, LoadBalancer, Protocol, Service
from isthmus.sources.wikimedia.datum import Datum
from isthmus.sources.wikimedia.draft import Draft
from isthmus.sources.wikimedia.importer import Importer, records
from isthmus.sources.wikimedia.outcomes import CannotImport, Gaps, Imported, Item
from isthmus.sources.wikimedia.parsed import Parsed, is_hiera

KEY = "service::catalog"

_WEB_PROBES = {"http", "swagger"}
_WIKI_LABELS = {"textlb", "uploadlb"}
"""The labels of the CDN's addresses, behind which every public wiki and its files are served."""


def items(parsed: Parsed, draft: Draft) -> Iterator[Item]:
    """One record for each entry of the catalogue."""
    for hiera in parsed.hieras:
        for _, catalogue in hiera.holding(KEY):
            yield from records(catalogue, 1, partial(_take, draft, _balancers(catalogue)))


def _take(draft: Draft, balancers: dict[IPAddress, str], keys: tuple[Datum, ...], entry: Datum) -> Imported:
    port = entry.need("port").port()
    application = _application(entry)
    endpoints: dict[str, Endpoint] = {}
    tags = {f"state:{entry.need('state').text()}"}
    for site, label, value in _addresses(entry):
        id_ = site if label == "default" else f"{site}-{label}"
        endpoints[id_] = Endpoint(
            addresses=(value.address(),), protocol=_protocol(entry), port=port, application=application
        )
        if label.removesuffix("6") in _WIKI_LABELS:
            tags.add("public-wiki")
    description = entry.child("description")
    gaps = Gaps(entry.where)
    service = Service(
        title=gaps.ask(description.text) if description else None,
        realm="production",
        endpoints=endpoints,
        names=tuple(_names(entry)),
        load_balancer=_balancer(draft, entry, balancers),
        tags=tuple(sorted(tags)),
        origin=entry.origin,
    )
    return gaps.told(draft.add("services", keys[0].text(), service))


def _addresses(entry: Datum) -> Iterator[tuple[str, str, Datum]]:
    """Site, label and address of everything under ``ip``."""
    for site, labels in entry.need("ip").items():
        for label, value in labels.items():
            yield site.text(), label.text(), value


def _protocol(entry: Datum) -> Protocol:
    lvs = entry.child("lvs")
    told = lvs.child("protocol") if lvs else None
    if told is not None and told.text() not in ("tcp", "udp"):
        raise CannotImport(f"protocol `{told.text()[:20]}` is neither `tcp` nor `udp`", told.where)
    return Protocol(told.text()) if told else Protocol.TCP


def _application(entry: Datum) -> str | None:
    """HTTP or HTTPS where a probe speaks it; nothing where the entry does not tell."""
    probes = entry.child("probes")
    kinds = {probe.need("type").text() for probe in probes.elements()} if probes else set()
    if not kinds & _WEB_PROBES:
        return None
    return "https" if entry.need("encryption").truth() else "http"


def _names(entry: Datum) -> Iterator[str]:
    discovery = entry.child("discovery")
    for record in discovery.elements() if discovery else ():
        yield f"{record.need('dnsdisc').text()}.discovery.wmnet"


def _balancers(catalogue: Datum) -> dict[IPAddress, str]:
    """The load-balancer class of each address: some entries share an address without naming the class."""
    found: dict[IPAddress, str] = {}
    for entry in catalogue.values() if isinstance(catalogue.node.value, dict) else ():
        try:
            class_ = entry.need("lvs").need("class").text()
            found |= {value.address(): class_ for _, _, value in _addresses(entry)}
        except CannotImport:
            continue
    return found


def _balancer(draft: Draft, entry: Datum, balancers: dict[IPAddress, str]) -> str | None:
    """The load balancer of an entry: one for each class, which spans the sites as the services do."""
    addresses = [value.address() for _, _, value in _addresses(entry)]
    classes = {balancers[address] for address in addresses if address in balancers}
    if not classes:
        return None
    class_ = min(classes)
    balancer = LoadBalancer(
        title=f"LVS, class {class_}",
        realm="production",
        addresses=tuple(addresses),
        origin=entry.origin,
    )
    return draft.balancer(f"lvs-{class_}", balancer)


IMPORTER = Importer(
    "lvs-services",
    "production's services",
    wants=is_hiera,
    items=items,
    keys=(KEY,),
)

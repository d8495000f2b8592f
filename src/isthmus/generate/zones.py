"""DNS records of services that crossings may use: a snippet for each domain of a realm, to be included in its zone.

A name stands for what the estate says in `names`, else for every address of the service's endpoints where it has one
name or one address. Names outside the domains of the service's realm are not ours to write.
"""

from collections.abc import Iterator

import dns.name
import dns.rdataset
import dns.rdatatype

from isthmus.diagnostics import Diagnostic
from isthmus.estate import Estate, IPAddress, Service
from isthmus.formats import Text
from isthmus.generate.codes import UNTOLD_NAME
from isthmus.generate.needs import Needs

TTL = 3600


def zones(needs: Needs, estate: Estate, head: tuple[str, ...], problems: list[Diagnostic]) -> tuple[Text, ...]:
    """A snippet for each domain, in the order of domains; names are relative to it."""
    lines: dict[str, dict[str, None]] = {}
    for service in estate.services.values():
        if needs.of_service(service.id):
            for at, name in enumerate(service.names):
                domain = _domain(name, service, estate)
                if domain and _is_told(name, service, estate):
                    lines.setdefault(domain, {}).update(dict.fromkeys(_records(name, domain, service, estate)))
                elif domain:
                    message = f"nothing tells which addresses of `{service.id}` the name `{name}` has"
                    where = service.span("names", at)
                    problems.append(Diagnostic(UNTOLD_NAME, message, where, "write it in `names`, with its addresses"))
    top = [f"; {each}" for each in head]
    return tuple(
        Text(f"{domain}.zone", "\n".join([*top, f"$ORIGIN {domain}.", *sorted(found), ""]))
        for domain, found in sorted(lines.items())
    )


def _is_told(name: str, service: Service, estate: Estate) -> bool:
    record = estate.names.get(name)
    if record is not None:
        return bool(record.addresses or record.alias)
    return len(service.names) == 1 or len(set(_of_service(service, estate))) == 1


def _domain(name: str, service: Service, estate: Estate) -> str:
    """The longest domain of the service's realm that a name lies in."""
    domains = estate.realms[service.realm].domains if service.realm in estate.realms else ()
    inside = (each for each in domains if dns.name.from_text(name).is_subdomain(dns.name.from_text(each)))
    return max(inside, key=len, default="")


def _records(name: str, domain: str, service: Service, estate: Estate) -> Iterator[str]:
    origin = dns.name.from_text(domain)
    owner = dns.name.from_text(name).relativize(origin)
    record = estate.names.get(name)
    says = f" ; service {service.id}"
    if record is not None and record.alias:
        target = dns.name.from_text(record.alias)
        rdataset = dns.rdataset.from_text("IN", "CNAME", TTL, target.to_text())
        yield rdataset.to_text(owner) + says
        return
    addresses = dict.fromkeys(record.addresses if record is not None else _of_service(service, estate))
    for each in addresses:
        kind = dns.rdatatype.A if each.version == 4 else dns.rdatatype.AAAA
        yield dns.rdataset.from_text("IN", kind, TTL, str(each)).to_text(owner) + says


def _of_service(service: Service, estate: Estate) -> Iterator[IPAddress]:
    for endpoint in service.endpoints.values():
        for written in endpoint.addresses:
            yield from estate.resolve(written)

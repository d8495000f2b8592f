"""How an undeclared flow would be declared: YAML for people to review, and not more than was seen."""

from isthmus.documents.write import to_yaml
from isthmus.estate import Protocol
from isthmus.formats.services import PORTS, PROTOCOLS
from isthmus.observe.results import Violation
from isthmus.observe.words import INTERNET

_ESTATE_WORDS = {PROTOCOLS["ipv6-icmp" if each is Protocol.ICMPV6 else each.value]: each.value for each in Protocol}
_PORT_NAMES = {number: name for name, number in reversed(tuple(PORTS.items()))}
_PROTOCOL_NAMES = {number: name for name, number in reversed(tuple(PROTOCOLS.items()))}


def port_text(protocol: int, port: int) -> str:
    """A protocol and port as people write them.

    >>> port_text(6, 443), port_text(1, 0), port_text(200, 0)
    ('443/tcp', 'icmp', 'protocol 200')
    """
    name = _PROTOCOL_NAMES.get(protocol, f"protocol {protocol}")
    return f"{port}/{name}" if protocol in (6, 17, 132) else name


def draft(violation: Violation, zones: tuple[str, ...]) -> str:
    """A crossing in state ``proposed`` and its service, with what was seen alone; empty where estates have no words."""
    protocol = _ESTATE_WORDS.get(violation.protocol)
    if protocol is None or violation.service_realm == INTERNET:
        return ""
    address = violation.addresses[0]
    name = _PORT_NAMES.get(violation.port) or (f"port-{violation.port}" if violation.port else protocol)
    service = f"observed-{_slug(address)}-{name}"
    endpoint: dict[str, object] = {"addresses": list(violation.addresses), "protocol": protocol}
    if protocol in ("tcp", "udp", "sctp"):
        endpoint["port"] = violation.port
    known = f" Service {violation.service} has the address." if violation.service not in violation.addresses else ""
    services = {
        service: {
            "title": f"TO REVIEW: what is this?{known}",
            "realm": violation.service_realm,
            "endpoints": {name: endpoint},
        }
    }
    crossing = {
        "title": "TO REVIEW: seen in flow records, declared by nobody",
        "client": {"networks": [each for each in zones if not each.startswith("(")]},
        "service": service,
        "state": "proposed",
    }
    crossings = {f"observed-{_slug(violation.client_realm)}-to-{_slug(address)}-{name}": crossing}
    return to_yaml({"services": services, "crossings": crossings})


def _slug(text: str) -> str:
    return "-".join("".join(each if each.isalnum() else " " for each in text.lower()).split())

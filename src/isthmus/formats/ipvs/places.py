"""`192.0.2.1:80`, `[2001:db8::1]:80`, `www.example.org:https`: hosts with ports, as ipvsadm prints them."""

import re
from dataclasses import dataclass
from ipaddress import ip_address

from isthmus.diagnostics import shown
from isthmus.formats.services import PORTS
from isthmus.packetset import Address

_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._-]{0,253}")


@dataclass(frozen=True, slots=True)
class Place:
    """A host and its port; ``address`` is None where only ``host`` is told, ``port`` 0 where none is."""

    host: str
    address: Address | None
    port: int


def place(text: str) -> Place:
    """Read a place. Raises ValueError, whose message is fit for a reader.

    >>> place("[2001:db8::1]:80").port, place("192.0.2.1").port, place("web.example.org:https").address
    (80, 0, None)
    """
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            raise ValueError(f"`{shown(text)}` is not an address with a port")
        port = rest[1:]
    else:
        host, _, port = text.partition(":")
    try:
        address = ip_address(host)
    except ValueError:
        if not _NAME.fullmatch(host):
            raise ValueError(f"`{shown(host)}` is not an address") from None
        address = None
    return Place(host, address, _port(port))


def _port(text: str) -> int:
    if re.fullmatch("[0-9]{1,5}", text) and int(text) <= 65535:
        return int(text)
    if text and text.lower() not in PORTS:
        raise ValueError(f"`{shown(text)}` is not a port")
    return PORTS[text.lower()] if text else 0

"""`192.0.2.1:443`, `:::443`, `unix@/run/x`: where something listens, or where a server is."""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, ip_address

from isthmus.diagnostics import shown
from isthmus.packetset import Address, IpProtocol

_NAME = re.compile(r"(?=.*[A-Za-z_])[A-Za-z0-9_][A-Za-z0-9._-]{0,253}")
_OLD = re.compile(r"[0-9]{1,10}(\.[0-9]{1,10}){0,3}")
_PREFIX = re.compile(r"(?:(?P<type>stream|dgram|mptcp)\+)?(?P<family>[a-z0-9]+)@")
_FAMILIES = {
    "ip": (None, IpProtocol.TCP), "ipv4": (4, IpProtocol.TCP), "ipv6": (6, IpProtocol.TCP),
    "tcp": (None, IpProtocol.TCP), "tcp4": (4, IpProtocol.TCP), "tcp6": (6, IpProtocol.TCP),
    "mptcp": (None, IpProtocol.TCP), "mptcp4": (4, IpProtocol.TCP), "mptcp6": (6, IpProtocol.TCP),
    "udp": (None, IpProtocol.UDP), "udp4": (4, IpProtocol.UDP), "udp6": (6, IpProtocol.UDP),
    "quic4": (4, IpProtocol.UDP), "quic6": (6, IpProtocol.UDP),
}  # fmt: skip
_LOCAL = ("unix", "uxst", "uxdg", "abns", "abnsz", "sockpair")


class Family(StrEnum):
    """What kind of place it is."""

    INTERNET = "internet"
    LOCAL = "local"
    """A socket of the machine itself, which no packet reaches."""
    INHERITED = "inherited"
    """A file descriptor that was opened by somebody else: anywhere."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place as it was written. ``address`` is None for every address, and where only a name is known."""

    family: Family
    host: str
    """The address or name, without brackets; of a local socket, what tells it from others."""
    port: str = ""
    address: Address | None = None
    version: int | None = None
    protocol: int = int(IpProtocol.TCP)
    is_every: bool = False
    is_named: bool = False


def place(text: str) -> Place:
    """Read a place. Raises ValueError, whose message is fit for a reader.

    >>> place(":::443").version, place("[2001:db8::1]:80").address, place("/run/x.sock").family.value
    (6, IPv6Address('2001:db8::1'), 'local')
    """
    prefix = _PREFIX.match(text)
    family = prefix["family"] if prefix else ""
    if text.startswith("/") or family in _LOCAL:
        return Place(Family.LOCAL, text.removeprefix("unix@"))
    if family in ("fd", "rhttp"):
        return Place(Family.INHERITED, text)
    if prefix and family not in _FAMILIES:
        raise ValueError(f"`{shown(text)}` begins with an unknown kind of address, `{family}@`")
    version, protocol = _FAMILIES.get(family, (None, IpProtocol.TCP))
    if prefix and prefix["type"] == "dgram":
        protocol = IpProtocol.UDP
    return _internet(text[prefix.end() :] if prefix else text, version, int(protocol))


def _internet(text: str, version: int | None, protocol: int) -> Place:
    end = max(text.rfind(":"), text.rfind("]"))
    host, port = (text[:end], text[end + 1 :]) if end >= 0 and text[end] == ":" else (text, "")
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if host in ("", "*", "0.0.0.0", "::"):  # noqa: S104 - what others listen on
        every = version or (6 if host == "::" else 4)
        return Place(Family.INTERNET, host, port, None, every, protocol, is_every=True)
    address = _address(host)
    if address is None and not _NAME.fullmatch(host):
        raise ValueError(f"`{shown(host)}` is not an address")
    if address is not None and version not in (None, address.version):
        raise ValueError(f"`{shown(host)}` is not an IPv{version} address")
    return Place(Family.INTERNET, host, port, address, version, protocol, is_named=address is None)


def _address(host: str) -> Address | None:
    try:
        return ip_address(host) if "%" not in host else None
    except ValueError:
        return old_ipv4(host)


def old_ipv4(text: str) -> IPv4Address | None:
    """Read an IPv4 address that leaves out zeros, as ``10.1`` does; None for anything else.

    >>> str(old_ipv4("10.1")), old_ipv4("10.0.0.300")
    ('10.0.0.1', None)
    """
    if not _OLD.fullmatch(text) or any(len(part) > 1 and part[0] == "0" for part in text.split(".")):
        return None
    *leading, last = (int(part) for part in text.split("."))
    number = sum(part << 24 - 8 * place for place, part in enumerate(leading)) + last
    if any(part > 255 for part in leading) or last >= 1 << 32 - 8 * len(leading):
        return None
    return IPv4Address(number)


def port_number(text: str) -> int:
    """Read a port, 1 to 65535. Raises ValueError, whose message is fit for a reader."""
    if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise ValueError(f"`{shown(text)}` is not a port from 1 to 65535")
    return int(text)

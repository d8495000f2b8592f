"""The scalars of an estate: addresses, prefixes, ports, sizes, dates; each reads one spelling, strictly."""

import re
from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

IPAddress = IPv4Address | IPv6Address
IPPrefix = IPv4Network | IPv6Network

_NAME = re.compile(r"(?=.{1,253}\Z)(\*\.)?([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_-]{1,63}\.?\Z")
_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,3})?) ?([kMGTP]?i?B)\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_POWERS = {"k": 1, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}


def _problem(kind: str, message: str, value: object) -> PydanticCustomError:
    return PydanticCustomError(kind, message, {"given": str(value)[:80]})


def read_address(value: object) -> IPAddress:
    """Read one IPv4 or IPv6 address, without prefix length or zone."""
    if isinstance(value, IPv4Address | IPv6Address):
        return value
    try:
        if not isinstance(value, str) or "%" in value:
            raise ValueError
        return ip_address(value)
    except ValueError:
        raise _problem("address", "`{given}` is not an IPv4 or IPv6 address", value) from None


def read_prefix(value: object) -> IPPrefix:
    """Read one prefix in CIDR notation; an address alone stands for itself; host bits are refused."""
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"[0-9A-Fa-f:.]+(/[0-9]{1,3})?", value):
        raise _problem("prefix", "`{given}` is not a prefix", value)
    try:
        return ip_network(value)
    except ValueError:
        pass
    try:
        masked = ip_network(value, strict=False)
    except ValueError:
        raise _problem("prefix", "`{given}` is not a prefix", value) from None
    details = {"given": value, "masked": str(masked)}
    raise PydanticCustomError("host_bits", "`{given}` has host bits set; the prefix is `{masked}`", details)


def holds(outer: IPPrefix, inner: IPPrefix) -> bool:
    """Whether every address of ``inner`` is one of ``outer``; never, across address families.

    >>> holds(read_prefix("10.0.0.0/8"), read_prefix("10.1.2.0/24"))
    True
    """
    return (
        outer.version == inner.version
        and outer.prefixlen <= inner.prefixlen
        and outer.network_address <= inner.network_address <= outer.broadcast_address  # type: ignore[operator]
    )


def is_name(text: str) -> bool:
    """Whether ``text`` can be a DNS name (RFC 1035 section 2.3.1, with ``_`` and a leading ``*.``).

    >>> is_name("dumps.wikimedia.org"), is_name("10.64.0.300"), is_name("a b")
    (True, False, False)
    """
    return bool(_NAME.match(text)) and not re.fullmatch(r"[0-9.]+", text)


def read_address_or_name(value: object) -> IPAddress | str:
    """Read an address, or a DNS name that stands for one."""
    try:
        return read_address(value)
    except PydanticCustomError:
        if isinstance(value, str) and is_name(value):
            return value.rstrip(".").lower()
    raise _problem("address_or_name", "`{given}` is neither an address nor a DNS name", value)


def read_name(value: object) -> str:
    """Read a DNS name; case and a final dot do not matter."""
    if isinstance(value, str) and is_name(value):
        return value.rstrip(".").lower()
    raise _problem("dns_name", "`{given}` is not a DNS name", value)


def read_size(value: object) -> int:
    """Read a number of bytes: ``4096``, ``40 TB`` (powers of 1000) or ``512 GiB`` (powers of 1024).

    >>> read_size("40 TB"), read_size("1.5 GiB"), read_size(7)
    (40000000000000, 1610612736, 7)
    """
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    found = _SIZE.match(value) if isinstance(value, str) else None
    if found is None:
        raise _problem("size", "`{given}` is not a size in bytes", value)
    unit = found[2]
    base = 1024 if "i" in unit else 1000
    power: int = base ** _POWERS.get(unit[0], 0)
    return round(float(found[1]) * power)


def show_size(size: int) -> str:
    """A number of bytes as a person writes it.

    >>> show_size(40_000_000_000_000), show_size(999), show_size(1_500_000)
    ('40 TB', '999 B', '1.5 MB')
    """
    value, unit = float(size), "B"
    for larger in ("kB", "MB", "GB", "TB", "PB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.4g} {unit}"


def read_date(value: object) -> date:
    """Read ``YYYY-MM-DD`` (ISO 8601 calendar date) and nothing else."""
    if isinstance(value, date):
        return value
    try:
        if not isinstance(value, str) or not _DATE.match(value):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise _problem("date", "`{given}` is not a date in the form YYYY-MM-DD", value) from None


@dataclass(frozen=True, slots=True, order=True)
class PortRange:
    """TCP, UDP or SCTP ports, both ends included: 0 <= first <= last <= 65535.

    >>> str(PortRange.parse("8000-8080")), 8010 in PortRange(8000, 8080)
    ('8000-8080', True)
    """

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last <= 65535:
            raise ValueError(f"`{self}` is not a range of ports between 0 and 65535")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``443`` or ``8000-8080``; the inverse of ``str()``. Raises ValueError for anything else."""
        if not re.fullmatch(r"[0-9]{1,5}(-[0-9]{1,5})?", text):
            raise ValueError(f"`{text[:40]}` is not a port or a range of ports")
        first, _, last = text.partition("-")
        return cls(int(first), int(last or first))

    def __contains__(self, port: int) -> bool:
        return self.first <= port <= self.last

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


def read_ports(value: object) -> PortRange:
    """Read a port number or a range such as ``8000-8080``."""
    if isinstance(value, PortRange):
        return value
    try:
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise ValueError(f"`{str(value)[:40]}` is not a port or a range of ports")
        return PortRange.parse(str(value))
    except ValueError as error:
        raise PydanticCustomError("ports", "{problem}", {"problem": str(error)}) from None


def _schema(**keywords: Any) -> WithJsonSchema:  # noqa: ANN401
    return WithJsonSchema(keywords)


_as_text = PlainSerializer(str)

Address = Annotated[
    IPAddress,
    BeforeValidator(read_address),
    _as_text,
    _schema(type="string", examples=["208.80.154.142", "2001:db8::1"]),
]
Prefix = Annotated[
    IPPrefix,
    BeforeValidator(read_prefix),
    _as_text,
    _schema(type="string", examples=["172.16.0.0/21", "2001:db8::/48"]),
]
AddressOrName = Annotated[
    IPAddress | str,
    BeforeValidator(read_address_or_name),
    _as_text,
    _schema(type="string", examples=["208.80.154.142", "dumps.wikimedia.org"]),
]
Name = Annotated[str, BeforeValidator(read_name), _schema(type="string", examples=["dumps.wikimedia.org"])]
Size = Annotated[
    int,
    BeforeValidator(read_size),
    _schema(anyOf=[{"type": "integer", "minimum": 0}, {"type": "string", "pattern": r"^[0-9.]+ ?[kMGTP]?i?B$"}]),
]
Day = Annotated[date, BeforeValidator(read_date), _as_text, _schema(type="string", format="date")]
Ports = Annotated[
    PortRange,
    BeforeValidator(read_ports),
    _as_text,
    _schema(
        anyOf=[
            {"type": "integer", "minimum": 0, "maximum": 65535},
            {"type": "string", "pattern": "^[0-9]+(-[0-9]+)?$"},
        ]
    ),
]
Identifier = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$")]
Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=4000)]

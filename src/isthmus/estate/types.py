"""The scalars of an estate: addresses, prefixes, ports, sizes, dates; each reads one spelling, strictly."""

import re
from datetime import date
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, StringConstraints, WithJsonSchema

from isthmus.documents import bad_value, host_bits
from isthmus.estate.ports import PortRange as PortRange
from isthmus.estate.ports import read_ports as read_ports
from isthmus.estate.sizes import read_size as read_size
from isthmus.estate.sizes import show_size as show_size
from isthmus.estate.sizes import spell_size as spell_size

IPAddress = IPv4Address | IPv6Address
IPPrefix = IPv4Network | IPv6Network

_NAME_SHAPE = r"^[A-Za-z0-9_*-]+(\.[A-Za-z0-9_-]+)*\.?$"
_SIZE_SHAPE = r"^[0-9]+(\.[0-9]+)? ?([kKMGTP]i?)?B$"
_NAME = re.compile(r"(?=.{1,253}\Z)(\*\.)?([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.(?!\Z)|\.?\Z))+\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


def read_address(value: object) -> IPAddress:
    """Read one IPv4 or IPv6 address, without prefix length or zone."""
    if isinstance(value, IPv4Address | IPv6Address):
        return value
    try:
        if not isinstance(value, str) or "%" in value:
            raise ValueError
        return IPv6Address(value) if ":" in value else IPv4Address(value)
    except ValueError:
        help_ = _about_addresses(value)
        raise bad_value("`{given}` is not an IPv4 or IPv6 address", value, "an address", help_) from None


def _about_addresses(value: object) -> str:
    text = str(value)
    if re.search("[/%]", text):
        return "an address has no prefix length and no zone"
    if re.fullmatch("[0-9.]+", text):
        return "an IPv4 address is four numbers from 0 to 255"
    if ":" in text:
        return "an IPv6 address is up to eight groups of hexadecimal digits"
    return "write an address, such as `203.0.113.1` or `2001:db8::1`"


def read_prefix(value: object) -> IPPrefix:
    """Read one prefix in CIDR notation; an address alone stands for itself; host bits are refused."""
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"[0-9A-Fa-f:.]+(/[0-9]{1,3})?", value):
        raise _not_a_prefix(value)
    family = IPv6Network if ":" in value else IPv4Network
    try:
        return family(value)
    except ValueError:
        pass
    try:
        masked = family(value, strict=False)
    except ValueError:
        raise _not_a_prefix(value) from None
    raise host_bits(value, masked)


def _not_a_prefix(value: object) -> Exception:
    address, _, length = str(value).partition("/")
    help_ = "write an address and a length, such as `172.16.0.0/21` or `2001:db8::/48`"
    try:
        version, bits, usual = (4, 32, 24) if ip_address(address).version == 4 else (6, 128, 64)
        help_ = f"write the length behind the slash, such as `{address}/{usual}`"
        if length.isdecimal():
            help_ = f"the length of an IPv{version} prefix is at most {bits}"
    except ValueError:
        pass
    return bad_value("`{given}` is not a prefix", value, "a prefix", help_)


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
    except ValueError:
        if isinstance(value, str) and is_name(value):
            return value.rstrip(".").lower()
    help_ = _about_addresses(value)
    raise bad_value("`{given}` is neither an address nor a DNS name", value, "an address or a name", help_)


def read_name(value: object) -> str:
    """Read a DNS name; case and a final dot do not matter."""
    if isinstance(value, str) and is_name(value):
        return value.rstrip(".").lower()
    help_ = "a name is labels of letters, digits and `-`, with dots between them"
    raise bad_value("`{given}` is not a DNS name", value, "a DNS name", help_)


def read_date(value: object) -> date:
    """Read ``YYYY-MM-DD`` (ISO 8601 calendar date) and nothing else."""
    if isinstance(value, date):
        return value
    text = str(value)
    is_dated = isinstance(value, str) and _DATE.match(value)
    try:
        if is_dated:
            return date.fromisoformat(text)
    except ValueError:
        raise bad_value("there is no day `{given}`", value, "a date") from None
    help_ = "a date is written YYYY-MM-DD"
    if re.fullmatch("[0-9]{8}", text):
        help_ = f"write `{text[:4]}-{text[4:6]}-{text[6:]}`"
    raise bad_value("`{given}` is not a date", value, "a date", help_)


def _schema(**keywords: Any) -> WithJsonSchema:  # noqa: ANN401
    return WithJsonSchema(keywords)


_as_text = PlainSerializer(str)

Address = Annotated[
    IPAddress,
    PlainValidator(read_address),
    _as_text,
    _schema(type="string", pattern="^[0-9A-Fa-f:.]+$", examples=["208.80.154.142", "2001:db8::1"]),
]
Prefix = Annotated[
    IPPrefix,
    PlainValidator(read_prefix),
    _as_text,
    _schema(type="string", pattern="^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$", examples=["172.16.0.0/21", "2001:db8::/48"]),
]
AddressOrName = Annotated[
    IPAddress | str,
    PlainValidator(read_address_or_name),
    _as_text,
    _schema(type="string", pattern="^[A-Za-z0-9._:*-]+$", examples=["208.80.154.142", "dumps.wikimedia.org"]),
]
Name = Annotated[
    str, PlainValidator(read_name), _schema(type="string", pattern=_NAME_SHAPE, examples=["dumps.wikimedia.org"])
]
Size = Annotated[
    int,
    PlainValidator(read_size),
    _schema(anyOf=[{"type": "integer", "minimum": 0}, {"type": "string", "pattern": _SIZE_SHAPE}]),
]
Day = Annotated[date, PlainValidator(read_date), _as_text, _schema(type="string", format="date")]
Ports = Annotated[
    PortRange,
    PlainValidator(read_ports),
    _as_text,
    _schema(
        anyOf=[
            {"type": "integer", "minimum": 1, "maximum": 65535},
            {"type": "string", "pattern": "^[0-9]+(-[0-9]+)?$"},
        ]
    ),
]
Identifier = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$")]
Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=4000)]

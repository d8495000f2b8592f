"""Values that an ACL compares with: addresses with their masks, numbers with their operators."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from isthmus.diagnostics import shown
from isthmus.formats.haproxy import codes
from isthmus.formats.haproxy.notes import Notes
from isthmus.formats.haproxy.places import old_ipv4
from isthmus.formats.haproxy.tree import Pattern
from isthmus.network import Unmodelled
from isthmus.packetset import Interval, Prefix

_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._-]*")
_RANGE = re.compile(r"(-?[0-9]{1,18})?(?:(:)(-?[0-9]{1,18})?)?")
_MASK = re.compile(r"[0-9]{1,3}")
_MOST = 65535
OPERATORS = ("eq", "ge", "gt", "le", "lt")


@dataclass(frozen=True, slots=True)
class Addresses:
    """The prefixes that patterns name, and why there may be more."""

    prefixes: tuple[Prefix, ...]
    doubts: tuple[Unmodelled, ...] = ()


def addresses(patterns: Iterable[Pattern], notes: Notes) -> Addresses:
    """Read addresses, each perhaps with a mask."""
    prefixes: list[Prefix] = []
    doubts: list[Unmodelled] = []
    for each in patterns:
        found = _prefix(each, notes)
        if isinstance(found, Unmodelled):
            doubts.append(found)
        else:
            prefixes.append(found)
    return Addresses(tuple(prefixes), tuple(doubts))


def _prefix(pattern: Pattern, notes: Notes) -> Prefix | Unmodelled:
    host, _, mask = pattern.text.partition("/")
    short = old_ipv4(host)
    text = f"{short}/{mask}" if short and mask else str(short) if short else pattern.text
    try:
        found = ip_network(text, strict=False)
    except ValueError:
        return _no_prefix(pattern, host, mask, notes)
    if mask and _MASK.fullmatch(mask) is None and (found.version == 6 or str(found.netmask) != mask):
        return _no_prefix(pattern, host, mask, notes)
    if str(found.network_address) != str(ip_network(text.partition("/")[0]).network_address):
        message = f"`{shown(pattern.text)}` has host bits set; HAProxy takes it for `{found}`"
        notes.report(codes.HOST_BITS, message, pattern.where, f"write `{found}`, or the address without a mask")
    return found


def _no_prefix(pattern: Pattern, host: str, mask: str, notes: Notes) -> Unmodelled:
    if _NAME.fullmatch(host):
        return notes.doubt(pattern.where, f"addresses of the name `{shown(pattern.text)}`")
    if not _has_gaps(host, mask):
        message = f"`{shown(pattern.text)}` is not an address"
        notes.report(codes.BAD_CONDITION, message, pattern.where, "write `192.0.2.0/24` or `2001:db8::/32`")
    return notes.doubt(pattern.where, f"addresses of `{shown(pattern.text)}`")


def _has_gaps(host: str, mask: str) -> bool:
    """Whether the mask is one that HAProxy knows and that is no prefix: `10.0.0.0/255.0.255.0`."""
    return old_ipv4(host) is not None and mask.count(".") == 3 and old_ipv4(mask) is not None


def as_seen(prefixes: Iterable[Prefix], versions: Iterable[int]) -> Iterator[Prefix]:
    """What the patterns match of packets of these IP versions.

    HAProxy compares IPv6 addresses that hold an IPv4 address (compatible, 6to4) with IPv4 patterns, and IPv4 addresses,
    as mapped ones, with IPv6 patterns. Mapped addresses do not come in packets: Linux drops them.

    >>> [str(each) for each in as_seen([ip_network("10.0.0.0/8")], (4, 6))]
    ['10.0.0.0/8', '::a00:0/104', '2002:a00::/24']
    >>> [str(each) for each in as_seen([ip_network("::/0")], (4,))]
    ['::/0', '0.0.0.0/0']
    """
    wanted = set(versions)
    for each in prefixes:
        yield each
        if isinstance(each, IPv4Network) and 6 in wanted:
            number, length = int(each.network_address), each.prefixlen
            yield IPv6Network((number, 96 + length))
            yield IPv6Network(((0x2002 << 112) | number << 80, 16 + length))
        elif isinstance(each, IPv6Network) and 4 in wanted and each.overlaps(_MAPPED):
            inside = each if each.prefixlen >= 96 else _MAPPED
            yield IPv4Network((int(inside.network_address) & 0xFFFFFFFF, inside.prefixlen - 96))


_MAPPED = IPv6Network("::ffff:0:0/96")


def ports(operator: str, patterns: Iterable[Pattern], notes: Notes) -> tuple[list[Interval], list[Unmodelled]]:
    """Read numbers and ranges under an operator, and those that cannot be read."""
    found: list[Interval] = []
    doubts: list[Unmodelled] = []
    for each in patterns:
        bounds = _bounds(operator, each.text)
        if bounds is None and operator and ":" in each.text:
            doubts.append(notes.doubt(each.where, f"a range under an operator, `{operator} {shown(each.text)}`"))
            continue
        if bounds is None:
            message = f"`{shown(each.text)}` is not a number or a range of numbers"
            notes.report(codes.BAD_CONDITION, message, each.where, "write `443`, `1:1023` or `ge 1024`")
            doubts.append(notes.doubt(each.where, f"number `{shown(each.text)}`"))
            continue
        first, last = max(bounds[0], 0), min(bounds[1], _MOST)
        if first <= last:
            found.append(Interval(first, last))
    return found, doubts


def _bounds(operator: str, text: str) -> tuple[int, int] | None:
    read = _RANGE.fullmatch(text)
    if read is None or not (read[1] or read[3]) or (read[2] and operator not in ("", "eq")):
        return None
    first = int(read[1]) if read[1] else 0
    last = (int(read[3]) if read[3] else _MOST) if read[2] else first
    if first > last:
        return None
    return {"ge": (first, _MOST), "gt": (first + 1, _MOST), "le": (0, first), "lt": (0, first - 1)}.get(
        operator, (first, last)
    )

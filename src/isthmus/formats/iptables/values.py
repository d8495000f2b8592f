"""The values that options have: addresses under masks, ports, protocols, marks."""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from isthmus.formats.iptables.refused import RefusedError
from isthmus.formats.services import PORTS, PROTOCOLS
from isthmus.packetset import Address, AddressRange, Block, Interval, MaskedAddresses
from isthmus.packetset.addresses import WIDTHS

_PLAIN = re.compile(
    r"(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})(?:/(\d{1,2}))?\Z", re.ASCII
)
_NUMBER = re.compile(r"(?:0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})\Z")


def number(word: str, most: int) -> int:
    """A number from 0 to ``most``, decimal or with ``0x``. Raises RefusedError."""
    if not _NUMBER.match(word):
        raise RefusedError(f"`{word[:40]}` is not a number")
    value = int(word, 16) if word[:2] in ("0x", "0X") else int(word)
    if value > most:
        raise RefusedError(f"`{word[:40]}` is greater than {most}")
    return value


def port(word: str) -> int:
    """A port, by number or name. Raises RefusedError."""
    named = PORTS.get(word.lower())
    return number(word, 65535) if named is None else named


def ports(word: str, between: str = ":") -> Interval:
    """A port or a range of ports, whose ends may be left out (``1024:``). Raises RefusedError.

    >>> str(ports("1024:")), str(ports(":1023")), str(ports("ssh"))
    ('1024-65535', '0-1023', '22')
    """
    if word.lower() in PORTS or between not in word:
        only = port(word)
        return Interval(only, only)
    first, _, last = word.partition(between)
    if between == "-" and not (first and last):
        raise RefusedError(f"the ports `{word[:40]}` have one end")
    least, most = port(first) if first else 0, port(last) if last else 65535
    if least > most:
        raise RefusedError(f"the ports `{word[:40]}` end before they begin")
    return Interval(least, most)


def protocol(word: str) -> int:
    """A protocol, by number or name; ``all`` is 0. Raises RefusedError."""
    if word.lower() == "all":
        return 0
    named = PROTOCOLS.get(word.lower())
    return number(word, 255) if named is None else named


@lru_cache(maxsize=1 << 16)
def block(word: str, version: int | None) -> Block:
    """An address, with a prefix length or a mask. Raises RefusedError.

    >>> str(block("10.1.2.3/8", 4)), str(block("192.168.0.1/255.255.0.255", 4))
    ('10.0.0.0/8', '192.168.0.1/255.255.0.255')
    """
    plain, slash, mask = word.partition("/")
    base = address(plain, version)
    width = WIDTHS[base.version]
    if not slash:
        return ip_network(base)
    bits = _mask(mask, base.version)
    holes = ~bits & (1 << width) - 1
    if holes & (holes + 1):
        return MaskedAddresses(base.version, int(base) & bits, bits)
    return ip_network((int(base) & bits, width - holes.bit_length())) if base.version == 4 else _ipv6(base, bits, holes)


def plain(word: str) -> tuple[int, int] | None:
    """The number of an IPv4 address and the length of its prefix, quickly; None for what is written in another way.

    >>> plain("10.0.0.1"), plain("10.0.0.0/8"), plain("10.0.0.0/255.0.0.0")
    ((167772161, 32), (167772160, 8), None)
    """
    found = _PLAIN.match(word)
    if found is None:
        return None
    first, second, third, fourth = (int(each) for each in found.group(1, 2, 3, 4))
    length = int(found[5] or 32)
    if max(first, second, third, fourth) > 255 or length > 32:
        return None
    return first << 24 | second << 16 | third << 8 | fourth, length


def _ipv6(base: Address, bits: int, holes: int) -> Block:
    return ip_network((IPv6Address(int(base) & bits), 128 - holes.bit_length()))


def _mask(word: str, version: int) -> int:
    width = WIDTHS[version]
    if word.isascii() and word.isdigit():
        length = number(word, width)
        return (1 << width) - (1 << width - length)
    return int(address(word, version))


def address(word: str, version: int | None) -> Address:
    """One address, of the version where it is told. Raises RefusedError."""
    try:
        found = ip_address(word)
    except ValueError:
        raise RefusedError(f"`{word[:60]}` is not an address") from None
    if isinstance(found, IPv6Address) and found.scope_id:
        raise RefusedError(f"`{word[:60]}` is an address with a zone")
    if version is not None and found.version != version:
        kind = IPv4Address if version == 4 else IPv6Address
        raise RefusedError(f"`{word[:60]}` is not an {kind.__name__[:4]} address")
    return found


def address_range(word: str, version: int | None) -> AddressRange:
    """``10.0.0.1-10.0.0.9``, or one address. Raises RefusedError."""
    first, dash, last = word.partition("-")
    begins = address(first, version)
    ends = address(last, begins.version) if dash else begins
    if int(begins) > int(ends):
        raise RefusedError(f"the addresses `{word[:60]}` end before they begin")
    return AddressRange(begins, ends)


def mark(word: str) -> tuple[int, int]:
    """``0x1`` or ``0x1/0xff``: a value and its mask. Raises RefusedError."""
    value, slash, mask = word.partition("/")
    return number(value, 0xFFFFFFFF), number(mask, 0xFFFFFFFF) if slash else 0xFFFFFFFF

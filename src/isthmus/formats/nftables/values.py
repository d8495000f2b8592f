"""Literals → numbers, intervals and blocks of addresses. A value that does not fit its field is a ValueError."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from isthmus.formats.nftables.tree import Binary, Expression, Listed, Literal, Prefix, Range
from isthmus.packetset import Address, AddressRange, Block, Interval, only

_REMEMBERED = 1 << 16
_HOSTS = {"localhost": {4: "127.0.0.1", 6: "::1"}}


def number(text: str, words: Mapping[str, int] | None, most: int) -> int:
    """A number or a word that stands for one.

    >>> number("0x10", None, 255), number("ssh", {"ssh": 22}, 65535)
    (16, 22)
    """
    found = words.get(text.lower()) if words is not None else None
    if found is None:
        if len(text) > 40:
            raise ValueError("it is too long")
        found = int(text, 16) if text[:2] in ("0x", "0X") else int(text)
    if not 0 <= found <= most:
        raise ValueError(f"it is not a number from 0 to {most}")
    return found


def bits(found: Expression, words: Mapping[str, int] | None, most: int) -> int:
    """The number that words with ``|``, commas and the like between them make."""
    if isinstance(found, Literal):
        return number(found.text, words, most)
    if isinstance(found, Listed):
        total = 0
        for each in found.items:
            total |= bits(each, words, most)
        return total
    if isinstance(found, Binary):
        left, right = bits(found.left, words, most), bits(found.right, words, most)
        return combined(found.operator, left, right) & most
    raise ValueError("it is not a number")


def combined(operator: str, left: int, right: int) -> int:
    """``left & right`` and the like."""
    if operator == "&":
        return left & right
    if operator == "|":
        return left | right
    if operator == "^":
        return left ^ right
    if right > 64:
        raise ValueError("it is shifted too far")
    return left << right if operator == "<<" else left >> right


def interval(found: Expression, words: Mapping[str, int] | None, most: int) -> Interval:
    """A number, or a range of numbers."""
    if isinstance(found, Literal):
        text = found.text
        if "-" in text[1:] and text[0].isdigit():
            first, _, last = text.partition("-")
            return _run(number(first, words, most), number(last, words, most))
        return _one(number(text, words, most))
    if isinstance(found, Range):
        return _run(bits(found.first, words, most), bits(found.last, words, most))
    return only(bits(found, words, most))


def _run(first: int, last: int) -> Interval:
    if first > last:
        raise ValueError("its first number is larger than its last")
    return Interval(first, last)


@lru_cache(_REMEMBERED)
def _one(value: int) -> Interval:
    return only(value)


@lru_cache(_REMEMBERED)
def address(text: str, version: int) -> Address:
    """An address of one IP version, written as usual or as a number."""
    text = _HOSTS.get(text, {}).get(version, text)
    kind = IPv4Address if version == 4 else IPv6Address
    if text.isdecimal() or text[:2] == "0x":
        return kind(number(text, None, (1 << (32 if version == 4 else 128)) - 1))
    return kind(text)


def _network(text: str, length: str, version: int) -> Block:
    if not length.isdecimal() or len(length) > 3:
        raise ValueError("its length is not a number")
    kind = IPv4Network if version == 4 else IPv6Network
    return kind((int(address(text, version)) >> _host(version, length) << _host(version, length), int(length)))


def _host(version: int, length: str) -> int:
    host = (32 if version == 4 else 128) - int(length)
    if host < 0:
        raise ValueError("its length is larger than an address")
    return host


@lru_cache(_REMEMBERED)
def _written(text: str, version: int) -> Block:
    """What stands in one word: an address, a prefix or a range."""
    base, slash, length = text.partition("/")
    if slash:
        return _network(base, length, version)
    first, dash, last = text.partition("-")
    if dash and first[:1].isdigit():
        return AddressRange(address(first, version), address(last, version))
    kind = IPv4Network if version == 4 else IPv6Network
    return kind(int(address(text, version)))


def block(found: Expression, version: int) -> Block:
    """An address, a prefix or a range of addresses; host bits of a prefix are passed over, as nft does.

    >>> str(block(Literal("10.0.0.1/8", 0, 0), 4))
    '10.0.0.0/8'
    """
    if isinstance(found, Literal):
        return _written(found.text, version)
    if isinstance(found, Prefix) and isinstance(found.base, Literal):
        return _network(found.base.text, found.length, version)
    if isinstance(found, Range) and isinstance(found.first, Literal) and isinstance(found.last, Literal):
        return AddressRange(address(found.first.text, version), address(found.last.text, version))
    raise ValueError("it is not an address")


def under_mask(value: int, mask: int, most: int) -> tuple[Interval, ...]:
    """The numbers up to ``most`` (all of whose bits are set) that equal ``value`` in the bits of the mask.

    Raises ValueError where these are more than 64 runs of numbers.
    """
    if value & ~mask:
        return ()
    trailing = (mask & -mask).bit_length() - 1 if mask else most.bit_length()
    holes = [bit for bit in range(trailing, most.bit_length()) if not mask >> bit & 1]
    if len(holes) > 6:
        raise ValueError("its mask picks too many runs of numbers")
    low = (1 << trailing) - 1
    starts = sorted(
        value | sum((choice >> place & 1) << bit for place, bit in enumerate(holes))
        for choice in range(1 << len(holes))
    )
    return tuple(Interval(start, start | low) for start in starts)

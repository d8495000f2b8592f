"""Where two demands on one part of a packet hold at once; None where no packet passes both."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from isthmus.network import InterfaceTest, MarkTest
from isthmus.packetset import (
    Address,
    AddressRange,
    Block,
    Bounds,
    FlagTest,
    Interval,
    MaskedAddresses,
    Prefix,
    State,
    joined,
)
from isthmus.packetset.addresses import address

T = TypeVar("T")


def same(one: T, other: T) -> T | None:
    """What both ask for, where it is the same."""
    return one if one == other else None


def intervals(one: tuple[Bounds, ...], other: tuple[Bounds, ...]) -> tuple[Bounds, ...] | None:
    """The numbers in both."""
    return tuple(_swept(one, other)) or None


def _swept(one: Iterable[Bounds], other: Iterable[Bounds]) -> Iterator[Interval]:
    """The numbers in both, in ascending order; one walk along both."""
    left, right = list(joined(one)), list(joined(other))
    a = b = 0
    while a < len(left) and b < len(right):
        first, last = max(left[a].first, right[b].first), min(left[a].last, right[b].last)
        if first <= last:
            yield Interval(first, last)
        if left[a].last < right[b].last:
            a += 1
        else:
            b += 1


def blocks(one: tuple[Block, ...], other: tuple[Block, ...]) -> tuple[Block, ...] | None:
    """The addresses in both; TooManyError where that takes too long to find out."""
    if len(one) * len(other) <= _MOST_PAIRS:
        return tuple(each for a in one for b in other for each in _common(a, b)) or None
    version = one[0].version
    if other[0].version != version:
        return None
    met = _swept(_runs(one), _runs(other))
    return tuple(AddressRange(address(version, each.first), address(version, each.last)) for each in met) or None


def _runs(found: Iterable[Block]) -> Iterator[Interval]:
    for each in found:
        if isinstance(each, MaskedAddresses):
            raise TooManyError
        first, last = _ends(each)
        yield Interval(int(first), int(last))


_MOST_PAIRS = 4096


class TooManyError(Exception):
    """There are more pairs of blocks than are compared."""


def _common(a: Block, b: Block) -> tuple[Block, ...]:
    """The addresses in both blocks."""
    if a.version != b.version:
        return ()
    if isinstance(a, MaskedAddresses) or isinstance(b, MaskedAddresses):
        return tuple(met for x in _masked(a) for y in _masked(b) for met in _masked_common(x, y))
    (first, last), (begin, end) = _ends(a), _ends(b)
    if int(first) >= int(begin) and int(last) <= int(end):
        return (a,)
    if int(begin) >= int(first) and int(end) <= int(last):
        return (b,)
    first, last = max(first, begin, key=int), min(last, end, key=int)
    return (AddressRange(first, last),) if int(first) <= int(last) else ()


def _ends(block: Prefix | AddressRange) -> tuple[Address, Address]:
    if isinstance(block, AddressRange):
        return block.first, block.last
    return block.network_address, block.broadcast_address


def _masked(block: Block) -> tuple[MaskedAddresses, ...]:
    if isinstance(block, MaskedAddresses):
        return (block,)
    prefixes = tuple(block.prefixes()) if isinstance(block, AddressRange) else (block,)
    return tuple(MaskedAddresses(each.version, int(each.network_address), int(each.netmask)) for each in prefixes)


def _masked_common(a: MaskedAddresses, b: MaskedAddresses) -> tuple[MaskedAddresses, ...]:
    if (a.value ^ b.value) & a.mask & b.mask:
        return ()
    return (MaskedAddresses(a.version, a.value | b.value, a.mask | b.mask),)


def flags(one: tuple[FlagTest, ...], other: tuple[FlagTest, ...]) -> tuple[FlagTest, ...] | None:
    """The flags that pass a test of each."""
    met = {
        FlagTest(a.mask | b.mask, a.value | b.value)
        for a in one
        for b in other
        if not (a.value ^ b.value) & a.mask & b.mask
    }
    return tuple(sorted(met)) or None


def states(one: tuple[State, ...], other: tuple[State, ...]) -> tuple[State, ...] | None:
    """The states in both."""
    return tuple(each for each in one if each in other) or None


def interfaces(one: InterfaceTest, other: InterfaceTest) -> InterfaceTest | None:
    """Names that pass both tests.

    A pattern stays whole where some of its names are taken out: ``interfaces_are_exact`` tells.
    """
    if one.negated and other.negated:
        return InterfaceTest(tuple(dict.fromkeys(one.names + other.names)), negated=True)
    if one.negated:
        one, other = other, one
    if other.negated:
        names = tuple(each for each in one.names if not any(_covers(out, each) for out in other.names))
    else:
        names = tuple(
            dict.fromkeys(
                narrow
                for a in one.names
                for b in other.names
                for narrow in ((a,) if _covers(b, a) else (b,) if _covers(a, b) else ())
            )
        )
    return InterfaceTest(names) if names else None


def _covers(pattern: str, name: str) -> bool:
    """Whether every interface that ``name`` stands for is one that ``pattern`` stands for."""
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def interfaces_are_exact(one: InterfaceTest | None, other: InterfaceTest | None) -> bool:
    """Whether one test can say what both ask for: not where names are taken out of a pattern."""
    if one is None or other is None or one.negated == other.negated:
        return True
    inside, outside = (other, one) if one.negated else (one, other)
    return not any(
        _covers(pattern, name) and not _covers(name, pattern) for pattern in inside.names for name in outside.names
    )


def marks(one: MarkTest, other: MarkTest) -> MarkTest | None:
    """A mark that passes both tests, where one test can say so; ``marks_are_exact`` tells."""
    if one.negated and not other.negated:
        one, other = other, one
    if one == other:
        return one
    if other.negated:
        if not one.negated and one.mask & other.mask == other.mask:
            return one if one.value & other.mask != other.value else None
        return one
    if (one.value ^ other.value) & one.mask & other.mask:
        return None
    return MarkTest(one.value | other.value, one.mask | other.mask)


def marks_are_exact(one: MarkTest | None, other: MarkTest | None) -> bool:
    """Whether one test can say what both ask for."""
    if one is None or other is None or one == other or (not one.negated and not other.negated):
        return True
    inside, outside = (other, one) if one.negated else (one, other)
    return not inside.negated and inside.mask & outside.mask == outside.mask

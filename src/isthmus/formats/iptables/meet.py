"""What two tests of one packet ask together: a match for the packets that both of two matches let through."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from isthmus.packetset import (
    AddressRange,
    Block,
    Bounds,
    FlagTest,
    IcmpType,
    Interval,
    MaskedAddresses,
    Match,
    Prefix,
    State,
)
from isthmus.packetset.addresses import WIDTHS, address, prefix

_Entry = TypeVar("_Entry")


def met(one: Match, other: Match) -> Match | None:
    """The packets of both; None where no packet is in both.

    >>> from ipaddress import ip_network
    >>> print(met(Match(source=(ip_network("10.0.0.0/8"),)), Match(source=(ip_network("10.1.0.0/16"),), version=4)))
    ipv4 any protocol from 10.1.0.0/16 to any
    """
    if one.version is not None and other.version is not None and one.version != other.version:
        return None
    both = Match(
        _both(one.source, other.source, blocks_met),
        _both(one.destination, other.destination, blocks_met),
        _both(one.protocols, other.protocols, intervals_met),
        _both(one.source_ports, other.source_ports, intervals_met),
        _both(one.destination_ports, other.destination_ports, intervals_met),
        _both(one.icmp, other.icmp, types_met),
        _both(one.flags, other.flags, flags_met),
        _both(one.states, other.states, states_met),
        one.version or other.version,
    )
    return None if is_nothing(both) else both


def is_nothing(match: Match) -> bool:
    """Whether one of its tests lets nothing through."""
    return () in (
        match.source, match.destination, match.protocols, match.source_ports, match.destination_ports, match.icmp,
        match.flags, match.states,
    )  # fmt: skip


_Entries = tuple[_Entry, ...]


def _both(
    one: _Entries[_Entry] | None,
    other: _Entries[_Entry] | None,
    meet: Callable[[_Entries[_Entry], _Entries[_Entry]], _Entries[_Entry]],
) -> _Entries[_Entry] | None:
    if one is None or other is None:
        return other if one is None else one
    return one if one is other else meet(one, other)


def blocks_met(one: Iterable[Block], other: Iterable[Block]) -> tuple[Block, ...]:
    """The addresses that are in a block of each."""
    mine, theirs = tuple(one), tuple(other)
    if any(isinstance(each, MaskedAddresses) for each in mine + theirs):
        return tuple(each for left in mine for right in theirs for each in _masked_met(left, right))
    return tuple(
        block(version, each)
        for version in WIDTHS
        for each in intervals_met(_numbers(mine, version), _numbers(theirs, version))
    )


def block(version: int, numbers: Bounds) -> Prefix | AddressRange:
    """The addresses with these numbers: a prefix where they are one.

    >>> str(block(4, Interval(0, 255))), str(block(4, Interval(1, 2)))
    ('0.0.0.0/24', '0.0.0.1-0.0.0.2')
    """
    size = numbers.last - numbers.first + 1
    if size & (size - 1) or numbers.first & (size - 1):
        return AddressRange(address(version, numbers.first), address(version, numbers.last))
    return prefix(version, numbers.first, WIDTHS[version] - size.bit_length() + 1)


def _numbers(blocks: Iterable[Block], version: int) -> list[Interval]:
    return [bounds(each) for each in blocks if each.version == version]


def bounds(each: Block) -> Interval:
    """The numbers of the addresses of a block that is no masked one."""
    assert not isinstance(each, MaskedAddresses)
    if isinstance(each, AddressRange):
        return Interval(int(each.first), int(each.last))
    return Interval(int(each.network_address), int(each.broadcast_address))


def _masked_met(one: Block, other: Block) -> Iterable[Block]:
    if one.version != other.version:
        return
    for left in _cubes(one):
        for right in _cubes(other):
            if (left.value ^ right.value) & left.mask & right.mask == 0:
                yield MaskedAddresses(one.version, left.value | right.value, left.mask | right.mask)


def _cubes(each: Block) -> Iterable[MaskedAddresses]:
    if isinstance(each, MaskedAddresses):
        return (each,)
    prefixes = each.prefixes() if isinstance(each, AddressRange) else (each,)
    return [MaskedAddresses(one.version, int(one.network_address), int(one.netmask)) for one in prefixes]


def intervals_met(one: Iterable[Bounds], other: Iterable[Bounds]) -> tuple[Interval, ...]:
    """The numbers that are in an interval of each, ascending.

    >>> [str(each) for each in intervals_met([Interval(1, 9), Interval(20, 30)], [Interval(5, 22)])]
    ['5-9', '20-22']
    """
    mine, theirs = (sorted(each, key=lambda bounds: (bounds.first, bounds.last)) for each in (one, other))
    found, place = [], 0
    for each in mine:
        while place < len(theirs) and theirs[place].last < each.first:
            place += 1
        for right in theirs[place:]:
            if right.first > each.last:
                break
            if right.last >= each.first:
                found.append(Interval(max(each.first, right.first), min(each.last, right.last)))
    return tuple(found)


def types_met(one: Iterable[IcmpType], other: Iterable[IcmpType]) -> tuple[IcmpType, ...]:
    """The ICMP types and codes that both name."""
    theirs = tuple(other)
    return tuple(
        left if right.code is None else right
        for left in one
        for right in theirs
        if left.type == right.type and (left.code is None or right.code is None or left.code == right.code)
    )


def flags_met(one: Iterable[FlagTest], other: Iterable[FlagTest]) -> tuple[FlagTest, ...]:
    """The tests of TCP flags that hold where one of each holds."""
    theirs = tuple(other)
    return tuple(
        FlagTest(left.mask | right.mask, left.value | right.value)
        for left in one
        for right in theirs
        if (left.value ^ right.value) & left.mask & right.mask == 0
    )


def states_met(one: Iterable[State], other: Iterable[State]) -> tuple[State, ...]:
    """The states that both name."""
    theirs = set(other)
    return tuple(each for each in one if each in theirs)

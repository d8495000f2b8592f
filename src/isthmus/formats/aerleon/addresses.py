"""Which addresses a Junos term means where prefixes are excluded."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from isthmus.packetset import AddressRange, Block, Interval, Prefix, joined, other_addresses
from isthmus.packetset.addresses import address


def longest_match(included: Sequence[Prefix], excepted: Sequence[Prefix]) -> tuple[Block, ...]:
    """The addresses whose longest matching prefix is an included one; of two equal ones it is not.

    All prefixes are of one IP version, here and below.

    >>> from ipaddress import ip_network
    >>> inside, outside = ip_network("10.0.0.0/8"), ip_network("10.128.0.0/9")
    >>> [str(each) for each in longest_match([inside], [outside])]
    ['10.0.0.0/9']
    """
    if not excepted or not included:
        return tuple(included)
    unwanted = set(excepted)
    marks = {each: each not in unwanted for each in (*included, *unwanted)}
    return tuple(_block(each, included[0].version) for each in joined(_inside(marks)))


def _inside(marks: dict[Prefix, bool]) -> Iterator[Interval]:
    """The runs of numbers whose innermost prefix is marked; prefixes nest or lie apart."""
    open_: list[tuple[int, bool]] = []
    reached = 0
    for prefix in sorted(marks, key=lambda each: (int(each.network_address), each.prefixlen)):
        first, last = int(prefix.network_address), int(prefix.broadcast_address)
        while open_ and open_[-1][0] < first:
            yield from _run(reached, *open_[-1])
            reached = open_.pop()[0] + 1
        if open_:
            yield from _run(reached, first - 1, open_[-1][1])
        open_.append((last, marks[prefix]))
        reached = first
    while open_:
        yield from _run(reached, *open_[-1])
        reached = open_.pop()[0] + 1


def _run(first: int, last: int, is_marked: bool) -> Iterator[Interval]:  # noqa: FBT001 - a mark of the prefix
    if is_marked and first <= last:
        yield Interval(first, last)


def outside_of(included: Sequence[Prefix], excepted: Sequence[Prefix]) -> tuple[Block, ...]:
    """The addresses that are in an included prefix and in no excepted one."""
    version = included[0].version if included else 4
    rest = [_interval(each) for each in other_addresses(excepted, version)]
    return tuple(_block(each, version) for each in _common(list(joined(map(_interval, included))), rest))


def wider(included: Sequence[Prefix], excepted: Iterable[Prefix]) -> Prefix | None:
    """The first excepted prefix that holds an included one and more."""
    inside = sorted((int(each.network_address), each.prefixlen) for each in included)
    for each in excepted:
        first, last = int(each.network_address), int(each.broadcast_address)
        for number, length in islice(inside, bisect_left(inside, (first, 0)), None):
            if number > last:
                break
            if length > each.prefixlen:
                return each
    return None


def _interval(block: Prefix | AddressRange) -> Interval:
    if isinstance(block, AddressRange):
        return Interval(int(block.first), int(block.last))
    return Interval(int(block.network_address), int(block.broadcast_address))


def _common(one: list[Interval], other: list[Interval]) -> Iterator[Interval]:
    left = right = 0
    while left < len(one) and right < len(other):
        first = max(one[left].first, other[right].first)
        last = min(one[left].last, other[right].last)
        if first <= last:
            yield Interval(first, last)
        if one[left].last < other[right].last:
            left += 1
        else:
            right += 1


def _block(numbers: Interval, version: int) -> Block:
    """A run of addresses, as a prefix where it is one."""
    run = AddressRange(address(version, numbers.first), address(version, numbers.last))
    prefixes = run.prefixes()
    first = next(prefixes)
    return first if next(prefixes, None) is None else run

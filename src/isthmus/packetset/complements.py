"""What a negated test asks for: all the addresses, numbers or flags that the test does not name."""

from collections.abc import Iterable, Sequence

from isthmus.packetset.addresses import WIDTHS, AddressRange, Block, MaskedAddresses, address
from isthmus.packetset.intervals import Bounds, Interval, joined
from isthmus.packetset.match import FlagTest, IcmpType


def other_addresses(blocks: Iterable[Block], version: int) -> tuple[AddressRange, ...]:
    """The addresses of one IP version outside every block of it; blocks of the other version are passed over.

    Raises ValueError for masked addresses: ``other_masked`` negates those.

    >>> from ipaddress import ip_network
    >>> [str(each) for each in other_addresses([ip_network("128.0.0.0/1"), ip_network("0.0.0.0/8")], 4)]
    ['1.0.0.0-127.255.255.255']
    """
    named = [_bounds(each) for each in blocks if each.version == version]
    most = (1 << WIDTHS[version]) - 1
    rest = other_numbers(named, most)
    return tuple(AddressRange(address(version, each.first), address(version, each.last)) for each in rest)


def _bounds(block: Block) -> Interval:
    if isinstance(block, MaskedAddresses):
        raise ValueError(f"`{block}` is no range of addresses")
    if isinstance(block, AddressRange):
        return Interval(int(block.first), int(block.last))
    return Interval(int(block.network_address), int(block.broadcast_address))


def other_masked(block: MaskedAddresses) -> tuple[MaskedAddresses, ...]:
    """The addresses that differ from the value in at least one bit of the mask."""
    bits = [1 << place for place in range(WIDTHS[block.version]) if block.mask >> place & 1]
    return tuple(MaskedAddresses(block.version, ~block.value & bit, bit) for bit in bits)


def other_numbers(intervals: Iterable[Bounds], most: int) -> tuple[Interval, ...]:
    """The numbers from 0 to ``most`` in none of the intervals.

    >>> [str(each) for each in other_numbers([Interval(22, 22), Interval(0, 9)], 65535)]
    ['10-21', '23-65535']
    """
    rest, first = [], 0
    for each in joined(intervals):
        if each.first > first:
            rest.append(Interval(first, each.first - 1))
        first = each.last + 1
    return (*rest, Interval(first, most)) if first <= most else tuple(rest)


def other_flags(test: FlagTest) -> tuple[FlagTest, ...]:
    """The segments in which at least one flag of the mask is not as the test wants it."""
    bits = [1 << place for place in range(8) if test.mask >> place & 1]
    return tuple(FlagTest(bit, ~test.value & bit) for bit in bits)


def other_types(types: Sequence[IcmpType]) -> tuple[IcmpType, ...]:
    """The ICMP types and codes that are not named."""
    whole = {each.type for each in types if each.code is None}
    partly = {each.type for each in types} - whole
    rest = [IcmpType(number) for number in range(256) if number not in whole | partly]
    for number in sorted(partly):
        named = [Interval(each.code, each.code) for each in types if each.type == number and each.code is not None]
        rest += [IcmpType(number, code) for gap in other_numbers(named, 255) for code in range(gap.first, gap.last + 1)]
    return tuple(sorted(rest, key=lambda each: (each.type, each.code or 0)))

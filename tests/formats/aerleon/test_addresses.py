"""Excluded prefixes, against asking address by address."""

from ipaddress import IPv4Address, IPv4Network

from hypothesis import given
from hypothesis import strategies as some

from isthmus.formats.aerleon.addresses import longest_match, outside_of, wider
from isthmus.packetset import AddressRange, Block

SPACE = [IPv4Address(f"10.0.0.{number}") for number in range(32)]
PREFIXES = some.builds(
    lambda number, length: IPv4Network((int(SPACE[0]) + (number >> (32 - length) << (32 - length)), length)),
    some.integers(0, 31),
    some.integers(27, 32),
)
LISTS = some.lists(PREFIXES, max_size=5).map(tuple)


def _held(blocks: tuple[Block, ...]) -> set[IPv4Address]:
    return {address for address in SPACE for block in blocks if _holds(block, address)}


def _holds(block: Block, address: IPv4Address) -> bool:
    if isinstance(block, AddressRange):
        return int(block.first) <= int(address) <= int(block.last)
    assert isinstance(block, IPv4Network)
    return address in block


def _matches(address: IPv4Address, included: tuple[IPv4Network, ...], excepted: tuple[IPv4Network, ...]) -> bool:
    """What a router says: the longest prefix that holds the address decides, an exception before its equal."""
    found = [(each.prefixlen, each in excepted) for each in {*included, *excepted} if address in each]
    return bool(found) and not max(found)[1]


@given(LISTS, LISTS)
def test_the_longest_prefix_decides(included: tuple[IPv4Network, ...], excepted: tuple[IPv4Network, ...]) -> None:
    expected = {each for each in SPACE if _matches(each, included, excepted)}
    assert _held(longest_match(included, excepted)) == expected


@given(LISTS, LISTS)
def test_what_nothing_excludes(included: tuple[IPv4Network, ...], excepted: tuple[IPv4Network, ...]) -> None:
    assert _held(outside_of(included, excepted)) == _held(included) - _held(excepted)


@given(LISTS, LISTS)
def test_a_wider_prefix_is_one_that_holds_another_and_more(
    included: tuple[IPv4Network, ...], excepted: tuple[IPv4Network, ...]
) -> None:
    expected = any(one != each and one.subnet_of(each) for one in included for each in excepted)
    assert (wider(included, excepted) is not None) == expected

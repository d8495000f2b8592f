"""Blocks of addresses: prefixes, ranges, and addresses under a bit mask."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, summarize_address_range

Address = IPv4Address | IPv6Address
Prefix = IPv4Network | IPv6Network

WIDTHS = {4: 32, 6: 128}
"""Bits of an address, by IP version."""


@dataclass(frozen=True, slots=True)
class AddressRange:
    """The addresses from ``first`` to ``last``, both ends included, of one IP version.

    >>> [str(each) for each in AddressRange(IPv4Address("10.0.0.1"), IPv4Address("10.0.0.4")).prefixes()]
    ['10.0.0.1/32', '10.0.0.2/31', '10.0.0.4/32']
    """

    first: Address
    last: Address

    def __post_init__(self) -> None:
        if self.first.version != self.last.version or int(self.first) > int(self.last):
            raise ValueError(f"`{self}` is not a range of addresses of one family")

    @property
    def version(self) -> int:
        """4 or 6."""
        return self.first.version

    def prefixes(self) -> Iterator[Prefix]:
        """The same addresses as the fewest prefixes, in ascending order."""
        yield from summarize_address_range(self.first, self.last)

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class MaskedAddresses:
    """The addresses that equal ``value`` in the bits of ``mask``; for masks that are no prefix length.

    >>> str(MaskedAddresses(4, int(IPv4Address("10.0.0.1")), int(IPv4Address("255.0.0.255"))))
    '10.0.0.1/255.0.0.255'
    """

    version: int
    value: int
    mask: int

    def __post_init__(self) -> None:
        if self.version not in WIDTHS:
            raise ValueError(f"there is no IP version `{self.version}`")
        if not 0 <= self.mask < 1 << WIDTHS[self.version] or self.value & ~self.mask:
            raise ValueError("the value of masked addresses has bits that the mask lacks")

    def __str__(self) -> str:
        kind = IPv4Address if self.version == 4 else IPv6Address
        return f"{kind(self.value)}/{kind(self.mask)}"


Block = IPv4Network | IPv6Network | AddressRange | MaskedAddresses
"""Addresses of one IP version that a rule can name at once."""


def address(version: int, number: int) -> Address:
    """The address with this number; raises ValueError where the version has none."""
    return IPv4Address(number) if version == 4 else IPv6Address(number)


def prefix(version: int, number: int, length: int) -> Prefix:
    """The prefix of ``length`` bits that begins at ``number``."""
    return IPv4Network((number, length)) if version == 4 else IPv6Network((number, length))


def cube_blocks(version: int, value: int, mask: int) -> Iterator[Prefix | MaskedAddresses]:
    """A value under a mask as up to 64 prefixes, ascending; as masked addresses where it takes more."""
    width = WIDTHS[version]
    trailing = (mask & -mask).bit_length() - 1 if mask else width
    holes = [bit for bit in range(trailing, width) if not mask >> bit & 1]
    if len(holes) > 6:
        yield MaskedAddresses(version, value, mask)
        return
    for number in range(1 << len(holes)):
        filled = sum((number >> place & 1) << bit for place, bit in enumerate(holes))
        yield prefix(version, value | filled, width - trailing)

"""Things by prefix, found by the longest prefix that holds an address; plain numbers, no sets of packets."""

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from isthmus.packetset import Address, Prefix

T = TypeVar("T")

_WIDTHS = {4: 32, 6: 128}


class Longest(Generic[T]):
    """Values under prefixes; several may stand under one prefix, in the order in which they came.

    >>> from ipaddress import ip_address, ip_network
    >>> found = Longest([(ip_network("10.0.0.0/8"), "wide"), (ip_network("10.1.0.0/16"), "narrow")])
    >>> found.find(ip_address("10.1.2.3")), found.find(ip_address("10.2.0.1")), found.find(ip_address("::1"))
    (['narrow'], ['wide'], [])
    """

    def __init__(self, entries: Iterable[tuple[Prefix, T]]) -> None:
        lengths: dict[int, dict[int, dict[int, list[T]]]] = {version: {} for version in _WIDTHS}
        for prefix, value in entries:
            level = lengths[prefix.version].setdefault(prefix.prefixlen, {})
            shift = prefix.max_prefixlen - prefix.prefixlen
            level.setdefault(int(prefix.network_address) >> shift, []).append(value)
        self._levels = {version: _longest_first(found, _WIDTHS[version]) for version, found in lengths.items()}

    def find(self, address: Address) -> Sequence[T]:
        """The values of the longest prefix that holds an address; none where no prefix does."""
        number = int(address)
        for shift, values in self._levels[address.version]:
            found = values.get(number >> shift)
            if found is not None:
                return found
        return []


def _longest_first(lengths: dict[int, dict[int, list[T]]], width: int) -> list[tuple[int, dict[int, list[T]]]]:
    return [(width - length, lengths[length]) for length in sorted(lengths, reverse=True)]

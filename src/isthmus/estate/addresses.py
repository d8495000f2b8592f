"""The address plan: every address of the internet belongs to exactly one network, by longest prefix.

Prefixes may nest; flattening them once into disjoint intervals (sorted by first address, a stack of the
prefixes around) makes each question one binary search, for one address or for millions at a time.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TYPE_CHECKING

from isthmus.estate.networks import Network

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_BITS = {4: 32, 6: 128}


@dataclass(frozen=True, slots=True)
class Claim:
    """One prefix that one network claims; ``number`` is the network's place in the plan."""

    first: int
    last: int
    number: int
    prefix: IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Overlap:
    """A prefix of one realm that holds, or equals, prefixes of another."""

    outer: Claim
    inner: tuple[Claim, ...]


@dataclass(slots=True)
class _Intervals:
    """Disjoint intervals of one address family: ``owners[i]`` holds from ``starts[i]`` to the next start."""

    starts: list[int] = field(default_factory=lambda: [0])
    owners: list[int] = field(default_factory=lambda: [-1])

    def mark(self, start: int, owner: int) -> None:
        """From ``start`` on, ``owner`` holds."""
        if self.starts[-1] == start:
            self.owners[-1] = owner
        elif self.owners[-1] != owner:
            self.starts.append(start)
            self.owners.append(owner)


class AddressPlan:
    """Which network an address belongs to.

    Where two networks claim the very same prefix, the address is contested and both are named.
    """

    def __init__(self, networks: Iterable[Network]) -> None:
        self.networks = tuple(networks)
        self.rivals: dict[int, tuple[int, ...]] = {}
        """For an owner number below -1: the networks that claim the same prefix."""
        self.overlaps: list[Overlap] = []
        self.duplicates: list[tuple[Claim, Claim]] = []
        self._intervals = {version: self._flatten(version) for version in _BITS}

    def find(self, address: IPv4Address | IPv6Address) -> tuple[Network, ...]:
        """The one network of ``address``; none for the internet; several where it is contested."""
        intervals = self._intervals[address.version]
        owner = intervals.owners[bisect_right(intervals.starts, int(address)) - 1]
        if owner == -1:
            return ()
        return tuple(self.networks[number] for number in self.rivals.get(owner, (owner,)))

    def inside(self, prefix: IPv4Network | IPv6Network) -> tuple[Network, ...]:
        """Every network that holds an address of ``prefix``, in the order of the plan."""
        intervals = self._intervals[prefix.version]
        first = bisect_right(intervals.starts, int(prefix.network_address)) - 1
        last = bisect_right(intervals.starts, int(prefix.broadcast_address)) - 1
        owners = {owner for owner in intervals.owners[first : last + 1] if owner != -1}
        numbers = {number for owner in owners for number in self.rivals.get(owner, (owner,))}
        return tuple(self.networks[number] for number in sorted(numbers))

    def covers(self, prefix: IPv4Network | IPv6Network) -> bool:
        """Whether every address of ``prefix`` belongs to a declared network."""
        intervals = self._intervals[prefix.version]
        first = bisect_right(intervals.starts, int(prefix.network_address)) - 1
        last = bisect_right(intervals.starts, int(prefix.broadcast_address)) - 1
        return -1 not in intervals.owners[first : last + 1]

    def find_v4(self, addresses: "npt.NDArray[np.uint32]") -> "npt.NDArray[np.int32]":
        """The owner of each IPv4 address (host byte order), as numbers of ``networks``.

        -1 is the internet; a number below -1 is contested (see ``rivals``).
        """
        import numpy as np

        starts, owners = self._v4
        found: npt.NDArray[np.int32] = owners[np.searchsorted(starts, addresses, side="right") - 1]
        return found

    def find_v6(self, addresses: "npt.NDArray[np.bytes_]") -> "npt.NDArray[np.int32]":
        """The owner of each IPv6 address, given as 16 bytes in network order (dtype ``S16``)."""
        import numpy as np

        starts, owners = self._v6
        found: npt.NDArray[np.int32] = owners[np.searchsorted(starts, addresses, side="right") - 1]
        return found

    @cached_property
    def _v4(self) -> "tuple[npt.NDArray[np.uint32], npt.NDArray[np.int32]]":
        import numpy as np

        intervals = self._intervals[4]
        return np.array(intervals.starts, dtype=np.uint32), np.array(intervals.owners, dtype=np.int32)

    @cached_property
    def _v6(self) -> "tuple[npt.NDArray[np.bytes_], npt.NDArray[np.int32]]":
        import numpy as np

        intervals = self._intervals[6]
        starts = np.array([start.to_bytes(16, "big") for start in intervals.starts], dtype="S16")
        return starts, np.array(intervals.owners, dtype=np.int32)

    def _flatten(self, version: int) -> _Intervals:
        claims = self._claims(version)
        end = 1 << _BITS[version]
        intervals = _Intervals()
        around: list[Claim] = []
        nested: dict[Claim, list[Claim]] = {}
        for claim in claims:
            while around and around[-1].last < claim.first:
                done = around.pop()
                intervals.mark(done.last + 1, around[-1].number if around else -1)
            self._compare(claim, around, nested)
            if around and around[-1].first == claim.first and around[-1].last == claim.last:
                claim = around[-1] = self._contest(around[-1], claim)
            else:
                around.append(claim)
            intervals.mark(claim.first, claim.number)
        while around:
            done = around.pop()
            if done.last + 1 < end:
                intervals.mark(done.last + 1, around[-1].number if around else -1)
        self.overlaps += [Overlap(outer, tuple(inner)) for outer, inner in nested.items()]
        return intervals

    def _claims(self, version: int) -> list[Claim]:
        """Every prefix of one family, outer before inner."""
        claims = [
            Claim(int(prefix.network_address), int(prefix.broadcast_address), number, prefix)
            for number, network in enumerate(self.networks)
            for prefix in network.prefixes
            if prefix.version == version
        ]
        return sorted(claims, key=lambda claim: (claim.first, -claim.last, claim.number))

    def _compare(self, claim: Claim, around: list[Claim], nested: dict[Claim, list[Claim]]) -> None:
        """Note prefixes of another realm around this one, and a twin in the same realm."""
        for outer in around:
            for number in self.rivals.get(outer.number, (outer.number,)):
                if self.networks[number].realm != self.networks[claim.number].realm:
                    nested.setdefault(outer, []).append(claim)
                elif outer.prefix == claim.prefix:
                    self.duplicates.append((outer, claim))

    def _contest(self, first: Claim, second: Claim) -> Claim:
        """One claim for a prefix that two networks claim."""
        owners = (*self.rivals.get(first.number, (first.number,)), second.number)
        number = -2 - len(self.rivals)
        self.rivals[number] = owners
        return Claim(first.first, first.last, number, first.prefix)

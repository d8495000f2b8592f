"""The address plan: every address of the internet belongs to exactly one network, by longest prefix.

Prefixes may nest; flattening them once into disjoint intervals (sorted by first address, a stack of the
prefixes around) makes each question one binary search, for one address or for millions at a time.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from itertools import groupby
from typing import TYPE_CHECKING, Self

from isthmus.estate.networks import Network

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_BITS = {4: 32, 6: 128}


@dataclass(frozen=True, slots=True)
class Claim:
    """One prefix that one network claims: ``number`` is the network's place in the plan, ``at`` the prefix's in it."""

    first: int
    last: int
    number: int
    at: int
    prefix: IPv4Network | IPv6Network

    @classmethod
    def of(cls, prefix: IPv4Network | IPv6Network, number: int, at: int) -> Self:
        """The claim of network ``number`` to ``prefix``."""
        first = int(prefix.network_address)
        return cls(first, first | (1 << prefix.max_prefixlen - prefix.prefixlen) - 1, number, at, prefix)


@dataclass(frozen=True, slots=True)
class Overlap:
    """A prefix of one realm that holds, or equals, prefixes of another."""

    outer: Claim
    inner: tuple[Claim, ...]


Group = list[Claim]
"""Every claim to one and the same prefix, in the order of the plan."""


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

    def find(self, address: int) -> int:
        """The owner of one address."""
        return self.owners[bisect_right(self.starts, address) - 1]

    def between(self, first: int, last: int) -> set[int]:
        """The owners of all addresses from ``first`` to ``last``."""
        return set(self.owners[bisect_right(self.starts, first) - 1 : bisect_right(self.starts, last)])


class AddressPlan:
    """Which network an address belongs to.

    Where several networks claim the very same prefix, its addresses are contested and all of them are named.
    """

    def __init__(self, networks: Iterable[Network]) -> None:
        self.networks = tuple(networks)
        self.rivals: dict[int, tuple[int, ...]] = {}
        """For an owner number below -1: the networks that claim the same prefix."""
        self.overlaps: list[Overlap] = []
        """Each prefix that holds or equals prefixes of another realm."""
        self.duplicates: list[tuple[Claim, Claim]] = []
        """Claims of one realm to the same prefix: the first, and each that came after it."""
        self._intervals = {version: self._flatten(version) for version in _BITS}

    def find(self, address: IPv4Address | IPv6Address) -> tuple[Network, ...]:
        """The one network of ``address``; none for the internet; several where it is contested."""
        return self._named({self._intervals[address.version].find(int(address))})

    def inside(self, prefix: IPv4Network | IPv6Network) -> tuple[Network, ...]:
        """Every network that holds an address of ``prefix``, in the order of the plan."""
        return self._named(self._owners(prefix))

    def covers(self, prefix: IPv4Network | IPv6Network) -> bool:
        """Whether every address of ``prefix`` belongs to a declared network."""
        return -1 not in self._owners(prefix)

    def _owners(self, prefix: IPv4Network | IPv6Network) -> set[int]:
        return self._intervals[prefix.version].between(int(prefix.network_address), int(prefix.broadcast_address))

    def _named(self, owners: set[int]) -> tuple[Network, ...]:
        numbers = {number for owner in owners if owner != -1 for number in self.rivals.get(owner, (owner,))}
        return tuple(self.networks[number] for number in sorted(numbers))

    def find_v4(self, addresses: "npt.NDArray[np.uint32]") -> "npt.NDArray[np.int32]":
        """The owner of each IPv4 address (host byte order), as numbers of ``networks``.

        -1 is the internet; a number below -1 is contested (see ``rivals``).
        """
        starts, owners = self._v4
        found: npt.NDArray[np.int32] = owners[starts.searchsorted(addresses, side="right") - 1]
        return found

    def find_v6(self, addresses: "npt.NDArray[np.bytes_]") -> "npt.NDArray[np.int32]":
        """The owner of each IPv6 address, given as 16 bytes in network order (dtype ``S16``)."""
        starts, owners = self._v6
        found: npt.NDArray[np.int32] = owners[starts.searchsorted(addresses, side="right") - 1]
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
        intervals = _Intervals()
        around: list[tuple[Group, int]] = []
        nested: dict[tuple[int, int], tuple[Claim, list[Claim]]] = {}
        for group in self._groups(version):
            while around and around[-1][0][0].last < group[0].first:
                done, _ = around.pop()
                intervals.mark(done[0].last + 1, around[-1][1] if around else -1)
            self._compare(group, [each for each, _ in around], nested)
            owner = self._owner(group)
            around.append((group, owner))
            intervals.mark(group[0].first, owner)
        while around:
            done, _ = around.pop()
            if done[0].last + 1 < 1 << _BITS[version]:
                intervals.mark(done[0].last + 1, around[-1][1] if around else -1)
        self.overlaps += [Overlap(outer, tuple(inner)) for outer, inner in nested.values()]
        return intervals

    def _groups(self, version: int) -> Iterator[Group]:
        """Every prefix of one family with its claims, outer prefixes before inner ones."""
        claims = [
            Claim.of(prefix, number, at)
            for number, network in enumerate(self.networks)
            for at, prefix in enumerate(network.prefixes)
            if prefix.version == version
        ]
        claims.sort(key=lambda claim: (claim.first, -claim.last, claim.number))
        for _, group in groupby(claims, key=lambda claim: (claim.first, claim.last)):
            yield list(group)

    def _owner(self, group: Group) -> int:
        """The number that stands for the networks of a group."""
        numbers = tuple(dict.fromkeys(claim.number for claim in group))
        if len(numbers) == 1:
            return numbers[0]
        owner = -2 - len(self.rivals)
        self.rivals[owner] = numbers
        return owner

    def _compare(
        self, group: Group, around: list[Group], nested: dict[tuple[int, int], tuple[Claim, list[Claim]]]
    ) -> None:
        """Note which claims of other realms lie around or beside each claim, and twins in the same realm."""
        first: dict[str, Claim] = {}
        for claim in group:
            realm = self._realm(claim)
            for outer in around:
                stranger = next((each for each in outer if self._realm(each) != realm), None)
                if stranger is not None:
                    nested.setdefault((stranger.number, stranger.at), (stranger, []))[1].append(claim)
            if realm in first:
                self.duplicates.append((first[realm], claim))
            elif first:
                rival = next(iter(first.values()))
                nested.setdefault((rival.number, rival.at), (rival, []))[1].append(claim)
            first.setdefault(realm, claim)

    def _realm(self, claim: Claim) -> str:
        return self.networks[claim.number].realm

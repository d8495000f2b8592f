"""Which side of the border a network is on: its realm; the management leg of cloud hardware is a side of its own.

Packets between two sides pass only where a crossing says so; inside a side nobody asks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from isthmus.estate import Estate, Network, Sphere
from isthmus.generate.blocks import Blocks, blocks, of_networks
from isthmus.generate.needs import Role


@dataclass(frozen=True, order=True)
class Side:
    """The networks of a realm, or of its management."""

    realm: str
    is_management: bool = False

    def __str__(self) -> str:
        return f"{self.realm} (management of cloud hardware)" if self.is_management else self.realm


def side_of(network: Network) -> Side:
    """The side that a network is on."""
    return Side(network.realm, network.role == Role.MANAGEMENT)


@dataclass(frozen=True)
class Sides:
    """The addresses of every side of an estate."""

    estate: Estate

    @cached_property
    def every(self) -> tuple[Side, ...]:
        """The sides, in a stable order."""
        return tuple(sorted({side_of(each) for each in self.estate.networks.values()}))

    def networks(self, side: Side) -> tuple[Network, ...]:
        """The networks of a side."""
        return tuple(each for each in self.estate.networks.values() if side_of(each) == side)

    @cached_property
    def _addresses(self) -> dict[Side, Blocks]:
        return {each: self._of(self.networks(each)) for each in self.every}

    @cached_property
    def _others(self) -> dict[Side, Blocks]:
        """For each side the addresses of every other one; under a side without networks, those of all."""
        return {}

    def of(self, side: Side) -> Blocks:
        """The addresses of a side."""
        return self._addresses.get(side, ())

    def beyond(self, side: Side) -> Blocks:
        """The addresses of every other side."""
        if side not in self._others:
            self._others[side] = blocks(prefix for each in self.every if each != side for prefix in self.of(each))
        return self._others[side]

    def _of(self, networks: Iterable[Network]) -> Blocks:
        return of_networks(networks, self.estate.networks.values())

    def public(self, networks: Iterable[Network]) -> Blocks:
        """The addresses of those networks that the internet can address."""
        return self._of(each for each in networks if each.sphere is Sphere.PUBLIC)

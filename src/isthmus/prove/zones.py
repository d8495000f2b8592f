"""The estate's networks as sets of packets: an address belongs to the network with the longest prefix."""

from collections.abc import Callable, Iterable, Iterator

from isthmus.estate import Estate, IPPrefix, Network, holds
from isthmus.packetset import Match, PacketSet, Space


class Zones:
    """Packets by the networks of their source and destination."""

    def __init__(self, estate: Estate, space: Space) -> None:
        self.estate = estate
        self.space = space
        self._known: dict[tuple[str, bool], PacketSet] = {}

    def sent_from(self, networks: Iterable[Network]) -> PacketSet:
        """The packets with a source in these networks."""
        return self.space.union(self._of(each, "source") for each in networks)

    def sent_to(self, networks: Iterable[Network]) -> PacketSet:
        """The packets with a destination in these networks."""
        return self.space.union(self._of(each, "destination") for each in networks)

    def where(self, holds_: Callable[[Network], bool]) -> tuple[Network, ...]:
        """The networks of which something is true."""
        return tuple(each for each in self.estate.networks.values() if holds_(each))

    def _of(self, network: Network, end: str) -> PacketSet:
        key = (network.id, end == "source")
        if key not in self._known:
            mine, others = tuple(network.prefixes), tuple(self._nested(network))
            if end == "source":
                matches = Match(source=mine), Match(source=others)
            else:
                matches = Match(destination=mine), Match(destination=others)
            self._known[key] = self.space.match(matches[0]) - self.space.match(matches[1])
        return self._known[key]

    def _nested(self, network: Network) -> Iterator[IPPrefix]:
        """Longer prefixes of other networks inside this one's."""
        for prefix in network.prefixes:
            for other in self.estate.plan.inside(prefix):
                for each in other.prefixes if other.id != network.id else ():
                    if each.prefixlen > prefix.prefixlen and holds(prefix, each):
                        yield each

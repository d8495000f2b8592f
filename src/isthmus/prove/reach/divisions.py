"""Packets on a segment, divided among the ports that take them: thousands of them, of which a change concerns few."""

from collections.abc import Mapping

from isthmus.network import Port
from isthmus.packetset import PacketSet
from isthmus.prove.certainty import Bounds

Divided = tuple[Mapping[Port, Bounds], Bounds]
"""The packets of each port that gets any, in the order of the ports; and the rest."""

_REMEMBERED = 256
_NEAR = 4
"""With how many divisions a new set of packets is compared."""


class Divisions:
    """One segment's packets of one direction and sender, each set of them divided once."""

    def __init__(self, takers: Mapping[Port, PacketSet], taken: PacketSet) -> None:
        self._takers = takers
        self._taken = taken
        self._known: dict[Bounds, Divided] = {}

    def of(self, packets: Bounds) -> Divided:
        """The packets by the ports that hold their addresses."""
        known = self._known.get(packets)
        if known is None:
            known = self._nearly(packets) if self._known else self._anew(packets)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[packets] = known
        return known

    def _anew(self, packets: Bounds) -> Divided:
        every = ((port, packets & held) for port, held in self._takers.items())
        return {port: part for port, part in every if part}, packets - self._taken

    def _nearly(self, packets: Bounds) -> Divided:
        """As a similar set was divided, but for the ports that hold addresses of packets in which they differ."""
        near = list(self._known)[-_NEAR:]
        differences = [_difference(packets, each) for each in near]
        least = min(range(len(near)), key=lambda each: differences[each].size())
        before, change = self._known[near[least]][0], differences[least]
        parts: dict[Port, Bounds] = {}
        for port, held in self._takers.items():
            part = packets & held if change & held else before.get(port)
            if part:
                parts[port] = part
        return parts, packets - self._taken


def _difference(one: Bounds, other: Bounds) -> PacketSet:
    possibly = one.possibly ^ other.possibly
    if one.surely is one.possibly and other.surely is other.possibly:
        return possibly
    return possibly | (one.surely ^ other.surely)

"""The rules of a long chain that one packet can match: found by its addresses, protocol and port, checked elsewhere."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from isthmus.network import Chain
from isthmus.packetset import Block, Bounds, Match, Packet
from isthmus.prove.replay.matching import ends

_REMEMBERED = 2048
_NO_PORT = -1


_Asked = tuple[int, int, int, int, int, int, int]
"""The index of a rule; between which numbers source, protocol and port lie. Others surely do not match it."""


class Shortlist:
    """A chain by destination: between two places where some block begins or ends, the same rules are concerned."""

    def __init__(self, chain: Chain) -> None:
        self._hulls = {version: list(_hulls(chain, version)) for version in (4, 6)}
        self._edges = {
            version: sorted({edge for first, last, _ in hulls for edge in (first, last + 1)})
            for version, hulls in self._hulls.items()
        }
        self._known: dict[tuple[int, int], list[_Asked]] = {}

    def concerned(self, packet: Packet) -> Sequence[int]:
        """The rules that may match, in their order."""
        source, protocol = int(packet.source), packet.protocol
        port = _NO_PORT if packet.destination_port is None else packet.destination_port
        found = [
            index
            for index, first, last, low, high, least, most in self._toward(packet.version, int(packet.destination))
            if first <= source <= last and least <= port <= most and low <= protocol <= high
        ]
        return list(dict.fromkeys(found))

    def _toward(self, version: int, destination: int) -> list[_Asked]:
        key = (version, bisect_right(self._edges[version], destination))
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            hulls = self._hulls[version]
            found = self._known[key] = [asked for first, last, asked in hulls if first <= destination <= last]
        return found


def _hulls(chain: Chain, version: int) -> Iterator[tuple[int, int, _Asked]]:
    """For each match of each rule between which destinations it lies, and what it asks besides."""
    for index, rule in enumerate(chain.rules):
        for match in (*rule.matches, *rule.perhaps):
            if match.version not in (None, version):
                continue
            destination = _addresses(match.destination, version)
            source = _addresses(match.source, version)
            if destination is not None and source is not None:
                yield *destination, (index, *source, *_numbers(match.protocols, 0, 255), *_ports(match))


def _addresses(blocks: Sequence[Block] | None, version: int) -> tuple[int, int] | None:
    """Between which addresses of a version the blocks lie; None where there are none."""
    if blocks is None:
        return 0, (1 << 128) - 1
    each = [ends(block) for block in blocks if block.version == version]
    return (min(first for first, _ in each), max(last for _, last in each)) if each else None


def _ports(match: Match) -> tuple[int, int]:
    return _numbers(match.destination_ports, _NO_PORT, 65535)


def _numbers(intervals: Sequence[Bounds] | None, least: int, most: int) -> tuple[int, int]:
    if intervals is None:
        return least, most
    return min((each.first for each in intervals), default=1), max((each.last for each in intervals), default=0)

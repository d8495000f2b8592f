"""The rules of a long chain that one packet can match: found by its addresses, protocol and port, checked elsewhere."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from isthmus.network import Chain
from isthmus.packetset import Block, Bounds, Match, Packet
from isthmus.prove.replay.matching import ends

_REMEMBERED = 2048
_NO_PORT = -1


@dataclass(frozen=True, slots=True)
class _Hull:
    """The numbers between which a match asks for; a packet outside of them surely does not pass it."""

    index: int
    destination: tuple[int, int]
    source: tuple[int, int]
    protocols: tuple[int, int]
    ports: tuple[int, int]


class Shortlist:
    """A chain by destination: between two places where some block begins or ends, the same rules are concerned."""

    def __init__(self, chain: Chain) -> None:
        self._hulls = {version: list(_hulls(chain, version)) for version in (4, 6)}
        self._edges = {
            version: sorted({edge for each in hulls for edge in (each.destination[0], each.destination[1] + 1)})
            for version, hulls in self._hulls.items()
        }
        self._known: dict[tuple[int, int], list[tuple[int, int, int, int, int, int, int]]] = {}

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

    def _toward(self, version: int, destination: int) -> list[tuple[int, int, int, int, int, int, int]]:
        key = (version, bisect_right(self._edges[version], destination))
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[key] = [
                (each.index, *each.source, *each.protocols, *each.ports)
                for each in self._hulls[version]
                if each.destination[0] <= destination <= each.destination[1]
            ]
        return found


def _hulls(chain: Chain, version: int) -> Iterator[_Hull]:
    for index, rule in enumerate(chain.rules):
        for match in (*rule.matches, *rule.perhaps):
            if match.version not in (None, version):
                continue
            destination = _addresses(match.destination, version)
            source = _addresses(match.source, version)
            if destination is not None and source is not None:
                yield _Hull(index, destination, source, _numbers(match.protocols, 0, 255), _ports(match))


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

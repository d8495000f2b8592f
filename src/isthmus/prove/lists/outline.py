"""Where a set of packets lies: for each header field, a few intervals that hold all of its packets.

Read off the diagram from the top. It tells which rules of a long list can concern the set, without any set operation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from isthmus.packetset import PacketSet
from isthmus.packetset.addresses import WIDTHS
from isthmus.packetset.diagram import Diagram
from isthmus.packetset.engine import Node
from isthmus.packetset.layout import Field

Runs = tuple[tuple[int, int], ...]
"""Numbers from a first to a last one, both included; ascending, apart from one another."""

MOST_RUNS = 12
MOST_NODES = 1500
"""Nodes of a diagram that are looked at; fields that lie further down are taken to have any value."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Intervals around packets of one IP version; ``protocols`` has a bit for each protocol number."""

    version: int
    destination: Runs
    protocols: int
    destination_ports: Runs
    source: Runs
    source_ports: Runs


def outlines(packets: PacketSet) -> tuple[Outline, ...]:
    """The outlines of the IP versions that the set has packets of."""
    diagram = packets.space.diagram
    node = packets.node
    if node == diagram.false:
        return ()
    low, high = diagram.engine.branches(node) if diagram.engine.level(node) == 0 else (node, node)
    return tuple(_outline(diagram, each, version) for each, version in ((low, 4), (high, 6)) if each != diagram.false)


def _outline(diagram: Diagram, node: Node, version: int) -> Outline:
    reader = _Reader(diagram, node)
    return Outline(
        version,
        reader.field(Field.DESTINATION, WIDTHS[version]),
        sum((2 << last) - (1 << first) for first, last in reader.field(Field.PROTOCOL, 8)),
        reader.field(Field.DESTINATION_PORT, 16),
        reader.field(Field.SOURCE, WIDTHS[version]),
        reader.field(Field.SOURCE_PORT, 16),
    )


class _TooWindingError(Exception):
    """The diagram has more nodes than are worth looking at."""


class _Reader:
    """Reads one field after the other, from the top."""

    def __init__(self, diagram: Diagram, node: Node) -> None:
        self.engine = diagram.engine
        self.false = diagram.false
        self._nodes = [node]
        self._patience = MOST_NODES

    def field(self, field: Field, width: int) -> Runs:
        """The values of the next field."""
        values = _Values(self, field.start + width)
        runs: list[tuple[int, int]] = []
        try:
            for node in self._nodes:
                runs += values.lifted(node, field.start)
        except _TooWindingError:
            self._nodes = []
        if not self._nodes:
            return ((0, (1 << width) - 1),)
        self._nodes = list(values.behind)
        return _tidy(sorted(runs))

    def branches(self, node: Node) -> tuple[Node, Node]:
        """What remains where the first variable is false, and where it is true; not for ever."""
        self._patience -= 1
        if self._patience < 0:
            raise _TooWindingError
        return self.engine.branches(node)


class _Values:
    """The values that one field can have below nodes; all numbers count from the node's own level on."""

    def __init__(self, reader: _Reader, end: int) -> None:
        self.reader = reader
        self.engine = reader.engine
        self.false = reader.false
        self.end = end
        self.behind: dict[Node, None] = {}
        self._known: dict[Node, Runs] = {}

    def lifted(self, node: Node, level: int) -> Runs:
        """The values from ``level`` on, where the node's own level may be further down: bits between are free."""
        here = self.engine.level(node)
        if here >= self.end:
            self.behind[node] = None
            return ((0, (1 << self.end - level) - 1),)
        runs = self._known.get(node)
        if runs is None:
            runs = self._known[node] = self._below(node, here)
        free = here - level
        if free == 0:
            return runs
        width = self.end - here
        if len(runs) << free > MOST_RUNS:
            return ((runs[0][0], runs[-1][1] + ((1 << free) - 1 << width)),)
        return tuple((first + (k << width), last + (k << width)) for k in range(1 << free) for first, last in runs)

    def _below(self, node: Node, level: int) -> Runs:
        """The values below a node that is not behind the field."""
        bits = 0
        while True:
            low, high = self.reader.branches(node)
            if low != self.false and high != self.false:
                half = 1 << self.end - level - 1
                upper = [(first + half, last + half) for first, last in self.lifted(high, level + 1)]
                runs = _tidy([*self.lifted(low, level + 1), *upper])
                break
            bits = bits << 1 | (low == self.false)
            node = high if low == self.false else low
            level += 1
            if level == self.end or self.engine.level(node) != level:
                runs = self.lifted(node, level)
                break
        shift = bits << self.end - level
        return tuple((first + shift, last + shift) for first, last in runs) if shift else runs


def _tidy(runs: Sequence[tuple[int, int]]) -> Runs:
    """Runs in their order, joined where they touch, and where gaps are smallest if there are too many."""
    tidy: list[tuple[int, int]] = []
    for run in runs:
        if tidy and run[0] <= tidy[-1][1] + 1:
            tidy[-1] = (tidy[-1][0], max(tidy[-1][1], run[1]))
        else:
            tidy.append(run)
    if len(tidy) <= MOST_RUNS:
        return tuple(tidy)
    gaps = sorted(range(1, len(tidy)), key=lambda at: tidy[at - 1][1] - tidy[at][0])
    starts = [0, *sorted(gaps[: MOST_RUNS - 1])]
    ends = [*(at - 1 for at in starts[1:]), len(tidy) - 1]
    return tuple((tidy[start][0], tidy[end][1]) for start, end in zip(starts, ends, strict=True))

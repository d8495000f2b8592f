"""``conntrack -E`` and ``conntrack -L`` as text: the kernel's own list of connections, with both tuples of each.

Source: conntrack(8) of conntrack-tools 1.4, with ``-o timestamp`` (without it events have no time), ``-o extended``
and ``-o id`` or not. Recognised by the two tuples of the first lines. A record's position is its line. The two tuples
prove translation. A connection that the kernel lists has passed the filters of its host, so its outcome is `passed`.
Its times are those of the events; ``[start=…]`` is in the local time of whoever listed it, so it is not used.
"""

import re
from collections.abc import Iterator

import numpy as np

from isthmus.observe.readers import rows
from isthmus.observe.readers.conntrack import loop
from isthmus.observe.readers.conntrack.entry import LINE_CELLS, REASONS
from isthmus.observe.readers.native import octets
from isthmus.observe.readers.reader import EXCERPT, FlowFile, Item, Quarantined, Reader, Skipped
from isthmus.observe.readers.rows import Rows
from isthmus.observe.readers.streams import Lines, lines

_TUPLES = re.compile(
    rb"(?m)^[^\n=]{0,200}?\bsrc=[0-9a-fA-F.:]+ dst=[0-9a-fA-F.:]+ [^\n]{0,200}?\bsrc=[0-9a-fA-F.:]+ dst="
)
_FAULTS = 1024
_FEWEST_OPEN = 4096
_MOST_SLOTS = 1 << 18
_MOST_OPEN = _MOST_SLOTS // 4 * 3


def looks_like(beginning: bytes) -> bool:
    """Whether one of the first lines has two tuples."""
    return _TUPLES.search(beginning[:4096]) is not None


class _Log:
    """One log, while it is read."""

    def __init__(self, file: FlowFile) -> None:
        self.file = file
        self.rows = Rows(file.exporter, room=loop.STATE)
        self.state = self.rows.state
        self.cells = np.zeros(LINE_CELLS, np.int64)
        self.key = np.zeros(LINE_CELLS, np.int64)
        self.open = np.zeros((_FEWEST_OPEN, LINE_CELLS), np.int64)
        self.faults = np.zeros((_FAULTS, 3), np.int64)

    def items(self) -> Iterator[Item]:
        for block in lines(self.file.stream):
            if isinstance(block, Quarantined):
                yield block
            else:
                yield from self._block(block)
        at = 0
        while at < len(self.open):
            at = loop.drain(self.rows.tables, self.state, self.key, self.open, at)
            yield from self.rows.take()
        yield from self.rows.take()
        if merged := int(self.state[loop.MERGED]):
            yield Skipped("events of connections that another event tells of", merged)
        if messages := int(self.state[loop.MESSAGES]):
            yield Skipped("messages of conntrack", messages)

    def _block(self, block: Lines) -> Iterator[Item]:
        data = octets(block.text)
        state = self.state
        state[loop.POSITION] = 0
        state[loop.LINE] = block.first
        while True:
            loop.follow(
                data, len(data), self.rows.tables, state, self.cells, self.key, self.open, self.faults, _MOST_OPEN
            )
            for line, fault, at in self.faults[: state[loop.FAULTS]].tolist():
                excerpt = block.text[at : at + EXCERPT].partition(b"\n")[0]
                yield Quarantined(line, REASONS[fault], 1, excerpt)
            state[loop.FAULTS] = 0
            if state[loop.WHY] == loop.DONE:
                return
            if state[loop.WHY] == loop.GROW:
                larger = np.zeros((2 * len(self.open), LINE_CELLS), np.int64)
                loop.move(self.open, larger, self.key)
                self.open = larger
            elif self.rows.full():
                yield from self.rows.take()


def read(file: FlowFile) -> Iterator[Item]:
    """Yield the connections that the lines tell of."""
    return _Log(file).items()


READER = Reader("conntrack", "text of conntrack -E and -L", looks_like, read, appended=True)
assert rows.CELLS < LINE_CELLS

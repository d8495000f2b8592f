"""Formats of lines: which field does what, and the reading of whole files by the compiled loops of :mod:`fields`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import BinaryIO, TypeAlias

import numpy as np

from isthmus.observe.readers import fields, values
from isthmus.observe.readers.native import Octets, octets
from isthmus.observe.readers.reader import EXCERPT, FlowFile, Item, Quarantined, Skipped
from isthmus.observe.readers.rows import MOST_EXPORTERS, Rows
from isthmus.observe.readers.streams import Lines, lines

Does: TypeAlias = tuple[int, int]
"""What a field does, and to which cell of its row."""

_FAULTS = 1024
_SLOTS = 4 * (MOST_EXPORTERS + 1)
_LONGEST_NAME = 255


class LineFile:
    """A file of lines, while it is read: the state that both loops need."""

    def __init__(self, file: FlowFile) -> None:
        self.rows = Rows(file.exporter, room=fields.STATE)
        self.state = self.rows.state
        self.cells = np.zeros(values.LINE_CELLS, np.int64)
        self._faults = np.zeros((_FAULTS, 3), np.int64)
        self._names = np.zeros(4096, np.uint8)
        self._filled = 0
        self._offsets = np.zeros((256, 4), np.int64)

    def block(self, block: Lines, loop: Callable[[Octets], None], comment: Callable[[bytes], None]) -> Iterator[Item]:
        """Read the lines of a block by ``loop``; ``comment`` is given those that begin with ``#``."""
        data = octets(block.text)
        state = self.state
        state[fields.POSITION] = 0
        state[fields.LINE] = block.first
        while True:
            loop(data)
            for line, fault, at in self._faults[: state[fields.FAULTS]].tolist():
                excerpt = block.text[at : at + EXCERPT].partition(b"\n")[0]
                yield Quarantined(line, values.REASONS[fault], 1, excerpt)
            state[fields.FAULTS] = 0
            why = state[fields.WHY]
            if why == fields.DONE:
                return
            if why == fields.COMMENT:
                end = block.text.find(b"\n", state[fields.POSITION])
                end = len(block.text) if end < 0 else end
                comment(block.text[state[fields.POSITION] : end])
                state[fields.POSITION] = end + 1
                state[fields.LINE] += 1
            elif why == fields.NEW_EXPORTER:
                self._meet(block.text[self.cells[values.NAMED_FROM] : self.cells[values.NAMED_TO]])
            elif self.rows.full():
                yield from self.rows.take()

    def _meet(self, name: bytes) -> None:
        """Give an exporter a number; one that is too many is the one handed in."""
        number = self.rows.number(name[:_LONGEST_NAME].decode(errors="replace"))
        known = int(self.state[fields.EXPORTERS])
        if known >= MOST_EXPORTERS:  # begin anew rather than keep more names
            self._offsets[:] = 0
            self._filled = known = 0
        while self._filled + len(name) > len(self._names):
            self._names = np.concatenate([self._names, np.zeros_like(self._names)])
        if 2 * known >= len(self._offsets):
            self._grow()
        self._names[self._filled : self._filled + len(name)] = octets(name)
        self._place(self._filled, self._filled + len(name), number)
        self._filled += len(name)
        self.state[fields.EXPORTERS] = known + 1

    def _place(self, start: int, end: int, number: int) -> None:
        mask = len(self._offsets) - 1
        slot = int(fields.name_slot(self._names, start, end)) & mask
        while self._offsets[slot, 2]:
            slot = (slot + 1) & mask
        self._offsets[slot] = (start, end, 1, number)

    def _grow(self) -> None:
        old = self._offsets[self._offsets[:, 2] != 0]
        self._offsets = np.zeros((2 * len(self._offsets), 4), np.int64)
        for start, end, _, number in old.tolist():
            self._place(start, end, number)

    def delimited(
        self, block: Lines, separator: bytes, columns: Sequence[Does], comment: Callable[[bytes], None]
    ) -> Iterator[Item]:
        """Read lines of fields between separators."""
        table = np.array(columns, np.int64).reshape(-1, 2)

        def loop(data: Octets) -> None:
            fields.delimited(
                data, len(data), separator[0], table, self.rows.tables, self.state, self.cells, self._faults,
                self._names, self._offsets,
            )  # fmt: skip

        return self.block(block, loop, comment)

    def objects(self, stream: BinaryIO, keys: Mapping[str, Does]) -> Iterator[Item]:
        """Read a whole file of JSON objects, one a line."""
        text, table = _hashed(keys)

        def loop(data: Octets) -> None:
            fields.objects(
                data, len(data), text, table, self.rows.tables, self.state, self.cells, self._faults, self._names,
                self._offsets,
            )  # fmt: skip

        for block in lines(stream):
            if isinstance(block, Quarantined):
                yield block
            else:
                yield from self.block(block, loop, _no_comment)
        yield from self.end()

    def end(self) -> Iterator[Item]:
        """What is left at the end of the file."""
        yield from self.rows.take()
        for place, reason in ((fields.NODATA, "NODATA"), (fields.SKIPDATA, "SKIPDATA")):
            if self.state[place]:
                yield Skipped(reason, int(self.state[place]))


def _no_comment(line: bytes) -> None:
    del line


def _hashed(keys: Mapping[str, Does]) -> tuple[Octets, np.ndarray[tuple[int, int], np.dtype[np.int64]]]:
    """Keys as one text, and the hash table over them."""
    size = 64
    while size < 4 * len(keys):
        size *= 2
    text = octets("".join(keys).encode())
    table = np.zeros((size, 5), np.int64)
    at = 0
    for key, (does, cell) in keys.items():
        end = at + len(key.encode())
        slot = int(fields.name_slot(text, at, end)) & (size - 1)
        while table[slot, 2]:
            slot = (slot + 1) & (size - 1)
        table[slot] = (at, end, 1, does, cell)
        at = end
    return text, table


def first_object(beginning: bytes) -> Mapping[str, object] | None:
    """The first line as a JSON object, of as much of it as was peeked at; None if it is none."""
    import json

    line = beginning.lstrip().partition(b"\n")[0]
    if not line.startswith(b"{"):
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None

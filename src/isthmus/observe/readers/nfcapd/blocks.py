"""Reading an nfcapd file block by block: unpack, walk, and answer what the compiled loop asks."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

import numpy as np

from isthmus.observe.readers import rows
from isthmus.observe.readers.native import Octets, little16, little32, little64, octets, signed64
from isthmus.observe.readers.nfcapd import walk
from isthmus.observe.readers.nfcapd.layout import (
    ARRAY,
    BLOCK,
    HEADER,
    RECORDS,
    UNCOMPRESSED_BLOCK,
    UNPACK,
    Header,
)
from isthmus.observe.readers.reader import EXCERPT, LONGEST, FlowFile, Item, Lost, Quarantined, Skipped
from isthmus.observe.readers.rows import Rows
from isthmus.observe.readers.streams import Buffer, skip

_FAULTS = 1024
_SLOTS = 4 * (rows.MOST_EXPORTERS + 1)
_MOST_SAMPLERS = 1024
_LOWEST64 = (1 << 64) - 1

EXPORTER, STATISTICS, SAMPLER = 7, 8, 15
OTHERS = {
    9: "samplers of nfdump 1.6",
    12: "names of applications",
    13: "names of interfaces",
    14: "names of VRFs",
}
"""Well-formed records of other types."""
OLD_FLOWS = (1, 5, 6, 10)
"""Flow records of nfdump 1.6, which its own version 1.7 does not write."""


class Blocks:
    """One file, while it is read."""

    def __init__(self, file: FlowFile, header: Header, buffer: Buffer) -> None:
        self.file = file
        self.header = header
        self.buffer = buffer
        self.rows = Rows(file.exporter, room=walk.STATE)
        self.state = self.rows.state
        self.state[walk.RECORD] = 1
        self.cells = np.zeros(rows.CELLS, np.int64)
        self.faults = np.zeros((_FAULTS, 3), np.int64)
        self.by_system = np.zeros(1 << 16, np.int64)
        self.hashed = np.zeros((_SLOTS, 4), np.int64)
        self.samplers = np.zeros((_MOST_SAMPLERS, 3), np.int64)

    @property
    def record(self) -> int:
        """The number of the next flow record."""
        return int(self.state[walk.RECORD])

    def items(self) -> Iterator[Item]:
        """Everything that the file holds."""
        at = HEADER.size
        blocks = 0
        while not self.header.appendix or at < self.header.appendix:
            head = bytes(self.buffer.exactly(BLOCK.size))
            if not head:
                break
            if len(head) < BLOCK.size:
                yield Quarantined(self.record, "the file ends inside the header of a block", 1, head)
                break
            records, size, kind, flags = BLOCK.unpack(head)
            yield from self._block(records, size, kind, flags)
            at += BLOCK.size + size
            blocks += 1
        if blocks < self.header.blocks:
            reason = "the file ends before all blocks that its header tells of"
            yield Quarantined(self.record, reason, self.header.blocks - blocks)
        yield from self.rows.take()

    def _block(self, records: int, size: int, kind: int, flags: int) -> Iterator[Item]:
        if size > LONGEST:
            yield Quarantined(self.record, "a block is longer than 64 MiB", max(records, 1))
            skip(self.file.stream, size)
            return
        data = self.buffer.exactly(size)
        if len(data) < size:
            yield Quarantined(self.record, "the file ends inside a block", max(records, 1), bytes(data[:EXCERPT]))
        elif kind == ARRAY:
            yield Skipped("an array of nfdump's databases")
        elif kind != RECORDS:
            yield Quarantined(self.record, f"block type {kind} is not known", max(records, 1), bytes(data[:EXCERPT]))
        else:
            yield from self._unpacked(records, data, flags)

    def _unpacked(self, records: int, data: memoryview, flags: int) -> Iterator[Item]:
        unpack = UNPACK[0 if flags & UNCOMPRESSED_BLOCK else self.header.compression]
        try:
            plain = unpack(data)
        except ValueError as problem:
            yield Quarantined(self.record, f"a compressed block is {problem}", max(records, 1), bytes(data[:EXCERPT]))
            return
        yield from self._records(records, octets(plain))

    def _records(self, told: int, data: Octets) -> Iterator[Item]:
        """Walk one unpacked block."""
        state = self.state
        state[walk.POSITION] = 0
        before = self.record
        others = 0
        while True:
            walk.walk(
                data, len(data), self.rows.tables, state, self.cells, self.faults, self.by_system, self.hashed,
                self.samplers,
            )  # fmt: skip
            yield from self._quarantined(data)
            match int(state[walk.EVENT]):
                case walk.DONE:
                    return
                case walk.FULL:
                    if self.rows.full():
                        yield from self.rows.take()
                case walk.NEW_EXPORTER:
                    self._meet()
                case walk.OTHER_RECORD:
                    others += 1
                    yield from self._other(data, int(state[walk.POSITION]))
                    state[walk.POSITION] += int(little16(data, int(state[walk.POSITION]) + 2))
                case _:
                    left = max(told - others - (self.record - before), 1)
                    start = int(state[walk.POSITION])
                    excerpt = bytes(data[start : start + EXCERPT])
                    yield Quarantined(self.record, "the size of a record does not fit its block", left, excerpt)
                    return

    def _quarantined(self, data: Octets) -> Iterator[Quarantined]:
        for record, fault, at in self.faults[: self.state[walk.FAULTS]].tolist():
            yield Quarantined(record, walk.REASONS[fault], 1, bytes(data[at : at + EXCERPT]))
        self.state[walk.FAULTS] = 0

    def _meet(self) -> None:
        """Give the exporter whose address the loop asked for a number."""
        high, low = int(self.state[walk.ASKED_HI]), int(self.state[walk.ASKED_LO])
        kind = 12 if high == 0 and 0 <= low < 1 << 32 else 13
        name = str(IPv4Address(low)) if kind == 12 else str(IPv6Address((high & _LOWEST64) << 64 | low & _LOWEST64))
        number = self.rows.number(name)
        state = self.state
        state[walk.LAST_TOLD], state[walk.LAST_HI], state[walk.LAST_LO] = kind, high, low
        state[walk.LAST_NUMBER] = number
        if number == 0:
            return
        slot = walk.spread(np.int64(high), np.int64(low)) & (_SLOTS - 1)  # type: ignore[arg-type] # as in the loop
        while self.hashed[slot, 0]:
            slot = (slot + 1) & (_SLOTS - 1)
        self.hashed[slot] = (kind, high, low, number)

    def _other(self, data: Octets, at: int) -> Iterator[Item]:
        """What a record says that is no flow."""
        kind, size = int(little16(data, at)), int(little16(data, at + 2))
        record = data[at : at + size]
        if kind == EXPORTER and size >= 32:
            self._exporter(record)
            yield Skipped("exporter records")
        elif kind == STATISTICS and size >= 8:
            yield from self._statistics(record)
            yield Skipped("statistics of exporters")
        elif kind == SAMPLER and size >= 24:
            self._sampler(record)
            yield Skipped("sampler records")
        elif kind in OTHERS:
            yield Skipped(OTHERS[kind])
        elif kind in OLD_FLOWS:
            yield Quarantined(self.record, "a flow record of nfdump 1.6", 1, bytes(record[:EXCERPT]))
        else:
            yield Quarantined(self.record, f"record type {kind} is not known", 1, bytes(record[:EXCERPT]))

    def _exporter(self, record: Octets) -> None:
        """An exporter by its number in the file: its address, and who it is among ours."""
        high, low = int(little64(record, 8)) & _LOWEST64, int(little64(record, 16)) & _LOWEST64
        family, system = int(little16(record, 24)), int(little16(record, 26))
        name = str(IPv6Address(high << 64 | low)) if family == 10 else str(IPv4Address(low & 0xFFFFFFFF))
        self.by_system[system] = self.rows.number(name)

    def _statistics(self, record: Octets) -> Iterator[Item]:
        """What sequence numbers told the collector: how often something was missing, so at least so many datagrams."""
        entries = min(int(little32(record, 4)), (len(record) - 8) // 24)
        for each in range(entries):
            at = 8 + 24 * each
            failures = int(little32(record, at + 4))
            if failures:
                system = int(little32(record, at)) & 0xFFFF
                yield Lost(failures, "datagrams", self.rows.exporters[int(self.by_system[system])])

    def _sampler(self, record: Octets) -> None:
        """A sampler: of packets in a row, ``every`` are taken and then ``left out`` are not."""
        system, sampler = int(little16(record, 4)), signed64(int(little64(record, 8)) & _LOWEST64)
        taken, left_out = int(little32(record, 16)), int(little32(record, 20))
        count = int(self.state[walk.SAMPLERS])
        rate = (taken + left_out) // taken if taken else 0
        known = self.samplers[:count]
        same = np.flatnonzero((known[:, 0] == system) & (known[:, 1] == sampler))
        if same.size:
            self.samplers[same[0], 2] = rate
        elif count < _MOST_SAMPLERS:
            self.samplers[count] = (system, sampler, rate)
            self.state[walk.SAMPLERS] = count + 1

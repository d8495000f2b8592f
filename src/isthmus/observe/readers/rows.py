"""Rows of the two schemas, filled by compiled loops and handed over as Arrow batches without a copy.

A loop decodes a record into ``cells``, one 64-bit integer for each thing that a record can tell, and :func:`put`
writes them to the table of the record's IP version. Tables are two matrices, of 32 and of 64 bits, a row a column.
"""

from collections.abc import Iterator
from sys import getrefcount
from typing import TypeAlias

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from isthmus.observe.readers.native import Ints, Octets, inlined
from isthmus.observe.schema import FEWEST_ROWS, FLOWS_V4, FLOWS_V6

# Cells of 32 bits, the same in both tables: columns 0 to 13 of the narrow matrix.
PROTOCOL, SRC_PORT, DST_PORT, ICMP_TYPE, ICMP_CODE, NAT_SRC_PORT, NAT_DST_PORT, TCP_FLAGS = range(8)
SAMPLING, OUTCOME, BIFLOW, IN_INTERFACE, OUT_INTERFACE, EXPORTER = range(8, 14)
NARROW = 14

# Cells of 64 bits, the same in both tables: columns 0 to 6 of the wide matrix.
START_MS, END_MS, PACKETS, BYTES, REPLY_PACKETS, REPLY_BYTES, RECORD = range(14, 21)
WIDE = 7

# Addresses: halves of 64 bits; an IPv4 address is in the lower one.
SRC_HI, SRC_LO, DST_HI, DST_LO, NAT_SRC_HI, NAT_SRC_LO, NAT_DST_HI, NAT_DST_LO = range(21, 29)

FAMILY = 29
"""4 or 6; 0 while no address is known."""

KNOWN = 30
"""Which translations are told, of the following bits."""

CELLS = 31
KNOWN_SRC, KNOWN_DST, KNOWN_SRC_PORT, KNOWN_DST_PORT = 1, 2, 4, 8

ROWS_V4, ROWS_V6 = 0, 1
"""Places in a loop's ``state`` where the rows of both tables are counted; the rest is the loop's own."""

Narrow: TypeAlias = NDArray[np.int32]
Matrices: TypeAlias = tuple[Narrow, Ints, Octets]
Tables: TypeAlias = tuple[Narrow, Ints, Octets, Narrow, Ints, Octets]
"""Narrow and wide matrix and what is known of translation, for IPv4 and then for IPv6."""

_STAGGER = 48
"""Rows of padding, so that the same row of neighbouring columns does not fall on the same lines of the cache."""

_NARROW_NAMES = (
    "protocol", "src_port", "dst_port", "icmp_type", "icmp_code", "nat_src_port", "nat_dst_port", "tcp_flags",
    "sampling", "outcome", "biflow", "in_interface", "out_interface", "exporter",
)  # fmt: skip
_WIDE_NAMES = ("start_ms", "end_ms", "packets", "bytes", "reply_packets", "reply_bytes", "record")
_V4_NAMES = ("src", "dst", "nat_src", "nat_dst")
_V6_NAMES = ("src_hi", "src_lo", "dst_hi", "dst_lo", "nat_src_hi", "nat_src_lo", "nat_dst_hi", "nat_dst_lo")
_TOLD_BY = {
    "nat_src": KNOWN_SRC, "nat_src_hi": KNOWN_SRC, "nat_src_lo": KNOWN_SRC, "nat_src_port": KNOWN_SRC_PORT,
    "nat_dst": KNOWN_DST, "nat_dst_hi": KNOWN_DST, "nat_dst_lo": KNOWN_DST, "nat_dst_port": KNOWN_DST_PORT,
}  # fmt: skip


@inlined
def clear(cells: Ints) -> None:
    """A record of which nothing is told yet."""
    for each in range(CELLS):
        cells[each] = 0
    cells[ICMP_TYPE] = -1
    cells[ICMP_CODE] = -1
    cells[TCP_FLAGS] = -1
    cells[IN_INTERFACE] = -1
    cells[OUT_INTERFACE] = -1
    cells[PACKETS] = -1
    cells[BYTES] = -1
    cells[REPLY_PACKETS] = -1
    cells[REPLY_BYTES] = -1


@inlined
def settle(cells: Ints) -> None:
    """What the schema asks of every record: translation only where it differs, ports and flags only where some are."""
    protocol = cells[PROTOCOL]
    if protocol == 1 or protocol == 58:
        cells[SRC_PORT] = 0
        cells[DST_PORT] = 0
        cells[KNOWN] &= KNOWN_SRC | KNOWN_DST
    else:
        cells[ICMP_TYPE] = -1
        cells[ICMP_CODE] = -1
    if cells[KNOWN] != 0:
        if cells[NAT_SRC_HI] == cells[SRC_HI] and cells[NAT_SRC_LO] == cells[SRC_LO]:
            cells[KNOWN] &= ~KNOWN_SRC
        if cells[NAT_DST_HI] == cells[DST_HI] and cells[NAT_DST_LO] == cells[DST_LO]:
            cells[KNOWN] &= ~KNOWN_DST
        if cells[NAT_SRC_PORT] == cells[SRC_PORT]:
            cells[KNOWN] &= ~KNOWN_SRC_PORT
        if cells[NAT_DST_PORT] == cells[DST_PORT]:
            cells[KNOWN] &= ~KNOWN_DST_PORT
    if cells[END_MS] == 0:
        cells[END_MS] = cells[START_MS]
    if protocol != 6:
        cells[TCP_FLAGS] = -1


LATEST_MS = 253_402_300_800_000
"""The end of the year 9999."""


@inlined
def plausible(cells: Ints) -> bool:
    """Whether numbers are within what they can be, so that whoever reads the columns may rely on it."""
    return bool(
        0 <= cells[PROTOCOL] <= 255
        and 0 <= cells[SRC_PORT] <= 65535
        and 0 <= cells[DST_PORT] <= 65535
        and -1 <= cells[ICMP_TYPE] <= 255
        and -1 <= cells[ICMP_CODE] <= 255
        and 0 <= cells[NAT_SRC_PORT] <= 65535
        and 0 <= cells[NAT_DST_PORT] <= 65535
        and 0 <= cells[START_MS] < LATEST_MS
        and 0 <= cells[END_MS] < LATEST_MS
        and cells[PACKETS] >= -1
        and cells[BYTES] >= -1
        and cells[REPLY_PACKETS] >= -1
        and cells[REPLY_BYTES] >= -1
        and 0 <= cells[SAMPLING] < 1 << 31
    )


@inlined
def bits32(value: int) -> int:
    """The lowest 32 bits as a signed number."""
    return ((value & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000


@inlined
def put(cells: Ints, tables: Tables, state: Ints) -> None:
    """Write a settled record as the next row of the table of its IP version."""
    narrow4, wide4, known4, narrow6, wide6, known6 = tables
    if cells[FAMILY] == 4:
        row = np.uint64(state[ROWS_V4])
        for each in range(NARROW):
            narrow4[each, row] = bits32(cells[each])
        for each in range(WIDE):
            wide4[each, row] = cells[NARROW + each]
        for each in range(4):
            narrow4[NARROW + each, row] = bits32(cells[SRC_LO + 2 * each])
        known4[row] = cells[KNOWN]
        state[ROWS_V4] += 1
    else:
        row = np.uint64(state[ROWS_V6])
        for each in range(NARROW):
            narrow6[each, row] = bits32(cells[each])
        for each in range(WIDE):
            wide6[each, row] = cells[NARROW + each]
        for each in range(8):
            wide6[WIDE + each, row] = cells[SRC_HI + each]
        known6[row] = cells[KNOWN]
        state[ROWS_V6] += 1


class Rows:
    """Both tables, how far they are filled, and the names of the exporters that their rows tell by number."""

    def __init__(self, exporter: str = "", *, capacity: int = FEWEST_ROWS, room: int = 8) -> None:
        """``room`` is the size of a loop's ``state``; exporter number 0 is the one handed in."""
        self.capacity = capacity
        self.state = np.zeros(room, np.int64)
        self.exporters = [exporter]
        self._numbers = {exporter: 0}
        self._pools: tuple[list[Matrices], list[Matrices]] = ([], [])
        self._filled = [self._empty(ROWS_V4), self._empty(ROWS_V6)]

    @property
    def tables(self) -> Tables:
        """What a compiled loop is given."""
        return (*self._filled[ROWS_V4], *self._filled[ROWS_V6])

    def number(self, exporter: str) -> int:
        """The number by which rows tell this exporter; that of the one handed in where there are too many."""
        known = self._numbers.get(exporter)
        if known is None:
            if len(self.exporters) > MOST_EXPORTERS:
                return 0
            known = self._numbers[exporter] = len(self.exporters)
            self.exporters.append(exporter)
        return known

    def full(self, room: int = 1) -> bool:
        """Whether one of the tables has not ``room`` rows left."""
        return max(int(self.state[ROWS_V4]), int(self.state[ROWS_V6])) + room > self.capacity

    def take(self) -> Iterator[pa.RecordBatch]:
        """The rows so far as Arrow batches, each IP version in its own; the tables begin anew."""
        for place, schema, names in ((ROWS_V4, FLOWS_V4, _V4_NAMES), (ROWS_V6, FLOWS_V6, _V6_NAMES)):
            rows = int(self.state[place])
            self.state[place] = 0
            if not rows:
                continue
            made = self._batch(schema, names, self._filled[place], rows)
            self._filled[place] = self._empty(place)
            yield made

    def _empty(self, place: int) -> Matrices:
        """Matrices to fill: those of an earlier batch, if nobody holds it any more, else new ones.

        New memory costs more than decoding does. Each batch holds views of its matrices; a matrix that nothing but its
        own tuple refers to is free.
        """
        pool = self._pools[place]
        for each in pool:
            if getrefcount(each[0]) == getrefcount(each[1]) == _ALONE:
                return each
        narrow, wide = (NARROW + len(_V4_NAMES), WIDE) if place == ROWS_V4 else (NARROW, WIDE + len(_V6_NAMES))
        made = _matrices(self.capacity, narrow, wide)
        if len(pool) < _POOLED:
            pool.append(made)
        return made

    def _batch(self, schema: pa.Schema, names: tuple[str, ...], matrices: Matrices, rows: int) -> pa.RecordBatch:
        narrow, wide, known = matrices
        narrow_names = _NARROW_NAMES + (names if names is _V4_NAMES else ())
        wide_names = _WIDE_NAMES + (names if names is _V6_NAMES else ())
        columns: dict[str, Narrow | Ints] = {name: narrow[each, :rows] for each, name in enumerate(narrow_names)}
        columns |= {name: wide[each, :rows] for each, name in enumerate(wide_names)}
        bits = known[:rows]
        some = int(np.bitwise_or.reduce(bits))
        arrays = [self._column(field, columns[field.name], bits, some) for field in schema]
        return pa.RecordBatch.from_arrays(arrays, schema=schema)

    def _column(self, field: pa.Field, values: Narrow | Ints, bits: Octets, some: int) -> pa.Array:
        told = _TOLD_BY.get(field.name)
        if told is not None and not some & told:
            return pa.nulls(len(values), field.type)
        valid = None if told is None else pa.py_buffer(np.packbits((bits & told) != 0, bitorder="little"))
        kind = pa.int64() if values.dtype == np.int64 else pa.int32()
        array = pa.Array.from_buffers(kind, len(values), [valid, pa.py_buffer(values)])
        if field.name == "exporter":
            return pa.DictionaryArray.from_arrays(array, pa.array(self.exporters, pa.string()), safe=False)
        return array


MOST_EXPORTERS = 65_535
"""How many exporters one input may name; records of further ones bear the name handed in."""


_POOLED = 4
_ALONE = 2
"""References to a matrix that is in its tuple alone, while they are counted."""


def _matrices(capacity: int, narrow: int, wide: int) -> Matrices:
    return (
        np.empty((narrow, capacity + _STAGGER), np.int32),
        np.empty((wide, capacity + _STAGGER), np.int64),
        np.zeros(capacity, np.uint8),
    )

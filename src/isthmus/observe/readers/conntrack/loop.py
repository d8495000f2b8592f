"""The compiled loop over conntrack's lines, and the connections that are open while events are read.

The events of one connection become one record: NEW and UPDATE are kept until its DESTROY comes, which tells the
counters, or the log ends. A connection is known by its number, its protocol and the client's tuple.
"""

from isthmus.observe.readers import rows
from isthmus.observe.readers.conntrack.entry import (
    CONNECTION,
    DESTROY,
    EVENT,
    LINE_CELLS,
    LISTED,
    REASONS,
    entry,
)
from isthmus.observe.readers.native import Ints, Octets, Whole, inlined, native, octet
from isthmus.observe.readers.rows import Tables
from isthmus.observe.readers.text import line_end

__all__ = ["REASONS", "drain", "follow", "move"]

# Places in ``state`` after the counts of rows.
POSITION, LINE, FAULTS, OPEN, MERGED, MESSAGES, WHY = range(2, 9)
STATE = 9

DONE, FULL, GROW = range(3)
"""Why the loop returned: all lines are read; a table of rows or of faults is full; that of open connections is."""


@inlined
def _slot(open_: Ints, cells: Ints) -> Whole:
    """Where the connection is, or the free place where it belongs."""
    mask = open_.shape[0] - 1
    mixed = cells[CONNECTION] * 0x2545F4914F6CDD1D ^ cells[rows.SRC_LO] * 0x1E3779B97F4A7C15
    mixed = (mixed ^ (mixed >> 29)) + cells[rows.DST_LO] * 0x2545F4914F6CDD1D
    mixed = (mixed ^ (mixed >> 31)) + (cells[rows.SRC_PORT] << 24 | cells[rows.DST_PORT] << 8 | cells[rows.PROTOCOL])
    at = (mixed * 0x1E3779B97F4A7C15 >> 33) & mask
    while open_[at, rows.FAMILY] != 0 and not _same(open_, at, cells):
        at = (at + 1) & mask
    return int(at)


@inlined
def _same(open_: Ints, at: Whole, cells: Ints) -> bool:
    for each in (CONNECTION, rows.SRC_LO, rows.DST_LO, rows.SRC_HI, rows.DST_HI, rows.SRC_PORT, rows.DST_PORT):
        if open_[at, each] != cells[each]:
            return False
    return bool(open_[at, rows.PROTOCOL] == cells[rows.PROTOCOL] and open_[at, rows.FAMILY] == cells[rows.FAMILY])


@native
def _forget(open_: Ints, at: int, key: Ints) -> None:
    """Free a place, and move up what stands behind it because the place was taken."""
    mask = open_.shape[0] - 1
    open_[at, rows.FAMILY] = 0
    after = (at + 1) & mask
    while open_[after, rows.FAMILY] != 0:
        for each in range(LINE_CELLS):
            key[each] = open_[after, each]
        open_[after, rows.FAMILY] = 0
        place = _slot(open_, key)
        for each in range(LINE_CELLS):
            open_[place, each] = key[each]
        after = (after + 1) & mask


@native
def move(old: Ints, new: Ints, key: Ints) -> None:
    """Put all connections into another table."""
    for at in range(old.shape[0]):
        if old[at, rows.FAMILY] != 0:
            for each in range(LINE_CELLS):
                key[each] = old[at, each]
            place = _slot(new, key)
            for each in range(LINE_CELLS):
                new[place, each] = key[each]


@native
def follow(
    data: Octets, end: int, tables: Tables, state: Ints, cells: Ints, key: Ints, open_: Ints, faults: Ints, most: int
) -> None:
    """Read lines from ``POSITION`` to ``end``; at most ``most`` connections are kept open."""
    capacity = tables[2].size
    at = state[POSITION]
    while at < end:
        state[POSITION] = at
        if state[0] >= capacity or state[1] >= capacity or state[FAULTS] >= faults.shape[0]:
            state[WHY] = FULL
            return
        if state[OPEN] < most and 4 * state[OPEN] >= 3 * open_.shape[0]:
            state[WHY] = GROW
            return
        stop = line_end(data, at, end)
        if _message(data, at, stop):
            state[MESSAGES] += 1
        elif stop > at:
            fault = entry(data, at, stop, cells)
            if fault > 0:
                row = state[FAULTS]
                faults[row, 0] = state[LINE]
                faults[row, 1] = fault
                faults[row, 2] = at
                state[FAULTS] = row + 1
            else:
                cells[rows.RECORD] = state[LINE]
                rows.settle(cells)
                _event(tables, state, cells, key, open_, most)
        state[LINE] += 1
        at = stop + 1
    state[POSITION] = end
    state[WHY] = DONE


@native
def _event(tables: Tables, state: Ints, cells: Ints, key: Ints, open_: Ints, most: int) -> None:
    """Keep, merge or hand over what a line says."""
    if cells[EVENT] == LISTED:
        rows.put(cells, tables, state)
        return
    at = _slot(open_, cells)
    known = open_[at, rows.FAMILY] != 0
    if known:
        state[MERGED] += 1
        if open_[at, rows.START_MS] != 0:
            cells[rows.START_MS] = open_[at, rows.START_MS]
        if cells[rows.TCP_FLAGS] < 0:
            cells[rows.TCP_FLAGS] = open_[at, rows.TCP_FLAGS]
    if cells[EVENT] == DESTROY:
        rows.put(cells, tables, state)
        if known:
            _forget(open_, at, key)
            state[OPEN] -= 1
        return
    if not known:
        if state[OPEN] >= most:
            rows.put(cells, tables, state)
            return
        state[OPEN] += 1
    for each in range(LINE_CELLS):
        open_[at, each] = cells[each]


@native
def drain(tables: Tables, state: Ints, key: Ints, open_: Ints, start: int) -> int:
    """Hand over the connections that are still open, from a place on; the place where the rows were full."""
    capacity = tables[2].size
    for at in range(start, open_.shape[0]):
        if open_[at, rows.FAMILY] != 0:
            if state[0] >= capacity or state[1] >= capacity:
                return int(at)
            for each in range(LINE_CELLS):
                key[each] = open_[at, each]
            rows.put(key, tables, state)
    return int(open_.shape[0])


@inlined
def _message(data: Octets, start: Whole, end: Whole) -> bool:
    """Whether the line is conntrack's own: ``conntrack v1.4.7 (conntrack-tools): 88 flow entries have been shown.``."""
    return (
        end - start > 10
        and octet(data, start) == 99
        and octet(data, start + 3) == 110
        and octet(data, start + 8) == 107
    )

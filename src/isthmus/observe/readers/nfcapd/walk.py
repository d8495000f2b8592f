"""The compiled loop over the records of one unpacked nfcapd block (nfdump 1.7, ``src/libnffile/nfxV3.h``).

A record is a type, a size and, for flow records (type 11), elements, each with its own type and length, in any
order. The loop returns where something is for Python: a table is full, a record of another type, an exporter that has
no number yet.
"""

from typing import TypeAlias

from isthmus.observe.readers import rows
from isthmus.observe.readers.native import Ints, Octets, Whole, inlined, little16, little32, little64, native, octet
from isthmus.observe.readers.rows import Tables

# Places in ``state`` after the counts of rows.
POSITION, RECORD, FAULTS, EVENT, ASKED_HI, ASKED_LO, LAST_HI, LAST_LO, LAST_NUMBER, LAST_TOLD, SAMPLERS = range(2, 13)
STATE = 13

DONE, FULL, OTHER_RECORD, NEW_EXPORTER, BROKEN = range(5)
"""Why the loop returned: the block is read; a table is full; a record of another type or an exporter's address is at
``POSITION``; the rest of the block cannot be read."""

REASONS = (
    "",
    "an element of a flow record is cut off",
    "an element of a flow record is shorter than its type",
    "a flow record has no addresses",
    "a flow record has no times and counters",
    "a flow record is shorter than its header",
    "a value of a flow record is out of bounds",
)
CUT, SHORT, NO_ADDRESS, NO_FLOW, TINY, OUT_OF_BOUNDS = range(1, 7)

FLOW_RECORD = 11
_SAMPLED = 2
"""The flag of a record whose counters nfcapd multiplied by the sampling rate."""

Samplers: TypeAlias = Ints
"""Rows of exporter, sampler and rate: 1 in so many."""


@inlined
def _generic(data: Octets, at: Whole, cells: Ints) -> None:
    cells[rows.START_MS] = little64(data, at)
    cells[rows.END_MS] = little64(data, at + 8)
    cells[rows.PACKETS] = little64(data, at + 24)
    cells[rows.BYTES] = little64(data, at + 32)
    protocol = data[at + 44]
    cells[rows.PROTOCOL] = protocol
    if protocol == 1 or protocol == 58:
        cells[rows.ICMP_CODE] = data[at + 42]
        cells[rows.ICMP_TYPE] = data[at + 43]
    else:
        cells[rows.SRC_PORT] = little16(data, at + 40)
        cells[rows.DST_PORT] = little16(data, at + 42)
    if data[at + 45] != 0:  # no segment of TCP is without flags: zero is that nobody told
        cells[rows.TCP_FLAGS] = data[at + 45]
    forwarding = data[at + 46] >> 6  # RFC 7270: unknown, forwarded, dropped, consumed
    if forwarding == 2:
        cells[rows.OUTCOME] = 2
    elif forwarding != 0:
        cells[rows.OUTCOME] = 1


@inlined
def _addresses(data: Octets, at: Whole, cells: Ints, first: int) -> None:
    cells[first] = little64(data, at)
    cells[first + 1] = little64(data, at + 8)
    cells[first + 2] = little64(data, at + 16)
    cells[first + 3] = little64(data, at + 24)


@inlined
def _event(kind: Whole, event: Whole, cells: Ints) -> None:
    """What a firewall says: Cisco's NSEL (3 is denied), and pf's action (0 pass, 1 drop)."""
    if kind == 19:
        if event == 3:
            cells[rows.OUTCOME] = 2
        elif event == 1 or event == 2 or event == 5:
            cells[rows.OUTCOME] = 1
    elif event == 1:
        cells[rows.OUTCOME] = 2
    elif event == 0:
        cells[rows.OUTCOME] = 1


@native
def walk(
    data: Octets, end: int, tables: Tables, state: Ints, cells: Ints, faults: Ints, by_system: Ints,
    hashed: Ints, samplers: Samplers,
) -> None:  # fmt: skip
    """Read records from ``POSITION`` to ``end``."""
    capacity = tables[2].size
    at = state[POSITION]
    while True:
        state[POSITION] = at
        state[EVENT] = DONE
        if at >= end:
            return
        state[EVENT] = FULL
        if state[0] >= capacity or state[1] >= capacity or state[FAULTS] >= faults.shape[0]:
            return
        state[EVENT] = BROKEN
        if end - at < 4:
            return
        size = little16(data, at + 2)
        if size < 4 or size > end - at:
            return
        if little16(data, at) != FLOW_RECORD:
            state[EVENT] = OTHER_RECORD
            return
        fault = _flow(data, at, at + size, state, cells, by_system, hashed, samplers)
        if fault < 0:
            state[EVENT] = NEW_EXPORTER
            return
        if fault == 0 and not rows.plausible(cells):
            fault = OUT_OF_BOUNDS
        if fault > 0:
            row = state[FAULTS]
            faults[row, 0] = state[RECORD]
            faults[row, 1] = fault
            faults[row, 2] = at
            state[FAULTS] = row + 1
        else:
            cells[rows.RECORD] = state[RECORD]
            rows.settle(cells)
            rows.put(cells, tables, state)
        state[RECORD] += 1
        at += size


@inlined
def _flow(  # noqa: C901 - one branch for each type of element
    data: Octets, at: int, end: int, state: Ints, cells: Ints, by_system: Ints, hashed: Ints, samplers: Samplers
) -> int:
    """Decode one flow record into ``cells``: 0, a fault, or -1 for an exporter that has no number yet."""
    if end - at < 12:
        return TINY
    rows.clear(cells)
    system = little16(data, at + 8)
    cells[rows.EXPORTER] = by_system[system]
    sampled = octet(data, at + 10) & _SAMPLED
    sampler = -1
    generic = False
    two_ways = False
    out_packets = -1
    out_bytes = -1
    where = at + 12
    for _ in range(little16(data, at + 4)):
        if end - where < 4:
            return CUT
        kind = little16(data, where)
        length = little16(data, where + 2)
        if length < 4 or length > end - where:
            return CUT
        if kind <= 37 and length < _LEAST[kind]:
            return SHORT
        body = where + 4
        if kind == 1:
            _generic(data, body, cells)
            generic = True
        elif kind == 2:
            cells[rows.FAMILY] = 4
            cells[rows.SRC_LO] = little32(data, body)
            cells[rows.DST_LO] = little32(data, body + 4)
        elif kind == 3:
            cells[rows.FAMILY] = 6
            _addresses(data, body, cells, rows.SRC_HI)
        elif kind == 4:
            cells[rows.IN_INTERFACE] = little32(data, body)
            cells[rows.OUT_INTERFACE] = little32(data, body + 4)
            two_ways = two_ways or (length >= 17 and octet(data, body + 12) != 0)
        elif kind == 5:
            out_packets = little64(data, body + 8)
            out_bytes = little64(data, body + 16)
        elif kind == 12 or kind == 13:
            number = _exporter(data, body, kind, state, hashed)
            if number < 0:
                return -1
            cells[rows.EXPORTER] = number
        elif kind == 18:
            sampler = little64(data, body)
        elif kind == 19:
            _event(19, data[body + 14], cells)
            two_ways = True
        elif kind == 20:
            cells[rows.NAT_SRC_LO] = little32(data, body)
            cells[rows.NAT_DST_LO] = little32(data, body + 4)
            cells[rows.KNOWN] |= rows.KNOWN_SRC | rows.KNOWN_DST
        elif kind == 21:
            _addresses(data, body, cells, rows.NAT_SRC_HI)
            cells[rows.KNOWN] |= rows.KNOWN_SRC | rows.KNOWN_DST
        elif kind == 22:
            cells[rows.NAT_SRC_PORT] = little16(data, body)
            cells[rows.NAT_DST_PORT] = little16(data, body + 2)
            cells[rows.KNOWN] |= rows.KNOWN_SRC_PORT | rows.KNOWN_DST_PORT
        elif kind == 37:
            _event(37, data[body], cells)
        where += length
    if cells[rows.FAMILY] == 0:
        return NO_ADDRESS
    if not generic:
        return NO_FLOW
    if cells[rows.KNOWN] != 0:
        _translated(cells)
    if two_ways and out_packets >= 0:
        cells[rows.BIFLOW] = 1
        cells[rows.REPLY_PACKETS] = out_packets
        cells[rows.REPLY_BYTES] = out_bytes
    if sampled or sampler >= 0:
        _sampling(cells, sampled, system, sampler, state, samplers)
    return 0


@native
def _translated(cells: Ints) -> None:
    """An address or a port of zero is nfdump's way to say that there was no translation."""
    if cells[rows.NAT_SRC_HI] == 0 and cells[rows.NAT_SRC_LO] == 0:
        cells[rows.KNOWN] &= ~rows.KNOWN_SRC
    if cells[rows.NAT_DST_HI] == 0 and cells[rows.NAT_DST_LO] == 0:
        cells[rows.KNOWN] &= ~rows.KNOWN_DST
    if cells[rows.NAT_SRC_PORT] == 0:
        cells[rows.KNOWN] &= ~rows.KNOWN_SRC_PORT
    if cells[rows.NAT_DST_PORT] == 0:
        cells[rows.KNOWN] &= ~rows.KNOWN_DST_PORT


@native
def _sampling(cells: Ints, sampled: int, system: int, sampler: int, state: Ints, samplers: Samplers) -> None:
    """The sampling rate, and counters as they were exported: nfcapd multiplied those of records that it marked."""
    rate = 0
    for each in range(state[SAMPLERS]):
        if samplers[each, 0] == system and (samplers[each, 1] == sampler or samplers[each, 1] < 0):
            rate = samplers[each, 2]
            if samplers[each, 1] == sampler:
                break
    if rate <= 0:
        return
    cells[rows.SAMPLING] = rate
    if sampled:
        for counter in (rows.PACKETS, rows.BYTES, rows.REPLY_PACKETS, rows.REPLY_BYTES):
            if cells[counter] > 0:
                cells[counter] //= rate


@inlined
def _exporter(data: Octets, body: Whole, kind: Whole, state: Ints, hashed: Ints) -> Whole:
    """The number of the exporter whose address is at ``body``; -1 (and the address in ``state``) if it has none."""
    if kind == 12:
        high = 0
        low = little32(data, body)
    else:
        high = little64(data, body)
        low = little64(data, body + 8)
    if state[LAST_TOLD] == kind and state[LAST_HI] == high and state[LAST_LO] == low:
        return int(state[LAST_NUMBER])
    mask = hashed.shape[0] - 1
    slot = spread(high, low) & mask
    while hashed[slot, 0] != 0:
        if hashed[slot, 0] == kind and hashed[slot, 1] == high and hashed[slot, 2] == low:
            state[LAST_TOLD] = kind
            state[LAST_HI] = high
            state[LAST_LO] = low
            state[LAST_NUMBER] = hashed[slot, 3]
            return int(state[LAST_NUMBER])
        slot = (slot + 1) & mask
    state[ASKED_HI] = high
    state[ASKED_LO] = low
    return -1


@inlined
def spread(high: Whole, low: Whole) -> Whole:
    """Where in a hash table an address belongs."""
    mixed = (high ^ (low >> 13) ^ (low << 7)) * 0x9E3779B97F4A7C1
    return (mixed >> 17) ^ mixed


_LEAST = (
    0, 52, 12, 36, 12, 28, 4, 4, 4, 4, 4, 4, 8, 20, 4, 4, 4, 4, 12, 19, 12, 36, 8, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
    4, 4, 5,
)  # fmt: skip
"""The fewest octets, its own four of header included, of an element of each type that is looked into."""

"""The compiled loop that turns data records into rows, by templates that were compiled into lists of fields.

A *job* is a stretch of records of one template in one datagram. Jobs are carried out in the order in which they came,
so that rows keep the order of the file.
"""

from isthmus.observe.readers import rows
from isthmus.observe.readers.datagrams import elements as does
from isthmus.observe.readers.datagrams.packet import ETHERNET, LENGTH, RAW, headers, network
from isthmus.observe.readers.datagrams.sflow import samples
from isthmus.observe.readers.native import Ints, Octets, Whole, big16, big32, big64, inlined, native, octet
from isthmus.observe.readers.rows import Tables

# Columns of a job.
(
    START, END, FIRST_FIELD, FIELDS, LEAST, EXPORTER, BOOT_MS, EXPORT_MS, RATE, BASE, SOURCE, KIND,
) = range(12)  # fmt: skip
RECORD_JOB, SFLOW_JOB = 0, 1

# Columns of a field.
DOES, LENGTH_TOLD, CELL, UNIT = range(4)
FIELD = 4

# Places in ``state`` after the counts of rows.
NEXT_JOB, NEXT_AT, FAULTS, SAMPLERS, UPTIME = range(2, 7)
STATE = 7

REASONS = (
    "",
    "a data record is cut off",
    "a data record has no addresses",
    "a datagram of sFlow is cut off",
    "a sample of sFlow is cut off",
    "a sample of sFlow holds no IP packet",
    "a value of a data record is out of bounds",
)
CUT, NO_ADDRESS = 1, 2
OUT_OF_BOUNDS = 6
NO_PACKET = 5
"""Not a mistake: it is counted as skipped."""

_NTP_EPOCH = 2_208_988_800


@native
def decode(
    data: Octets, jobs: Ints, count: int, fields: Ints, samplers: Ints, tables: Tables, state: Ints, cells: Ints,
    faults: Ints,
) -> int:  # fmt: skip
    """Carry out jobs from ``NEXT_JOB`` on: 1 when all are done, 0 when a table is full."""
    capacity = tables[2].size
    for number in range(state[NEXT_JOB], count):
        at = max(state[NEXT_AT], jobs[number, START])
        end = jobs[number, END]
        while end - at >= jobs[number, LEAST] and at < end:
            state[NEXT_JOB] = number
            state[NEXT_AT] = at
            if state[0] >= capacity or state[1] >= capacity or state[FAULTS] >= faults.shape[0]:
                return 0
            rows.clear(cells)
            cells[rows.EXPORTER] = jobs[number, EXPORTER]
            cells[rows.SAMPLING] = jobs[number, RATE]
            cells[rows.RECORD] = jobs[number, BASE] + at
            if jobs[number, KIND] == SFLOW_JOB:
                cells[rows.START_MS] = jobs[number, EXPORT_MS]
                after, fault = samples(data, at, end, cells)
            else:
                after, fault = _record(data, at, end, jobs, number, fields, samplers, state, cells)
            if fault == 0 and not rows.plausible(cells):
                fault = OUT_OF_BOUNDS
            if fault != 0:
                row = state[FAULTS]
                faults[row, 0] = jobs[number, BASE] + at
                faults[row, 1] = fault
                faults[row, 2] = at
                state[FAULTS] = row + 1
            else:
                rows.settle(cells)
                rows.put(cells, tables, state)
            at = max(after, at + 1)
        state[NEXT_AT] = 0
    state[NEXT_JOB] = count
    return 1


@inlined
def value_of(data: Octets, at: Whole, length: Whole) -> Whole:
    """An unsigned integer of reduced size (RFC 7011, section 6.2); 0 for one of no length, or of more than eight."""
    if length == 4:
        return big32(data, at)
    if length == 2:
        return big16(data, at)
    if length == 1:
        return octet(data, at)
    if length == 8:
        return big64(data, at)
    value = big32(data, at) * 0
    if length > 8:
        return value
    for each in range(length):
        value = value << 8 | octet(data, at + each)
    return value


@native
def _record(  # noqa: C901 - one branch for each thing that a field does
    data: Octets, at: int, end: int, jobs: Ints, job: int, fields: Ints, samplers: Ints, state: Ints, cells: Ints
) -> tuple[Whole, int]:
    """Decode one record into ``cells``: where the next one begins, and 0 or a fault."""
    times = cells[rows.START_MS] * 0
    duration = times - 1
    sampler = times - 1
    boot = jobs[job, BOOT_MS]
    cells[rows.END_MS] = 0
    first = jobs[job, FIRST_FIELD]
    for field in range(first, first + jobs[job, FIELDS]):
        length = fields[field, LENGTH_TOLD]
        if length == does.VARIABLE:
            if end - at < 1:
                return end, CUT
            length = octet(data, at)
            at += 1
            if length == 255:
                if end - at < 2:
                    return end, CUT
                length = big16(data, at)
                at += 2
        if length > end - at:
            return end, CUT
        what = fields[field, DOES]
        if what == does.SKIP:
            pass
        elif what == does.STORE:
            cells[fields[field, CELL]] = value_of(data, at, length)
        elif what == does.ADDRESS4 or what == does.NAT4:
            _address4(data, at, length, fields, field, cells)
        elif what == does.ADDRESS6 or what == does.NAT6:
            _address6(data, at, length, fields, field, cells)
        elif what == does.START_UPTIME or what == does.END_UPTIME:
            _uptime(value_of(data, at, length), what, boot, jobs[job, EXPORT_MS], cells)
        elif what == does.START_UNIT or what == does.START_NTP or what == does.START_DELTA:
            cells[rows.START_MS] = _time(data, at, length, what, fields[field, UNIT], jobs[job, EXPORT_MS])
        elif what == does.END_UNIT or what == does.END_NTP or what == does.END_DELTA:
            cells[rows.END_MS] = _time(data, at, length, what, fields[field, UNIT], jobs[job, EXPORT_MS])
        elif what == does.DURATION:
            duration = value_of(data, at, length)
            if fields[field, UNIT] < 0:
                duration //= -fields[field, UNIT]
        elif what == does.SYSTEM_START:
            boot = value_of(data, at, length)
        elif what == does.SAMPLER:
            sampler = value_of(data, at, length)
        elif what == does.FRAME or what == does.IP_PACKET:
            _sampled_packet(data, at, at + length, what, cells)
        else:
            _told(value_of(data, at, length), length, what, fields[field, CELL], fields[field, UNIT], cells)
        at += length
    if cells[rows.FAMILY] == 0:
        return at, NO_ADDRESS
    _finish(cells, duration, jobs[job, EXPORT_MS])
    if sampler >= 0 or cells[rows.SAMPLING] == 0:
        _rate(jobs[job, SOURCE], sampler, samplers, state, cells)
    return at, 0


@native
def _address4(data: Octets, at: int, length: int, fields: Ints, field: int, cells: Ints) -> None:
    if length != 4:
        return
    cell = fields[field, CELL]
    value = big32(data, at)
    if fields[field, DOES] == does.NAT4:
        if value != 0:
            cells[cell + 1] = value
            cells[rows.KNOWN] |= fields[field, UNIT]
    elif cells[rows.FAMILY] != 6 or value != 0:  # a template may have both versions, one of them zero
        if cells[rows.FAMILY] == 6:
            cells[cell] = 0
        cells[cell + 1] = value
        cells[rows.FAMILY] = 4


@native
def _address6(data: Octets, at: int, length: int, fields: Ints, field: int, cells: Ints) -> None:
    if length != 16:
        return
    cell = fields[field, CELL]
    high = big64(data, at)
    low = big64(data, at + 8)
    if fields[field, DOES] == does.NAT6:
        if high != 0 or low != 0:
            cells[cell] = high
            cells[cell + 1] = low
            cells[rows.KNOWN] |= fields[field, UNIT]
    elif cells[rows.FAMILY] != 4 or high != 0 or low != 0:
        cells[cell] = high
        cells[cell + 1] = low
        cells[rows.FAMILY] = 6


@inlined
def _uptime(value: Whole, what: Whole, boot: Whole, exported: Whole, cells: Ints) -> None:
    """Milliseconds since the exporter's start, which is not known where the header does not tell it."""
    if boot == 0:
        return
    time = boot + value
    if time > exported + (1 << 31):  # the counter of 32 bits began anew since
        time -= 1 << 32
    cells[rows.START_MS if what == does.START_UPTIME else rows.END_MS] = time


@inlined
def _time(data: Octets, at: Whole, length: Whole, what: Whole, unit: Whole, exported: Whole) -> Whole:
    value = value_of(data, at, length)
    if what == does.START_NTP or what == does.END_NTP:
        seconds = ((value >> 32) & 0xFFFFFFFF) - _NTP_EPOCH
        return seconds * 1000 + ((value & 0xFFFFFFFF) * 1000 >> 32)
    if what == does.START_DELTA or what == does.END_DELTA:
        return exported - value // 1000
    return value * unit


@native
def _told(  # noqa: C901 - likewise
    value: Whole, length: Whole, what: Whole, cell: Whole, unit: Whole, cells: Ints
) -> None:
    """The fields that are one number, and are not merely stored."""
    if what == does.FALLBACK:
        if cells[cell] < 0:
            cells[cell] = value
    elif what == does.FLAGS:
        cells[cell] = value & 0xFF
    elif what == does.ICMP:
        cells[rows.ICMP_TYPE] = value >> 8 & 0xFF
        cells[rows.ICMP_CODE] = value & 0xFF
    elif what == does.FORWARDING:
        status = value >> 6 & 3 if value <= 255 else value >> 30 & 3
        if status != 0:
            cells[rows.OUTCOME] = 2 if status == 2 else 1
    elif what == does.FIREWALL:
        if value == 3:
            cells[rows.OUTCOME] = 2
        elif value == 1 or value == 2 or value == 5:
            cells[rows.OUTCOME] = 1
    elif what == does.RATE:
        if 0 < value < 1 << 31:
            cells[rows.SAMPLING] = value
    elif what == does.NAT_PORT:
        if value != 0:
            cells[cell] = value
            cells[rows.KNOWN] |= unit
    elif what == does.REVERSE:
        cells[cell] = value
        cells[rows.BIFLOW] = 1


@native
def _sampled_packet(data: Octets, at: int, end: int, what: int, cells: Ints) -> None:
    """A piece of the packet itself: a frame of Ethernet, or the IP packet."""
    start = network(data, at, end, ETHERNET if what == does.FRAME else RAW)
    if start >= 0 and headers(data, start, end, cells) == 1:
        cells[rows.PACKETS] = 1
        cells[rows.BYTES] = cells[LENGTH]


@inlined
def _finish(cells: Ints, duration: Whole, exported: Whole) -> None:
    """Times that were not told follow from those that were; the ICMP type may be in the destination port."""
    if cells[rows.START_MS] <= 0:
        cells[rows.START_MS] = cells[rows.END_MS] if cells[rows.END_MS] > 0 else exported
    if duration >= 0 and cells[rows.END_MS] <= 0:
        cells[rows.END_MS] = cells[rows.START_MS] + min(duration, 1 << 40)
    if cells[rows.END_MS] < 0:
        cells[rows.END_MS] = 0
    protocol = cells[rows.PROTOCOL]
    if (protocol == 1 or protocol == 58) and cells[rows.ICMP_TYPE] < 0 and cells[rows.DST_PORT] > 0:
        cells[rows.ICMP_TYPE] = cells[rows.DST_PORT] >> 8 & 0xFF
        cells[rows.ICMP_CODE] = cells[rows.DST_PORT] & 0xFF
    for counter in (rows.PACKETS, rows.BYTES, rows.REPLY_PACKETS, rows.REPLY_BYTES):
        if cells[counter] < -1:  # more than 63 bits
            cells[counter] = -1


@native
def _rate(source: Whole, sampler: Whole, samplers: Ints, state: Ints, cells: Ints) -> None:
    """The rate that option data told for this sampler, or for all that its source sends."""
    for each in range(state[SAMPLERS]):
        if samplers[each, 0] == source and (samplers[each, 1] == sampler or samplers[each, 1] < 0):
            cells[rows.SAMPLING] = samplers[each, 2]
            if samplers[each, 1] == sampler:
                return

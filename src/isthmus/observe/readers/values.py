"""What a text field of a flow record does to its row, for all formats of lines: the compiled side of :mod:`columns`.

A field that is empty, ``-``, ``null`` or ``(empty)`` tells nothing. A field that tells something and cannot be read
makes its record malformed.
"""

from isthmus.observe.readers import rows
from isthmus.observe.readers.native import Ints, Octets, Whole, inlined, native, octet
from isthmus.observe.readers.text import NONE, address, milliseconds, number
from isthmus.observe.readers.words import (
    as_word,
    flags_of,
    forwarding_of,
    history_of,
    moment,
    outcome_of,
    protocol_of,
    state_of,
    tells_nothing,
    word,
)

(
    IGNORE, SOURCE, TARGET, NAT_SOURCE, NAT_TARGET, PROTOCOL, PORT, NAT_PORT, ICMP, FLAGS, SECONDS, MILLIS, MICROS,
    NANOS, TIME, DURATION, DURATION_MS, COUNT, SAMPLING, OUTCOME, INTERFACE, EXPORTER, FORWARDING, STATE, HISTORY,
    STATUS, WIRE_SOURCE, WIRE_TARGET, FALLBACK,
) = range(29)  # fmt: skip
"""What a field does: source and target are addresses; ``STATUS`` may say that a line holds no flow."""

# Cells of a line, after those of a record.
LENGTH_MS, NAMED_FROM, NAMED_TO, NO_FLOW, FAMILIES, WIRE = range(rows.CELLS, rows.CELLS + 6)
LINE_CELLS = rows.CELLS + 6

REASONS = (
    "",
    "an address is not one",
    "a protocol is not known",
    "a port is not a number up to 65535",
    "TCP flags are not known",
    "a time is not one",
    "a counter is not a number",
    "a number is not one",
    "what became of the flow is not known",
    "a line has no addresses",
    "the addresses of a line are of both IP versions",
    "a line has not as many fields as its header",
    "a line is no JSON object",
    "a line has no protocol",
    "a value is out of bounds",
)
(
    BAD_ADDRESS, BAD_PROTOCOL, BAD_PORT, BAD_FLAGS, BAD_TIME, BAD_COUNT, BAD_NUMBER, BAD_OUTCOME, NO_ADDRESS, MIXED,
    BAD_FIELDS, BAD_JSON, NO_PROTOCOL, OUT_OF_BOUNDS,
) = range(1, 15)  # fmt: skip


@native
def begin(cells: Ints) -> None:
    """A line of which nothing is read yet."""
    rows.clear(cells)
    for each in range(rows.CELLS, LINE_CELLS):
        cells[each] = 0
    cells[LENGTH_MS] = -1
    cells[rows.PROTOCOL] = -1


_NODATA, _SKIPDATA, _OK = as_word("nodata"), as_word("skipdata"), as_word("ok")
SAYS_NODATA, SAYS_SKIPDATA = 1, 2


@native
def _address(data: Octets, start: Whole, end: Whole, does: Whole, cells: Ints) -> int:
    """An address of a flow; one that stands on the wire counts before one that does not."""
    source = does in (SOURCE, WIRE_SOURCE)
    place = rows.SRC_HI if source else rows.DST_HI
    side = 1 if source else 2
    if does in (WIRE_SOURCE, WIRE_TARGET):
        cells[WIRE] |= side
    elif cells[WIRE] & side:
        return 0
    family = address(data, start, end, cells, place)
    if family == 0:
        return BAD_ADDRESS
    shift = 0 if source else 4
    cells[FAMILIES] = (cells[FAMILIES] & ~(15 << shift)) | family << shift
    return 0


@native
def _translated(data: Octets, start: Whole, end: Whole, does: Whole, cells: Ints) -> int:
    place = rows.NAT_SRC_HI if does == NAT_SOURCE else rows.NAT_DST_HI
    if address(data, start, end, cells, place) == 0:
        return BAD_ADDRESS
    if cells[place] != 0 or cells[place + 1] != 0:
        cells[rows.KNOWN] |= rows.KNOWN_SRC if does == NAT_SOURCE else rows.KNOWN_DST
    return 0


@native
def _when(data: Octets, start: Whole, end: Whole, does: Whole, cell: Whole, cells: Ints) -> int:
    if does == TIME:
        value = moment(data, start, end)
    elif does in (SECONDS, DURATION):
        value = milliseconds(data, start, end)
    else:
        value = number(data, start, end) if end - start <= 18 else number(data, start, end - 6)
        if value != NONE:
            if does == NANOS:
                value = value // 1_000_000 if end - start <= 18 else value
            elif does == MICROS:
                value = value // 1000 if end - start <= 18 else value * 1000
    if value == NONE:
        return BAD_TIME
    if does in (DURATION, DURATION_MS):
        cells[LENGTH_MS] = value
    elif cells[cell] == 0:  # the first that is told counts
        cells[cell] = value
    return 0


@native
def assign(  # noqa: C901 - one branch for each thing that a field does
    data: Octets, start: Whole, end: Whole, does: Whole, cell: Whole, cells: Ints
) -> int:
    """Do with a field what its column does: 0, or the number of a reason."""
    if does == IGNORE or tells_nothing(data, start, end):
        return 0
    if does in (SOURCE, TARGET, WIRE_SOURCE, WIRE_TARGET):
        return _address(data, start, end, does, cells)
    if does in (NAT_SOURCE, NAT_TARGET):
        return _translated(data, start, end, does, cells)
    if SECONDS <= does <= DURATION_MS:
        return _when(data, start, end, does, cell, cells)
    if does == EXPORTER:
        cells[NAMED_FROM] = start
        cells[NAMED_TO] = end
        return 0
    if does == PROTOCOL:
        value = protocol_of(data, start, end)
        if value >= 0 or cells[rows.PROTOCOL] < 0:  # a name that is not known may have its number beside it
            cells[rows.PROTOCOL] = value if value >= 0 else -2
        return 0
    if does in (FLAGS, HISTORY):
        value = flags_of(data, start, end) if does == FLAGS else history_of(data, start, end)
        if value > 0:
            cells[rows.TCP_FLAGS] = value
        return BAD_FLAGS if value < 0 else 0
    if does in (OUTCOME, STATE, FORWARDING):
        return _became(data, start, end, does, cells)
    if does == STATUS:
        name = word(data, start, end)
        if name == _NODATA:
            cells[NO_FLOW] = SAYS_NODATA
        elif name == _SKIPDATA:
            cells[NO_FLOW] = SAYS_SKIPDATA
        return 0
    return _number(data, start, end, does, cell, cells)


@native
def _became(data: Octets, start: Whole, end: Whole, does: Whole, cells: Ints) -> int:
    if does == OUTCOME:
        value = outcome_of(data, start, end)
    elif does == STATE:
        value = state_of(data, start, end)
    else:
        value = forwarding_of(data, start, end)
    if value < 0:
        return BAD_OUTCOME
    cells[rows.OUTCOME] = value
    return 0


@native
def _number(  # noqa: C901 - one branch for each kind of number
    data: Octets, start: Whole, end: Whole, does: Whole, cell: Whole, cells: Ints
) -> int:
    if does == PORT and cell == rows.DST_PORT:
        end = _type_and_code(data, start, end, cells)
    if end - start > 2 and octet(data, end - 1) == 48 and octet(data, end - 2) == 46:
        end -= 2  # a whole number that somebody's tool made a fraction of: 443.0
    if end - start == 2 and octet(data, start) == 45 and octet(data, start + 1) == 49:
        return 0  # -1: not told
    value = number(data, start, end)
    if does in (PORT, NAT_PORT, ICMP):
        if value < 0 or value > 65535:
            return BAD_PORT
        cells[cell] = value
        if does == ICMP:  # Zeek tells type and code as ports
            cells[rows.ICMP_TYPE if cell == rows.SRC_PORT else rows.ICMP_CODE] = value & 0xFF
        if does == NAT_PORT and value != 0:
            cells[rows.KNOWN] |= rows.KNOWN_SRC_PORT if cell == rows.NAT_SRC_PORT else rows.KNOWN_DST_PORT
        return 0
    if value == NONE:
        return BAD_COUNT if does in (COUNT, FALLBACK) else BAD_NUMBER
    if does == FALLBACK and cells[cell] >= 0:
        return 0
    if does == COUNT and (cell == rows.REPLY_BYTES or cell == rows.REPLY_PACKETS):
        cells[rows.BIFLOW] = 1
    if does != COUNT and does != FALLBACK and value >= 1 << 31:
        if does != INTERFACE or value >= 1 << 32:
            return BAD_NUMBER
        value = -1
    cells[cell] = value
    return 0


@native
def finish(cells: Ints) -> int:
    """What a whole line amounts to: 0, or the number of a reason."""
    source, target = cells[FAMILIES] & 15, cells[FAMILIES] >> 4
    if source == 0 or target == 0:
        return NO_ADDRESS
    if source != target:
        return MIXED
    if cells[rows.PROTOCOL] < 0:
        return BAD_PROTOCOL if cells[rows.PROTOCOL] == -2 else NO_PROTOCOL
    cells[rows.FAMILY] = source
    if source == 6 and cells[rows.PROTOCOL] == 1:  # Zeek and others call both ICMP
        cells[rows.PROTOCOL] = 58
    protocol = cells[rows.PROTOCOL]
    if cells[rows.START_MS] == 0:
        cells[rows.START_MS] = cells[rows.END_MS]
        if cells[LENGTH_MS] > 0:
            cells[rows.START_MS] = max(0, cells[rows.END_MS] - cells[LENGTH_MS])
    elif cells[LENGTH_MS] >= 0 and cells[rows.END_MS] == 0:
        cells[rows.END_MS] = cells[rows.START_MS] + cells[LENGTH_MS]
    if (protocol == 1 or protocol == 58) and cells[rows.ICMP_TYPE] < 0:
        _icmp_in_ports(cells)
    rows.settle(cells)
    return 0 if rows.plausible(cells) else OUT_OF_BOUNDS


@native
def _type_and_code(data: Octets, start: Whole, end: Whole, cells: Ints) -> Whole:
    """Where the first number ends of ``8.0``, as nfdump writes type and code of ICMP in place of the port."""
    for at in range(start + 1, end):
        if octet(data, at) == 46:
            kind, code = number(data, start, at), number(data, at + 1, end)
            if 0 <= kind <= 255 and 0 <= code <= 255:
                cells[rows.ICMP_TYPE] = kind
                cells[rows.ICMP_CODE] = code
                return at
            return end
    return end


@inlined
def _icmp_in_ports(cells: Ints) -> None:
    """Type and code as NetFlow puts them: 256 times the type plus the code in the destination port."""
    if cells[rows.DST_PORT] > 0:
        cells[rows.ICMP_TYPE] = cells[rows.DST_PORT] >> 8
        cells[rows.ICMP_CODE] = cells[rows.DST_PORT] & 0xFF

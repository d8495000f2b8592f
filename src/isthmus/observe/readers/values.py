"""What a text field of a flow record does to its row, for all formats of lines: the compiled side of :mod:`columns`.

A field that is empty, ``-``, ``null`` or ``(empty)`` tells nothing. A field that tells something and cannot be read
makes its record malformed.
"""

from isthmus.observe.readers import rows
from isthmus.observe.readers.native import Ints, Octets, Whole, inlined, native, octet
from isthmus.observe.readers.text import NONE, address, milliseconds, number

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


@inlined
def word(data: Octets, start: Whole, end: Whole) -> Whole:
    """Up to eight characters in small letters as one number; 0 for a longer word."""
    if end - start > 8:
        return 0
    value = 0
    for at in range(start, end):
        char = octet(data, at)
        value = value << 8 | (char + 32 if 65 <= char <= 90 else char)
    return value


def as_word(text: str) -> int:
    """A word as :func:`word` makes it."""
    return int.from_bytes(text.lower().encode(), "big")


_NULL, _EMPTY = as_word("null"), as_word("(empty)")


@native
def tells_nothing(data: Octets, start: Whole, end: Whole) -> bool:
    """Whether a field is a way to say that there is nothing to say."""
    if end == start or (end - start == 1 and octet(data, start) == 45):
        return True
    value = word(data, start, end)
    return value in (_NULL, _EMPTY)


_PROTOCOLS = tuple(
    (as_word(name), number)
    for name, number in (
        ("tcp", 6), ("udp", 17), ("icmp", 1), ("icmp6", 58), ("icmpv6", 58), ("sctp", 132), ("gre", 47), ("esp", 50),
        ("ah", 51), ("ospf", 89), ("igmp", 2), ("vrrp", 112),
        ("pim", 103), ("ipip", 4), ("ipv6", 41), ("udplite", 136),
        ("dccp", 33), ("l2tp", 115), ("rsvp", 46), ("egp", 8), ("ospfigp", 89), ("ipencap", 4), ("hopopt", 0),
        ("eigrp", 88),
    )
)  # fmt: skip
_IPV6_ICMP = 0x697076362D69636D  # "ipv6-icm", of "ipv6-icmp"


@native
def protocol_of(data: Octets, start: Whole, end: Whole) -> Whole:
    """A number or a name; -1 for one that is not known."""
    value = number(data, start, end)
    if value != NONE:
        return value
    if end - start == 9 and word(data, start, end - 1) == _IPV6_ICMP:
        return 58
    name = word(data, start, end)
    for known, value in _PROTOCOLS:
        if known == name:
            return value
    return -1


_FLAG_WORDS = tuple(
    (as_word(name), bit)
    for name, bit in (
        ("fin", 1), ("syn", 2), ("rst", 4), ("psh", 8), ("ack", 16), ("urg", 32), ("ece", 64), ("cwr", 128), ("ns", 0),
    )
)  # fmt: skip
_FLAG_LETTERS = (70, 83, 82, 80, 65, 85, 69, 67)
"""``FSRPAUEC``, as nfdump shows them."""


@native
def flags_of(data: Octets, start: Whole, end: Whole) -> Whole:
    """TCP flags as a number (``18``, ``0x12``), words between marks (``syn|ack``), or letters (``...AP.SF``)."""
    value = number(data, start, end)
    if value != NONE:
        return value & 0xFF
    if end - start > 2 and octet(data, start) == 48 and octet(data, start + 1) | 32 == 120:
        return _hexadecimal(data, start + 2, end)
    bits = 0
    at = start
    while at < end:
        if not _letter(octet(data, at)):
            at += 1
            continue
        stop = at
        while stop < end and _letter(octet(data, stop)):
            stop += 1
        bit = _flag_word(word(data, at, stop))
        if bit < 0:
            return _letters(data, start, end)
        bits |= bit
        at = stop
    return bits


@inlined
def _letter(char: Whole) -> bool:
    return 65 <= char <= 90 or 97 <= char <= 122


@native
def _flag_word(name: Whole) -> Whole:
    for known, bit in _FLAG_WORDS:
        if known == name:
            return bit
    return -1


@native
def _letters(data: Octets, start: Whole, end: Whole) -> Whole:
    bits = 0
    for at in range(start, end):
        char = octet(data, at)
        found = char == 46
        for bit in range(8):
            if char == _FLAG_LETTERS[bit]:
                bits |= 1 << bit
                found = True
        if not found:
            return -1
    return bits


@native
def _hexadecimal(data: Octets, start: Whole, end: Whole) -> Whole:
    value = 0
    for at in range(start, end):
        char = octet(data, at)
        digit = char - 48 if 48 <= char <= 57 else (char | 32) - 87
        if digit < 0 or digit > 15:
            return -1
        value = (value << 4 | digit) & 0xFFF
    return value & 0xFF


@native
def _two(data: Octets, at: Whole) -> Whole:
    """Two decimal digits; a large negative number for anything else."""
    tens = octet(data, at) - 48
    ones = octet(data, at + 1) - 48
    if tens < 0 or tens > 9 or ones < 0 or ones > 9:
        return -1_000_000
    return tens * 10 + ones


@native
def moment(data: Octets, start: Whole, end: Whole) -> Whole:
    """``2026-11-23T18:07:41.725Z`` (or a blank for the T, an offset for the Z; without either it is UTC), or seconds.

    In Unix ms; :data:`NONE` for what is no time.
    """
    if end - start < 19 or octet(data, start + 4) != 45:
        return milliseconds(data, start, end)
    year = _two(data, start) * 100 + _two(data, start + 2)
    month, day = _two(data, start + 5), _two(data, start + 8)
    hour, minute, second = _two(data, start + 11), _two(data, start + 14), _two(data, start + 17)
    if year < 1970 or month < 1 or month > 12 or day < 1 or day > 31 or hour < 0 or minute < 0 or second < 0:
        return NONE
    if hour > 24 or minute > 59 or second > 60:
        return NONE
    shifted = year - (1 if month <= 2 else 0)  # days of the civil calendar, with years that begin in March
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    days = shifted * 365 + shifted // 4 - shifted // 100 + shifted // 400 + of_year - 719_468
    value = ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000
    at = start + 19
    if at < end and (octet(data, at) == 46 or octet(data, at) == 44):
        at += 1
        worth = 100
        while at < end and 48 <= octet(data, at) <= 57:
            value += (octet(data, at) - 48) * worth
            worth //= 10
            at += 1
    return value - _offset(data, at, end) if _offset(data, at, end) != NONE else NONE


@native
def _offset(data: Octets, at: Whole, end: Whole) -> Whole:
    """What is after a time: nothing, ``Z``, ``UTC``, or ``+01:00`` (the minutes' colon may be missing), in ms."""
    left = end - at
    if left == 0 or (left == 1 and octet(data, at) | 32 == 122) or (left == 3 and octet(data, at) == 85):
        return 0
    if left == 4 and octet(data, at) == 32 and octet(data, at + 1) == 85:
        return 0
    sign = octet(data, at)
    if (left == 6 or left == 5) and (sign == 43 or sign == 45):
        minutes = _two(data, at + 1) * 60 + _two(data, end - 2)
        if minutes < 0:
            return NONE
        return minutes * 60_000 if sign == 43 else minutes * -60_000
    return NONE


_WORDS = tuple(
    (as_word(name), outcome)
    for name, outcome in (
        ("accept", 1), ("allow", 1), ("pass", 1), ("passed", 1), ("forward", 1), ("ok", 1), ("reject", 2), ("deny", 2),
        ("drop", 2), ("denied", 2), ("dropped", 2), ("refused", 2), ("block", 2), ("blocked", 2), ("accepted", 1),
        ("rejected", 2), ("allowed", 1), ("1", 1), ("2", 2), ("0", 0),
    )
)  # fmt: skip
_STATES = tuple(
    (as_word(name), outcome)
    for name, outcome in (
        ("sf", 1), ("s1", 1), ("s2", 1), ("s3", 1), ("rsto", 1), ("rstr", 1), ("rstos0", 0), ("rstrh", 0), ("sh", 0),
        ("shr", 0), ("s0", 0), ("oth", 0), ("rej", 2),
    )
)  # fmt: skip
_NODATA, _SKIPDATA, _OK = as_word("nodata"), as_word("skipdata"), as_word("ok")
SAYS_NODATA, SAYS_SKIPDATA = 1, 2


@native
def outcome_of(data: Octets, start: Whole, end: Whole) -> Whole:
    """0 to 2, of words of filters; -1 for one that is not known."""
    name = word(data, start, end)
    for known, value in _WORDS:
        if known == name:
            return value
    return -1


@native
def _state_of(data: Octets, start: Whole, end: Whole) -> Whole:
    """Zeek's ``conn_state``: an answer means that the request passed; a reset at once that it was refused."""
    name = word(data, start, end)
    for known, value in _STATES:
        if known == name:
            return value
    return -1


@native
def _forwarding(data: Octets, start: Whole, end: Whole) -> Whole:
    """IPFIX forwardingStatus, as a number or as pmacct writes it: ``FORWARDED Unknown``; -1 for neither."""
    value = number(data, start, end)
    if value != NONE:
        status = value >> 6 & 3 if value > 3 else value
    else:
        first = octet(data, start) | 32
        if first == 117:  # UNKNOWN
            status = 0
        elif first == 102 or first == 99:  # FORWARDED, CONSUMED
            status = 1
        elif first == 100:  # DROPPED
            status = 2
        else:
            return -1
    return 0 if status == 0 else (2 if status == 2 else 1)


@native
def _history(data: Octets, start: Whole, end: Whole) -> Whole:
    """The flags that the originator sent, of Zeek's history: capital letters are its own."""
    bits = 0
    for at in range(start, end):
        char = octet(data, at)
        if char == 83:
            bits |= 2
        elif char == 72:
            bits |= 18
        elif char == 65 or char == 68:
            bits |= 16
        elif char == 70:
            bits |= 1
        elif char == 82:
            bits |= 4
    return bits


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
        value = flags_of(data, start, end) if does == FLAGS else _history(data, start, end)
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
        value = _state_of(data, start, end)
    else:
        value = _forwarding(data, start, end)
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

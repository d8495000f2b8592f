"""One line of conntrack's text, read by a compiled loop (conntrack(8), libnetfilter_conntrack's default output).

A line tells an event and its time (``-E -o timestamp``), a protocol, a state, and two tuples of ``key=value``: what
the client sent, and what the reply will look like. Where the second is not the first turned round, there is
translation: the reply's destination is the client's address as the server sees it, the reply's source is the server's
own address.
"""

from isthmus.observe.readers import rows
from isthmus.observe.readers.native import Ints, Octets, Whole, inlined, native, octet
from isthmus.observe.readers.text import NONE, address, milliseconds, number

# Cells of a line, after those of a record.
EVENT, TIME, DURATION, CONNECTION, TUPLES = range(rows.CELLS, rows.CELLS + 5)
REPLY = rows.CELLS + 5
"""The reply's source and destination (two cells each), and its ports."""
FAMILIES = REPLY + 6
"""The IP versions of the four addresses, a bit each: 1 is IPv4, 2 is IPv6."""
LINE_CELLS = FAMILIES + 1

LISTED, NEW, UPDATE, DESTROY = range(4)
"""``EVENT``: none, as in ``conntrack -L``; and the three events of ``conntrack -E``."""

REASONS = (
    "",
    "a line has no protocol",
    "an address is not one",
    "a port or an ICMP type is not a number that fits",
    "a counter is not a number",
    "the time of an event is not one",
    "a line has not both tuples",
    "the addresses of a line are of both IP versions",
    "a line is no entry of conntrack",
    "a value of a line is out of bounds",
)
NO_PROTOCOL, BAD_ADDRESS, BAD_PORT, BAD_COUNTER, BAD_TIME, NO_TUPLES, MIXED, NO_ENTRY, OUT_OF_BOUNDS = range(1, 10)


@inlined
def _word(data: Octets, start: Whole, end: Whole) -> Whole:
    """Up to eight characters as one number, for comparison; 0 for a longer word."""
    if end - start > 8:
        return 0
    value = 0
    for at in range(start, end):
        value = value << 8 | octet(data, at)
    return value


def word(text: str) -> int:
    """A word as the compiled loop compares it."""
    return int.from_bytes(text.encode(), "big")


_IPV4, _IPV6, _TCP_SYN_SENT = word("ipv4"), word("ipv6"), word("SYN_SENT")
_TCP_SYN_RECEIVED = word("SYN_RECV")
_NEW, _UPDATE, _DESTROY = word("NEW"), word("UPDATE"), word("DESTROY")
_SRC, _DST, _SPORT, _DPORT = word("src"), word("dst"), word("sport"), word("dport")
_TYPE, _CODE, _PACKETS, _BYTES, _ID = word("type"), word("code"), word("packets"), word("bytes"), word("id")


@native
def entry(data: Octets, start: int, end: int, cells: Ints) -> int:
    """Read the line between ``start`` and ``end`` into ``cells``: 0, or the number of a reason."""
    rows.clear(cells)
    for each in range(rows.CELLS, LINE_CELLS):
        cells[each] = 0
    cells[DURATION] = -1
    cells[rows.PROTOCOL] = -1
    at = start
    words = 0
    while at < end:
        char = octet(data, at)
        if char == 32 or char == 9 or char == 13:
            at += 1
            continue
        stop = at
        equals = end
        closing = char == 91  # in brackets there are spaces
        while stop < end:
            char = octet(data, stop)
            if closing:
                if char == 93:
                    closing = False
            elif char == 32 or char == 9 or char == 13:
                break
            if char == 61 and equals == end:
                equals = stop
            stop += 1
        fault = 0
        if octet(data, at) == 91:
            fault = _bracket(data, at + 1, stop - 1, cells)
        elif equals < stop:
            fault = _pair(data, at, equals, stop, cells)
        else:
            words = _bare(data, at, stop, cells, words)
        if fault != 0:
            return fault
        at = stop
    return _whole(cells)


@native
def _bracket(data: Octets, start: Whole, end: Whole, cells: Ints) -> int:
    """The time, or the event; any other flag tells nothing that a record holds."""
    if end > start and 48 <= octet(data, start) <= 57:
        cells[TIME] = milliseconds(data, start, end)
        return BAD_TIME if cells[TIME] == NONE else 0
    flag = _word(data, start, end)
    if flag == _NEW:
        cells[EVENT] = NEW
    elif flag == _UPDATE:
        cells[EVENT] = UPDATE
    elif flag == _DESTROY:
        cells[EVENT] = DESTROY
    return 0


@native
def _bare(data: Octets, start: Whole, end: Whole, cells: Ints, words: int) -> int:
    """A word before the tuples: layer 3 and its number (not always there), the protocol, its number, timeout, state."""
    if cells[TUPLES] > 0:
        return words
    value = _word(data, start, end)
    if words == 0 and (value in (_IPV4, _IPV6)):
        return -2
    if words == 1:
        protocol = number(data, start, end)
        if 0 <= protocol <= 255:
            cells[rows.PROTOCOL] = protocol
    if value in (_TCP_SYN_SENT, _TCP_SYN_RECEIVED):
        cells[rows.TCP_FLAGS] = 2
    return words + 1 if words != -2 else 0


@native
def _pair(data: Octets, start: Whole, equals: Whole, end: Whole, cells: Ints) -> int:
    """``key=value``: of the client's tuple if it comes before the second ``src``, else of the reply's."""
    key = _word(data, start, equals)
    value = equals + 1
    if key in (_SRC, _DST):
        if key == _SRC:
            cells[TUPLES] += 1
        reply = cells[TUPLES] > 1
        place = (REPLY if reply else rows.SRC_HI) + (2 if key == _DST else 0)
        family = address(data, value, end, cells, place)
        if family == 0:
            return BAD_ADDRESS
        cells[FAMILIES] |= 1 if family == 4 else 2
        cells[rows.FAMILY] = family
        return 0
    if key in (_SPORT, _DPORT, _TYPE, _CODE):
        return _port(cells, key, number(data, value, end))
    if key in (_PACKETS, _BYTES):
        count = number(data, value, end)
        if count == NONE:
            return BAD_COUNTER
        place = rows.PACKETS if cells[TUPLES] <= 1 else rows.REPLY_PACKETS
        cells[place + (1 if key == _BYTES else 0)] = count
    elif key == _ID:
        cells[CONNECTION] = number(data, value, end)
    elif equals - start == 10 and octet(data, start) == 100 and octet(data, start + 5) == 45:  # delta-time
        cells[DURATION] = number(data, value, end)
        if cells[DURATION] == NONE or cells[DURATION] > 1 << 40:
            return BAD_TIME
    return 0


@native
def _port(cells: Ints, key: Whole, value: Whole) -> int:
    if value < 0 or value > 65535:
        return BAD_PORT
    reply = cells[TUPLES] > 1
    if key == _SPORT:
        cells[REPLY + 4 if reply else rows.SRC_PORT] = value
    elif key == _DPORT:
        cells[REPLY + 5 if reply else rows.DST_PORT] = value
    elif value > 255:
        return BAD_PORT
    elif not reply:
        cells[rows.ICMP_TYPE if key == _TYPE else rows.ICMP_CODE] = value
    return 0


@native
def _whole(cells: Ints) -> int:
    """What a whole line amounts to: its translation, its times, and whether it is whole."""
    if cells[TUPLES] == 0:
        return NO_ENTRY
    if cells[rows.PROTOCOL] < 0:
        return NO_PROTOCOL
    if cells[TUPLES] != 2:
        return NO_TUPLES
    if cells[FAMILIES] == 3:
        return MIXED
    cells[rows.NAT_SRC_HI], cells[rows.NAT_SRC_LO] = cells[REPLY + 2], cells[REPLY + 3]
    cells[rows.NAT_DST_HI], cells[rows.NAT_DST_LO] = cells[REPLY], cells[REPLY + 1]
    cells[rows.NAT_SRC_PORT], cells[rows.NAT_DST_PORT] = cells[REPLY + 5], cells[REPLY + 4]
    cells[rows.KNOWN] = rows.KNOWN_SRC | rows.KNOWN_DST | rows.KNOWN_SRC_PORT | rows.KNOWN_DST_PORT
    if cells[rows.REPLY_PACKETS] >= 0:
        cells[rows.BIFLOW] = 1
    cells[rows.OUTCOME] = 1
    cells[rows.END_MS] = cells[TIME]
    cells[rows.START_MS] = cells[TIME]
    if cells[TIME] > 0 and cells[DURATION] > 0 and cells[EVENT] == DESTROY:
        cells[rows.START_MS] -= 1000 * cells[DURATION]
    return 0 if rows.plausible(cells) else OUT_OF_BOUNDS

"""Words in flow records, read by compiled loops: protocols, TCP flags, times of the calendar, what became of a flow."""

from isthmus.observe.readers.native import Octets, Whole, inlined, native, octet
from isthmus.observe.readers.text import NONE, milliseconds, number


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


@native
def outcome_of(data: Octets, start: Whole, end: Whole) -> Whole:
    """0 to 2, of words of filters; -1 for one that is not known."""
    name = word(data, start, end)
    for known, value in _WORDS:
        if known == name:
            return value
    return -1


@native
def state_of(data: Octets, start: Whole, end: Whole) -> Whole:
    """Zeek's ``conn_state``: an answer means that the request passed; a reset at once that it was refused."""
    name = word(data, start, end)
    for known, value in _STATES:
        if known == name:
            return value
    return -1


@native
def forwarding_of(data: Octets, start: Whole, end: Whole) -> Whole:
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
def history_of(data: Octets, start: Whole, end: Whole) -> Whole:
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

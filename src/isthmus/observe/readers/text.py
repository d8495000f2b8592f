"""Reading values out of text in compiled loops: whole numbers, times, IP addresses, names of protocols.

Each function is given the octets of a block of lines and where the value stands in it. Nothing is assumed of what
stands there: what is no such value is answered with :data:`NONE` or family 0.
"""

from isthmus.observe.readers.native import Ints, Octets, Whole, native, octet

NONE = -(1 << 63)
"""What is said of a text that is no number."""

_MOST_DIGITS = 18


@native
def number(data: Octets, start: Whole, end: Whole) -> int:
    """A whole number in decimal digits, with at most 18 of them; :data:`NONE` if it is none."""
    if end <= start or end - start > _MOST_DIGITS:
        return NONE
    value = 0
    for at in range(start, end):
        digit = octet(data, at) - 48
        if digit < 0 or digit > 9:
            return NONE
        value = value * 10 + digit
    return value


@native
def signed_number(data: Octets, start: Whole, end: Whole) -> int:
    """As :func:`number`, perhaps with a minus."""
    if end > start and octet(data, start) == 45:
        value = number(data, start + 1, end)
        return value if value == NONE else -value
    return number(data, start, end)


@native
def milliseconds(data: Octets, start: Whole, end: Whole) -> int:
    """Seconds with or without a fraction, as whole milliseconds, rounded down; :data:`NONE` if it is no such text."""
    dot = end
    for at in range(start, end):
        if octet(data, at) == 46:
            dot = at
            break
    seconds = number(data, start, dot)
    if seconds == NONE or seconds > 1 << 50:
        return NONE
    value = seconds * 1000
    worth = 100
    if dot < end and dot + 1 == end:
        return NONE
    for at in range(dot + 1, end):
        digit = octet(data, at) - 48
        if digit < 0 or digit > 9:
            return NONE
        value += digit * worth
        worth //= 10
    return value


@native
def _ipv4(data: Octets, start: Whole, end: Whole) -> int:
    """Four numbers of up to three digits between dots; -1 if it is no such text."""
    value = 0
    parts = 0
    at = start
    while parts < 4:
        digits = 0
        part = 0
        while at < end and digits < 4:
            digit = octet(data, at) - 48
            if digit < 0 or digit > 9:
                break
            part = part * 10 + digit
            digits += 1
            at += 1
        if digits == 0 or part > 255 or digits > 3 or (digits > 1 and octet(data, at - digits) == 48):
            return -1
        value = value << 8 | part
        parts += 1
        if parts < 4:
            if at >= end or octet(data, at) != 46:
                return -1
            at += 1
    return value if at == end else -1


@native
def _hex_digit(data: Octets, at: Whole) -> int:
    char = octet(data, at)
    if 48 <= char <= 57:
        return char - 48
    char |= 32
    if 97 <= char <= 102:
        return char - 87
    return -1


@native
def _groups(data: Octets, start: Whole, end: Whole, cells: Ints, first: int, skipped: int, last: int) -> int:
    """Shift 16-bit groups between colons into two cells, leaving ``skipped`` unused; how many there were, or -1.

    The last of the address (``last`` is 1) may be an IPv4 address, which counts as two.
    """
    count = 0
    at = start
    while at < end:
        digits = 0
        group = 0
        begin = at
        while at < end and digits < 5:
            digit = _hex_digit(data, at)
            if digit < 0:
                break
            group = group << 4 | digit
            digits += 1
            at += 1
        if at < end and octet(data, at) == 46:
            four = _ipv4(data, begin, end)
            if four < 0 or count + skipped > 6 or last == 0:
                return -1
            _shift(cells, first, four >> 16)
            _shift(cells, first, four & 0xFFFF)
            return count + 2
        if digits == 0 or digits > 4 or count + skipped > 7:
            return -1
        _shift(cells, first, group)
        count += 1
        if at < end:
            if octet(data, at) != 58 or at + 1 == end:
                return -1
            at += 1
    return count


@native
def _shift(cells: Ints, first: int, group: Whole) -> None:
    """Shift 128 bits in two cells left by 16, and put a group into the lowest."""
    cells[first] = cells[first] << 16 | (cells[first + 1] >> 48) & 0xFFFF
    cells[first + 1] = cells[first + 1] << 16 | group


@native
def _ipv6(data: Octets, start: Whole, end: Whole, cells: Ints, first: int) -> int:
    """RFC 4291, section 2.2: eight groups, of which ``::`` may stand for one or more."""
    gap = -1
    for at in range(start, end - 1):
        if octet(data, at) == 58 and octet(data, at + 1) == 58:
            gap = at
            break
    cells[first] = 0
    cells[first + 1] = 0
    if gap < 0:
        return 6 if _groups(data, start, end, cells, first, 0, 1) == 8 else 0
    before = _groups(data, start, gap, cells, first, 1, 0)
    if before < 0 or before > 7:
        return 0
    high, low = cells[first], cells[first + 1]
    cells[first] = 0
    cells[first + 1] = 0
    after = _groups(data, gap + 2, end, cells, first, before + 1, 1)
    if after < 0 or before + after > 7:
        return 0
    for _ in range(8 - before):
        high = high << 16 | (low >> 48) & 0xFFFF
        low = low << 16
    cells[first] |= high
    cells[first + 1] |= low
    return 6


@native
def address(data: Octets, start: Whole, end: Whole, cells: Ints, first: int) -> int:
    """An IP address into two cells, upper half first: its version, or 0 if it is no address.

    ``::ffff:192.0.2.1`` is the IPv4 address.
    """
    if end - start < 2 or end - start > 45:
        return 0
    four = _ipv4(data, start, end)
    if four >= 0:
        cells[first] = 0
        cells[first + 1] = four
        return 4
    if _ipv6(data, start, end, cells, first) == 0:
        return 0
    if cells[first] == 0 and cells[first + 1] >> 32 == 0xFFFF:
        cells[first + 1] &= 0xFFFFFFFF
        return 4
    return 6


@native
def same(data: Octets, start: Whole, end: Whole, word: Octets) -> bool:
    """Whether the text is this word."""
    if end - start != len(word):
        return False
    for each in range(len(word)):  # noqa: SIM110 - all() is not compiled
        if octet(data, start + each) != octet(word, each):
            return False
    return True


@native
def line_end(data: Octets, start: Whole, end: Whole) -> Whole:
    """Where the line feed is that ends this line; ``end`` if there is none."""
    at = start
    while at < end and octet(data, at) != 10:
        at += 1
    return at

"""The compiled loops over lines of fields: between separators, or as JSON objects, one a line.

Both are given what each column or key does (:mod:`values`), and return where a table is full or a line is for Python.
"""

from isthmus.observe.readers import rows
from isthmus.observe.readers.native import Ints, Octets, Whole, inlined, native, octet
from isthmus.observe.readers.rows import Tables
from isthmus.observe.readers.text import line_end, same
from isthmus.observe.readers.values import (
    BAD_FIELDS,
    BAD_JSON,
    NAMED_FROM,
    NAMED_TO,
    NO_FLOW,
    SAYS_NODATA,
    assign,
    begin,
    finish,
)

# Places in ``state`` after the counts of rows.
POSITION, LINE, FAULTS, WHY, NODATA, SKIPDATA, EXPORTERS = range(2, 9)
STATE = 9

DONE, FULL, COMMENT, NEW_EXPORTER = range(4)
"""Why a loop returned: all is read; a table is full; a comment (``#``) or an unknown exporter's line is at POSITION."""

QUOTE, BACKSLASH = 34, 92


@native
def delimited(
    data: Octets, end: int, separator: int, columns: Ints, tables: Tables, state: Ints, cells: Ints, faults: Ints,
    names: Octets, offsets: Ints,
) -> None:  # fmt: skip
    """Read lines of fields between separators (32: any blanks); ``columns`` tells what each does, to which cell."""
    capacity = tables[2].size
    at = state[POSITION]
    while at < end:
        state[POSITION] = at
        state[WHY] = FULL
        if state[0] >= capacity or state[1] >= capacity or state[FAULTS] >= faults.shape[0]:
            return
        stop = line_end(data, at, end)
        last = stop - 1 if stop > at and octet(data, stop - 1) == 13 else stop
        if last > at:
            if octet(data, at) == 35:
                state[WHY] = COMMENT
                return
            begin(cells)
            fault = _columns(data, at, last, separator, columns, cells)
            if _keep(data, at, fault, tables, state, cells, faults, names, offsets) == NEW_EXPORTER:
                state[WHY] = NEW_EXPORTER
                return
        state[LINE] += 1
        at = stop + 1
    state[POSITION] = end
    state[WHY] = DONE


@native
def _columns(data: Octets, at: Whole, end: Whole, separator: Whole, columns: Ints, cells: Ints) -> int:
    fault = 0
    column = 0
    while at <= end:
        start = at
        if separator == 32:
            while start < end and octet(data, start) == 32:
                start += 1
            if start == end:
                break
        quoted = start < end and octet(data, start) == QUOTE and separator != 9
        stop = start + 1 if quoted else start
        while stop < end:
            char = octet(data, stop)
            if quoted:
                if char == QUOTE:
                    if stop + 1 < end and octet(data, stop + 1) == QUOTE:
                        stop += 1
                    else:
                        quoted = False
            elif char == separator:
                break
            stop += 1
        if quoted or column >= columns.shape[0]:
            return BAD_FIELDS
        if fault == 0 and columns[column, 0] != 0:
            first, last = _trimmed(data, start, stop)
            fault = assign(data, first, last, columns[column, 0], columns[column, 1], cells)
        column += 1
        at = stop + 1
    return BAD_FIELDS if column != columns.shape[0] else fault


@inlined
def _trimmed(data: Octets, start: Whole, end: Whole) -> tuple[Whole, Whole]:
    """Without blanks around, and without quotes."""
    while start < end and octet(data, start) == 32:
        start += 1
    while end > start and octet(data, end - 1) == 32:
        end -= 1
    if end - start >= 2 and octet(data, start) == QUOTE and octet(data, end - 1) == QUOTE:
        return start + 1, end - 1
    return start, end


@native
def _keep(
    data: Octets, at: Whole, fault: Whole, tables: Tables, state: Ints, cells: Ints, faults: Ints, names: Octets,
    offsets: Ints,
) -> int:  # fmt: skip
    """Put the line's row, or its fault; :data:`NEW_EXPORTER` if its exporter has no number yet."""
    if fault == 0 and cells[NO_FLOW] != 0:
        state[NODATA if cells[NO_FLOW] == SAYS_NODATA else SKIPDATA] += 1
        return 0
    if fault == 0:
        fault = finish(cells)
    if fault != 0:
        row = state[FAULTS]
        faults[row, 0] = state[LINE]
        faults[row, 1] = fault
        faults[row, 2] = at
        state[FAULTS] = row + 1
        return 0
    if cells[NAMED_TO] > cells[NAMED_FROM]:
        number = _exporter(data, cells[NAMED_FROM], cells[NAMED_TO], state, names, offsets)
        if number < 0:
            return NEW_EXPORTER
        cells[rows.EXPORTER] = number
    cells[rows.RECORD] = state[LINE]
    rows.put(cells, tables, state)
    return 0


@native
def _exporter(data: Octets, start: Whole, end: Whole, state: Ints, names: Octets, offsets: Ints) -> Whole:
    """The number of an exporter's name, by a table of open addressing over names; -1 if it has none."""
    mask = offsets.shape[0] - 1
    slot = name_slot(data, start, end) & mask
    while offsets[slot, 2] != 0:
        if same(data, start, end, names[offsets[slot, 0] : offsets[slot, 1]]):
            return int(offsets[slot, 3])
        slot = (slot + 1) & mask
    return -1


@native
def name_slot(data: Octets, start: Whole, end: Whole) -> Whole:
    """Where in a hash table a name belongs."""
    mixed = 1469598103934665603
    for at in range(start, end):
        mixed = (mixed ^ octet(data, at)) * 1099511628211
    return (mixed ^ (mixed >> 29)) & 0x7FFFFFFFFFFFFFFF


@native
def objects(
    data: Octets, end: int, keys: Octets, columns: Ints, tables: Tables, state: Ints, cells: Ints, faults: Ints,
    names: Octets, offsets: Ints,
) -> None:  # fmt: skip
    """Read JSON objects, one a line.

    ``columns`` is a table of open addressing over keys: where the key stands in ``keys``, what it does, to which cell.
    """
    capacity = tables[2].size
    at = state[POSITION]
    while at < end:
        state[POSITION] = at
        state[WHY] = FULL
        if state[0] >= capacity or state[1] >= capacity or state[FAULTS] >= faults.shape[0]:
            return
        stop = line_end(data, at, end)
        start = blanks(data, at, stop)
        if start < stop:
            begin(cells)
            fault = _object(data, start, stop, keys, columns, cells)
            if _keep(data, at, fault, tables, state, cells, faults, names, offsets) == NEW_EXPORTER:
                state[WHY] = NEW_EXPORTER
                return
        state[LINE] += 1
        at = stop + 1
    state[POSITION] = end
    state[WHY] = DONE


@native
def _object(  # noqa: C901 - the grammar of an object
    data: Octets, at: Whole, end: Whole, keys: Octets, columns: Ints, cells: Ints
) -> int:
    """Read one object strictly; of values that tell something the faults are kept, once the object is well-formed."""
    if octet(data, at) != 123:
        return BAD_JSON
    fault = 0
    at = blanks(data, at + 1, end)
    if at < end and octet(data, at) == 125:
        return BAD_JSON if blanks(data, at + 1, end) < end else 0
    while True:
        if at >= end or octet(data, at) != QUOTE:
            return BAD_JSON
        key = at + 1
        at = string_end(data, at, end)
        if at < 0:
            return BAD_JSON
        column = _column(data, key, at - 1, keys, columns)
        at = blanks(data, at, end)
        if at >= end or octet(data, at) != 58:
            return BAD_JSON
        value = blanks(data, at + 1, end)
        at = value_end(data, value, end)
        if at < 0:
            return BAD_JSON
        if column >= 0 and fault == 0:
            first, last = (value + 1, at - 1) if octet(data, value) == QUOTE else (value, at)
            if octet(data, value) == 91 and last - first == 2:  # []
                last = first
            fault = assign(data, first, last, columns[column, 3], columns[column, 4], cells)
        at = blanks(data, at, end)
        if at >= end:
            return BAD_JSON
        if octet(data, at) == 125:
            return BAD_JSON if blanks(data, at + 1, end) < end else fault
        if octet(data, at) != 44:
            return BAD_JSON
        at = blanks(data, at + 1, end)


@native
def _column(data: Octets, start: Whole, end: Whole, keys: Octets, columns: Ints) -> Whole:
    """The column of a key; -1 if it tells nothing."""
    mask = columns.shape[0] - 1
    slot = name_slot(data, start, end) & mask
    while columns[slot, 2] != 0:
        if same(data, start, end, keys[columns[slot, 0] : columns[slot, 1]]):
            return int(slot)
        slot = (slot + 1) & mask
    return -1


@inlined
def blanks(data: Octets, at: Whole, end: Whole) -> Whole:
    """Past white space."""
    while at < end and (octet(data, at) == 32 or octet(data, at) == 9 or octet(data, at) == 13):
        at += 1
    return at


@native
def string_end(data: Octets, at: Whole, end: Whole) -> Whole:
    """Past the string that begins at ``at``; -1 if it is none (RFC 8259, section 7)."""
    at += 1
    while at < end:
        char = octet(data, at)
        if char == QUOTE:
            return at + 1
        if char < 32:
            return -1
        if char == BACKSLASH:
            at += 1
            if at >= end:
                return -1
            char = octet(data, at)
            if char == 117:
                for each in range(1, 5):
                    if at + each >= end or not _hex(octet(data, at + each)):
                        return -1
                at += 4
            elif not (char == 34 or char == 92 or char == 47 or char == 98 or char == 102 or char == 110 or char == 114
                      or char == 116):  # fmt: skip
                return -1
        at += 1
    return -1


@inlined
def _hex(char: Whole) -> bool:
    return 48 <= char <= 57 or 65 <= char <= 70 or 97 <= char <= 102


@native
def value_end(data: Octets, at: Whole, end: Whole) -> Whole:
    """Past the value that begins at ``at``; -1 if it is none. Of objects and arrays inside, brackets are matched."""
    if at >= end:
        return -1
    char = octet(data, at)
    if char == QUOTE:
        return string_end(data, at, end)
    if char == 123 or char == 91:
        return _nested(data, at, end)
    stop = at
    while stop < end:
        char = octet(data, stop)
        if char == 44 or char == 125 or char == 93 or char == 32 or char == 9 or char == 13:
            break
        stop += 1
    return stop if _literal(data, at, stop) else -1


@native
def _nested(data: Octets, at: Whole, end: Whole) -> Whole:
    """Past an object or an array, at most 60 deep; what is between strings and brackets is not looked at."""
    kinds = 0
    depth = 0
    while at < end:
        char = octet(data, at)
        if char == QUOTE:
            at = string_end(data, at, end)
            if at < 0:
                return -1
            continue
        if char == 123 or char == 91:
            depth += 1
            if depth > 60:
                return -1
            kinds = kinds << 1 | (1 if char == 123 else 0)
        elif char == 125 or char == 93:
            if (kinds & 1) != (1 if char == 125 else 0):
                return -1
            kinds >>= 1
            depth -= 1
            if depth == 0:
                return at + 1
        elif char < 32 and char != 9 and char != 13:
            return -1
        at += 1
    return -1


_TRUE, _FALSE, _NULL = 0x74727565, 0x66616C7365, 0x6E756C6C


@native
def _literal(data: Octets, start: Whole, end: Whole) -> bool:
    """A number, or one of the three words."""
    if end <= start:
        return False
    if octet(data, start) >= 97:
        value = 0
        for at in range(start, min(end, start + 6)):
            value = value << 8 | octet(data, at)
        return value in (_TRUE, _FALSE, _NULL)
    at = start + 1 if octet(data, start) == 45 else start
    digits = _digits(data, at, end)
    if digits == 0 or (digits > 1 and octet(data, at) == 48):
        return False
    at += digits
    if at < end and octet(data, at) == 46:
        digits = _digits(data, at + 1, end)
        if digits == 0:
            return False
        at += 1 + digits
    if at < end and octet(data, at) | 32 == 101:
        at += 1
        if at < end and (octet(data, at) == 43 or octet(data, at) == 45):
            at += 1
        digits = _digits(data, at, end)
        if digits == 0:
            return False
        at += digits
    return at == end


@inlined
def _digits(data: Octets, at: Whole, end: Whole) -> Whole:
    count = 0
    while at + count < end and 48 <= octet(data, at + count) <= 57:
        count += 1
    return count

"""Tests of bits: which TCP flags, connection states and marks pass them."""

from collections.abc import Callable, Mapping, Sequence

from isthmus.formats.nftables.names import STATE_BITS
from isthmus.formats.nftables.tree import Binary, Expression, Selector
from isthmus.formats.nftables.values import bits, combined
from isthmus.network import MarkTest
from isthmus.packetset import FlagTest, Interval, State, other_flags, other_numbers

Values = Sequence[Interval]
ALL_MARKS = 0xFFFFFFFF
MOST_MARKS = 64
"""How many tests of single marks one test may become."""


def mask_of(left: Expression, words: Mapping[str, int] | None, most: int) -> int:
    """The bits of the field that count: those of ``field & mask``. ValueError for any other arithmetic."""
    if isinstance(left, Selector):
        return most
    if isinstance(left, Binary) and left.operator == "&" and isinstance(left.left, Selector):
        return bits(left.right, words, most)
    raise ValueError("it calculates with the field")


def computed(left: Expression, value: int, words: Mapping[str, int] | None, most: int) -> int:
    """What the left side of a test is for a field that holds ``value``."""
    if isinstance(left, Selector):
        return value
    if isinstance(left, Binary):
        one = computed(left.left, value, words, most)
        return combined(left.operator, one, computed(left.right, value, words, most)) & most
    return bits(left, words, most)


def holds(op: str, found: int, values: Values) -> bool:
    """Whether a number passes a test."""
    if op == "in":
        return any(found & each.first for each in values)
    if op == "!":
        return not any(found & each.first for each in values)
    inside = any(each.first <= found <= each.last for each in values)
    if op in ("==", "!="):
        return inside == (op == "==")
    first = values[0].first
    return {"<": found < first, ">": found > first, "<=": found <= first, ">=": found >= first}[op]


def flag_tests(left: Expression, op: str, values: Values, words: Mapping[str, int] | None) -> tuple[FlagTest, ...]:
    """The TCP flags that pass ``left op values``."""
    try:
        mask = mask_of(left, words, 255)
    except ValueError:
        return tuple(FlagTest(255, x) for x in range(256) if holds(op, computed(left, x, words, 255), values))
    single = [each.first for each in values if each.first == each.last]
    if len(single) == len(values):
        if op == "==":
            return tuple(FlagTest(mask, value) for value in dict.fromkeys(single) if not value & ~mask)
        if op == "in":
            return tuple(FlagTest(bit, bit) for bit in _bits(single[0] & mask))
        if op == "!":
            return (FlagTest(single[0] & mask, 0),)
        if op == "!=" and len(single) == 1:
            return (FlagTest(0, 0),) if single[0] & ~mask else other_flags(FlagTest(mask, single[0]))
    return tuple(FlagTest(mask, x) for x in range(256) if not x & ~mask and holds(op, x, values))


def _bits(number: int) -> list[int]:
    return [1 << place for place in range(number.bit_length()) if number >> place & 1]


def states(left: Expression, op: str, values: Values, words: Mapping[str, int] | None) -> tuple[State, ...]:
    """The connection states that pass ``left op values``."""
    return tuple(
        state for state, bit in STATE_BITS.items() if holds(op, computed(left, bit, words, 127), values)
    )  # fmt: skip


def marks(left: Expression, op: str, values: Values) -> tuple[MarkTest, ...]:
    """The tests of which a mark must pass one. ValueError where that cannot be said, or takes too many."""
    mask = mask_of(left, None, ALL_MARKS)
    if op in ("==", "!=") and all(each.first == each.last for each in values):
        if op == "==" and len(values) <= MOST_MARKS:
            return tuple(MarkTest(each.first, mask) for each in values if not each.first & ~mask)
        if op == "!=" and len(values) == 1:
            return () if values[0].first & ~mask else (MarkTest(values[0].first, mask, negated=True),)
    if mask != ALL_MARKS:
        raise ValueError("it compares some bits of the mark")
    first = values[0].first
    wanted: Mapping[str, Callable[[], Sequence[Interval]]] = {
        "==": lambda: values,
        "!=": lambda: other_numbers(values, ALL_MARKS),
        "<": lambda: [Interval(0, first - 1)] if first else [],
        "<=": lambda: [Interval(0, first)],
        ">": lambda: [Interval(first + 1, ALL_MARKS)] if first < ALL_MARKS else [],
        ">=": lambda: [Interval(first, ALL_MARKS)],
    }
    found = [test for each in wanted[op]()[:MOST_MARKS] for test in _aligned(each)]
    if len(found) > MOST_MARKS or len(values) > MOST_MARKS:
        raise ValueError("it asks for too many marks")
    return tuple(found)


def _aligned(run: Interval) -> list[MarkTest]:
    """A run of marks as tests under masks."""
    found, first = [], run.first
    while first <= run.last:
        size = min(first & -first if first else 1 << 32, 1 << (run.last - first + 1).bit_length() - 1)
        found.append(MarkTest(first, ALL_MARKS & -size))
        first += size
    return found

"""Conditions on TCP flags: expressions such as ``"syn & !ack"`` → tests.

An expression is worked out for each of the 64 ways in which the six flags can be set, as a number of 64 bits: bit n
stands for flags that are n. And, or, not are then what they are for numbers, whatever the expression looks like.
"""

import re
from collections.abc import Iterator

from isthmus.formats.junos.names import TCP_FLAGS
from isthmus.packetset import FlagTest

_WIDTH = 6
_ALL = (1 << (1 << _WIDTH)) - 1
_LONGEST = 120
_TOKEN = re.compile(r"\s*(?:(?P<word>[a-z]+|0x[0-9a-f]+|[0-9]+)|(?P<mark>[&|!+,()]))\s*", re.IGNORECASE)


def _holding(bits: int) -> int:
    """The ways in which all of these flags are set."""
    return sum(1 << flags for flags in range(1 << _WIDTH) if flags & bits == bits)


_NAMED = {name: _holding(bits) for name, bits in TCP_FLAGS.items()}


def established() -> int:
    """What ``tcp-established`` asks for: ``(ack | rst)``."""
    return _NAMED["ack"] | _NAMED["rst"]


def initial() -> int:
    """What ``tcp-initial`` asks for: ``(!ack & syn)``."""
    return _NAMED["syn"] & ~_NAMED["ack"]


def flags_of(text: str) -> int:
    """The ways to set the flags for which an expression holds. Raises ValueError for what is none.

    >>> flags_of("syn & !ack") == initial(), flags_of("0x10 | rst") == established()
    (True, True)
    """
    return _Expression(text).value()


def flag_tests(ways: int) -> tuple[FlagTest, ...]:
    """The same as tests, of which one must hold.

    >>> [str(each) for each in flag_tests(flags_of("!(syn & !ack) | rst"))]
    ['none/syn', 'syn,rst/syn,rst,ack', 'syn,ack/syn,ack']
    """
    return tuple(FlagTest(mask, value) for mask, value in _cubes(ways & _ALL, (1, 4, 0, 2, 3, 5), 0, 0))


def _cubes(ways: int, order: tuple[int, ...], mask: int, value: int) -> Iterator[tuple[int, int]]:
    """Masks and values that add up to ``ways``: flags that make no difference are left out."""
    inside = sum(1 << flags for flags in range(1 << _WIDTH) if flags & mask == value)
    if not ways & inside:
        return
    if not inside & ~ways:
        yield mask, value
        return
    bit = 1 << next(each for each in order if _matters(ways & inside, inside, each))
    rest = tuple(each for each in order if 1 << each != bit)
    yield from _cubes(ways, rest, mask | bit, value)
    yield from _cubes(ways, rest, mask | bit, value | bit)


def _matters(ways: int, inside: int, place: int) -> bool:
    """Whether the flag at this place makes a difference among the flags that are inside."""
    for flags in range(1 << _WIDTH):
        if inside >> flags & 1 and not flags >> place & 1:
            other = flags | 1 << place
            if inside >> other & 1 and (ways >> flags & 1) != (ways >> other & 1):
                return True
    return False


class _Expression:
    """Reads ``or`` of ``and`` of ``not``, from left to right."""

    def __init__(self, text: str) -> None:
        if len(text) > _LONGEST:
            raise ValueError("a condition on TCP flags is shorter than that")
        self._tokens: list[str] = []
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise ValueError(f"`{text[at]}` is no part of a condition on TCP flags")
            self._tokens.append((found["word"] or found["mark"]).lower())
            at = found.end()

    def value(self) -> int:
        result = self._any()
        if self._tokens:
            raise ValueError(f"`{self._tokens[0]}` is too much")
        return result & _ALL

    def _takes(self, *marks: str) -> bool:
        if self._tokens and self._tokens[0] in marks:
            del self._tokens[0]
            return True
        return False

    def _any(self) -> int:
        result = self._every()
        while self._takes("|", ","):
            result |= self._every()
        return result

    def _every(self) -> int:
        result = self._one()
        while self._takes("&", "+"):
            result &= self._one()
        return result

    def _one(self) -> int:
        if self._takes("!"):
            return ~self._one()
        if self._takes("("):
            result = self._any()
            if not self._takes(")"):
                raise ValueError("`)` is missing")
            return result
        if not self._tokens:
            raise ValueError("a condition on TCP flags ends too early")
        word = self._tokens.pop(0)
        if word in _NAMED:
            return _NAMED[word]
        if not word[0].isdigit():
            raise ValueError(f"`{word}` is no TCP flag")
        bits = int(word, 16) if word.startswith("0x") else int(word)
        if not 0 < bits < 1 << _WIDTH:
            raise ValueError(f"`{word}` names no flag of the six that Junos compares")
        return _holding(bits)

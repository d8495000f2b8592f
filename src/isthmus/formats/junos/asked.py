"""What one condition asks of one field, in three values: surely passing, possibly passing, surely not."""

from collections.abc import Mapping
from dataclasses import dataclass
from re import compile as pattern
from typing import Generic, TypeVar

from isthmus.diagnostics import did_you_mean
from isthmus.formats.junos.reading import Reading
from isthmus.formats.junos.tree import Node
from isthmus.network import Unmodelled
from isthmus.packetset import Interval, other_numbers

Entry = TypeVar("Entry")

_NUMBERS = pattern(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class Asked(Generic[Entry]):
    """Entries of which one must hold; None lets everything pass. ``perhaps`` holds at least where ``surely`` does."""

    surely: tuple[Entry, ...] | None
    perhaps: tuple[Entry, ...] | None
    doubts: tuple[Unmodelled, ...] = ()
    """Why they differ; empty where they do not."""

    def side(self, *, sure: bool) -> tuple[Entry, ...] | None:
        """One of both."""
        return self.surely if sure else self.perhaps


def numbers(node: Node, names: Mapping[str, int], most: int, what: str, reading: Reading) -> Asked[Interval]:
    """The numbers, ranges and names below a condition such as ``destination-port``; ``-except`` asks for the others."""
    known: list[Interval] = []
    doubts: list[Unmodelled] = []
    for each in node.statements():
        found = number(each.word, names, most)
        if found is None:
            doubts.append(reading.bad_value(each, what, did_you_mean(each.word, names, what="names")))
        else:
            known.append(found)
    if not node.words:
        doubts.append(reading.no_value(node, what))
    surely = tuple(known)
    if node.word.endswith("-except"):
        rest = other_numbers(known, most)
        return Asked(() if doubts else rest, rest, tuple(doubts))
    return Asked(surely, None if doubts else surely, tuple(doubts))


def number(word: str, names: Mapping[str, int], most: int) -> Interval | None:
    """A number, a range or a name; None for anything else.

    >>> str(number("ssh", {"ssh": 22}, 65535)), str(number("1024-65535", {}, 65535)), number("99999", {}, 65535)
    ('22', '1024-65535', None)
    """
    if word in names:
        return Interval(names[word], names[word])
    found = _NUMBERS.fullmatch(word)
    if found is None:
        return None
    first = int(found[1])
    last = int(found[2]) if found[2] else first
    return Interval(first, last) if first <= last <= most else None

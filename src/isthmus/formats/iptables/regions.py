"""Which part of a header's space an ipset holds: its entries, sure ones, exceptions and passing ones, as regions.

The space has a dimension for each part of the set's type (address, protocol with port, interface), counted in whole
numbers. Regions do not overlap and cover it all, so that the negation of a test is as exact as the test.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from isthmus.formats.iptables.refused import TooIntricateError
from isthmus.packetset import Interval, joined

MOST_WORK = 4_000_000
"""Steps that one set may cost; sets whose entries all lie across each other would cost the square of their number."""


class Belongs(Enum):
    """Whether packets of a region are in a set."""

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: a span in each dimension (None: all of it), and what decides where several entries hold a packet.

    Of these, the one with the longest prefixes counts: ``lengths``, a number for each network of the set's type.
    ``is_exception`` (``nomatch``) takes packets out of the set, ``is_passing`` may be gone, or never have matched.
    """

    spans: tuple[Interval | None, ...]
    lengths: tuple[int, ...] = ()
    is_exception: bool = False
    is_passing: bool = False

    def without_first(self) -> "Entry":
        """The same in the dimensions behind the first."""
        return Entry(self.spans[1:], self.lengths, self.is_exception, self.is_passing)


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the space: in each dimension some numbers (None: all)."""

    spans: tuple[tuple[Interval, ...] | None, ...]
    belongs: Belongs


def regions(entries: Iterable[Entry], most: Sequence[int]) -> tuple[Region, ...]:
    """The whole space; ``most`` is the greatest number of each dimension. Raises TooIntricateError.

    >>> inside = Entry((Interval(8, 15),), (1,))
    >>> hole = Entry((Interval(9, 9),), (2,), is_exception=True)
    >>> [(str(each.spans[0][0]), each.belongs.value) for each in regions([inside, hole], [15])]
    [('0-7', 'no'), ('8', 'yes')]
    """
    return _split(tuple(dict.fromkeys(entries)), tuple(most), [MOST_WORK])


def _split(entries: tuple[Entry, ...], most: tuple[int, ...], work: list[int]) -> tuple[Region, ...]:
    if not most:
        return (Region((), _decided(entries)),)
    alike: dict[tuple[Region, ...], list[Interval]] = {}
    for inside, intervals in _cut(entries, most[0], work).items():
        alike.setdefault(_split(inside, most[1:], work), []).extend(intervals)
    whole = (Interval(0, most[0]),)
    found = []
    for parts, intervals in alike.items():
        span = tuple(joined(intervals))
        found += [Region((None if span == whole else span, *part.spans), part.belongs) for part in parts]
    return tuple(found)


def _cut(entries: tuple[Entry, ...], most: int, work: list[int]) -> dict[tuple[Entry, ...], list[Interval]]:
    """The first dimension, cut where an entry begins or ends: the numbers that the same entries hold, by their rest."""
    names: dict[Entry, int] = {}
    events: list[tuple[int, int, int]] = []
    for each in entries:
        span = each.spans[0] or Interval(0, most)
        name = names.setdefault(each.without_first(), len(names))
        events += ((span.first, 1, name), (span.last + 1, -1, name))
    events.sort()
    cuts: dict[frozenset[int], list[Interval]] = {}
    active: dict[int, int] = {}
    before = 0
    for place, here in groupby(events, key=lambda event: event[0]):
        if place > before:
            work[0] -= 1 + len(active)
            if work[0] < 0:
                raise TooIntricateError("entries that lie across each other")
            cuts.setdefault(frozenset(active), []).append(Interval(before, place - 1))
            before = place
        for _, step, name in here:
            count = active.get(name, 0) + step
            if count:
                active[name] = count
            else:
                del active[name]
    if before <= most:
        cuts.setdefault(frozenset(active), []).append(Interval(before, most))
    left = list(names)
    return {tuple(left[name] for name in sorted(inside)): intervals for inside, intervals in cuts.items()}


def _decided(entries: tuple[Entry, ...]) -> Belongs:
    """What the entries say that hold one packet: the most exact one that is sure to be there ends the matter."""
    possible = set()
    for _, group in groupby(
        sorted(entries, key=lambda each: each.lengths, reverse=True), key=lambda each: each.lengths
    ):
        equals = list(group)
        possible |= {not each.is_exception for each in equals}
        if not all(each.is_passing for each in equals):
            break
    else:
        possible.add(False)
    if possible == {True}:
        return Belongs.YES
    return Belongs.MAYBE if True in possible else Belongs.NO

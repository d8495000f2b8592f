"""Runs of numbers: ports, protocols, and whatever else a header field counts."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, Self


class Bounds(Protocol):
    """Anything with a first and a last number, both included; every port range of ours is one."""

    @property
    def first(self) -> int:
        """The lowest number."""

    @property
    def last(self) -> int:
        """The highest number."""


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The numbers from ``first`` to ``last``, both ends included: 0 <= first <= last.

    >>> str(Interval.parse("8000-8080")), 8010 in Interval(8000, 8080)
    ('8000-8080', True)
    """

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last:
            raise ValueError(f"`{self.first}-{self.last}` is not a range of numbers from 0 on")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``443`` or ``8000-8080``; the inverse of ``str()``. Raises ValueError for anything else."""
        if not re.fullmatch(r"[0-9]{1,39}(-[0-9]{1,39})?", text):
            raise ValueError(f"`{text[:40]}` is not a number or a range of numbers")
        first, _, last = text.partition("-")
        return cls(int(first), int(last or first))

    def __contains__(self, number: int) -> bool:
        return self.first <= number <= self.last

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


def only(number: int) -> Interval:
    """The interval that holds one number."""
    return Interval(number, number)


def joined(intervals: Iterable[Bounds]) -> Iterator[Interval]:
    """The same numbers as the fewest intervals, in ascending order.

    >>> [str(each) for each in joined([Interval(7, 9), Interval(1, 2), Interval(3, 3), Interval(8, 12)])]
    ['1-3', '7-12']
    """
    first = last = -1
    for each in sorted(intervals, key=lambda each: each.first):
        if last >= 0 and each.first <= last + 1:
            last = max(last, each.last)
            continue
        if last >= 0:
            yield Interval(first, last)
        first, last = each.first, each.last
    if last >= 0:
        yield Interval(first, last)

"""Pairs of matches of one list, an earlier and a later one, that touch or of which the earlier takes all of the later.

Found by comparing the ends of what they ask for, thousands of pairs at a time; what they ask for between its ends does
not matter here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np

from isthmus.prove.lists.boxes import EVERY_STATE
from isthmus.prove.lists.columns import Flags, Floats, Numbers
from isthmus.prove.lists.kinds import KindTable
from isthmus.prove.lists.listing import Listing

_AT_ONCE = 1 << 21


class Relation(Enum):
    """What is asked of a pair."""

    TOUCHES = "some number is in both"
    COVERS = "the earlier one has every number of the later one"


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows of a listing, by numbers: ``earlier[k]`` relates to ``later[k]``; ascending by later, then by earlier."""

    earlier: Numbers
    later: Numbers

    def where(self, found: Flags) -> "Pairs":
        """Some of the pairs."""
        return Pairs(self.earlier[found], self.later[found])


class Comparison:
    """The rows of a listing, compared with one another."""

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self.low: list[Numbers] = []
        self.high: list[Numbers] = []
        self.is_single = np.ones(listing.count, dtype=np.bool_)
        for column in listing.columns:
            low, high = column.hulls()
            self.low.append(low)
            self.high.append(high)
            self.is_single &= column.singles()
        self.first_of_rule: Numbers = np.searchsorted(listing.rule_of_row, listing.rule_of_row)
        self.kinds = KindTable(listing.kinds)
        self.sees_states = np.asarray([kind.states != EVERY_STATE for kind in listing.kinds], dtype=np.bool_)[
            listing.kind_of_row
        ]

    def pairs(self, relation: Relation, later: Numbers, among: Flags) -> Iterator[Pairs]:
        """Pairs of one of the rows ``later`` with rows ``among`` all that belong to rules before."""
        low, high = self.low[0], self.high[0]
        for rows in self._by_destination(later):
            first, last = low[rows[0]], high[rows[0]]
            if relation is Relation.COVERS:
                base = np.flatnonzero(among & (low <= first) & (high >= last))
            else:
                base = np.flatnonzero(among & (low <= last) & (high >= first))
            if not len(base):
                continue
            step = max(1, _AT_ONCE // len(base))
            for start in range(0, len(rows), step):
                yield self._compared(relation, rows[start : start + step], base)

    def shared(self, pairs: Pairs) -> Floats:
        """How many numbers both rows of each pair have, all fields multiplied, as far as their ends tell."""
        sizes: Floats = np.ones(len(pairs.later), dtype=np.float64)
        for low, high in zip(self.low, self.high, strict=True):
            ends = np.minimum(high[pairs.earlier], high[pairs.later])
            sizes *= ends - np.maximum(low[pairs.earlier], low[pairs.later]) + 1
        return sizes

    def _by_destination(self, rows: Numbers) -> Iterator[Numbers]:
        ids = self.listing.columns[0].ids[rows]
        order = np.argsort(ids, kind="stable")
        cuts = np.flatnonzero(np.diff(ids[order])) + 1
        yield from np.split(rows[order], cuts) if len(rows) else ()

    def _compared(self, relation: Relation, rows: Numbers, base: Numbers) -> Pairs:
        base = base[: np.searchsorted(base, self.first_of_rule[rows[-1]])]
        found = base[None, :] < self.first_of_rule[rows][:, None]
        for low, high in zip(self.low[1:], self.high[1:], strict=True):
            if relation is Relation.COVERS:
                found &= low[base][None, :] <= low[rows][:, None]
                found &= high[base][None, :] >= high[rows][:, None]
            else:
                found &= low[base][None, :] <= high[rows][:, None]
                found &= high[base][None, :] >= low[rows][:, None]
        at, which = np.nonzero(found)
        pairs = Pairs(base[which], rows[at])
        kinds = self.listing.kind_of_row
        related = self.kinds.covering if relation is Relation.COVERS else self.kinds.meeting
        return pairs.where(related(kinds[pairs.earlier], kinds[pairs.later]))

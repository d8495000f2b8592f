"""Matches of which some packet surely gets past all rules before: found by trying a few packets, by numbers alone."""

from collections.abc import Iterator
from itertools import product

import numpy as np

from isthmus.prove.lists.boxes import IPV6
from isthmus.prove.lists.columns import Flags, Numbers
from isthmus.prove.lists.pairs import Comparison, Pairs, Relation

_CORNERS = tuple(product((False, True), repeat=4))
_SAMPLES = (0, 1)


def survivors(comparison: Comparison, rows: Numbers, taking: Flags) -> Flags:
    """For each row whether it is among ``rows`` and a packet of it is outside of every earlier row of ``taking``.

    A few packets are tried: the corners of what the row asks for. Rows that are not found may have others.
    """
    found = np.zeros(comparison.listing.count, dtype=np.bool_)
    for sample in _SAMPLES:
        rows = rows[~found[rows]]
        met = np.zeros(len(found), dtype=np.bool_)
        for pairs in comparison.pairs(Relation.TOUCHES, rows, taking):
            met[pairs.later] = True
            for each in _outside(comparison, pairs, sample):
                found[each] = True
        found[rows[~met[rows]]] = True
    return found


def _outside(comparison: Comparison, pairs: Pairs, sample: int) -> Iterator[Numbers]:
    """Later rows, of which one corner is outside of every earlier row of their pairs."""
    kinds = comparison.listing.kind_of_row
    kept = pairs.where(comparison.kinds.sampled(kinds[pairs.earlier], kinds[pairs.later], sample))
    yield np.setdiff1d(pairs.later, kept.later)
    low, high = comparison.low[0], comparison.high[0]
    has_both = (low < IPV6) & (high >= IPV6)
    for corner in _CORNERS:
        if not len(kept.later):
            return
        inside = np.ones(len(kept.later), dtype=np.bool_)
        for low, high, is_high in zip(comparison.low, comparison.high, corner, strict=True):
            place = (high if is_high else low)[kept.later]
            inside &= (low[kept.earlier] <= place) & (place <= high[kept.earlier])
        rows, local = np.unique(kept.later, return_inverse=True)
        is_open = np.bincount(local[inside], minlength=len(rows)) == 0
        if corner[0] != corner[1]:
            is_open &= ~has_both[rows]  # no packet goes from one IP version to the other
        yield rows[is_open]
        kept = kept.where(~is_open[local])

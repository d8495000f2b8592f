"""Matches that one earlier rule takes in whole: found by numbers alone."""

import numpy as np

from isthmus.prove.lists.columns import Flags, Numbers
from isthmus.prove.lists.listing import Listing
from isthmus.prove.lists.outline import Runs
from isthmus.prove.lists.pairs import Comparison, Pairs, Relation
from isthmus.prove.lists.scopes import Scopes

NONE = -1


def first_covers(comparison: Comparison, scopes: Scopes) -> Numbers:
    """For each row the first row, of an earlier rule that surely decides, that takes all of it; -1 for none.

    What several rules take together is not found, nor are wider tests of interfaces and marks other than equal or
    absent ones. What is found is exact.
    """
    listing = comparison.listing
    covers: Numbers = np.full(listing.count, NONE, dtype=np.int64)
    every = np.arange(listing.count)
    for pairs in comparison.pairs(Relation.COVERS, every, listing.decides):
        pairs = in_force(pairs, comparison, scopes)
        pairs = pairs.where(comparison.is_single[pairs.earlier] | _verified(listing, comparison, pairs))
        later, at = np.unique(pairs.later, return_index=True)
        covers[later] = pairs.earlier[at]
    return covers


def in_force(pairs: Pairs, comparison: Comparison, scopes: Scopes) -> Pairs:
    """The pairs of which the earlier one is in force where the later one is."""
    rule_of_row = comparison.listing.rule_of_row
    sees_states = comparison.sees_states[pairs.earlier]
    return pairs.where(scopes.wider(rule_of_row[pairs.earlier], rule_of_row[pairs.later], sees_states=sees_states))


def _verified(listing: Listing, comparison: Comparison, pairs: Pairs) -> Flags:
    """Of pairs whose earlier row has gaps, whether the later one lies between them."""
    found = np.zeros(len(pairs.earlier), dtype=np.bool_)
    for number in np.flatnonzero(~comparison.is_single[pairs.earlier]).tolist():
        earlier, later = int(pairs.earlier[number]), int(pairs.later[number])
        found[number] = all(
            _holds(column.entries[column.ids[earlier]], column.entries[column.ids[later]]) for column in listing.columns
        )
    return found


def _holds(outer: Runs, inner: Runs) -> bool:
    return all(any(a <= first and last <= b for a, b in outer) for first, last in inner)

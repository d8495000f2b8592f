"""One header field of every match of a list as arrays of numbers."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from isthmus.prove.lists.outline import Runs

Numbers: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

_FEW = 6


class Column:
    """For each match the intervals that it asks for: ``entries[ids[match]]``; entries are in ascending order."""

    def __init__(self, ids: Sequence[int], entries: Sequence[Runs]) -> None:
        self.ids: Numbers = np.asarray(ids, dtype=np.int64)
        self.entries = entries
        flat = [run for runs in entries for run in runs]
        pairs = np.asarray(flat or [(0, 0)], dtype=np.int64)
        self._first, self._last = pairs[:, 0].copy(), pairs[:, 1].copy()
        lengths = np.fromiter((len(runs) for runs in entries), dtype=np.int64, count=len(entries))
        self._starts: Numbers = np.concatenate(([0], np.cumsum(lengths)[:-1])) if len(entries) else lengths
        self._is_single = bool((lengths == 1).all())

    def touching(self, runs: Runs) -> Flags:
        """For each entry whether it has a number in one of the runs."""
        if len(runs) <= _FEW:
            found = np.zeros(len(self._first), dtype=np.bool_)
            for first, last in runs:
                found |= (self._first <= last) & (self._last >= first)
        else:
            firsts, lasts = np.asarray(runs, dtype=np.int64).T
            at = np.minimum(np.searchsorted(lasts, self._first), len(runs) - 1)
            found = (lasts[at] >= self._first) & (firsts[at] <= self._last)
        return self._by_entry(found)

    def covering(self, runs: Runs) -> Flags:
        """For each entry whether it has every number of the runs, and perhaps more."""
        if self._is_single:
            return (self._first <= runs[0][0]) & (self._last >= runs[-1][1])
        found = np.ones(len(self.entries), dtype=np.bool_)
        for first, last in runs:
            found &= self._by_entry((self._first <= first) & (self._last >= last))
        return found

    def hulls(self) -> tuple[Numbers, Numbers]:
        """The lowest and the highest number that each match asks for."""
        ends = np.concatenate((self._starts[1:], [len(self._last)])) - 1
        return self._first[self._starts][self.ids], self._last[ends.astype(np.int64)][self.ids]

    def singles(self) -> Flags:
        """The matches that ask for one interval."""
        lengths = np.diff(np.append(self._starts, len(self._first)))
        return np.asarray((lengths == 1)[self.ids])

    def _by_entry(self, found: Flags) -> Flags:
        return found if self._is_single else np.logical_or.reduceat(found, self._starts)

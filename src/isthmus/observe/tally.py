"""Counts by key that merge in any order: an open-addressing hash, bounded, with a sample beyond the bound.

A tally keeps at most ``bound`` keys. Beyond that it keeps those with the smallest hashes (of the first rank first): a
sample in which each key's counts are still exact, and that is the same however the input was split and merged, since a
key that is ever dropped would be dropped by every larger tally too. The sums over *all* keys stay exact, and the number
of keys is estimated from the largest hash that is kept (k minimum values: Bar-Yossef et al. 2002).
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from isthmus.observe.columns import frozen
from isthmus.observe.compiled import Longs
from isthmus.observe.keys import VALUES
from isthmus.observe.native import Whole, inlined, native

FIRST, FILE, RECORD, LAST = (VALUES.index(name) for name in ("first_ms", "file", "record", "last_ms"))
SUMS = FIRST
"""So many columns, from the first on, are sums."""

MOST_RANK = 2

_ROUND = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
_WRAP = (1 << 64) - 1
_A, _B, _C = (np.uint64(each) for each in _ROUND)


@inlined
def hash_of(key: Longs) -> Whole:
    """A hash of a key, the same on every machine; ``hashes`` computes the same of many."""
    state = np.uint64(0)
    for word in key:
        state = (state ^ np.uint64(word)) * _A
        state ^= state >> np.uint64(29)
    state = (state ^ (state >> np.uint64(30))) * _B
    state = (state ^ (state >> np.uint64(27))) * _C
    return state ^ (state >> np.uint64(31))


@inlined
def slot_of(slots: npt.NDArray[np.int32], keys: Longs, key: Longs, hashed: Whole) -> Whole:
    """Where a key is in the hash table, or would be."""
    mask = len(slots) - 1
    at = np.int64(hashed >> np.uint64(20)) & mask
    while slots[at] != 0:
        is_same = True
        for number in range(len(key)):
            if keys[slots[at] - 1, number] != key[number]:
                is_same = False
                break
        if is_same:
            break
        at = (at + 1) & mask
    return at


@native
def _group(
    keys: Longs, values: Longs, slots: npt.NDArray[np.int32], out_keys: Longs, out_values: Longs, key: Longs
) -> int:
    """Rows of equal keys put together; how many different keys there are."""
    count = 0
    for row in range(len(keys)):
        for word in range(len(key)):
            key[word] = keys[row, word]
        at = slot_of(slots, out_keys, key, hash_of(key))
        if slots[at] == 0:
            for word in range(len(key)):
                out_keys[count, word] = key[word]
            for column in range(8):
                out_values[count, column] = values[row, column]
            count += 1
            slots[at] = count
            continue
        group = slots[at] - 1
        for column in range(4):
            out_values[group, column] += values[row, column]
        for column in range(4, 7):
            if values[row, column] > out_values[group, column]:
                break
            if values[row, column] < out_values[group, column]:
                for each in range(column, 7):
                    out_values[group, each] = values[row, each]
                break
        out_values[group, 7] = max(out_values[group, 7], values[row, 7])
    return count


def grouped(keys: Longs, values: Longs, *, compiled: bool) -> tuple[Longs, Longs]:
    """Rows of equal keys put together, in no order that matters."""
    if not len(keys):
        return keys, values
    if not compiled:
        return _grouped_numpy(keys, values)
    size = 4
    while size < 2 * len(keys):
        size *= 2
    out_keys, out_values = np.empty_like(keys), np.empty_like(values)
    count = _group(frozen(keys), frozen(values), np.zeros(size, np.int32), out_keys, out_values, keys[0].copy())
    return out_keys[:count].copy(), out_values[:count].copy()


def _grouped_numpy(keys: Longs, values: Longs) -> tuple[Longs, Longs]:
    order = np.lexsort((*values[:, RECORD : FIRST - 1 : -1].T, *keys.T[::-1]))
    keys, values = keys[order], values[order]
    begins = np.flatnonzero(np.append(True, (keys[1:] != keys[:-1]).any(axis=1)))
    out = values[begins]
    out[:, :SUMS] = np.add.reduceat(values[:, :SUMS], begins, axis=0)
    out[:, LAST] = np.maximum.reduceat(values[:, LAST], begins)
    return keys[begins], out


def in_order(keys: Longs, values: Longs) -> tuple[Longs, Longs]:
    """Sorted by key."""
    order = np.lexsort(keys.T[::-1])
    return keys[order], values[order]


def hashes(keys: Longs) -> npt.NDArray[np.uint64]:
    """The hash of each key."""
    state = np.zeros(len(keys), np.uint64)
    for column in np.ascontiguousarray(keys.T).view(np.uint64):
        state = (state ^ column) * _A
        state ^= state >> np.uint64(29)
    state = (state ^ (state >> np.uint64(30))) * _B
    state = (state ^ (state >> np.uint64(27))) * _C
    found: npt.NDArray[np.uint64] = state ^ (state >> np.uint64(31))
    return found


@dataclass(slots=True)
class Tally:
    """Counts by key."""

    width: int
    bound: int
    rank_shift: int = -1
    """Which bits of which key column rank keys (see ``rank``); -1: all keys are of one rank."""
    compiled: bool = True
    keys: Longs = field(init=False)
    values: Longs = field(init=False)
    totals: Longs = field(init=False)
    """The sums over all keys ever counted."""
    dropped: bool = False
    """Whether keys were dropped."""
    _pending: list[tuple[Longs, Longs]] = field(default_factory=list)
    _rows: int = 0

    def __post_init__(self) -> None:
        self.keys = np.empty((0, self.width), np.int64)
        self.values = np.empty((0, len(VALUES)), np.int64)
        self.totals = np.zeros(SUMS, np.int64)

    def add(self, keys: Longs, values: Longs) -> None:
        """Count rows; equal keys may come several times."""
        if len(keys):
            self.totals += values[:, :SUMS].sum(axis=0)
            self._put(keys, values)

    def merge(self, other: "Tally") -> None:
        """Count everything that another tally counted."""
        other.settle()
        self.totals += other.totals
        self.dropped |= other.dropped
        self._put(other.keys, other.values)

    def _put(self, keys: Longs, values: Longs) -> None:
        self._pending.append((keys, values))
        self._rows += len(keys)
        if self._rows > max(1 << 16, len(self.keys)):
            self.settle()

    def settle(self) -> None:
        """Put together what came since the last time, and keep to the bound."""
        if not self._pending:
            return
        keys = np.concatenate([self.keys, *(keys for keys, _ in self._pending)])
        values = np.concatenate([self.values, *(values for _, values in self._pending)])
        self._pending, self._rows = [], 0
        self.keys, self.values = grouped(keys, values, compiled=self.compiled)
        if len(self.keys) > self.bound:
            chosen = np.lexsort((hashes(self.keys), self._ranks()))[: self.bound]
            self.keys, self.values = self.keys[chosen], self.values[chosen]
            self.dropped = True

    @property
    def cutoff(self) -> tuple[int, int]:
        """Rank and hash of the last key that is kept; a later one cannot come in. Where there is room: beyond all."""
        if len(self.keys) < self.bound:
            return MOST_RANK + 1, 0
        ranks = self._ranks()
        last = int(ranks.max())
        return last, int(hashes(self.keys[ranks == last]).max())

    def skip(self, totals: Longs) -> None:
        """Count records of keys beyond the cutoff in the totals alone."""
        self.totals += totals
        self.dropped |= bool(totals[0])

    def _ranks(self) -> Longs:
        """Which keys are to be kept before others: what passed, then attempts, then the rest."""
        if self.rank_shift < 0:
            return np.zeros(len(self.keys), np.int64)
        meta = self.keys[:, self.rank_shift]
        verdict, attempt = meta >> 24 & 0xF, meta >> 28 & 3
        is_grave = (verdict == 2) | (verdict == 3)
        return np.where(is_grave, np.minimum(attempt, 1), MOST_RANK)

    def finish(self) -> tuple[Longs, Longs]:
        """Keys and values in their order: the same bytes however the input was split."""
        self.settle()
        self.keys, self.values = in_order(self.keys, self.values)
        return self.keys, self.values

    @property
    def estimate(self) -> int:
        """How many keys there were; exact unless some were dropped."""
        self.settle()
        if not self.dropped:
            return len(self.keys)
        ranks = self._ranks()
        last = int(ranks.max())
        inside = hashes(self.keys[ranks == last])
        if len(inside) < 2:
            return len(self.keys)
        return int((ranks < last).sum()) + int((len(inside) - 1) / (float(inside.max()) / 2.0**64))

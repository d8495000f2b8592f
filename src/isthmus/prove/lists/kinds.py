"""Kinds of packets (protocols, TCP flags, states) compared with one another, many pairs at once."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from isthmus.packetset import State, TcpFlags
from isthmus.prove.lists.boxes import STATES, Kind
from isthmus.prove.lists.columns import Flags, Numbers

_Words: TypeAlias = NDArray[np.uint64]

_FEW = 1024
_WORD = (1 << 64) - 1
_FLAGS, _STATES = 256, 512
_BITS = 576
_SYN = 1 << int(TcpFlags.SYN)
_NEW = STATES[State.NEW]


class KindTable:
    """Different kinds by their numbers, as bits: protocols, then flags, then states."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self._kinds = kinds
        numbers = [kind.protocols | kind.flags << _FLAGS | kind.states << _STATES for kind in kinds]
        rows = [[number >> place & _WORD for place in range(0, _BITS, 64)] for number in numbers]
        self._words: _Words = np.asarray(rows, dtype=np.uint64).reshape(len(kinds), _BITS // 64)

    def covering(self, earlier: Numbers, later: Numbers) -> Flags:
        """Of pairs, whether every packet of the later kind is of the earlier one."""
        return self._covers[earlier, later] if self._are_few else self._covering(earlier, later)

    def meeting(self, earlier: Numbers, later: Numbers) -> Flags:
        """Of pairs, whether a packet can be of both kinds."""
        return self._meets[earlier, later] if self._are_few else self._meeting(earlier, later)

    def sampled(self, earlier: Numbers, later: Numbers, sample: int) -> Flags:
        """Of pairs, whether the earlier kind has a sample of the later one: the usual one (0) or an odd one (1)."""
        chosen = self._samples[sample][later]
        found = np.ones(len(earlier), dtype=np.bool_)
        for place in range(3):
            bits = chosen[:, place]
            words = self._words[earlier, bits >> 6]
            found &= (words >> (bits & 63).astype(np.uint64) & np.uint64(1)).astype(np.bool_)
        return found

    @cached_property
    def _samples(self) -> tuple[Numbers, Numbers]:
        usual, odd = [], []
        for kind in self._kinds:
            parts = (kind.protocols, kind.flags, kind.states)
            usual.append([_lowest(each & wish or each) for each, wish in zip(parts, (~0, _SYN, _NEW), strict=True)])
            odd.append([each.bit_length() - 1 for each in parts])
        starts = np.asarray([0, _FLAGS, _STATES], dtype=np.int64)
        count = len(self._kinds)
        first, second = (np.asarray(each, dtype=np.int64).reshape(count, 3) + starts for each in (usual, odd))
        return first, second

    @property
    def _are_few(self) -> bool:
        return len(self._kinds) <= _FEW

    @cached_property
    def _covers(self) -> Flags:
        return self._matrix(self._covering)

    @cached_property
    def _meets(self) -> Flags:
        return self._matrix(self._meeting)

    def _matrix(self, compare: Callable[[Numbers, Numbers], Flags]) -> Flags:
        count = len(self._kinds)
        earlier, later = np.divmod(np.arange(count * count), max(count, 1))
        return compare(earlier, later).reshape(count, count)

    def _covering(self, earlier: Numbers, later: Numbers) -> Flags:
        found = np.ones(len(earlier), dtype=np.bool_)
        for word in self._words.T:
            found &= word[later] & ~word[earlier] == 0
        return found

    def _meeting(self, earlier: Numbers, later: Numbers) -> Flags:
        found = np.ones(len(earlier), dtype=np.bool_)
        for part in (slice(0, 4), slice(4, 8), slice(8, 9)):
            some = np.zeros(len(earlier), dtype=np.bool_)
            for word in self._words.T[part]:
                some |= word[later] & word[earlier] != 0
            found &= some
        return found


def _lowest(bits: int) -> int:
    """The place of the lowest bit."""
    return (bits & -bits).bit_length() - 1

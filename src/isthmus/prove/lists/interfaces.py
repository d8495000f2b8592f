"""Which of many interface tests a packet passes, by the names of its interface."""

from collections.abc import Sequence

import numpy as np

from isthmus.network import InterfaceTest
from isthmus.prove.lists.columns import Flags

_REMEMBERED = 4096


class InterfaceTests:
    """Different tests; thousands of them are answered for a name at once."""

    def __init__(self, tests: Sequence[InterfaceTest]) -> None:
        self._otherwise = np.asarray([test.negated for test in tests], dtype=np.bool_)
        self._named: dict[str, list[int]] = {}
        self._patterns: list[tuple[str, int]] = []
        for index, test in enumerate(tests):
            for name in test.names:
                if name.endswith("*"):
                    self._patterns.append((name[:-1], index))
                else:
                    self._named.setdefault(name, []).append(index)
        self._known: dict[tuple[str, ...], Flags] = {}

    def passed(self, names: tuple[str, ...]) -> Flags:
        """For each test, whether a packet with an interface of these names passes it."""
        found = self._known.get(names)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[names] = self._passed(names)
        return found

    def _passed(self, names: tuple[str, ...]) -> Flags:
        found = self._otherwise.copy()
        hits = [index for name in names for index in self._named.get(name, ())]
        hits += [index for beginning, index in self._patterns for name in names if name.startswith(beginning)]
        found[hits] = ~self._otherwise[hits]
        return found

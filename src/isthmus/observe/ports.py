"""Ports in classes: those that are in the same declared ranges are one; a class of 0 is in none.

>>> found = port_classes([(6, 80, 80), (6, 443, 443), (6, 400, 500), (1, 0, 0)])
>>> found.of(6, 443), found.of(6, 450), found.of(17, 443), found.of(1, 8)
(3, 4, 0, 5)
>>> found.between(6, 400, 500)
(2, 4)
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from isthmus.observe.compiled import PORTED, Ints

_ROWS = len(PORTED) * 65536 + 256


def row(protocol: int, port: int) -> int:
    """The row of ``port_class`` for a protocol and port."""
    return PORTED.index(protocol) * 65536 + port if protocol in PORTED else len(PORTED) * 65536 + protocol


@dataclass(frozen=True, slots=True)
class PortClasses:
    """The class of every protocol and port."""

    table: Ints

    def of(self, protocol: int, port: int) -> int:
        """The class of one port."""
        return int(self.table[row(protocol, port)])

    def between(self, protocol: int, first: int, last: int) -> tuple[int, int]:
        """The classes of a declared range, first and last: those between belong to it too."""
        return self.of(protocol, first), self.of(protocol, last)


def port_classes(ranges: Iterable[tuple[int, int, int]]) -> PortClasses:
    """The classes that the declared ranges (protocol, first, last) make."""
    edges = np.zeros(_ROWS + 1, np.bool_)
    depth = np.zeros(_ROWS + 1, np.int64)
    for protocol, first, last in set(ranges):
        begin, end = row(protocol, first), row(protocol, last) + 1
        edges[[begin, end]] = True
        depth[begin] += 1
        depth[end] -= 1
    inside = depth.cumsum()[:-1] > 0
    starts = edges[:-1] & inside
    return PortClasses(np.where(inside, starts.cumsum(), 0).astype(np.int32))

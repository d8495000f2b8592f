"""Tables that find the place of an address: 16-8-8 bits for IPv4, upper then lower half for IPv6.

The IPv4 table of a few thousand prefixes is about a megabyte, and stays in the processor's second-level cache.
"""

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from isthmus.observe.compiled import Ints, Longs
from isthmus.observe.matches import ints

Starts = Sequence[tuple[int, int]]
"""Where each interval begins, and its place; the first begins at 0."""

_LOW = (1 << 64) - 1


def v4_table(starts: Starts) -> dict[str, Ints]:
    """The upper table, and the blocks below it; equal blocks are shared."""
    blocks: dict[bytes, int] = {}
    rows: list[Ints] = []

    def level(entries: Starts, begin: int, shift: int, size: int) -> Ints:
        """``size`` rows of ``1 << shift`` addresses each, from ``begin`` on; ``entries`` begin at or before it."""
        table = np.empty(size, np.int32)
        bounds = [max(start, begin) for start, _ in entries] + [begin + (size << shift)]
        split: dict[int, list[tuple[int, int]]] = {}
        for at, (_, place) in enumerate(entries):
            first, last = bounds[at] - begin, bounds[at + 1] - begin
            if first >= last:
                continue
            table[-(-first >> shift) : last >> shift] = place
            for edge in {first >> shift, (last - 1) >> shift}:
                inner = max(first, edge << shift), min(last, edge + 1 << shift)
                if inner != (edge << shift, edge + 1 << shift):
                    split.setdefault(edge, []).append((begin + inner[0], place))
        for edge, inside in split.items():
            table[edge] = -1 - block(level(inside, begin + (edge << shift), 0 if shift == 8 else 8, 256))
        return table

    def block(table: Ints) -> int:
        number = blocks.setdefault(table.tobytes(), len(rows))
        if number == len(rows):
            rows.append(table)
        return number

    top = level(starts, 0, 16, 65536)
    return {"v4_top": top, "v4_blocks": np.concatenate(rows) if rows else np.empty(0, np.int32)}


def v6_table(starts: Starts) -> dict[str, Ints | Longs]:
    """Index by the upper 16 bits, upper halves, places after each, and the lower halves of each with their places."""
    upper: list[int] = []
    after: list[int] = []
    offsets = [0]
    lower: list[int] = []
    places: list[int] = []
    before = starts[0][1]
    for high, group in groupby(starts, key=lambda each: each[0] >> 64):
        inside = [(start & _LOW, place) for start, place in group]
        if inside[0][0]:
            inside.insert(0, (0, before))
        before = inside[-1][1]
        upper.append(high)
        after.append(before)
        lower += [low for low, _ in inside]
        places += [place for _, place in inside]
        offsets.append(len(lower))
    keys = np.array(upper, np.uint64)
    tops = np.arange(65536, dtype=np.uint64) << np.uint64(48)
    index = np.append(np.searchsorted(keys, tops, side="right") - 1, len(upper) - 1).astype(np.int32)
    return {
        "v6_index": index,
        "v6_hi": keys.view(np.int64),
        "v6_after": ints(after),
        "v6_from": ints(offsets),
        "v6_lo": np.array(lower, np.uint64).view(np.int64),
        "v6_place": ints(places),
    }

"""Nested prefixes flattened into disjoint intervals, each with its zone and everything else that holds its addresses.

>>> from ipaddress import ip_network
>>> marks = [Mark(ip_network("10.0.0.0/8"), zone=0), Mark(ip_network("10.1.0.0/16"), zone=1),
...          Mark(ip_network("10.1.0.7/32"), holders=frozenset({"web"}))]
>>> [(hex(start), piece.zone, sorted(piece.holders)) for start, piece in flatten(marks, 32)]
... # doctest: +NORMALIZE_WHITESPACE
[('0x0', -1, []), ('0xa000000', 0, []), ('0xa010000', 1, []), ('0xa010007', 1, ['web']), ('0xa010008', 1, []),
 ('0xa020000', 0, []), ('0xb000000', -1, [])]
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from itertools import groupby

from isthmus.observe.policy import Prefix

Holders = frozenset[Hashable]


@dataclass(frozen=True, slots=True)
class Mark:
    """One prefix, and what it says of its addresses: their zone (None: nothing), and who else holds them."""

    prefix: Prefix
    zone: int | None = None
    holders: Holders = frozenset()
    is_fallback: bool = False
    """Whether the zone is meant for addresses only that no other zone holds, however short its prefix."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What holds for every address of an interval: the zone of the longest prefix (-1: none), all holders."""

    zone: int = -1
    holders: Holders = frozenset()


def flatten(marks: Iterable[Mark], bits: int) -> list[tuple[int, Piece]]:
    """Disjoint intervals that cover all addresses of ``bits``: where each begins, and its piece; neighbours differ."""
    starts: list[tuple[int, Piece]] = [(0, Piece())]
    around: list[tuple[int, Piece]] = []
    for first, last, group in _groups(marks):
        _close(starts, around, first)
        outer = around[-1][1] if around else Piece()
        counted = [each for each in group if not each.is_fallback or outer.zone < 0]
        zone = next((each.zone for each in counted if each.zone is not None), outer.zone)
        piece = Piece(zone, outer.holders.union(*(each.holders for each in group)))
        _mark(starts, first, piece)
        around.append((last, piece))
    _close(starts, around, 1 << bits)
    if starts[-1][0] >= 1 << bits:
        starts.pop()
    return starts


def _groups(marks: Iterable[Mark]) -> Iterable[tuple[int, int, list[Mark]]]:
    """The marks of each prefix, outer prefixes before inner ones."""
    found = sorted(
        ((int(each.prefix.network_address), -int(each.prefix.broadcast_address), each) for each in marks),
        key=lambda each: each[:2],
    )
    for (first, last), group in groupby(found, key=lambda each: each[:2]):
        yield first, -last, [each for _, _, each in group]


def _close(starts: list[tuple[int, Piece]], around: list[tuple[int, Piece]], before: int) -> None:
    """End every prefix that ends before an address: what is around it holds again."""
    while around and around[-1][0] < before:
        last, _ = around.pop()
        _mark(starts, last + 1, around[-1][1] if around else Piece())


def _mark(starts: list[tuple[int, Piece]], start: int, piece: Piece) -> None:
    if starts[-1][0] == start:
        starts.pop()
    if not starts or starts[-1][1] != piece:
        starts.append((start, piece))

"""What no element of a set of concatenations holds: the packets that pass ``a . b != @set``."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network
from itertools import pairwise
from typing import Any

from isthmus.formats.nftables.boxes import Box
from isthmus.formats.nftables.values import address
from isthmus.packetset import Address, AddressRange, Block, Interval, other_numbers

MOST_ROWS = 256
"""How many elements a negated set of concatenations may have."""
_MOST_BOXES = 4096

Row = tuple[tuple[Interval, ...], ...]
"""For each field, the numbers that an element holds."""


def others(boxes: Sequence[Box], base: Box, slots: Sequence[str], mosts: Sequence[int]) -> list[Box]:
    """The packets of ``base`` outside all boxes, which differ from it in ``slots`` only; ValueError for too many."""
    if len(boxes) > MOST_ROWS:
        raise ValueError(f"a negated set of more than {MOST_ROWS} concatenations")
    rows = [tuple(_numbers(getattr(box, slot)) for slot in slots) for box in boxes]
    version = next((getattr(box, slot)[0].version for box in boxes for slot in slots if slot in _ADDRESSES), 4)
    made = []
    for row in _outside(rows, list(mosts)):
        values: dict[str, Any] = {
            slot: tuple(_block(each, version) for each in part) if slot in _ADDRESSES else part
            for slot, part in zip(slots, row, strict=True)
            if part is not None
        }
        made.append(base._replace(**values))
    return made


_ADDRESSES = ("source", "destination")


def _numbers(demand: object) -> tuple[Interval, ...]:
    if not isinstance(demand, tuple):
        raise ValueError("a negated set of concatenations with interfaces or marks")
    found = []
    for each in demand:
        if isinstance(each, Interval):
            found.append(each)
        elif isinstance(each, AddressRange):
            found.append(Interval(int(each.first), int(each.last)))
        elif isinstance(each, IPv4Network | IPv6Network):
            found.append(Interval(int(each.network_address), int(each.broadcast_address)))
        else:
            raise ValueError("a negated set of concatenations with flags or states")
    return tuple(found)


def _block(run: Interval, version: int) -> Block:
    return AddressRange(_at(run.first, version), _at(run.last, version))


def _at(number: int, version: int) -> Address:
    return address(str(number), version)


def _outside(rows: Sequence[Row], mosts: Sequence[int]) -> list[tuple[tuple[Interval, ...] | None, ...]]:
    """The rows that together hold every combination of numbers that ``rows`` do not; None stands for any number."""
    if not rows:
        return [(None,) * len(mosts)]
    if len(mosts) == 1:
        rest = other_numbers([run for row in rows for run in row[0]], mosts[0])
        return [(rest,)] if rest else []
    made: list[tuple[tuple[Interval, ...] | None, ...]] = []
    for runs, inside in _pieces(rows, mosts[0]):
        made += [(runs, *more) for more in _outside([row[1:] for row in inside], mosts[1:])]
        if len(made) > _MOST_BOXES:
            raise ValueError("a negated set of concatenations that overlap in too many ways")
    return made


def _pieces(rows: Sequence[Row], most: int) -> list[tuple[tuple[Interval, ...], list[Row]]]:
    """The numbers of the first field in groups, each with the rows that hold all of its numbers."""
    cuts = {0, most + 1}
    for row in rows:
        for run in row[0]:
            cuts |= {run.first, run.last + 1}
    ordered = sorted(cuts)
    groups: dict[tuple[int, ...], list[Interval]] = {}
    for first, end in pairwise(ordered):
        inside = tuple(
            place for place, row in enumerate(rows) if any(run.first <= first <= run.last for run in row[0])
        )  # fmt: skip
        groups.setdefault(inside, []).append(Interval(first, end - 1))
    return [(tuple(runs), [rows[place] for place in inside]) for inside, runs in groups.items()]

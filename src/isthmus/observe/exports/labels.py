"""The labels of a compiled policy as disjoint prefixes, read back from the very tables that the kernel looks up."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, summarize_address_range

import numpy as np
import numpy.typing as npt

from isthmus.observe.compiled import CompiledPolicy, Tables
from isthmus.observe.policy import End
from isthmus.observe.words import INTERNET

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Label:
    """A prefix all of whose addresses are of one network."""

    prefix: IPv4Network | IPv6Network
    row: int
    """The network's number: its row in the policy's names."""
    network: str
    end: End


def labels_of(compiled: CompiledPolicy) -> Iterator[Label]:
    """Every labelled prefix, IPv4 first, ascending; together they hold each address that some network holds."""
    zones, classes = compiled.names.zones, compiled.names.classes
    end_of = _end_of_zone(compiled)
    found: list[tuple[IPv4Network | IPv6Network, int]] = [*_v4(compiled.tables), *_v6(compiled.tables)]
    for prefix, row in found:
        if zones[row] != INTERNET:
            yield Label(prefix, row, zones[row], classes[end_of[row]])


def _end_of_zone(compiled: CompiledPolicy) -> dict[int, int]:
    tables = compiled.tables
    return dict(zip(tables.place_zone.tolist(), tables.place_class.tolist(), strict=True))


def _v4(tables: Tables) -> Iterator[tuple[IPv4Network, int]]:
    """The two lower levels are looked into where the upper one says so."""
    blocks = tables.v4_blocks.reshape(-1, 256)
    starts: list[Numbers] = []
    places: list[Numbers] = []

    def level(table: npt.NDArray[np.int32], begin: int, width: int) -> None:
        """Rows of ``width`` addresses each, from ``begin`` on."""
        changes = np.flatnonzero(np.append(True, (table[1:] != table[:-1]) | (table[1:] < 0)))
        inner = changes[table[changes] < 0]
        for run in np.split(changes, np.searchsorted(changes, inner)):
            plain = run[table[run] >= 0]
            if len(run) and table[run[0]] < 0:
                level(blocks[-1 - table[run[0]]], begin + int(run[0]) * width, width // 256)
            starts.append(begin + plain.astype(np.int64) * width)
            places.append(table[plain].astype(np.int64))

    level(tables.v4_top, 0, 1 << 16)
    zones = tables.place_zone[np.concatenate(places)]
    for first, last, zone in _runs(np.concatenate(starts).tolist(), zones.tolist(), 32):
        for prefix in summarize_address_range(IPv4Address(first), IPv4Address(last)):
            yield prefix, zone


def _v6(tables: Tables) -> Iterator[tuple[IPv6Network, int]]:
    starts: list[int] = []
    zones: list[int] = []
    upper, lower = tables.v6_hi.view(np.uint64).tolist(), tables.v6_lo.view(np.uint64).tolist()
    begins = tables.v6_from.tolist()
    for row, high in enumerate(upper):
        for at in range(begins[row], begins[row + 1]):
            starts.append(high << 64 | lower[at])
            zones.append(int(tables.place_zone[tables.v6_place[at]]))
        starts.append(high + 1 << 64)
        zones.append(int(tables.place_zone[tables.v6_after[row]]))
    for first, last, zone in _runs(starts, zones, 128):
        for prefix in summarize_address_range(IPv6Address(first), IPv6Address(last)):
            yield prefix, zone


def _runs(starts: Iterable[int], zones: Iterable[int], bits: int) -> Iterator[tuple[int, int, int]]:
    """First and last address of each stretch of one zone; a start that comes twice counts as it comes last."""
    begin, current = 0, -1
    for start, zone in _lasting(starts, zones, 1 << bits):
        if zone == current:
            continue
        if current >= 0:
            yield begin, start - 1, current
        begin, current = start, zone
    yield begin, (1 << bits) - 1, current


def _lasting(starts: Iterable[int], zones: Iterable[int], end: int) -> Iterator[tuple[int, int]]:
    """The starts that are not begun anew at once."""
    before: tuple[int, int] | None = None
    for start, zone in zip(starts, zones, strict=True):
        if before is not None and before[0] != start:
            yield before
        before = (start, zone) if start < end else None
    if before is not None:
        yield before

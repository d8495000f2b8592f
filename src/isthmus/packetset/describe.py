"""A set as rows that a person can read, field by field; no two rows share a packet."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from isthmus.packetset.addresses import WIDTHS, cube_blocks
from isthmus.packetset.diagram import Diagram
from isthmus.packetset.engine import Node
from isthmus.packetset.intervals import Interval, joined
from isthmus.packetset.layout import Field, state_of
from isthmus.packetset.match import FlagTest, IcmpType, Match
from isthmus.packetset.packets import WITH_PORTS, WITH_TYPES, State

Cube = tuple[int, int]
"""A value, and the mask of the bits that count."""

_Group = tuple[Node, str, list[Cube]]


@dataclass(frozen=True, slots=True)
class Description:
    """The first rows of a set in a stable order, and how many more there are; all rows together are the set."""

    rows: tuple[Match, ...]
    left_out: int

    def __str__(self) -> str:
        more = [f"and {self.left_out:,} more rows"] if self.left_out else []
        return "\n".join([*map(str, self.rows), *more]) or "nothing"


def describe(diagram: Diagram, node: Node, limit: int) -> Description:
    """At most ``limit`` rows; they name every packet where none is left out."""
    reader = _Reader(diagram)
    total = sum(reader.count(each, 0, version, "") for each, version in reader.versions(node))
    rows = tuple(islice(reader.all_rows(node), limit))
    return Description(rows, total - len(rows))


_ORDER = (
    Field.DESTINATION,
    Field.PROTOCOL,
    Field.DESTINATION_PORT,
    Field.SOURCE,
    Field.SOURCE_PORT,
    Field.FLAGS,
    Field.STATE,
)
_PORTS, _TYPES = "ports", "types"


class _Reader:
    """Splits a diagram field by field: the values of a field that leave the same remainder make one entry of a row."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self._counts: dict[tuple[Node, int, int, str], int] = {}
        self._groups: dict[tuple[Node, int, int, str], list[_Group]] = {}

    def versions(self, node: Node) -> Iterator[tuple[Node, int]]:
        """The part of each IP version; a single one, of version 0, where addresses do not matter at all."""
        engine = self.diagram.engine
        hosts = self.diagram.variables((Field.VERSION, 1), (Field.DESTINATION, 128), (Field.SOURCE, 128))
        if engine.exists(node, hosts) == node:
            yield node, 0
            return
        yield from zip(engine.branches(node) if engine.level(node) == 0 else (node, node), (4, 6), strict=True)

    def all_rows(self, node: Node) -> Iterator[Match]:
        for each, version in self.versions(node):
            for row in self.rows(each, 0, version, ""):
                told = row.source is not None or row.destination is not None or not version
                yield row if told else replace(row, version=version)

    def count(self, node: Node, stage: int, version: int, kind: str) -> int:
        """How many rows there are, without making them."""
        if stage == len(_ORDER):
            return 1
        key = (node, stage, version, kind)
        if key not in self._counts:
            groups = self.groups(*key)
            self._counts[key] = sum(self.count(rest, stage + 1, version, each) for rest, each, _ in groups)
        return self._counts[key]

    def rows(self, node: Node, stage: int, version: int, kind: str) -> Iterator[Match]:
        if stage == len(_ORDER):
            yield Match()
            return
        for rest, kind_, cubes in self.groups(node, stage, version, kind):
            test = _test(_ORDER[stage], cubes, version, kind_)
            for row in self.rows(rest, stage + 1, version, kind_):
                yield replace(row, **test) if test else row

    def groups(self, node: Node, stage: int, version: int, kind: str) -> list[_Group]:
        """What remains behind each group of values of this field, of what kind the protocols are, and the values."""
        key = (node, stage, version, kind)
        if key not in self._groups:
            field = _ORDER[stage]
            found = self._cubes(node, field, WIDTHS.get(version, 0) if field in _HOSTS else field.width)
            if field is Field.PROTOCOL:
                self._groups[key] = [each for rest, cubes in found for each in self._protocols(rest, cubes)]
            else:
                self._groups[key] = [(rest, kind, cubes) for rest, cubes in found]
        return self._groups[key]

    def _cubes(self, node: Node, field: Field, width: int) -> list[tuple[Node, list[Cube]]]:
        """Each remainder with the values that lead to it, in ascending order."""
        engine, end = self.diagram.engine, field.start + width
        found: dict[Node, list[Cube]] = {}
        waiting: list[tuple[Node, int, int]] = [(node, 0, 0)]
        while waiting:
            node, value, mask = waiting.pop()
            if node == self.diagram.false:
                continue
            level = engine.level(node)
            if level >= end:
                found.setdefault(node, []).append((value, mask))
                continue
            low, high = engine.branches(node)
            bit = 1 << end - 1 - level
            waiting += [(high, value | bit, mask | bit), (low, value, mask | bit)]
        return list(found.items())

    def _protocols(self, rest: Node, cubes: list[Cube]) -> Iterator[_Group]:
        """One group, or one for ports and one for ICMP where the same bits mean a port here and a type there."""
        inner = self.diagram.variables((Field.DESTINATION_PORT, 16), (Field.SOURCE_PORT, 16), (Field.FLAGS, 8))
        if self.diagram.engine.exists(rest, inner) == rest:
            yield rest, "", cubes
            return
        numbers = _numbers(cubes, 8)
        for kind, those in ((_PORTS, numbers & WITH_PORTS), (_TYPES, numbers & WITH_TYPES)):
            if those:
                yield rest, kind, [(number, 255) for number in sorted(those)]


def _test(field: Field, cubes: list[Cube], version: int, kind: str) -> dict[str, Any]:
    """What a row says of the field where it has one of these values; nothing where that is all of them."""
    if cubes == [(0, 0)]:
        return {}
    if field in _HOSTS:
        return {_NAMES[field]: tuple(block for cube in cubes for block in cube_blocks(version, *cube))}
    if field is Field.FLAGS:
        return {"flags": tuple(FlagTest(mask, value) for value, mask in cubes)}
    if field is Field.STATE:
        states = {state_of(number) for number in _numbers(cubes, 3)}
        return {"states": tuple(state for state in State if state in states)}
    intervals = _intervals(cubes, field.width)
    if field is Field.DESTINATION_PORT and kind == _TYPES:
        return {"icmp": tuple(_icmp_types(intervals))}
    return {_NAMES[field]: tuple(intervals)}


_HOSTS = (Field.SOURCE, Field.DESTINATION)
_NAMES = {
    Field.SOURCE: "source",
    Field.PROTOCOL: "protocols",
    Field.DESTINATION: "destination",
    Field.SOURCE_PORT: "source_ports",
    Field.DESTINATION_PORT: "destination_ports",
}


def _numbers(cubes: list[Cube], width: int) -> set[int]:
    return {number for each in _intervals(cubes, width) for number in range(each.first, each.last + 1)}


def _intervals(cubes: list[Cube], width: int) -> list[Interval]:
    """The numbers of all cubes as the fewest intervals, ascending."""
    each: list[Interval] = []
    for value, mask in cubes:
        trailing = (mask & -mask).bit_length() - 1 if mask else width
        holes = [bit for bit in range(trailing, width) if not mask >> bit & 1]
        for number in range(1 << len(holes)):
            first = value | sum((number >> place & 1) << bit for place, bit in enumerate(holes))
            each.append(Interval(first, first + (1 << trailing) - 1))
    return list(joined(each))


def _icmp_types(intervals: list[Interval]) -> Iterator[IcmpType]:
    for each in intervals:
        number = each.first
        while number <= each.last:
            if number & 255 == 0 and number + 255 <= each.last:
                yield IcmpType(number >> 8)
                number += 256
            else:
                yield IcmpType(number >> 8, number & 255)
                number += 1

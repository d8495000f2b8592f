"""One chain, prepared so that the few rules that can concern a set of packets are found among thousands at once."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np

from isthmus.network import Chain, Jump, Masquerade, Redirect, Return, Rule, Translate, Verdict
from isthmus.packetset import Match
from isthmus.prove.lists.boxes import EVERY_FLAG, EVERY_STATE, Boxes, Kind, Line
from isthmus.prove.lists.columns import Column, Flags, Numbers
from isthmus.prove.lists.outline import Outline


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule that may concern the packets, with those of its matches that do."""

    index: int
    surely: tuple[Match, ...]
    perhaps: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Force:
    """Of each rule whether its other tests (interfaces, marks) pass: surely, possibly; None: those of all rules do."""

    surely: Flags | None = None
    possibly: Flags | None = None

    def is_sure(self, index: int) -> bool:
        """Whether a rule's tests surely pass."""
        return self.surely is None or bool(self.surely[index])

    def is_possible(self, index: int) -> bool:
        """Whether a rule's tests may pass."""
        return self.possibly is None or bool(self.possibly[index])


class Listing:
    """The matches of a chain as rows of columns; matches that no packet passes are left out."""

    def __init__(self, chain: Chain, opaque: Container[int] = ()) -> None:
        self.chain = chain
        self._opaque = opaque
        self._boxes = Boxes()
        self._rules: list[int] = []
        self._matches: list[Match] = []
        self._is_sure: list[bool] = []
        for index, rule in enumerate(chain.rules):
            self._add(index, rule.matches, is_sure=True)
            self._add(index, rule.perhaps, is_sure=False)
        self.count = len(self._rules)
        self._is_one_to_one = self._rules == list(range(len(chain.rules)))

    def _add(self, index: int, matches: Sequence[Match], *, is_sure: bool) -> None:
        for match in matches:
            if self._boxes.add(match):
                self._rules.append(index)
                self._matches.append(match)
                self._is_sure.append(is_sure)

    @cached_property
    def line(self) -> Line:
        """The line on which addresses lie."""
        return self._boxes.line()

    @cached_property
    def columns(self) -> tuple[Column, Column, Column, Column]:
        """Destination, source, destination ports, source ports."""
        boxes = self._boxes
        addresses = boxes.address_entries(self.line)
        return (
            Column(boxes.destinations, addresses),
            Column(boxes.sources, addresses),
            Column(boxes.destination_ports, boxes.port_entries),
            Column(boxes.source_ports, boxes.port_entries),
        )

    @property
    def kinds(self) -> Sequence[Kind]:
        """The different kinds that matches ask for."""
        return self._boxes.kind_entries

    @cached_property
    def kind_of_row(self) -> Numbers:
        """For each row the number of its kind."""
        return np.asarray(self._boxes.kinds, dtype=np.int64)

    @cached_property
    def rule_of_row(self) -> Numbers:
        """For each row the index of its rule; ascending."""
        return np.asarray(self._rules, dtype=np.int64)

    @cached_property
    def is_sure(self) -> Flags:
        """The rows whose packets surely match their rule."""
        return np.asarray(self._is_sure, dtype=np.bool_)

    @cached_property
    def decides(self) -> Flags:
        """The rows whose packets surely never go on to the next rule, and that are nothing but their box."""
        taking = [takes_all(rule) and index not in self._opaque for index, rule in enumerate(self.chain.rules)]
        is_whole = ~np.asarray(self._boxes.is_rough, dtype=np.bool_)
        return np.asarray(self.is_sure & is_whole & np.asarray(taking, dtype=np.bool_)[self.rule_of_row])

    def candidates(self, stretch: range, force: "Force", found_in: Sequence[Outline] | None) -> Sequence[Candidate]:
        """The rules of the stretch that can concern packets of the outlines, up to one that takes them all.

        Without outlines every rule in force may concern the packets.
        """
        first, end = np.searchsorted(self.rule_of_row, (stretch.start, stretch.stop))
        rows = np.arange(first, end) if found_in is None else self._touched(found_in, first, end)
        if force.possibly is not None:
            rows = rows[force.possibly[self.rule_of_row[rows]]]
        if found_in:
            sure = rows[self.decides[rows]]
            if force.surely is not None:
                sure = sure[force.surely[self.rule_of_row[sure]]]
            for outline in found_in:
                sure = sure[self._covering(outline, sure)]
            if len(sure):
                rows = rows[self.rule_of_row[rows] <= self.rule_of_row[sure[0]]]
        return self._grouped(rows)

    def _touched(self, found_in: Sequence[Outline], first: int, end: int) -> Numbers:
        """The rows, of those from ``first`` to before ``end``, that ask for packets in one of the outlines."""
        found = np.zeros(end - first, dtype=np.bool_)
        for outline in found_in:
            found[self._touching(outline, first, end)] = True
        return np.flatnonzero(found) + first

    def _grouped(self, rows: Numbers) -> Sequence[Candidate]:
        numbers: list[int] = rows.tolist()
        if self._is_one_to_one:
            return [self._candidate(number, (number,)) for number in numbers]
        return [self._candidate(rule, tuple(each)) for rule, each in groupby(numbers, key=self._rules.__getitem__)]

    def _candidate(self, rule: int, rows: Sequence[int]) -> Candidate:
        surely = tuple(self._matches[row] for row in rows if self._is_sure[row])
        return Candidate(rule, surely, tuple(self._matches[row] for row in rows if not self._is_sure[row]))

    def _touching(self, outline: Outline, first: int, end: int) -> Numbers:
        """Numbers, counted from ``first`` on; the fields that tell most apart are looked at first."""
        there, come = (self.line.runs(outline.version, each) for each in (outline.destination, outline.source))
        destination, source, destination_ports, source_ports = self.columns
        found = destination.touching(there)[destination.ids[first:end]]
        found &= source.touching(come)[source.ids[first:end]]
        near = np.flatnonzero(found)
        rows = near + first
        near = near[self._kinds_with(outline.protocols)[self.kind_of_row[rows]]]
        for column, runs in ((destination_ports, outline.destination_ports), (source_ports, outline.source_ports)):
            near = near[column.touching(runs)[column.ids[near + first]]]
        return near

    def _kinds_with(self, protocols: int) -> Flags:
        return np.asarray([bool(kind.protocols & protocols) for kind in self.kinds], dtype=np.bool_)

    def _covering(self, outline: Outline, rows: Numbers) -> Flags:
        """Of some rows, whether they ask for every packet in an outline."""
        there, come = (self.line.runs(outline.version, each) for each in (outline.destination, outline.source))
        asked = (there, come, outline.destination_ports, outline.source_ports)
        kinds = np.asarray([_lets_in(kind, outline.protocols) for kind in self.kinds], dtype=np.bool_)
        found = kinds[self.kind_of_row[rows]]
        for column, runs in zip(self.columns, asked, strict=True):
            found &= column.covering(runs)[column.ids[rows]]
        return found


def takes_all(rule: Rule) -> bool:
    """Whether no packet that matches the rule goes on to the next one."""
    if isinstance(rule.action, Jump):
        return not rule.action.comes_back
    return isinstance(rule.action, Verdict | Return | Translate | Masquerade | Redirect)


def _lets_in(kind: Kind, protocols: int) -> bool:
    return not protocols & ~kind.protocols and kind.flags == EVERY_FLAG and kind.states == EVERY_STATE

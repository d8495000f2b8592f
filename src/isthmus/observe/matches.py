"""Rule sets: which crossings a pair of groups has at which ports; equal rule sets, and equal matches, are shared."""

from collections.abc import Hashable, Iterable, Iterator
from itertools import pairwise
from typing import Generic, TypeVar

import numpy as np

from isthmus.observe.compiled import Ints, Longs
from isthmus.observe.policy import Policy

Thing = TypeVar("Thing", bound=Hashable)

Rule = tuple[int, int, int]
"""First and last port class, and a crossing (or a match)."""


def ints(values: Iterable[int]) -> Ints:
    """A column of small numbers."""
    return np.fromiter(values, np.int32)


class Numbers(Generic[Thing]):
    """Different things, numbered as they come.

    >>> numbers = Numbers()
    >>> [numbers.of(each) for each in ("a", "b", "a")], list(numbers)
    ([0, 1, 0], ['a', 'b'])
    """

    def __init__(self) -> None:
        self._rows: dict[Thing, int] = {}

    def of(self, thing: Thing) -> int:
        """The number of a thing."""
        return self._rows.setdefault(thing, len(self._rows))

    def __iter__(self) -> Iterator[Thing]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class Matches:
    """The rule sets of a policy, and the matches that their rules name."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._sets: Numbers[tuple[Rule, ...]] = Numbers()
        self._matches: Numbers[tuple[int, ...]] = Numbers()

    def rule_set(self, rules: list[Rule]) -> int:
        """The number of the rule set that says the same as ``rules``, which may overlap."""
        return self._sets.of(tuple(self._disjoint(rules)))

    def _disjoint(self, rules: list[Rule]) -> Iterator[Rule]:
        if len(rules) == 1:
            first, last, row = rules[0]
            yield first, last, self._matches.of((row,))
            return
        edges = sorted({first for first, _, _ in rules} | {last + 1 for _, last, _ in rules})
        for start, end in pairwise(edges):
            rows = tuple(sorted({row for first, last, row in rules if first <= start <= last}))
            if rows:
                yield start, end - 1, self._matches.of(rows)

    def tables(self) -> dict[str, Ints | Longs]:
        """The tables of rules, matches and excuses."""
        rules = [rule for each in self._sets for rule in each]
        flows = self.policy.flows
        cases = {case: row for row, case in enumerate(self.policy.cases)}
        none = len(cases)
        leading = [next((row for row in each if flows[row].is_running), each[0]) for each in self._matches]
        excuses = list(self._excuses())
        return {
            "rule_from": _offsets(len(each) for each in self._sets),
            "rule_first": ints(first for first, _, _ in rules),
            "rule_last": ints(last for _, last, _ in rules),
            "rule_match": ints(match for _, _, match in rules),
            "match_from": _offsets(len(each) for each in self._matches),
            "match_flow": ints(row for each in self._matches for row in each),
            "match_running": ints(int(flows[row].is_running) for row in leading),
            "match_case": ints(cases.get(flows[row].case or "", none) for row in leading),
            "excuse_from": _offsets(len(each) for each in excuses),
            "excuse_row": ints(row for each in excuses for row, _, _, _ in each),
            "excuse_mask": ints(mask for each in excuses for _, mask, _, _ in each),
            "excuse_first": np.array([first for each in excuses for _, _, first, _ in each], np.int64),
            "excuse_last": np.array([last for each in excuses for _, _, _, last in each], np.int64),
        }

    def _excuses(self) -> Iterator[list[tuple[int, int, int, int]]]:
        """For each match: row, demands, first and last millisecond of the exceptions of its running crossings."""
        bits = {demand.code: 1 << at for at, demand in enumerate(self.policy.demands)}
        by_flow: dict[str, list[tuple[int, int, int, int]]] = {}
        for row, each in enumerate(self.policy.excuses):
            mask = sum(bits.get(code, 0) for code in set(each.codes))
            by_flow.setdefault(each.crossing, []).append((row, mask, each.first_ms, each.last_ms))
        for match in self._matches:
            running = [self.policy.flows[row] for row in match if self.policy.flows[row].is_running]
            yield [excuse for flow in running for excuse in by_flow.get(flow.id, ())]


def _offsets(counts: Iterable[int]) -> Ints:
    return ints([0, *np.cumsum(list(counts), dtype=np.int64).tolist()])

"""Tests besides the packet's own: whether one rule is in force for every packet for which a later one is."""

from collections.abc import Hashable, Iterable

import numpy as np

from isthmus.prove.lists.columns import Flags, Numbers
from isthmus.prove.lists.plans import Plan


class Scopes:
    """For each rule of a chain the numbers of its tests, 0 for none; and how often packets may have changed before it.

    Where packets change on their way (marks, ``notrack``), a test of marks or states says nothing about later rules.
    """

    def __init__(self, plan: Plan) -> None:
        rules = plan.chain.rules
        self.arriving = _numbered(rule.arriving for rule in rules)
        self.leaving = _numbered(rule.leaving for rule in rules)
        self.marks = _numbered(rule.mark for rule in rules)
        changing = np.zeros(len(rules), dtype=np.int64)
        changing[list(plan.changing)] = 1
        self.changes: Numbers = np.concatenate(([0], np.cumsum(changing)))[: len(rules)]

    def wider(self, earlier: Numbers, later: Numbers, *, sees_states: Flags) -> Flags:
        """Of pairs of rules, whether the earlier one is in force where the later one is; some wider tests are missed.

        ``sees_states`` tells whether the earlier one asks for connection states.
        """
        found = _as_wide(self.arriving[earlier], self.arriving[later])
        found &= _as_wide(self.leaving[earlier], self.leaving[later])
        return found & self.keeps(earlier, later, sees_states=sees_states)

    def keeps(self, earlier: Numbers, later: Numbers, *, sees_states: Flags) -> Flags:
        """The same for marks and states alone."""
        marks = self.marks[earlier]
        same = self.changes[earlier] == self.changes[later]
        by_mark = (marks == 0) | ((marks == self.marks[later]) & same)
        return np.asarray(by_mark & (~sees_states | same))


def _as_wide(earlier: Numbers, later: Numbers) -> Flags:
    return np.asarray((earlier == 0) | (earlier == later))


def _numbered(tests: Iterable[Hashable | None]) -> Numbers:
    numbers: dict[Hashable | None, int] = {None: 0}
    return np.asarray([numbers.setdefault(test, len(numbers)) for test in tests], dtype=np.int64)

"""One chain of a device with all that is worked out about it once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from isthmus.network import MarkTest, Unclear
from isthmus.packetset import Forgettable, PacketSet
from isthmus.prove.lists.columns import Flags, Numbers
from isthmus.prove.lists.covers import first_covers
from isthmus.prove.lists.interfaces import InterfaceTests
from isthmus.prove.lists.listing import Force, Listing
from isthmus.prove.lists.outcome import Mark
from isthmus.prove.lists.pairs import Comparison
from isthmus.prove.lists.plans import Plan
from isthmus.prove.lists.scopes import Scopes

_REMEMBERED = 1024


@dataclass(frozen=True, slots=True)
class Setting:
    """What tests look at besides the packet itself: the names of its interfaces, and its mark."""

    arriving: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()
    mark: Mark = 0


class Prepared:
    """A chain, and for each setting which of its rules are in force."""

    def __init__(self, plan: Plan, *, is_shared: bool = False) -> None:
        self.plan = plan
        self.is_shared = is_shared
        """Whether devices share it, because it jumps nowhere."""
        self.chain = plan.chain
        self.rules = plan.chain.rules
        self._arriving = InterfaceTests(plan.arriving)
        self._leaving = InterfaceTests(plan.leaving)
        self._forces: dict[Setting, Force] = {}

    @cached_property
    def listing(self) -> Listing:
        """Its matches as columns."""
        return Listing(self.chain, self.plan.opaque)

    @cached_property
    def comparison(self) -> Comparison:
        """Its matches, compared with one another."""
        return Comparison(self.listing)

    @cached_property
    def scopes(self) -> Scopes:
        """The tests of its rules besides those of the packet itself."""
        return Scopes(self.plan)

    @cached_property
    def covers(self) -> Numbers:
        """For each row of the listing an earlier one that takes all of it."""
        return first_covers(self.comparison, self.scopes)

    def before_changes(self, packets: PacketSet) -> PacketSet:
        """All that may come to the chain and be one of the packets further on: states can change on the way."""
        return packets.forgetting(Forgettable.STATE) if self.plan.is_stateful else packets

    def is_unclear(self, index: int) -> bool:
        """Whether nobody knows what a rule does to packets that match it."""
        return index in self.plan.opaque or isinstance(self.rules[index].action, Unclear)

    def is_changing(self, index: int) -> bool:
        """Whether a rule stands for itself, because it changes packets or their marks."""
        return index in self.plan.changing

    def truths(self, setting: Setting) -> tuple[bytes, bytes, tuple[bool | None, ...]]:
        """How every test of the chain, and of all that it jumps to, ends: settings with equal truths are one."""
        plan = self.plan
        return (
            self._arriving.passed(setting.arriving).tobytes() if plan.arriving else b"",
            self._leaving.passed(setting.leaving).tobytes() if plan.leaving else b"",
            tuple(_passes(test, setting.mark) for test in plan.marks),
        )

    def force(self, setting: Setting) -> Force:
        """Which rules' tests of interfaces and marks pass."""
        plan = self.plan
        if not (plan.arriving or plan.leaving or plan.marks):
            return EVERY_RULE
        force = self._forces.get(setting)
        if force is None:
            if len(self._forces) >= _REMEMBERED:
                self._forces.clear()
            force = self._forces[setting] = self._force(setting)
        return force

    def _force(self, setting: Setting) -> Force:
        plan = self.plan
        passed = np.ones(len(self.rules), dtype=np.bool_)
        if plan.arriving:
            passed &= _padded(self._arriving.passed(setting.arriving))[self._arriving_ids]
        if plan.leaving:
            passed &= _padded(self._leaving.passed(setting.leaving))[self._leaving_ids]
        if not plan.marks:
            return Force(passed, passed)
        marks = [_passes(test, setting.mark) for test in plan.marks]
        surely = _padded(np.asarray([each is True for each in marks], dtype=np.bool_))[self._mark_ids]
        possibly = _padded(np.asarray([each is not False for each in marks], dtype=np.bool_))[self._mark_ids]
        return Force(passed & surely, passed & possibly)

    @cached_property
    def _arriving_ids(self) -> Numbers:
        return _ids(self.plan.arriving, [rule.arriving for rule in self.rules])

    @cached_property
    def _leaving_ids(self) -> Numbers:
        return _ids(self.plan.leaving, [rule.leaving for rule in self.rules])

    @cached_property
    def _mark_ids(self) -> Numbers:
        return _ids(self.plan.marks, [rule.mark for rule in self.rules])


EVERY_RULE = Force()


def _passes(test: MarkTest, mark: Mark) -> bool | None:
    return None if mark is None else test.holds(mark)


def _ids(tests: Sequence[object], asked: Sequence[object | None]) -> Numbers:
    """For each rule the number of its test; the last one, which always passes, where it has none."""
    numbers = {test: number for number, test in enumerate(tests)}
    return np.asarray([len(tests) if test is None else numbers[test] for test in asked], dtype=np.int64)


def _padded(passed: Flags) -> Flags:
    return np.append(passed, True)

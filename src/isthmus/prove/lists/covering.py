"""Which rules together take every packet of a later one: worked out as sets, where comparing numbers does not tell."""

from collections.abc import Iterator, Sequence

from isthmus.network import InterfaceTest, Jump
from isthmus.packetset import PacketSet
from isthmus.prove.certainty import Bounds
from isthmus.prove.lists.limits import LimitError
from isthmus.prove.lists.listing import Candidate
from isthmus.prove.lists.plans import Plan
from isthmus.prove.lists.points import Names, points
from isthmus.prove.lists.prepared import EVERY_RULE, Prepared, Setting
from isthmus.prove.lists.stretches import Stretches
from isthmus.prove.lists.walk import Walk

_MOST_SETTINGS = 4096


class Covering:
    """The rules of one chain, for interfaces of some names; None: of any names that tests can tell apart."""

    def __init__(
        self,
        stretches: Stretches,
        prepared: Prepared,
        arriving: Sequence[Names] | None,
        leaving: Sequence[Names] | None,
    ) -> None:
        self.stretches = stretches
        self.prepared = prepared
        self._arriving = arriving
        self._leaving = leaving

    def of(self, index: int) -> tuple[int, ...] | None:
        """A few rules that together take all that a rule asks for, those that take most first; None if some is left.

        Raises LimitError or TooLargeError.
        """
        matching = self._matching(index)
        before = self.prepared.listing.candidates(range(index), EVERY_RULE, self.stretches.compiler.outlines(matching))
        covers: dict[int, PacketSet] = {}
        for setting in self._settings(index, before):
            if self._left(index, matching, setting):
                return None
            for each, taken in self._chosen(before, matching, setting):
                covers[each] = covers[each] | taken if each in covers else taken
        return tuple(sorted(covers, key=lambda each: (-covers[each].count(), each)))

    def can_be_in_force(self, index: int) -> bool:
        """Whether some interface that there is passes the rule's tests."""
        rule = self.prepared.rules[index]
        return _is_held(rule.arriving, self._arriving) and _is_held(rule.leaving, self._leaving)

    def _matching(self, index: int) -> PacketSet:
        """The packets that may match a rule."""
        rule = self.prepared.rules[index]
        return self.stretches.compiler.union((*rule.matches, *rule.perhaps))

    def _left(self, index: int, matching: PacketSet, setting: Setting) -> PacketSet:
        """The packets that come to the rule and may match it."""
        walk = Walk(self.stretches, setting.arriving, setting.leaving)
        moving = walk.moving()
        moving.add(setting.mark, Bounds.exactly(self.prepared.before_changes(matching)))
        return walk.until(self.prepared, index, moving).possibly() & matching

    def _chosen(
        self, before: Sequence[Candidate], matching: PacketSet, setting: Setting
    ) -> Iterator[tuple[int, PacketSet]]:
        """Rules that take packets, largest first, until none is left; without those that turn out not to be needed."""
        taken = {}
        for each in before:
            packets = self._taken(each, matching, setting)
            if packets:
                taken[each.index] = packets
        chosen: list[int] = []
        left = matching
        for index in sorted(taken, key=lambda each: (-taken[each].count(), each)):
            if not left:
                break
            if left & taken[index]:
                left -= taken[index]
                self.stretches.compiler.meter.made(left)
                chosen.append(index)
        for index in list(reversed(chosen)):
            others = self.stretches.space.union(taken[each] for each in chosen if each != index)
            if matching <= others | left:
                chosen.remove(index)
        yield from ((index, taken[index]) for index in chosen)

    def _taken(self, candidate: Candidate, matching: PacketSet, setting: Setting) -> PacketSet:
        """Those of the packets that surely do not get past a rule."""
        force = self.prepared.force(setting)
        if not force.is_possible(candidate.index) or self.prepared.is_changing(candidate.index):
            return self.stretches.space.nothing
        return self.stretches.rule(self.prepared, candidate, setting, matching).stops

    def _settings(self, index: int, before: Sequence[Candidate]) -> Iterator[Setting]:
        """The settings in which the rule is in force, one of those in which all rules concerned are in force alike."""
        rules = [self.prepared.rules[each] for each in (*(candidate.index for candidate in before), index)]
        below = [self._plan(rule.action.chain) for rule in rules if isinstance(rule.action, Jump)]
        arriving = [rule.arriving for rule in rules if rule.arriving]
        leaving = [rule.leaving for rule in rules if rule.leaving]
        arriving += [test for plan in below if plan for test in plan.arriving]
        leaving += [test for plan in below if plan for test in plan.leaving]
        own = self.prepared.rules[index]
        mark = None if self.prepared.plan.marks else 0
        entries = _told_apart(arriving, self._arriving, own.arriving)
        exits = _told_apart(leaving, self._leaving, own.leaving)
        if len(entries) * len(exits) > _MOST_SETTINGS:
            raise LimitError("its interfaces can be told apart in too many ways")
        yield from (Setting(entry, exit_, mark) for entry in entries for exit_ in exits)

    def _plan(self, name: str) -> Plan | None:
        prepared = self.stretches.prepared.get(name)
        return prepared.plan if prepared else None


def _told_apart(
    tests: Sequence[InterfaceTest], known: Sequence[Names] | None, own: InterfaceTest | None
) -> Sequence[Names]:
    """Names that pass a rule's own test, one of those for which all tests end alike."""
    different = tuple(dict.fromkeys(tests))
    names = points(different, known)
    if names is None:
        raise LimitError("its interfaces can be told apart in too many ways")
    found: dict[tuple[bool, ...], Names] = {}
    for each in names:
        if own is None or own.holds(*each):
            found.setdefault(tuple(test.holds(*each) for test in different), each)
    return tuple(found.values())


def _is_held(test: InterfaceTest | None, known: Sequence[Names] | None) -> bool:
    return test is None or known is None or any(test.holds(*names) for names in known)

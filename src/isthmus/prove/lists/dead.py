"""Rules that no packet comes to: because no packet matches, or because rules before take all that do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from isthmus.network import Continue, Rule, Verdict
from isthmus.packetset import TooLargeError
from isthmus.prove.lists.columns import Flags, Floats, Numbers
from isthmus.prove.lists.covering import Covering
from isthmus.prove.lists.limits import LimitError, TooLarge
from isthmus.prove.lists.pairs import Pairs, Relation
from isthmus.prove.lists.pieces import Place
from isthmus.prove.lists.points import Names
from isthmus.prove.lists.ruleset import Ruleset
from isthmus.prove.lists.survivors import survivors


@dataclass(frozen=True, slots=True)
class DeadRule:
    """A rule that decides nothing, whatever comes.

    ``covered_by`` are a few earlier rules that together take every packet that it asks for; none where no packet can
    match it at all. ``against`` is, of the earlier rules that do something else, the one that takes most of them.
    """

    place: Place
    rule: Rule
    covered_by: tuple[Place, ...] = ()
    against: Place | None = None

    @property
    def is_unmatchable(self) -> bool:
        """Whether no packet could ever match it."""
        return not self.covered_by


@dataclass(frozen=True, slots=True)
class DeadRules:
    """The dead rules of a chain, in order; and those of which it could not be found out, with the reason."""

    found: tuple[DeadRule, ...]
    undecided: tuple[Place, ...] = ()
    reason: TooLarge | None = None


def dead_rules(
    ruleset: Ruleset,
    chain: str,
    *,
    arriving: Sequence[Names] | None = None,
    leaving: Sequence[Names] | None = None,
) -> DeadRules:
    """The rules of a chain that are dead for sure, whatever is in doubt.

    ``arriving`` and ``leaving`` are the names of the interfaces that there are; None: those that tests name, and any
    others. Most are found by comparing numbers; sets are needed for the few that several rules cover only together.
    """
    search = _Search(ruleset, chain, arriving, leaving)
    found = ruleset.compiler.answer(search.run)
    if isinstance(found, TooLarge):
        every = tuple(Place(chain, index) for index in range(len(ruleset.chains[chain].rules)))
        return DeadRules((), every, found)
    return found


def does(rule: Rule) -> object:
    """What a rule does, as far as two rules can be said to do the same."""
    return rule.action.lets_pass if isinstance(rule.action, Verdict) else rule.action


class _Search:
    def __init__(
        self, ruleset: Ruleset, chain: str, arriving: Sequence[Names] | None, leaving: Sequence[Names] | None
    ) -> None:
        self.prepared = ruleset.stretches.prepared[chain]
        self.rules = self.prepared.rules
        self.listing = self.prepared.listing
        self.covering = Covering(ruleset.stretches, self.prepared, arriving, leaving)

    def run(self) -> DeadRules:
        covers, rule_of_row = self.prepared.covers, self.listing.rule_of_row
        count = len(self.rules)
        rows = np.bincount(rule_of_row, minlength=count)
        taken = np.bincount(rule_of_row[covers >= 0], minlength=count)
        alive = np.zeros(count, dtype=np.bool_)
        open_rows = np.flatnonzero((covers < 0) & (taken < rows)[rule_of_row])
        alive[rule_of_row[survivors(self.prepared.comparison, open_rows, self._taking())]] = True
        nowhere = [index for index in range(count) if not rows[index] or not self.covering.can_be_in_force(index)]
        alive[nowhere] = True
        dead = self._by_one(np.flatnonzero((taken == rows) & (rows > 0)))
        left = np.flatnonzero((taken < rows) & ~alive).tolist()
        undecided, reason = self._by_several(left, dead)
        dead |= {index: self._dead(index) for index in nowhere}
        found = tuple(dead[index] for index in sorted(dead))
        return DeadRules(found, tuple(self._place(index) for index in undecided), reason)

    def _taking(self) -> Flags:
        """The rows that may keep packets from later rules, or change them."""
        passing = np.asarray([isinstance(rule.action, Continue) for rule in self.rules], dtype=np.bool_)
        return np.asarray(self.listing.is_sure & ~passing[self.listing.rule_of_row])

    def _by_one(self, indices: Numbers) -> dict[int, DeadRule]:
        """Rules of which each match is taken in whole by one row before."""
        rule_of_row = self.listing.rule_of_row
        of_rule: dict[int, dict[int, None]] = {}
        rows = np.flatnonzero(np.isin(rule_of_row, indices))
        covers = rule_of_row[self.prepared.covers[rows]]
        for index, cover in zip(rule_of_row[rows].tolist(), covers.tolist(), strict=True):
            of_rule.setdefault(index, {})[cover] = None
        against = self._against(rows)
        return {index: self._dead(index, sorted(by), against.get(index)) for index, by in of_rule.items()}

    def _against(self, rows: Numbers) -> dict[int, int]:
        """For dead rules the rule of another effect that takes most of them, by how much their intervals share."""
        numbers: dict[object, int] = {}
        effects = np.asarray([numbers.setdefault(does(rule), len(numbers)) for rule in self.rules], dtype=np.int64)
        rule_of_row, comparison = self.listing.rule_of_row, self.prepared.comparison
        best: dict[int, tuple[float, int]] = {}
        for pairs in comparison.pairs(Relation.TOUCHES, rows, self.listing.decides):
            kept = pairs.where(effects[rule_of_row[pairs.earlier]] != effects[rule_of_row[pairs.later]])
            kept = kept.where(kept.earlier <= self.prepared.covers[kept.later])
            for later, earlier, size in _largest(kept, comparison.shared(kept)):
                index = int(rule_of_row[later])
                if index not in best or size > best[index][0]:
                    best[index] = size, int(rule_of_row[earlier])
        return {index: against for index, (_, against) in best.items()}

    def _by_several(self, indices: Sequence[int], dead: dict[int, DeadRule]) -> tuple[list[int], TooLarge | None]:
        """Add the rules that are covered by several together; what is left where a bound is passed."""
        for at, index in enumerate(indices):
            try:
                covers = self.covering.of(index)
            except (LimitError, TooLargeError) as error:
                return list(indices[at:]), TooLarge(str(error))
            if covers is not None:
                effect = does(self.rules[index])
                against = next((each for each in covers if does(self.rules[each]) != effect), None)
                dead[index] = self._dead(index, sorted(covers), against)
        return [], None

    def _dead(self, index: int, covers: Sequence[int] = (), against: int | None = None) -> DeadRule:
        by = tuple(self._place(each) for each in covers)
        return DeadRule(self._place(index), self.rules[index], by, None if against is None else self._place(against))

    def _place(self, index: int) -> Place:
        return Place(self.prepared.chain.name, index)


def _largest(pairs: Pairs, sizes: Floats) -> Iterator[tuple[int, int, float]]:
    """For each later row the earlier one that shares most."""
    order = np.lexsort((-sizes, pairs.later))
    later, at = np.unique(pairs.later[order], return_index=True)
    chosen = order[at]
    yield from zip(later.tolist(), pairs.earlier[chosen].tolist(), sizes[chosen].tolist(), strict=True)

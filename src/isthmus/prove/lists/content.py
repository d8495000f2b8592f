"""What chains say, apart from where it is written: to find the rules that two lists share in the same order."""

from bisect import bisect_left
from collections.abc import Hashable, Iterator, Mapping, Sequence

from isthmus.network import Jump, Rule
from isthmus.prove.lists.plans import Plan


class Contents:
    """Numbers for what the chains of one device say, equal for all that share ``numbers``."""

    def __init__(self, numbers: dict[Hashable, int], plans: Mapping[str, Plan]) -> None:
        self._numbers = numbers
        self._plans = plans
        self._chains: dict[str, int] = {}

    def chain(self, name: str) -> int:
        """The number of a chain: chains of one number do the same to every packet."""
        if name not in self._chains:
            self._chains[name] = self._number((self._plans[name].chain.default, tuple(self.rules(name))))
        return self._chains[name]

    def rules(self, chain: str) -> list[int]:
        """The numbers of a chain's rules, in their order."""
        plan = self._plans[chain]
        return [self._number(self._rule(plan, index, rule)) for index, rule in enumerate(plan.chain.rules)]

    def _number(self, content: Hashable) -> int:
        return self._numbers.setdefault(content, len(self._numbers))

    def _rule(self, plan: Plan, index: int, rule: Rule) -> Hashable:
        action: Hashable = rule.action
        if isinstance(rule.action, Jump):
            called: Hashable = plan.opaque[index] if index in plan.opaque else self.chain(rule.action.chain)
            action = (rule.action.comes_back, called)
        return rule.matches, rule.perhaps, action, rule.arriving, rule.leaving, rule.mark


def shared(old: Sequence[int], new: Sequence[int]) -> tuple[set[int], set[int]]:
    """Places in both lists of rules that are the same and in the same order; as many as are found quickly."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    pairs = list(_ascending(_same(old, new, start, end)))
    tail = range(1, end + 1)
    return (
        {*range(start), *(place for place, _ in pairs), *(len(old) - each for each in tail)},
        {*range(start), *(place for _, place in pairs), *(len(new) - each for each in tail)},
    )


def _same(old: Sequence[int], new: Sequence[int], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Places of equal rules between the common beginning and end: the first of a kind with the first, and so on."""
    places: dict[int, list[int]] = {}
    for place in range(len(new) - end - 1, start - 1, -1):
        places.setdefault(new[place], []).append(place)
    for place in range(start, len(old) - end):
        if places.get(old[place]):
            yield place, places[old[place]].pop()


def _ascending(pairs: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The longest run of pairs that ascends in both lists; pairs come in the order of the first one."""
    last: list[int] = []
    ends: list[tuple[int, int]] = []
    before: dict[tuple[int, int], tuple[int, int] | None] = {}
    for pair in pairs:
        at = bisect_left(last, pair[1])
        before[pair] = ends[at - 1] if at else None
        last[at : at + 1] = [pair[1]]
        ends[at : at + 1] = [pair]
    pair_: tuple[int, int] | None = ends[-1] if ends else None
    while pair_ is not None:
        yield pair_
        pair_ = before[pair_]

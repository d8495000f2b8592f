"""What two lists do differently: the packets that one lets pass and the other does not."""

from collections.abc import Iterator
from dataclasses import dataclass

from isthmus.packetset import PacketSet, Space
from isthmus.prove.certainty import Bounds
from isthmus.prove.lists.content import shared
from isthmus.prove.lists.limits import TooLarge
from isthmus.prove.lists.outcome import Mark, Outcome, together
from isthmus.prove.lists.ruleset import Ruleset

_FEW = 8
"""Where one rule in so many has changed, the lists are compared as a whole."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Packets that fare otherwise in the new list than in the old one.

    ``otherwise`` pass both, but are translated, marked or left to what follows in another way. ``removed`` and
    ``added`` are the indices of rules that only the old or only the new list has at that place in the order. For the
    rules that decide these packets on either side, ask ``Ruleset.tell``.
    """

    newly_accepted: Bounds
    newly_refused: Bounds
    otherwise: Bounds
    removed: tuple[int, ...]
    added: tuple[int, ...]

    def __bool__(self) -> bool:
        """Whether there possibly is any difference."""
        return bool(self.newly_accepted) or bool(self.newly_refused) or bool(self.otherwise)


def difference(
    old: Ruleset,
    new: Ruleset,
    chain: str,
    renamed: str | None = None,
    *,
    arriving: tuple[str, ...] = (),
    leaving: tuple[str, ...] = (),
    mark: Mark = 0,
) -> Difference | TooLarge:
    """What a chain does differently in two versions of a device; ``renamed`` is its name in the new one.

    Only packets that rules of one list alone ask for are looked at: rules that both lists have in the same order do the
    same to all others. Both rulesets have one compiler, else ValueError.
    """
    if old.compiler is not new.compiler:
        raise ValueError("the two rulesets belong to different compilers; make both with the same one")
    pair = _Pair(old, new, chain, renamed or chain)
    return old.compiler.answer(lambda: pair.difference(arriving, leaving, mark))


class _Pair:
    def __init__(self, old: Ruleset, new: Ruleset, was: str, is_now: str) -> None:
        self._sides = ((old, was), (new, is_now))
        self._compiler = old.compiler
        self._space = old.space
        numbers = [ruleset.stretches.contents.rules(name) for ruleset, name in self._sides]
        same = shared(*numbers)
        self._own = [
            tuple(index for index in range(len(each)) if index not in kept)
            for each, kept in zip(numbers, same, strict=True)
        ]

    def difference(self, arriving: tuple[str, ...], leaving: tuple[str, ...], mark: Mark) -> Difference:
        found: tuple[list[Bounds], list[Bounds], list[Bounds]] = ([], [], [])
        for region in self._regions():
            old, new = (
                ruleset.evaluate(name, Bounds.exactly(region), arriving=arriving, leaving=leaving, mark=mark)
                for ruleset, name in self._sides
            )
            was, is_now = old.refused, new.refused
            parts = (_less(was, is_now), _less(is_now, was), _otherwise(region, old, new))
            for kind, part in zip(found, parts, strict=True):
                kind.append(part)
        accepted, refused, otherwise = (together(self._space, parts) for parts in found)
        return Difference(accepted, refused, otherwise, *self._own)

    def _regions(self) -> Iterator[PacketSet]:
        """Packets of which the lists can do different things, in sets that share none and are quick to look at."""
        prepared = [ruleset.stretches.prepared[name] for ruleset, name in self._sides]
        changed = sum(map(len, self._own))
        if (
            changed * _FEW > sum(len(each.rules) for each in prepared)
            or prepared[0].chain.default != prepared[1].chain.default
            or any(each.plan.changing.intersection(own) for each, own in zip(prepared, self._own, strict=True))
        ):
            yield self._space.everything
            return
        before = self._space.nothing
        for each, own in zip(prepared, self._own, strict=True):
            for index in own:
                rule = each.rules[index]
                region = each.before_changes(self._compiler.union((*rule.matches, *rule.perhaps))) - before
                before |= region
                if region:
                    yield region


def _less(one: Bounds, other: Bounds) -> Bounds:
    """What is in the one and not in the other."""
    if one.is_exact and other.is_exact:
        return Bounds.exactly(one.possibly - other.possibly)
    return Bounds(one.surely - other.possibly, one.possibly - other.surely)


def _otherwise(region: PacketSet, old: Outcome, new: Outcome) -> Bounds:
    """The packets that pass both lists, and come to different ends."""
    space = old.space
    one, other = dict(_passing(space, old)), dict(_passing(space, new))
    both = [(one[end], other[end]) for end in one.keys() & other.keys()]
    surely_same = space.union(a.surely & b.surely for a, b in both)
    if all(each.is_exact for each in (*one.values(), *other.values(), old.refused, new.refused)):
        return Bounds.exactly(region - old.refused.possibly - new.refused.possibly - surely_same)
    possibly_same = space.union(a.possibly & b.possibly for a, b in both)
    return Bounds(
        region - old.refused.possibly - new.refused.possibly - possibly_same,
        region - old.refused.surely - new.refused.surely - surely_same,
    )


def _passing(space: Space, outcome: Outcome) -> Iterator[tuple[object, Bounds]]:
    """Each way to pass, by what is done and not by which rule."""
    for mark, fate in outcome.by_mark.items():
        yield ("accepted", mark), fate.accepted
        yield ("undecided", mark), fate.undecided
        for action in dict.fromkeys(each.action for each in fate.translated):
            same = (each.packets for each in fate.translated if each.action == action)
            yield (action, mark), together(space, same)

"""What a rule is good for: the packets that it really decides, and those to which something else would happen."""

from isthmus.prove.certainty import Bounds
from isthmus.prove.lists.limits import TooLarge
from isthmus.prove.lists.moving import Moving
from isthmus.prove.lists.outcome import Mark, together
from isthmus.prove.lists.pieces import Place
from isthmus.prove.lists.ruleset import Ruleset
from isthmus.prove.lists.walk import Walk


def remainder(
    ruleset: Ruleset, place: Place, *, arriving: tuple[str, ...] = (), leaving: tuple[str, ...] = (), mark: Mark = 0
) -> Bounds | TooLarge:
    """The packets that a rule decides: of all that come to its chain, those that match it and no rule before takes."""
    rule = _InPlace(ruleset, place, arriving, leaving)
    return ruleset.compiler.answer(lambda: together(ruleset.space, (each for _, each in rule.hit(mark).each())))


def rule_effect(
    ruleset: Ruleset, place: Place, *, arriving: tuple[str, ...] = (), leaving: tuple[str, ...] = (), mark: Mark = 0
) -> Bounds | TooLarge:
    """The packets, of all that come to its chain, of which something else becomes if the rule is removed.

    Where the rule or one behind it changes marks or states, all that it decides possibly belong, and none surely.
    """
    rule = _InPlace(ruleset, place, arriving, leaving)
    return ruleset.compiler.answer(lambda: rule.effect(mark))


class _InPlace:
    """A rule and the packets that come to it."""

    def __init__(self, ruleset: Ruleset, place: Place, arriving: tuple[str, ...], leaving: tuple[str, ...]) -> None:
        self.stretches = ruleset.stretches
        self.space = ruleset.space
        self.place = place
        self.prepared = ruleset.stretches.prepared[place.chain]
        self._names = arriving, leaving

    def hit(self, mark: Mark) -> Moving:
        """The packets that come to the rule and match it, by their marks."""
        walk = self._walk()
        matching = self._matching()
        coming = walk.moving()
        coming.add(mark, Bounds.exactly(self.prepared.before_changes(matching.possibly)))
        hit = walk.moving()
        for its_mark, packets in walk.until(self.prepared, self.place.index, coming).each():
            force = self.prepared.force(walk.setting(its_mark))
            if force.is_possible(self.place.index):
                certain = matching if force.is_sure(self.place.index) else matching.weakened()
                hit.add(its_mark, packets.within(certain))
        return hit

    def effect(self, mark: Mark) -> Bounds:
        """The packets that fare otherwise without the rule."""
        parts = self.hit(mark).each()
        if any(each >= self.place.index for each in self.prepared.plan.changing):
            return together(self.space, (packets.weakened() for _, packets in parts))
        return together(self.space, (self._changed(its_mark, packets) for its_mark, packets in parts))

    def _changed(self, mark: Mark, packets: Bounds) -> Bounds:
        faring = [self._onward(since, mark, packets) for since in (self.place.index, self.place.index + 1)]
        kept, other = (self._deeds(each) for each in faring)
        both = [(kept[end], other[end]) for end in kept.keys() & other.keys()]
        surely_same = self.space.union(one.surely & two.surely for one, two in both)
        maybe_same = self.space.union(one.possibly & two.possibly for one, two in both)
        surely = packets.surely - maybe_same - faring[0].unclear - faring[1].unclear
        return Bounds(surely, packets.possibly - surely_same)

    def _deeds(self, walk: Walk) -> dict[object, Bounds]:
        """Each end by what is done, and not by which rule."""
        parts: dict[object, list[Bounds]] = {}
        for (end, mark), packets in walk.ends.items():
            deed = self._action(end) if isinstance(end, Place) else end
            parts.setdefault((deed, mark), []).append(packets)
        return {deed: together(self.space, each) for deed, each in parts.items()}

    def _action(self, place: Place) -> object:
        return self.stretches.prepared[place.chain].rules[place.index].action

    def _onward(self, since: int, mark: Mark, packets: Bounds) -> Walk:
        """How the packets fare from a rule on."""
        walk = self._walk()
        moving = walk.moving()
        moving.add(mark, Bounds.exactly(packets.possibly))
        walk.resume(self.place.chain, since, moving)
        return walk

    def _walk(self) -> Walk:
        return Walk(self.stretches, *self._names)

    def _matching(self) -> Bounds:
        rule = self.prepared.rules[self.place.index]
        union = self.stretches.compiler.union
        surely = union(rule.matches)
        return Bounds(surely, surely | union(rule.perhaps)) if rule.perhaps else Bounds.exactly(surely)

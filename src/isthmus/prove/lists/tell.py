"""Which rule decides which packets, and which doubts touch them: a walk that takes each rule by itself."""

from dataclasses import dataclass

from isthmus.network import Masquerade, Redirect, Translate, Unmodelled, Verdict
from isthmus.packetset import PacketSet
from isthmus.prove.certainty import Bounds
from isthmus.prove.lists.moving import Moving
from isthmus.prove.lists.outcome import Mark, Outcome, Share, together
from isthmus.prove.lists.pieces import Place
from isthmus.prove.lists.prepared import Prepared
from isthmus.prove.lists.stretches import Stretches
from isthmus.prove.lists.walk import Walk


@dataclass(frozen=True, slots=True)
class Told:
    """What each rule decides, in the order of its place, and last what a default decides or nothing does."""

    outcome: Outcome
    shares: tuple[Share, ...]
    doubts: tuple[Unmodelled, ...]
    """Why packets may come to another end than it seems."""


class Telling(Walk):
    """A walk that notes who decides, and who hesitates."""

    def __init__(self, stretches: Stretches, arriving: tuple[str, ...], leaving: tuple[str, ...]) -> None:
        super().__init__(stretches, arriving, leaving)
        self._shares: dict[Place | None, list[Bounds]] = {}
        self._doubts: dict[Unmodelled, None] = {}

    def chain(self, name: str, moving: Moving, *, closes: bool = True, since: int = 0) -> Moving:
        """What the chain leaves undecided."""
        prepared = self.stretches.prepared[name]
        compiler = self.stretches.compiler
        force = prepared.force(self.setting(None))
        found_in = compiler.outlines(moving.possibly())
        candidates = prepared.listing.candidates(range(since, len(prepared.rules)), force, found_in)
        compiler.meter.expand(len(candidates))
        undecided = self.moving()
        for candidate in candidates:
            if not moving.by_mark:
                break
            moving = self.rule(prepared, candidate, moving, undecided)
            compiler.meter.made(*(packets.possibly for _, packets in moving.each()))
        undecided.add_all(moving)
        default = prepared.chain.default if closes else None
        if default is None:
            return undecided
        for mark, packets in undecided.each():
            self.end(default, mark, packets)
            self._share(None, packets)
        return self.moving()

    def act(self, prepared: Prepared, index: int, mark: Mark, hit: Bounds, onward: Moving, undecided: Moving) -> None:
        """What a rule does to the packets that match it."""
        rule = prepared.rules[index]
        if prepared.is_unclear(index):
            opaque = prepared.plan.opaque.get(index)
            self._doubt(*rule.doubts, *([opaque] if opaque else []))
        elif isinstance(rule.action, Verdict | Translate | Masquerade | Redirect):
            self._share(Place(prepared.chain.name, index), hit)
        super().act(prepared, index, mark, hit, onward, undecided)

    def hesitate(self, prepared: Prepared, index: int, packets: PacketSet) -> None:
        """It is not known whether packets match a rule."""
        if packets:
            self._doubt(*prepared.rules[index].doubts)

    def told(self) -> Told:
        """Everything that was noted."""
        left = together(self.space, (packets for _, packets in self._left.each()))
        if left:
            self._share(None, left)
        places = sorted(each for each in self._shares if each is not None)
        rest = [None] if None in self._shares else []
        shares = tuple(self._told(place) for place in (*places, *rest))
        return Told(self.outcome(), shares, tuple(self._doubts))

    def _told(self, place: Place | None) -> Share:
        rule = None if place is None else self.stretches.prepared[place.chain].rules[place.index]
        return Share(place, rule, together(self.space, self._shares[place]))

    def _share(self, place: Place | None, packets: Bounds) -> None:
        self._shares.setdefault(place, []).append(packets)

    def _doubt(self, *doubts: Unmodelled) -> None:
        self._doubts.update(dict.fromkeys(doubts))

"""Packets on their way through chains: what each rule does to them, in order, with marks and changed states."""

from isthmus.network import Continue, Jump, Return, SetMark, Untrack, Verdict
from isthmus.packetset import Forgettable, Match, PacketSet, State
from isthmus.prove.certainty import Bounds
from isthmus.prove.lists.listing import Candidate
from isthmus.prove.lists.moving import Moving
from isthmus.prove.lists.outcome import Fate, Mark, Outcome, Translated, together
from isthmus.prove.lists.pieces import End, Otherwise, Piece, Place
from isthmus.prove.lists.prepared import EVERY_RULE, Prepared, Setting
from isthmus.prove.lists.stretches import Stretches

_UNTRACKED = Match(states=(State.UNTRACKED,))
_EVERY_BIT = 0xFFFFFFFF


class Walk:
    """One walk of some packets; stretches that only decide are taken as one piece."""

    def __init__(self, stretches: Stretches, arriving: tuple[str, ...], leaving: tuple[str, ...]) -> None:
        self.stretches = stretches
        self.space = stretches.space
        self._arriving = arriving
        self._leaving = leaving
        self._ends: dict[tuple[End, Mark], list[Bounds]] = {}
        self._unclear: dict[Mark, list[PacketSet]] = {}
        self._left = self.moving()

    def start(self, name: str, mark: Mark, packets: Bounds, *, closes: bool) -> None:
        """Packets come to a chain; without ``closes`` its default does not count."""
        moving = self.moving()
        moving.add(mark, packets)
        self._left.add_all(self.chain(name, moving, closes=closes))

    def resume(self, name: str, since: int, moving: Moving) -> None:
        """Packets come to a rule of a chain."""
        self._left.add_all(self.chain(name, moving, since=since))

    @property
    def ends(self) -> dict[tuple[End | None, Mark], Bounds]:
        """The packets that came to each end with each mark; None: undecided. Unclear ones are not among them."""
        found: dict[tuple[End | None, Mark], Bounds] = {
            end: together(self.space, parts) for end, parts in self._ends.items()
        }
        return found | {(None, mark): packets for mark, packets in self._left.each()}

    @property
    def unclear(self) -> PacketSet:
        """The packets to which a rule of unknown effect may have done anything."""
        return self.space.union(each for parts in self._unclear.values() for each in parts)

    def moving(self) -> Moving:
        """No packets yet."""
        return Moving(self.space, self.stretches.compiler.limits.marks)

    def chain(self, name: str, moving: Moving, *, closes: bool = True, since: int = 0) -> Moving:
        """What the chain, from a rule on, leaves undecided: packets that come to its end, or return."""
        prepared = self.stretches.prepared[name]
        default = prepared.chain.default if closes else None
        undecided = self.moving()
        if not prepared.plan.is_stateful:
            for mark, packets in moving.each():
                piece = self._piece(prepared, since, mark, packets).closed(default)
                self._take(piece, mark, packets)
                undecided.add(mark, piece.undecided(packets))
            return undecided
        for stretch in prepared.plan.stretches:
            if stretch.stop > since:
                moving = self.stretch(prepared, range(max(stretch.start, since), stretch.stop), moving, undecided)
        undecided.add_all(moving)
        if default is None:
            return undecided
        for mark, packets in undecided.each():
            self.end(default, mark, packets)
        return self.moving()

    def stretch(self, prepared: Prepared, stretch: range, moving: Moving, undecided: Moving) -> Moving:
        """What goes on behind a stretch of a chain that changes packets; ``undecided`` gains what leaves the chain."""
        if prepared.is_changing(stretch.start):
            everything = prepared.listing.candidates(stretch, EVERY_RULE, None)
            return self.rule(prepared, everything[0], moving, undecided) if everything else moving
        onward = self.moving()
        for mark, packets in moving.each():
            piece = self.stretches.stretch(prepared, stretch, self.setting(mark), packets.possibly)
            self._take(piece, mark, packets)
            undecided.add(mark, piece.arrivals(Otherwise.LEAVES, packets))
            onward.add(mark, piece.undecided(packets, besides=()))
        return onward

    def until(self, prepared: Prepared, index: int, moving: Moving) -> Moving:
        """The packets that come to one rule of a chain."""
        left = self.moving()
        for stretch in prepared.plan.stretches:
            if stretch.start < index:
                moving = self.stretch(prepared, range(stretch.start, min(stretch.stop, index)), moving, left)
        return moving

    def rule(self, prepared: Prepared, candidate: Candidate, moving: Moving, undecided: Moving) -> Moving:
        """What goes on behind one rule."""
        onward = self.moving()
        for mark, packets in moving.each():
            force = prepared.force(self.setting(mark))
            if not force.is_possible(candidate.index):
                onward.add(mark, packets)
                continue
            surely, possibly = self.stretches.sets(candidate, force)
            matching = Bounds(surely, possibly)
            hit = packets.within(matching)
            if not hit:
                onward.add(mark, packets)
                continue
            if surely is not possibly:
                self.hesitate(prepared, candidate.index, hit.possibly - surely)
            self.act(prepared, candidate.index, mark, hit, onward, undecided)
            if prepared.is_unclear(candidate.index):
                matching = Bounds.perhaps(possibly)
            onward.add(mark, _outside(packets, matching))
        return onward

    def hesitate(self, prepared: Prepared, index: int, packets: PacketSet) -> None:
        """It is not known whether packets match a rule."""

    def act(self, prepared: Prepared, index: int, mark: Mark, hit: Bounds, onward: Moving, undecided: Moving) -> None:
        """What a rule does to the packets that match it."""
        action = prepared.rules[index].action
        if prepared.is_unclear(index):
            self._disturb(mark, hit.possibly, onward)
        elif isinstance(action, Verdict):
            self.end(action, mark, hit)
        elif isinstance(action, Return):
            undecided.add(mark, hit)
        elif isinstance(action, Jump):
            called = self.moving()
            called.add(mark, hit)
            (onward if action.comes_back else undecided).add_all(self.chain(action.chain, called))
        elif isinstance(action, SetMark):
            onward.add(_marked(mark, action), hit)
        elif isinstance(action, Untrack):
            onward.add(mark, hit.each(_untracked))
        elif isinstance(action, Continue):
            onward.add(mark, hit)
        else:
            self.end(Place(prepared.chain.name, index), mark, hit)

    def end(self, end: End, mark: Mark, packets: Bounds) -> None:
        """Packets have come to an end."""
        if packets:
            self._ends.setdefault((end, mark), []).append(packets)

    def setting(self, mark: Mark) -> Setting:
        """What tests see of packets with a mark."""
        return Setting(self._arriving, self._leaving, mark)

    def _disturb(self, mark: Mark, packets: PacketSet, onward: Moving) -> None:
        """A rule may have done anything to packets; where marks matter, it may have marked them."""
        if self.stretches.minds_marks:
            onward.add(None, Bounds.perhaps(packets))
            mark = None
        self._unclear.setdefault(mark, []).append(packets)

    def _piece(self, prepared: Prepared, since: int, mark: Mark, packets: Bounds) -> Piece:
        rest = range(since, len(prepared.rules))
        return self.stretches.stretch(prepared, rest, self.setting(mark), packets.possibly)

    def _take(self, piece: Piece, mark: Mark, packets: Bounds) -> None:
        for end in piece.ends:
            arrived = piece.arrivals(end, packets)
            if end is Otherwise.UNCLEAR and arrived:
                self._unclear.setdefault(mark, []).append(arrived.possibly)
            elif end is not Otherwise.LEAVES:
                self.end(end, mark, arrived)

    # What became of all packets

    def outcome(self) -> Outcome:
        """Everything that has happened."""
        marks = {mark for _, mark in self._ends} | set(self._unclear) | set(self._left.by_mark)
        unclear = self.unclear
        return Outcome(
            self.space,
            {mark: self._fate(mark) for mark in sorted(marks, key=lambda mark: (mark is None, mark or 0))},
            self._all(Verdict.DROP, unclear),
            self._all(Verdict.REJECT, unclear),
            unclear,
        )

    def _fate(self, mark: Mark) -> Fate:
        disturbed = [Bounds.perhaps(each) for each in self._unclear.get(mark, ())]
        accepted = self._ends.get((Verdict.ACCEPT, mark), [])
        translated = [
            Translated(end, self.stretches.prepared[end.chain].rules[end.index], together(self.space, parts))
            for (end, its_mark), parts in self._ends.items()
            if isinstance(end, Place) and its_mark == mark
        ]
        return Fate(
            together(self.space, accepted + disturbed),
            together(self.space, self._left.by_mark.get(mark, []) + disturbed),
            tuple(sorted(translated, key=lambda each: each.place)),
        )

    def _all(self, verdict: Verdict, unclear: PacketSet) -> Bounds:
        parts = [part for (end, _), each in self._ends.items() if end is verdict for part in each]
        return together(self.space, [*parts, Bounds.perhaps(unclear)])


def _outside(packets: Bounds, matching: Bounds) -> Bounds:
    if matching.surely is matching.possibly:
        return packets - matching.possibly
    return Bounds(packets.surely - matching.possibly, packets.possibly - matching.surely)


def _marked(mark: Mark, action: SetMark) -> Mark:
    if mark is None:
        return action.value if action.mask == _EVERY_BIT else None
    return mark & ~action.mask | action.value & action.mask


def _untracked(packets: PacketSet) -> PacketSet:
    return packets.forgetting(Forgettable.STATE) & packets.space.match(_UNTRACKED)

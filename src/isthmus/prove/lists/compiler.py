"""What all lists of rules share that live in one space: remembered sets, and the bounds of a question."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TypeVar

from isthmus.network import Chain
from isthmus.packetset import Match, PacketSet, Space
from isthmus.prove.lists.content import Contents
from isthmus.prove.lists.limits import Limits, Meter, TooLarge, answer
from isthmus.prove.lists.outline import Outline, outlines
from isthmus.prove.lists.pieces import Piece
from isthmus.prove.lists.plans import Plan, plans
from isthmus.prove.lists.prepared import Prepared

T = TypeVar("T")

_MATCHES = 500_000
_OFTEN = 4096
_PIECES = 50_000
_OUTLINES = 2_000


class Compiler:
    """Makes sets of the matches of rules, and remembers them for as long as there is room."""

    def __init__(self, space: Space, limits: Limits | None = None) -> None:
        self.space = space
        self.limits = limits or Limits()
        self.meter = Meter(self.limits)
        self._matches: dict[int, tuple[Match, PacketSet]] = {}
        self._pieces: dict[Hashable, Piece] = {}
        self._prepared: dict[tuple[int, bool], Prepared] = {}
        self._outlines: dict[PacketSet, tuple[Outline, ...]] = {}
        self._contents: dict[Hashable, int] = {}
        self._asked = 0
        self._also: list[Callable[[], object]] = []

    def answer(self, question: Callable[[], T]) -> T | TooLarge:
        """What the question gives, or why there is no answer. A question inside another shares its limits."""
        if self._asked:
            return question()
        self._asked += 1
        try:
            return answer(self.meter, question, self.forget)
        finally:
            self._asked -= 1

    def begin(self) -> None:
        """Something is worked out: by itself, or as a part of the question that is being answered."""
        if not self._asked:
            self.meter.restart()

    def forget(self) -> None:
        """Give up what is remembered: everything is computed anew when it is needed."""
        self._matches.clear()
        self._pieces.clear()
        self._outlines.clear()
        for each in self._also:
            each()
        self.space.collect()

    def when_forgetting(self, also: Callable[[], object]) -> None:
        """What else is to be done where room ends: somebody remembers sets that can be worked out again."""
        self._also.append(also)

    def union(self, matches: Iterable[Match]) -> PacketSet:
        """The packets that pass one of the matches."""
        each = [self._match(match) for match in matches]
        return each[0] if len(each) == 1 else self.space.union(each)

    def _match(self, match: Match) -> PacketSet:
        known = self._matches.get(id(match))
        if known is not None:
            return known[1]
        if len(self._matches) >= _MATCHES or self._is_tight():
            self._matches.clear()
        packets = self.space.match(match)
        self._matches[id(match)] = match, packets
        return packets

    def _is_tight(self) -> bool:
        """Whether half of the space is taken; matches are the quickest to make again. Asked now and then."""
        return len(self._matches) % _OFTEN == _OFTEN - 1 and self.space.nodes() * 2 > self.space.max_nodes

    def outlines(self, packets: PacketSet) -> tuple[Outline, ...]:
        """The outlines of a set, worked out once."""
        if packets not in self._outlines:
            if len(self._outlines) >= _OUTLINES:
                self._outlines.clear()
            self._outlines[packets] = outlines(packets)
        return self._outlines[packets]

    def known_piece(self, key: Hashable) -> Piece | None:
        """A piece that was remembered."""
        return self._pieces.get(key)

    def remember(self, key: Hashable, piece: Piece) -> Piece:
        """Keep a piece for the next time."""
        if len(self._pieces) >= _PIECES:
            self._pieces.clear()
        self._pieces[key] = piece
        return piece

    def prepared(self, plan: Plan, *, minds_marks: bool) -> Prepared:
        """What is worked out about a chain that jumps nowhere: once, however many devices have it."""
        key = (id(plan.chain), minds_marks)
        if key not in self._prepared:
            self._prepared[key] = Prepared(plan, is_shared=True)
        return self._prepared[key]

    def contents(self, plans: Mapping[str, Plan]) -> Contents:
        """What the chains of a device say, as numbers that are equal where another device says the same."""
        return Contents(self._contents, plans)

    def plans(self, chains: Mapping[str, Chain], *, minds_marks: bool) -> dict[str, Plan]:
        """A plan for each of the chains."""
        return plans(chains, self.limits.depth, minds_marks=minds_marks)

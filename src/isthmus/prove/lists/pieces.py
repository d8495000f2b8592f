"""What a stretch of a list does to packets, and how two stretches make one: an algebra of first matches.

The only thing that is in doubt about a packet is which of several ends it comes to. So a stretch keeps, for each end,
the packets that *possibly* come to it, and the packets that surely do not go on to what follows. A packet *surely*
comes to an end where it is the only one that it can come to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from isthmus.network import Verdict
from isthmus.packetset import PacketSet, Space
from isthmus.prove.certainty import Bounds
from isthmus.prove.lists.limits import Meter


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A rule, by its chain and its index there."""

    chain: str
    index: int


class Otherwise(Enum):
    """How a packet can leave a stretch other than by a verdict or a translation."""

    LEAVES = "leaves"
    """The chain, for the rule behind the jump."""
    UNCLEAR = "unclear"
    """A rule whose effect is not known did something to it, or nothing."""


End = Verdict | Place | Otherwise
"""What can become of a packet; a Place stands for the translation that its rule asks for."""


class Piece:
    """What a stretch of a list does; ``is_exact`` where nothing is in doubt, so that its ends are disjoint."""

    __slots__ = ("_stops", "ends", "is_exact", "space")

    def __init__(
        self, space: Space, ends: Mapping[End, PacketSet], stops: PacketSet | None = None, *, is_exact: bool
    ) -> None:
        self.space = space
        self.ends = ends
        self.is_exact = is_exact
        self._stops = stops

    @property
    def stops(self) -> PacketSet:
        """The packets that surely come to one of the ends, so that what follows never sees them."""
        if self._stops is None:
            self._stops = self.space.union(self.ends.values())
        return self._stops

    def then(self, later: "Piece") -> "Piece":
        """Both stretches in this order, as one. Associative: stretches can be joined in any grouping."""
        if not later.ends:
            return self
        if not self.ends:
            return later
        ends = dict(self.ends)
        for end, packets in later.ends.items():
            left = self._left_of(packets, end)
            ends[end] = ends[end] | left if end in ends else left
        is_exact = self.is_exact and later.is_exact
        known = not is_exact or (self._stops is not None and later._stops is not None and len(ends) > 2)
        return Piece(self.space, ends, self.stops | later.stops if known else None, is_exact=is_exact)

    def _left_of(self, packets: PacketSet, end: End) -> PacketSet:
        """The packets that get here to come to this end, or came to the same one before: the smaller subtraction."""
        if not self.is_exact or len(self.ends) > 2:
            return packets - self.stops
        for other, taken in self.ends.items():
            if other != end:
                packets = packets - taken
        return packets

    def closed(self, default: Verdict | None) -> "Piece":
        """The stretch as a whole chain: what is left undecided comes to the default, if there is one."""
        if default is None:
            return self
        ends = dict(self.ends)
        leaving = ends.pop(Otherwise.LEAVES, self.space.nothing)
        if self.is_exact:
            others = [packets for end, packets in ends.items() if end is not default]
            ends[default] = ~self.space.union(others)
        else:
            left = ~self.stops | leaving
            ends[default] = ends[default] | left if default in ends else left
        return Piece(self.space, ends, self.space.everything, is_exact=self.is_exact)

    def called(self, surely: PacketSet, possibly: PacketSet, *, comes_back: bool) -> "Piece":
        """The chain as the one rule that jumps to it with these packets."""
        ends: dict[End, PacketSet] = {}
        for end, packets in self.ends.items():
            if end is not Otherwise.LEAVES:
                ends[end] = packets & possibly
        leaving = self.ends.get(Otherwise.LEAVES, self.space.nothing)
        is_exact = self.is_exact and surely is possibly
        if not comes_back:
            ends[Otherwise.LEAVES] = (leaving | ~self.stops) & possibly
        stops = None
        if not is_exact:
            stops = (self.stops & surely) - leaving if comes_back else surely
        return Piece(self.space, _some(ends), stops, is_exact=is_exact)

    def arrivals(self, end: End, packets: Bounds) -> Bounds:
        """Those of the packets that come to an end."""
        taken = self.ends.get(end, self.space.nothing)
        if self.is_exact:
            return packets & taken
        others = [each for other, each in self.ends.items() if other != end]
        surely = packets.surely & taken & self.stops
        return Bounds(surely - self.space.union(others) if surely else surely, packets.possibly & taken)

    def through(self, packets: Bounds) -> Bounds:
        """Those of the packets that nothing here decided, and no rule of unknown effect."""
        return self.undecided(packets, besides=())

    def undecided(self, packets: Bounds, besides: Sequence[End] = (Otherwise.LEAVES,)) -> Bounds:
        """Those of the packets that go on behind the stretch, or come to one of the ends ``besides``."""
        more = [self.ends[end] for end in besides if end in self.ends]
        possibly = packets.possibly - (self.stops - self.space.union(more) if more else self.stops)
        if self.is_exact:
            return Bounds.exactly(possibly) if packets.surely is packets.possibly else packets & possibly
        others = self.space.union(each for end, each in self.ends.items() if end not in besides)
        return Bounds(packets.surely - others, possibly)


def _some(ends: Mapping[End, PacketSet]) -> Mapping[End, PacketSet]:
    return {end: packets for end, packets in ends.items() if packets}


def nothing_done(space: Space) -> Piece:
    """A stretch that lets every packet through."""
    return Piece(space, {}, space.nothing, is_exact=True)


def one_end(end: End, surely: PacketSet, possibly: PacketSet) -> Piece:
    """A rule that brings packets to an end."""
    return Piece(possibly.space, {end: possibly}, surely, is_exact=surely is possibly)


def unclear(possibly: PacketSet) -> Piece:
    """A rule that may do anything to these packets, or nothing."""
    space = possibly.space
    return Piece(space, {Otherwise.UNCLEAR: possibly}, space.nothing, is_exact=False)


def joined_up(pieces: Sequence[Piece], space: Space, meter: Meter) -> Piece:
    """A whole list as one piece, joined as a balanced tree: neighbours first."""
    each = list(pieces)
    while len(each) > 1:
        pairs = []
        for index in range(0, len(each) - 1, 2):
            pairs.append(each[index].then(each[index + 1]))
            meter.made(*pairs[-1].ends.values())
        each = pairs + each[len(each) & ~1 :]
    return each[0] if each else nothing_done(space)

"""What a device remembers of first packets: which connections it has seen, and what it translated.

Replies are computed as the first packets that they answer (see `direction`), so undoing a translation means going
back from what a rule made of a packet to the packets that it can have been.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from isthmus.packetset import PacketSet, Rewrite, Space
from isthmus.prove.certainty import Bounds
from isthmus.prove.reach.direction import bare


@dataclass(frozen=True, slots=True)
class Translated:
    """Packets that one rule translated: before, and what became of them; whatever their state."""

    before: Bounds
    after: Bounds
    rewrite: Rewrite


@dataclass(slots=True)
class Place:
    """One place of translation: a chain of type nat, a balancer."""

    kept: Bounds | None = None
    """Packets that passed as they were; None: whatever was not translated."""
    translated: list[Translated] = field(default_factory=list)


class Connections:
    """The connection table of one device; it grows while first packets are followed."""

    def __init__(self, space: Space) -> None:
        self.nothing = Bounds.exactly(space.nothing)
        self._places: dict[str, Place] = {}
        self._seen = self.nothing
        self._passed: list[Bounds] = []
        self._noted: list[Connections] = []
        """What was noted since somebody asked: it is put together only where somebody does."""

    @property
    def seen(self) -> Bounds:
        """First packets that passed, as they left (or arrived, where they ended here), whatever their state."""
        self._settle()
        if self._passed:
            self._seen = union([self._seen, union(self._passed).each(bare)])
            self._passed.clear()
        return self._seen

    @property
    def places(self) -> dict[str, Place]:
        """What was translated, or not, at each place of translation."""
        self._settle()
        return self._places

    def note(self, packets: Bounds) -> None:
        """Remember that these first packets passed."""
        self._passed.append(packets)

    def note_kept(self, place: str, packets: Bounds) -> None:
        """Remember that these were not translated at a place of translation."""
        at = self.places.setdefault(place, Place())
        kept = packets.each(bare)
        at.kept = kept if at.kept is None else at.kept | kept

    def note_translated(self, place: str, before: Bounds, after: Bounds, rewrite: Rewrite) -> None:
        """Remember what was made of these."""
        at = self.places.setdefault(place, Place())
        at.translated.append(Translated(before.each(bare), after.each(bare), rewrite))

    def add(self, noted: "Connections") -> None:
        """Remember all that another table holds by now, which does not grow any more."""
        self._noted.append(noted)

    def _settle(self) -> None:
        """Put what other tables hold into this one."""
        noted, self._noted = self._noted, []
        for other in noted:
            self._passed += (each for each in (other._seen, *other._passed) if each)
            for name, more in other.places.items():
                at = self._places.setdefault(name, Place())
                if more.kept is not None:
                    at.kept = more.kept if at.kept is None else at.kept | more.kept
                at.translated += more.translated

    def translations(self) -> Hashable:
        """All that it holds of places of translation, as a value."""
        return tuple((name, at.kept, tuple(at.translated)) for name, at in sorted(self.places.items()))

    def undone(self, place: str, packets: Bounds) -> Bounds:
        """What a place made of first packets → those first packets.

        Replies to packets that never passed here stay as they are; nothing is sure of them.
        """
        at = self.places.get(place)
        if at is None:
            return packets
        rest = packets.possibly - union([self.nothing, *(each.after for each in at.translated)]).possibly
        parts = [_before(each, packets) for each in at.translated]
        if at.kept is None:
            return union([Bounds.exactly(rest), *parts])
        strange = Bounds.perhaps(rest - at.kept.possibly)
        return union([packets.within(at.kept), strange, *parts])


def _before(each: Translated, packets: Bounds) -> Bounds:
    surely = _origin(packets.surely & each.after.surely, each.before.surely, each.rewrite)
    if packets.surely is packets.possibly and each.after.is_exact and each.before.is_exact:
        return Bounds.exactly(surely)
    return Bounds(surely, _origin(packets.possibly & each.after.possibly, each.before.possibly, each.rewrite))


def _origin(packets: PacketSet, before: PacketSet, rewrite: Rewrite) -> PacketSet:
    return packets.preimage(before, rewrite) & before if packets else packets


def union(parts: Iterable[Bounds]) -> Bounds:
    """The union of at least one."""
    first, *rest = each = tuple(parts)
    if not rest:
        return first
    space = first.possibly.space
    possibly = space.union(part.possibly for part in each)
    if all(part.surely is part.possibly for part in each):
        return Bounds.exactly(possibly)
    return Bounds(space.union(part.surely for part in each), possibly)

"""Packets that are still on their way through a chain, by their marks."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from isthmus.packetset import PacketSet, Space
from isthmus.prove.certainty import Bounds
from isthmus.prove.lists.limits import LimitError
from isthmus.prove.lists.outcome import Mark, together


@dataclass(slots=True)
class Moving:
    """Packets by marks, of which there may be ``most``."""

    space: Space
    most: int
    by_mark: dict[Mark, list[Bounds]] = field(default_factory=dict)

    def add(self, mark: Mark, packets: Bounds) -> None:
        """More packets. Raises LimitError where there are too many marks."""
        if packets:
            self.by_mark.setdefault(mark, []).append(packets)
            if len(self.by_mark) > self.most:
                raise LimitError(f"packets carry more than {self.most} different marks")

    def add_all(self, others: "Moving") -> None:
        """All packets of others."""
        for mark, packets in others.each():
            self.add(mark, packets)

    def each(self) -> Sequence[tuple[Mark, Bounds]]:
        """Each mark with all of its packets, known marks in ascending order."""
        marks = sorted(self.by_mark, key=lambda mark: (mark is None, mark or 0))
        return [(mark, together(self.space, self.by_mark[mark])) for mark in marks]

    def possibly(self) -> PacketSet:
        """Every packet that may be here."""
        return self.space.union(part.possibly for parts in self.by_mark.values() for part in parts)

    def emptied(self) -> "Moving":
        """None of the packets."""
        return Moving(self.space, self.most)

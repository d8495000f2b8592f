"""Rule lists in which the first rule that matches decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from isthmus.packetset.sets import PacketSet


@dataclass(frozen=True, slots=True)
class Decided:
    """What a piece of a rule list accepts, what it refuses; all other packets it leaves to what follows."""

    accepted: PacketSet
    refused: PacketSet

    def then(self, later: "Decided") -> "Decided":
        """Both pieces in this order, as one. Associative: pieces can be joined in any grouping."""
        return Decided(
            self.accepted | (later.accepted - self.refused),
            self.refused | (later.refused - self.accepted),
        )


def accepting(packets: PacketSet) -> Decided:
    """A rule that accepts."""
    return Decided(packets, packets.space.nothing)


def refusing(packets: PacketSet) -> Decided:
    """A rule that refuses."""
    return Decided(packets.space.nothing, packets)


def first_match(rules: Sequence[Decided]) -> Decided:
    """The whole list as one piece, joined as a balanced tree: neighbours first. Raises ValueError for no rule at all.

    Several times faster, and smaller on the way, than adding one rule after the other.
    """
    if not rules:
        raise ValueError("a rule list has at least one rule")
    pieces = list(rules)
    while len(pieces) > 1:
        odd = pieces[len(pieces) & ~1 :]
        pieces = [one.then(other) for one, other in zip(pieces[::2], pieces[1::2], strict=False)] + odd
    return pieces[0]

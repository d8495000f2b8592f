"""What a change of a network does to traffic: packets that get through now, and packets that no longer do."""

from dataclasses import dataclass

from isthmus.evidence.exhibit import Exhibit


@dataclass(frozen=True, slots=True)
class TrafficChange:
    """Packets from one realm to another whose fate changes, as their clients send them.

    ``rows`` tell them as prefixes and ports, disjoint; ``left_out`` counts the rows that are not told.
    """

    source: str
    destination: str
    opens: bool
    """They get through now; else they did before."""
    rows: tuple[str, ...]
    left_out: int
    exhibit: Exhibit
    """One of them, with its way where it gets through."""

    def __str__(self) -> str:
        word = "opens" if self.opens else "closes"
        return f"{word} from {self.source} to {self.destination}"

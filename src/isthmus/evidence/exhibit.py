"""A packet that shows what an answer says, with the way that it takes."""

from dataclasses import dataclass

from isthmus.diagnostics import Span


@dataclass(frozen=True, slots=True)
class Waypoint:
    """One thing that a packet meets, in words, and the line that says so."""

    text: str
    where: Span | None = None

    def __str__(self) -> str:
        return f"{self.text} ({self.where})" if self.where else self.text


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A concrete packet, where it begins, and its way, hop by hop, with its addresses as they change."""

    packet: str
    start: str
    path: tuple[Waypoint, ...]

"""Packets there and back, and beyond proxies: every way with the ways of its reply."""

from dataclasses import dataclass

from isthmus.packetset import Packet
from isthmus.prove.replay.ways import Outcome, Seen, Way, Ways, seen, together


@dataclass(frozen=True, slots=True)
class Round:
    """One way there with the ways of its reply and, through a proxy, the journeys of the flows that it begins."""

    there: Way
    back: Ways | None
    """None where nothing arrived that could be answered."""
    onward: tuple["Journey", ...] = ()

    @property
    def seen(self) -> tuple[Seen, ...]:
        """What the round says: there, back and beyond a proxy."""
        there = seen(self.there)
        if there.gets_through is False or self.there.is_open or self.back is None:
            return (there,)
        own = Outcome.THROUGH if there.gets_through else Outcome.UNKNOWN
        beyond = [each.outcome for each in self.onward]
        beyond += [Outcome.UNKNOWN] * (len(self.there.flows) - len(self.onward))
        found = [Outcome.gravest((own, self.back.outcome, each)) for each in beyond or [own]]
        return tuple(one for each in found for one in _seen_of(each, is_sure=there.is_sure))


def _seen_of(outcome: Outcome, *, is_sure: bool) -> tuple[Seen, ...]:
    return {
        Outcome.THROUGH: (Seen(True, is_sure),),
        Outcome.NOT: (Seen(False, is_sure),),
        Outcome.PARTLY: (Seen(True, is_sure), Seen(False, is_sure)),
        Outcome.UNKNOWN: (Seen(None, is_sure),),
    }[outcome]


@dataclass(frozen=True, slots=True)
class Journey:
    """A packet there and back, by every way."""

    packet: Packet
    rounds: tuple[Round, ...]
    is_complete: bool = True

    @property
    def there(self) -> Ways:
        """The ways of the first packet."""
        return Ways(self.packet, tuple(each.there for each in self.rounds), self.is_complete)

    @property
    def outcome(self) -> Outcome:
        """Whether it gets through, there and back."""
        return together((one for each in self.rounds for one in each.seen), is_complete=self.is_complete)

    @property
    def back(self) -> Outcome | None:
        """What the replies of all ways that arrived say; None where nothing arrived."""
        answered = [(each.back, each.there.is_sure) for each in self.rounds if each.back is not None]
        found = [one for back, is_sure in answered for one in _seen_of(back.outcome, is_sure=is_sure)]
        return together(found, is_complete=self.is_complete) if found else None

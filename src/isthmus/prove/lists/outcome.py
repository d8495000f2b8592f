"""What a chain does to packets that come to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from isthmus.network import Masquerade, Redirect, Rule, Translate
from isthmus.packetset import PacketSet, Space
from isthmus.prove.certainty import Bounds
from isthmus.prove.lists.pieces import Place

Mark = int | None
"""The mark of packets; None: not known, because a rule of unknown effect may have changed it."""


@dataclass(frozen=True, slots=True)
class Translated:
    """Packets, as they were before, that a rule translates."""

    place: Place
    rule: Rule
    packets: Bounds

    @property
    def action(self) -> Translate | Masquerade | Redirect:
        """What it writes."""
        assert isinstance(self.rule.action, Translate | Masquerade | Redirect)
        return self.rule.action


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of packets that leave a chain with one mark.

    ``undecided`` packets have come to the end of a chain without a default, or returned from it.
    """

    accepted: Bounds
    undecided: Bounds
    translated: tuple[Translated, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of all packets that came, as they are when they leave: ``notrack`` changes their state.

    To ``unclear`` packets a rule of unknown effect may have done anything. They are, possibly, accepted and dropped
    and undecided; in a chain that translates they may have come out with any addresses besides.
    """

    space: Space
    by_mark: Mapping[Mark, Fate]
    dropped: Bounds
    rejected: Bounds
    unclear: PacketSet

    @property
    def accepted(self) -> Bounds:
        """What is accepted, whatever its mark."""
        return together(self.space, (each.accepted for each in self.by_mark.values()))

    @property
    def undecided(self) -> Bounds:
        """What nothing decides, whatever its mark."""
        return together(self.space, (each.undecided for each in self.by_mark.values()))

    @property
    def refused(self) -> Bounds:
        """What is dropped or rejected."""
        return self.dropped | self.rejected

    @property
    def translated(self) -> tuple[Translated, ...]:
        """What is translated, whatever its mark."""
        return tuple(each for fate in self.by_mark.values() for each in fate.translated)


@dataclass(frozen=True, slots=True)
class Share:
    """The packets that one rule decides; ``rule`` is None for those that the default decides, or nothing."""

    place: Place | None
    rule: Rule | None
    packets: Bounds


def together(space: Space, parts: Iterable[Bounds]) -> Bounds:
    """The union of many."""
    each = [part for part in parts if part]
    if len(each) == 1:
        return each[0]
    possibly = space.union(part.possibly for part in each)
    if all(part.surely is part.possibly for part in each):
        return Bounds.exactly(possibly)
    return Bounds(space.union(part.surely for part in each), possibly)

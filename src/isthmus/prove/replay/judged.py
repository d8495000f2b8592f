"""What chains of rules do to one packet, as far as it can be told."""

from dataclasses import dataclass

from isthmus.diagnostics import Span
from isthmus.network import Masquerade, Redirect, Rule, Translate, Unmodelled, Verdict
from isthmus.packetset import Packet, State


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that the packet matched, by its chain and index."""

    chain: str
    index: int
    rule: Rule


@dataclass(frozen=True, slots=True)
class Branch:
    """One way of a packet through a chain.

    ``verdict`` and ``translation`` are both None where nothing decided. ``doubts`` say why it may have gone otherwise:
    each other way is a branch too. ``unknown`` names what may have done anything to it, which is not followed.
    """

    packet: Packet
    """As it is now: ``notrack`` changes its state."""
    chain: str
    """Where it ended: the chain of the rule that decided, else the one that was asked."""
    where: Span
    mark: int = 0
    verdict: Verdict | None = None
    translation: Translate | Masquerade | Redirect | None = None
    rule: Rule | None = None
    """The rule that decided; None for a default."""
    hits: tuple[Hit, ...] = ()
    """Every rule that it matched and that did something to it, in order."""
    doubts: tuple[Unmodelled, ...] = ()
    unknown: tuple[Unmodelled, ...] = ()

    @property
    def is_untracked(self) -> bool:
        """Whether connection tracking leaves it alone."""
        return self.packet.state is State.UNTRACKED

    @property
    def end(self) -> tuple[object, ...]:
        """What became of it: branches of equal ends are as good as one."""
        place = (self.hits[-1].chain, self.hits[-1].index) if self.translation else None
        return self.verdict, place, self.mark, self.packet


@dataclass(frozen=True, slots=True)
class Judged:
    """What a chain does to a packet: every branch that ends differently; one alone where nothing is in doubt."""

    branches: tuple[Branch, ...]

    @property
    def is_clear(self) -> bool:
        """Whether it can be told what becomes of the packet."""
        return len({each.end for each in self.branches}) == 1 and not any(each.unknown for each in self.branches)

    @property
    def verdict(self) -> Verdict | None:
        """The verdict that it surely gets; None where none is surely given."""
        return self.branches[0].verdict if self.is_clear else None

    @property
    def translation(self) -> Translate | Masquerade | Redirect | None:
        """The translation that it surely gets."""
        return self.branches[0].translation if self.is_clear else None

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The rules that it matches on the first of its ways."""
        return self.branches[0].hits

    @property
    def mark(self) -> int:
        """Its mark behind the chain, on the first of its ways."""
        return self.branches[0].mark

    @property
    def doubts(self) -> tuple[Unmodelled, ...]:
        """Why it cannot be told what becomes of it; empty where it can."""
        every = [] if self.is_clear else [doubt for each in self.branches for doubt in (*each.doubts, *each.unknown)]
        return tuple(dict.fromkeys(every))

"""What the model says of probes: by the engine for single packets, and by the one for sets of packets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from isthmus.diagnostics import Diagnostic
from isthmus.formats import Text, read
from isthmus.network import Network, assemble
from isthmus.packetset import Match, Packet, PacketSet, Space, State
from isthmus.packetset.sets import Forgettable
from isthmus.prove.certainty import Bounds
from isthmus.prove.reach.connections import Connections
from isthmus.prove.reach.direction import Direction
from isthmus.prove.reach.explore import Exploration
from isthmus.prove.reach.origins import Origins
from isthmus.prove.reach.places import Explored, Place
from isthmus.prove.reach.reach import Reach
from isthmus.prove.replay import ComingIn, EndKind, OnDevice, Start, Walker, Way
from isthmus.prove.replay.chains import Judge
from isthmus.prove.replay.filters import LOOPBACK
from isthmus.prove.replay.judged import Judged
from isthmus.prove.replay.ways import flow_of
from tests.referee.stage import LEGS, SELF, port, router

DROPPED = -1
Outcome = tuple[int, tuple[object, ...]]
"""The side by which a packet comes out, and its addresses and ports there; DROPPED with nothing."""

NOTHING: Outcome = (DROPPED, ())


class Recorder(Judge):
    """The judge of a device, who remembers which rules matched."""

    lines: list[int]
    is_clear: bool

    def judge(
        self, name: str, packet: Packet, arriving: tuple[str, ...] = (), leaving: tuple[str, ...] = (), mark: int = 0
    ) -> Judged:
        """As ever, and noted."""
        found = super().judge(name, packet, arriving, leaving, mark)
        self.is_clear &= len(found.branches) == 1 and not found.branches[0].doubts
        self.lines += [hit.rule.where.line for hit in found.branches[0].hits]
        return found


@dataclass(frozen=True, slots=True)
class Said:
    """What the model says of one packet: how it may come out, whether it says so for sure, and by which rules."""

    outcomes: frozenset[Outcome]
    is_sure: bool
    labels: tuple[str, ...] | None
    """None where several ways are open."""
    loops: bool = False
    """Whether it is the router's own and goes to itself."""

    def allows(self, outcome: Outcome) -> bool:
        """Whether what the kernel did is among what the model holds possible."""
        return outcome in self.outcomes


@dataclass
class Model:
    """A router with the rules of one text, as the program reads them."""

    network: Network
    diagnostics: tuple[Diagnostic, ...]
    labels: Mapping[int, str]
    """The labels of rules by their lines."""
    space: Space
    walker: Walker = field(init=False)

    def __post_init__(self) -> None:
        self.walker = Walker(self.network)
        self._judge = Recorder(self.network.devices["router"].chains)
        self.walker.wiring.machine("router").judge = self._judge

    @classmethod
    def of(cls, text: str, labels: Mapping[int, str], space: Space) -> "Model":
        """The router with the rules of a text of nft."""
        return cls.reading([Text("router/rules.nft", text)], space, labels)

    @classmethod
    def reading(cls, texts: Sequence[Text], space: Space, labels: Mapping[int, str] | None = None) -> "Model":
        """The router with the rules of some texts."""
        told = read("router", texts)
        assembled = assemble([router(), *told.devices])
        return cls(assembled.network, (*told.diagnostics, *assembled.diagnostics), labels or {}, space)

    @property
    def doubts(self) -> bool:
        """Whether anything of the text was not modelled."""
        return any(each.coverage.unmodelled for each in self.network.devices.values())

    @cached_property
    def asks_for_flags(self) -> bool:
        """Whether any rule asks for TCP flags."""
        chains = self.network.devices["router"].chains.values()
        return any(match.flags is not None for chain in chains for rule in chain.rules for match in rule.matches)

    # Single packets

    def says(self, packet: Packet, side: int) -> Said:
        """What becomes of a first packet that comes in by a side."""
        self._judge.lines, self._judge.is_clear = [], True
        ways = self.walker.walk(packet, [_start(side)])
        return self._said(ways.ways, is_complete=ways.is_complete)

    def says_of_reply(self, packet: Packet, side: int) -> tuple[Packet, Said] | None:
        """The reply to a first packet that comes out elsewhere, and what becomes of it; None where none can come."""
        trip = self.walker.there_and_back(packet, [_start(side)])
        passed = [each for each in trip.rounds if each.back is not None and each.there.end.kind is EndKind.LEFT]
        if len(trip.rounds) != 1 or not passed or passed[0].back is None:
            return None
        back = passed[0].back
        return back.packet, self._said(back.ways, is_complete=back.is_complete)

    def _said(self, ways: tuple[Way, ...], *, is_complete: bool) -> Said:
        is_sure = is_complete and all(way.is_sure for way in ways)
        labels = None
        if len(ways) == 1 and is_sure and self._judge.is_clear:
            labels = tuple(self.labels[line] for line in self._judge.lines if line in self.labels)
        loops = any(step.leaving == LOOPBACK for way in ways for step in way.steps)
        return Said(frozenset(map(_outcome, ways)), is_sure, labels, loops)

    # Sets of packets

    @cached_property
    def proof(self) -> "Proof":
        """The same by sets of packets."""
        return Proof(self.network, self.space)


def _start(side: int) -> Start:
    return OnDevice("router") if side == SELF else ComingIn(port(side))


def _outcome(way: Way) -> Outcome:
    if way.end.kind in (EndKind.DELIVERED, EndKind.MISTAKEN) and not way.end.segment:
        return SELF, flow_of(way.packet)
    if way.end.kind in (EndKind.LEFT, EndKind.DELIVERED, EndKind.MISTAKEN) and way.end.interface in LEGS:
        return LEGS.index(way.end.interface), flow_of(way.packet)
    return NOTHING


class Proof:
    """Which first packets come out where, all of them at once."""

    def __init__(self, network: Network, space: Space) -> None:
        self.space = space
        self.reach = Reach(network, space)
        self._sent: dict[tuple[int, int], PacketSet] = {}
        self._arrived: dict[tuple[int, int], Bounds | None] = {}
        self._explored: dict[int, tuple[Explored, dict[str, Connections], dict[Place, PacketSet]]] = {}

    def admits(self, packet: Packet, side: int, out: int) -> tuple[bool, bool]:
        """Whether a packet that came in by one side surely, and possibly, comes out by another as it came in."""
        arrived = self.arrived(side, out)
        if arrived is None:
            return False, False
        possibly = packet in arrived.possibly
        return (possibly if arrived.is_exact else packet in arrived.surely), possibly

    def sent(self, side: int, out: int) -> PacketSet:
        """The first packets, as they were sent to a side, that possibly come out by another; whatever their flags."""
        if (side, out) not in self._sent:
            explored, connections, begun = self._explore(side)
            found = explored.arrived.get(_place(out))
            made = self.space.nothing
            if found is not None:
                origins = Origins(self.reach, explored, connections, begun).of(_place(out), found.possibly)
                made = origins.get(_place(side), made)
            self._sent[side, out] = made
        return self._sent[side, out]

    def arrived(self, side: int, out: int) -> Bounds | None:
        """What comes out by a side, as it is there, whatever its state."""
        if (side, out) not in self._arrived:
            found = self._explore(side)[0].arrived.get(_place(out))
            told = None if found is None else found.each(lambda each: each.forgetting(Forgettable.STATE))
            self._arrived[side, out] = told
        return self._arrived[side, out]

    def _explore(self, side: int) -> tuple[Explored, dict[str, Connections], dict[Place, PacketSet]]:
        if side not in self._explored:
            connections: dict[str, Connections] = {}
            start = _place(side)
            begun = {start: self.space.match(Match(states=(State.NEW,)))}
            exploration = Exploration(self.reach, Direction.THERE, connections)
            exploration.begin(start, Bounds.exactly(begun[start]))
            self._explored[side] = exploration.run(), connections, begun
        return self._explored[side]


def _place(out: int) -> Place:
    return Place(device="router") if out == SELF else Place(edge=port(out))

"""A lab as the program reads it: what the engines say of packets on their way over several routers."""

from isthmus.diagnostics import Diagnostic
from isthmus.formats import read
from isthmus.network import Device, Port, assemble
from isthmus.packetset import Match, Packet, PacketSet, Space, State
from isthmus.prove.certainty import Bounds
from isthmus.prove.reach.connections import Connections
from isthmus.prove.reach.direction import Direction
from isthmus.prove.reach.explore import Exploration
from isthmus.prove.reach.origins import Origins
from isthmus.prove.reach.places import Place
from isthmus.prove.reach.reach import Reach
from isthmus.prove.replay import ComingIn, EndKind, Walker, Way, Ways
from isthmus.prove.replay.ways import flow_of
from tests.referee.lab_built import OWN, Built
from tests.referee.model import NOTHING, Outcome


class LabModel:
    """The network as the program reads it."""

    def __init__(self, built: Built, space: Space) -> None:
        devices: list[Device] = []
        self.problems: list[Diagnostic] = []
        for router, texts in zip(built.lab.routers, built.texts, strict=True):
            told = read(router.name, texts)
            devices += told.devices
            self.problems += told.diagnostics
        assembled = assemble(devices)
        self.problems += assembled.diagnostics
        self.network = assembled.network
        self.walker = Walker(self.network)
        self.reach = Reach(self.network, space)
        self._sent: dict[tuple[int, int], PacketSet] = {}
        self._explored: dict[int, tuple[Exploration, dict[str, Connections], dict[Place, PacketSet]]] = {}
        self._leaves = {Port(each.name, each.legs[0].name): at for at, each in enumerate(built.lab.routers)}
        self._ports = {at: each for each, at in self._leaves.items()}
        self._names = {each.name: at for at, each in enumerate(built.lab.routers)}
        self._segments = {self.reach.topology.segment_of[port].name: at for port, at in self._leaves.items()}

    def ways(self, packet: Packet, leaf: int) -> Ways:
        """The ways of a first packet."""
        return self.walker.walk(packet, [ComingIn(self._ports[leaf])])

    def back(self, packet: Packet, leaf: int) -> Ways | None:
        """The ways of the reply, where there is one way there."""
        rounds = self.walker.there_and_back(packet, [ComingIn(self._ports[leaf])]).rounds
        return rounds[0].back if len(rounds) == 1 else None

    def outcome(self, way: Way) -> Outcome:
        """How a way ends."""
        end = way.end
        if end.kind in (EndKind.DELIVERED, EndKind.MISTAKEN) and not end.segment:
            return OWN + self._names[end.device], flow_of(way.packet)
        if end.kind in (EndKind.DELIVERED, EndKind.LEFT, EndKind.MISTAKEN):
            at = self._segments.get(end.segment, self._leaves.get(Port(end.device, end.interface)))
            return NOTHING if at is None else (at, flow_of(way.packet))
        return NOTHING

    def may_come_out(self, packet: Packet, leaf: int, out: int) -> bool:
        """By sets of packets: whether a packet that was sent from a leaf may come out somewhere."""
        if (leaf, out) not in self._sent:
            self._sent[leaf, out] = self._origins(leaf, out)
        return packet in self._sent[leaf, out]

    def _origins(self, leaf: int, out: int) -> PacketSet:
        start = Place(edge=self._ports[leaf])
        if leaf not in self._explored:
            connections: dict[str, Connections] = {}
            begun = {start: self.reach.space.match(Match(states=(State.NEW,)))}
            exploration = Exploration(self.reach, Direction.THERE, connections)
            exploration.begin(start, Bounds.exactly(begun[start]))
            exploration.run()
            self._explored[leaf] = exploration, connections, begun
        exploration, connections, begun = self._explored[leaf]
        made = self.reach.space.nothing
        origins = Origins(self.reach, exploration.found, connections, begun)
        for place, bounds in exploration.found.arrived.items():
            if self._at(place) == out:
                made |= origins.of(place, bounds.possibly).get(start, self.reach.space.nothing)
        return made

    def _at(self, place: Place) -> int | None:
        if place.device:
            return OWN + self._names[place.device]
        return self._leaves.get(place.edge) if place.edge is not None else self._segments.get(place.segment)

"""From where packets arrived back to what their clients sent: the moves of an exploration in reverse order."""

from collections.abc import Iterator, Mapping

from isthmus.network import HookPoint, Port
from isthmus.packetset import PacketSet
from isthmus.prove.certainty import Bounds
from isthmus.prove.reach.connections import Connections
from isthmus.prove.reach.direction import Direction, bare
from isthmus.prove.reach.places import Explored, Move, Place
from isthmus.prove.reach.reach import Reach

MOST_MOVES = 20_000


class Origins:
    """The way back through one exploration of first packets, with the connections that it left."""

    def __init__(
        self, reach: Reach, explored: Explored, connections: Mapping[str, Connections], begun: Mapping[Place, PacketSet]
    ) -> None:
        self.reach = reach
        self.explored = explored
        self.connections = connections
        self.begun = begun
        self.moves: dict[Port | Place, list[Move]] = {}
        for move in explored.moves:
            self.moves.setdefault(move.target, []).append(move)
        self._bare: dict[PacketSet, PacketSet] = {}
        self._undoing: dict[str, tuple[str, ...]] = {}

    def of(self, target: Port | Place, packets: PacketSet) -> dict[Place, PacketSet]:
        """The packets, as they were sent, that can have become these where they are now; by where they began."""
        found: dict[Place, PacketSet] = {}
        waiting = [(target, bare(packets))]
        done: dict[Port | Place, PacketSet] = {}
        for _ in range(MOST_MOVES):
            if not waiting:
                break
            at, here = waiting.pop()
            new = here - done[at] if at in done else here
            done[at] = done[at] | new if at in done else new
            for origin, before in self._back_from(at, new):
                if isinstance(origin, Place):
                    found[origin] = found[origin] | before if origin in found else before
                else:
                    waiting.append((origin, before))
        return found

    def of_all(self, places: Mapping[Place, PacketSet]) -> dict[Place, PacketSet]:
        """The same for packets in many places at once; where ways back meet, they are followed together."""
        found: dict[Place, PacketSet] = {}
        waiting: dict[Port | Place, PacketSet] = {place: bare(packets) for place, packets in places.items()}
        done: dict[Port | Place, PacketSet] = {}
        while waiting:
            at = next(iter(waiting))
            here = waiting.pop(at)
            new = here - done[at] if at in done else here
            done[at] = done[at] | new if at in done else new
            for origin, before in self._back_from(at, new):
                if isinstance(origin, Place):
                    found[origin] = found[origin] | before if origin in found else before
                else:
                    waiting[origin] = waiting[origin] | before if origin in waiting else before
        return found

    def _back_from(self, at: Port | Place, packets: PacketSet) -> Iterator[tuple[Port | Place, PacketSet]]:
        """One step: where packets came from that are somewhere now, and what they were there."""
        for move in self.moves.get(at, ()) if packets else ():
            before = self._before(move, packets)
            for origin in move.origins if before else ():
                part = before & self._was_at(origin)
                if part:
                    yield origin, part

    def _was_at(self, origin: Port | Place) -> PacketSet:
        """What was sent somewhere, or came there."""
        if isinstance(origin, Place):
            return self.begun[origin]
        return self._known(self.explored.entered[origin].possibly)

    def _known(self, packets: PacketSet) -> PacketSet:
        """Packets whatever their state and flags, worked out once."""
        known = self._bare.get(packets)
        if known is None:
            known = self._bare[packets] = bare(packets)
        return known

    def _before(self, move: Move, packets: PacketSet) -> PacketSet:
        """What packets were when they came to the device that moved them."""
        part = packets & self._known(move.packets)
        if part and move.device:
            for place in self._translating(move.device):
                part = self.connections[move.device].undone(place, Bounds.exactly(part)).possibly
        return part

    def _translating(self, device: str) -> tuple[str, ...]:
        """The places where a device translates, the last one first."""
        if device not in self._undoing:
            compiled = self.reach.compiled(device, Direction.THERE)
            hooks = (hook for point in _BACKWARDS for hook in reversed(compiled.hooks.get(point, [])))
            balancers = (each.name for each in compiled.device.balancers)
            self._undoing[device] = (*(hook.chain for hook in hooks if hook.translates), *balancers)
        return self._undoing[device]


_BACKWARDS = (HookPoint.POSTROUTING, HookPoint.INPUT, HookPoint.OUTPUT, HookPoint.PREROUTING)

"""From where packets arrived back to what their clients sent: the moves of an exploration in reverse order."""

from collections.abc import Mapping

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
            for move in self.moves.get(at, ()) if new else ():
                before = self._before(move, new)
                for origin in move.origins if before else ():
                    if isinstance(origin, Place):
                        sent = before & self.begun[origin]
                        if sent:
                            found[origin] = found[origin] | sent if origin in found else sent
                    else:
                        waiting.append((origin, before & bare(self.explored.entered[origin].possibly)))
        return found

    def _before(self, move: Move, packets: PacketSet) -> PacketSet:
        """What packets were when they came to the device that moved them."""
        part = packets & bare(move.packets)
        if not part or not move.device:
            return part
        compiled, table = self.reach.compiled(move.device, Direction.THERE), self.connections[move.device]
        for point in (HookPoint.POSTROUTING, HookPoint.INPUT, HookPoint.OUTPUT, HookPoint.PREROUTING):
            for hook in reversed(compiled.hooks.get(point, [])):
                if hook.translates:
                    part = table.undone(hook.chain, Bounds.exactly(part)).possibly
        for balancer in compiled.device.balancers:
            part = table.undone(balancer.name, Bounds.exactly(part)).possibly
        return part

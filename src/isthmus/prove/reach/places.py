"""Where packets begin, move and end while they are followed."""

from dataclasses import dataclass, field

from isthmus.network import Bind, Port, Proxy, Unmodelled
from isthmus.packetset import PacketSet
from isthmus.prove.certainty import Bounds
from isthmus.prove.reach.stages import Loss


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where packets begin or end: on a device, on a segment (a host that was not read), or beyond an edge port."""

    device: str = ""
    segment: str = ""
    edge: Port | None = None

    def __str__(self) -> str:
        if self.edge is not None:
            return f"beyond {self.edge}"
        return self.device or f"a host on {self.segment}"


@dataclass(frozen=True, slots=True)
class Ended:
    """Packets whose flow ends at a proxy, which begins new ones."""

    device: str
    proxy: Proxy
    bind: Bind
    packets: Bounds


@dataclass(frozen=True, slots=True)
class Move:
    """Packets that went from where they came in (or began) through a device to the next port, or to their end."""

    origins: "tuple[Port | Place, ...]"
    device: str
    """Empty for what a host that was not read sends on its segment."""
    packets: PacketSet
    """As they left; possibly these."""
    target: "Port | Place"


@dataclass(slots=True)
class Explored:
    """Where packets of one direction came, and where they were lost."""

    arrived: dict[Place, Bounds] = field(default_factory=dict)
    entered: dict[Port, Bounds] = field(default_factory=dict)
    lost: list[Loss] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    rewritten: list[Unmodelled] = field(default_factory=list)
    """Why packets may have got addresses that no way back undoes."""

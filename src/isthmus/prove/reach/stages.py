"""Where on a device packets are, by which interfaces, and what came of them there."""

from dataclasses import dataclass, field
from enum import StrEnum

from isthmus.diagnostics import Span
from isthmus.network import HookPoint, Unmodelled
from isthmus.packetset import Address
from isthmus.prove.certainty import Bounds
from isthmus.prove.reach.routing import Hop

UNDONE = {
    HookPoint.PREROUTING: (-100, HookPoint.POSTROUTING),
    HookPoint.POSTROUTING: (100, HookPoint.PREROUTING),
    HookPoint.INPUT: (100, HookPoint.OUTPUT),
    HookPoint.OUTPUT: (-100, HookPoint.INPUT),
}
"""Where and at which priority a reply has undone what was translated at which place on the way there."""


class Stage(StrEnum):
    """Where on a device packets end."""

    FILTER_IN = "the filter of the interface by which it comes"
    PREROUTING = "prerouting"
    ROUTING = "routing"
    INPUT = "input"
    FORWARD = "forward"
    OUTPUT = "output"
    POSTROUTING = "postrouting"
    FILTER_OUT = "the filter of the interface by which it leaves"


@dataclass(frozen=True, slots=True)
class Loss:
    """Packets that end on a device without having arrived."""

    device: str
    stage: Stage
    packets: Bounds
    reason: str
    where: Span | None = None


@dataclass(slots=True)
class Passed:
    """What came of packets on a device: sent on, taken for itself, lost."""

    sent: list[tuple[Hop, Bounds]] = field(default_factory=list)
    taken: list[Bounds] = field(default_factory=list)
    lost: list[Loss] = field(default_factory=list)
    rewritten: list[Unmodelled] = field(default_factory=list)
    """Why packets may have got other addresses, which no way back undoes."""


STAGES = {
    HookPoint.PREROUTING: Stage.PREROUTING,
    HookPoint.INGRESS: Stage.PREROUTING,
    HookPoint.INPUT: Stage.INPUT,
    HookPoint.FORWARD: Stage.FORWARD,
    HookPoint.OUTPUT: Stage.OUTPUT,
    HookPoint.POSTROUTING: Stage.POSTROUTING,
    HookPoint.EGRESS: Stage.POSTROUTING,
}


@dataclass(frozen=True, slots=True)
class By:
    """The interface by which packets came, the one by which they leave, and the neighbour that they go to."""

    arriving: str | None = None
    leaving: str | None = None
    neighbour: Address | None = None

"""One packet through a network with plain addresses and numbers: no sets of packets, no code of the symbolic engine.

Both engines follow docs/packet-path.md, and each can catch the other's mistakes. `Walker.walk` follows a packet by
every way that is left open; `Walker.there_and_back` adds the replies and the flows that proxies begin. `ways.py` and
`journeys.py` are what they tell.
"""

from isthmus.prove.replay.journeys import Journey, Round
from isthmus.prove.replay.walk import Walker
from isthmus.prove.replay.ways import (
    MOST_DEVICES,
    MOST_WAYS,
    ComingIn,
    Connection,
    End,
    EndKind,
    NewFlow,
    OnDevice,
    OnSegment,
    Outcome,
    Stage,
    Start,
    Step,
    Way,
    Ways,
)

__all__ = [
    "MOST_DEVICES",
    "MOST_WAYS",
    "ComingIn",
    "Connection",
    "End",
    "EndKind",
    "Journey",
    "NewFlow",
    "OnDevice",
    "OnSegment",
    "Outcome",
    "Round",
    "Stage",
    "Start",
    "Step",
    "Walker",
    "Way",
    "Ways",
]

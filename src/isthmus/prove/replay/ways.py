"""What one packet met on its way: the steps in their order, how each way ends, what several ways say as one."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from isthmus.diagnostics import Span
from isthmus.network import Port, Route, Rule, Server, TableChoice, Unmodelled
from isthmus.packetset import Packet

MOST_DEVICES = 64
"""A way that passes more devices than this is too long."""
MOST_WAYS = 256
"""Of more ways than this, only so many are followed."""


class Stage(StrEnum):
    """Where on its way a packet is; the sentences of docs/packet-path.md in their order."""

    SEGMENT = "on the segment"
    FILTER_IN = "interface filter in"
    INGRESS = "ingress"
    PREROUTING = "prerouting"
    ROUTING = "routing"
    INPUT = "input"
    FORWARD = "forward"
    OUTPUT = "output"
    POSTROUTING = "postrouting"
    EGRESS = "egress"
    FILTER_OUT = "interface filter out"
    BALANCER = "load balancer"
    PROXY = "proxy"
    DEVICE = "device"
    """The device as a whole: what is not known of it, a packet of its own."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a packet met: a rule, a route, a translation, the end of a chain.

    ``before`` and ``after`` are the packet around it, ``arriving`` and ``leaving`` interfaces of the device, empty
    where there is none (yet). ``where`` is the line of what was met.
    """

    device: str
    stage: Stage
    what: str
    """In words: ``accept``, ``source becomes 192.0.2.1``, ``via 192.0.2.1 dev eth0``."""
    before: Packet
    after: Packet
    where: Span | None = None
    arriving: str = ""
    leaving: str = ""
    chain: str = ""
    rule: Rule | None = None
    """The rule that was hit; None where a chain's default decided, or where no chain is concerned."""
    route: Route | None = None
    choice: TableChoice | None = None
    """The routing rule that picked the table."""
    segment: str = ""
    doubts: tuple[Unmodelled, ...] = ()
    """Why it may have gone otherwise here; every other way is followed as well."""
    unknown: tuple[Unmodelled, ...] = ()
    """What is not modelled and may change the packet's fate in ways that are not followed."""
    refuses: bool = False
    """Whether it ends the way, or would: some walks go on past rules that refuse."""

    @property
    def translates(self) -> bool:
        """Whether the packet has other addresses or ports behind the step."""
        return flow_of(self.before) != flow_of(self.after)

    def __str__(self) -> str:
        words = [self.device or f"segment {self.segment}", self.stage.value, self.chain, self.what]
        place = f" ({self.where})" if self.where else ""
        return ": ".join(each for each in words if each) + place


class EndKind(StrEnum):
    """How a way ends."""

    DELIVERED = "delivered"
    """On a device, or on a segment to a host whose configuration was not read."""
    LEFT = "left"
    """To a neighbour that no configuration was read of."""
    REFUSED = "refused"
    NO_ROUTE = "no route"
    DISCARDED = "discarded"
    """By a route."""
    NOT_FORWARDED = "not forwarded"
    LOOPED = "looped"
    NO_SERVER = "no server"
    TOO_LONG = "too long"
    MISTAKEN = "mistaken"
    """A reply that does not come home: with other addresses than its client waits for, or out of what was read."""


ARRIVING = frozenset({EndKind.DELIVERED, EndKind.LEFT})
"""The ends of ways that got through."""


@dataclass(frozen=True, slots=True)
class End:
    """Where a way ends and why; a device with an interface, or a segment, or both."""

    kind: EndKind
    what: str
    device: str = ""
    interface: str = ""
    vrf: str = ""
    segment: str = ""
    where: Span | None = None
    is_read: bool = True
    """Whether it was read what the host that it came to admits; security groups count as what an instance admits."""

    def __str__(self) -> str:
        place = self.device or (f"segment {self.segment}" if self.segment else "")
        return ", ".join(each for each in (self.kind.value, place and f"at {place}", self.what) if each)


@dataclass(frozen=True, slots=True)
class OnDevice:
    """A packet begins on a device, as one of its own."""

    device: str
    vrf: str = ""
    """The VRF that its sender is in; empty: that of the source address."""

    def __str__(self) -> str:
        return self.device


@dataclass(frozen=True, slots=True)
class OnSegment:
    """A packet begins on a segment, sent by a host whose configuration was not read."""

    segment: str

    def __str__(self) -> str:
        return f"segment {self.segment}"


@dataclass(frozen=True, slots=True)
class ComingIn:
    """A packet comes in by an interface, from a neighbour that no configuration was read of."""

    port: Port

    def __str__(self) -> str:
        return f"outside, by {self.port}"


Start = OnDevice | OnSegment | ComingIn


@dataclass(frozen=True, slots=True)
class Connection:
    """What a tracking device remembers of a first packet: as it came, and as it left."""

    device: str
    before: Packet
    after: Packet


@dataclass(frozen=True, slots=True)
class NewFlow:
    """The flow that a proxy begins to one of its servers; ``packet`` is None where an address of it is unknown."""

    proxy: str
    server: Server
    start: OnDevice
    packet: Packet | None


@dataclass(frozen=True, slots=True)
class Way:
    """One way of a packet from where it began to where it ended."""

    start: Start
    steps: tuple[Step, ...]
    end: End
    packet: Packet
    """As it was at the end."""
    connections: tuple[Connection, ...] = ()
    flows: tuple[NewFlow, ...] = ()
    """Where a proxy ended it: the flows that the proxy begins."""

    @property
    def doubts(self) -> tuple[Unmodelled, ...]:
        """Why it is possible and not sure that the packet goes this way."""
        found = [doubt for step in self.steps for doubt in (*step.doubts, *step.unknown)]
        return tuple(dict.fromkeys(found))

    @property
    def is_sure(self) -> bool:
        """Whether the packet surely can go this way."""
        return not any(step.doubts or step.unknown for step in self.steps)

    @property
    def is_open(self) -> bool:
        """Whether something unknown may have ended it elsewhere, in ways that were not followed."""
        return self.end.kind is EndKind.TOO_LONG or any(step.unknown for step in self.steps)

    @property
    def arrives(self) -> bool:
        """Whether it ended where packets should end."""
        return self.end.kind in ARRIVING

    @property
    def devices(self) -> tuple[str, ...]:
        """The devices passed, in order; once for each visit."""
        names = [step.device for step in self.steps if step.device]
        return tuple(name for at, name in enumerate(names) if at == 0 or names[at - 1] != name)

    @property
    def refusals(self) -> tuple[Step, ...]:
        """The rules that refused it: the last step, or several where the walk went on regardless."""
        return tuple(step for step in self.steps if step.refuses)


class Outcome(StrEnum):
    """What all ways together say; graver ones last."""

    THROUGH = "gets through"
    UNKNOWN = "cannot tell"
    PARTLY = "gets through on some ways only"
    NOT = "does not get through"

    @classmethod
    def gravest(cls, outcomes: Iterable["Outcome"]) -> "Outcome":
        """The outcome of things that all must get through."""
        order = list(cls)
        return max(outcomes, key=order.index, default=cls.THROUGH)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one of several ways says: whether it gets through (None: unknown), and whether it is surely one of them."""

    gets_through: bool | None
    is_sure: bool


def together(seen: Iterable[Seen], *, is_complete: bool = True) -> Outcome:
    """What several ways say as one. Branches of a doubt that all lead to the same leave nothing in doubt."""
    every = tuple(seen)
    passing = [each for each in every if each.gets_through is not False]
    if any(each.gets_through is False and each.is_sure for each in every) and passing:
        return Outcome.PARTLY
    if not is_complete or not every:
        return Outcome.UNKNOWN
    if not passing:
        return Outcome.NOT
    return Outcome.THROUGH if all(each.gets_through for each in every) else Outcome.UNKNOWN


@dataclass(frozen=True, slots=True)
class Ways:
    """Every way of one packet; not ``is_complete`` where there were too many to follow."""

    packet: Packet
    ways: tuple[Way, ...]
    is_complete: bool = True

    @property
    def outcome(self) -> Outcome:
        """Whether the packet gets to an end, or to a proxy, by all of them."""
        return together(map(seen, self.ways), is_complete=self.is_complete)


def seen(way: Way) -> Seen:
    """What one way says; nothing for sure where nobody knows what the host at its end admits."""
    is_open = way.is_open or (way.arrives and not way.end.is_read)
    return Seen(None if is_open else way.arrives, way.is_sure)


def flow_of(packet: Packet) -> tuple[object, ...]:
    """What makes packets the same flow in one direction: addresses, ports and ICMP type; not state or flags."""
    return (
        packet.source, packet.destination, packet.protocol, packet.source_port, packet.destination_port,
        packet.icmp_type, packet.icmp_code,
    )  # fmt: skip

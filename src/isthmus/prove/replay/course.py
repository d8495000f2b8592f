"""One packet on its way: where it is, what it looks like there, and everything it has met so far."""

from dataclasses import dataclass, replace

from isthmus.diagnostics import Span
from isthmus.network import DEFAULT_VRF, Port, Rule, Unmodelled
from isthmus.packetset import Packet
from isthmus.prove.replay.tables import Hop, Routed
from isthmus.prove.replay.ways import Connection, End, EndKind, NewFlow, Stage, Start, Step, Way


@dataclass(frozen=True, slots=True)
class Course:
    """A packet at one point of one of its ways; each thing that happens makes a new one.

    The fields below ``# here`` belong to the device that it is on. ``tracked`` is the packet as connection tracking
    first saw it here, None where it is not tracked; ``known`` is the connection that it belongs to, and ``answers``
    says that it is a reply in it.
    """

    start: Start
    packet: Packet
    is_reply: bool = False
    goes_on: bool = False
    """Whether it goes on where it is refused, to see what else stands in its way."""
    steps: tuple[Step, ...] = ()
    connections: tuple[Connection, ...] = ()
    visited: frozenset[tuple[Port, Packet]] = frozenset()
    passed: int = 0
    # here
    device: str = ""
    arriving: str = ""
    leaving: str = ""
    vrf: str = DEFAULT_VRF
    hop: Hop | None = None
    mark: int = 0
    is_untracked: bool = False
    is_translated: bool = False
    """Whether a translation was decided at the hook where it is."""
    is_taken: bool = False
    """Whether the device takes it for its own whatever its destination: a load balancer handed it on."""
    tracked: Packet | None = None
    known: Connection | None = None
    answers: bool = False

    def on(
        self, device: str, arriving: str, vrf: str, *, is_taken: bool = False, at: tuple[Port, Packet] | None = None
    ) -> "Course":
        """The packet as it comes to a device, or begins there; what the last device made of it is left behind."""
        visited = self.visited if at is None else self.visited | {at}
        return Course(
            self.start, self.packet, self.is_reply, self.goes_on, self.steps, self.connections, visited,
            self.passed + 1, device=device, arriving=arriving, vrf=vrf, is_taken=is_taken,
        )  # fmt: skip

    def met(
        self,
        stage: Stage,
        what: str,
        where: Span | None,
        *,
        after: Packet | None = None,
        chain: str = "",
        rule: Rule | None = None,
        routed: Routed | None = None,
        segment: str = "",
        doubts: tuple[Unmodelled, ...] = (),
        unknown: tuple[Unmodelled, ...] = (),
        refuses: bool = False,
    ) -> "Course":
        """The packet behind one more step."""
        step = Step(
            self.device, stage, what, self.packet, after or self.packet, where, self.arriving, self.leaving,
            chain, rule, routed.route if routed else None, routed.choice if routed else None, segment,
            (*doubts, *(routed.doubts if routed else ())), unknown, refuses,
        )  # fmt: skip
        return replace(self, packet=step.after, steps=(*self.steps, step))

    def doubting(self, stage: Stage, *unknown: Unmodelled) -> "Course":
        """The packet where something is not known that may change its fate in any way."""
        return self.met(stage, unknown[0].what, unknown[0].where, unknown=unknown) if unknown else self

    def ends(
        self,
        kind: EndKind,
        what: str,
        where: Span | None = None,
        *,
        segment: str = "",
        flows: tuple[NewFlow, ...] = (),
        is_read: bool = True,
    ) -> Way:
        """The way that ends here; what the sender of a first packet admits is not asked of its reply."""
        at = self.leaving or self.arriving
        end = End(kind, what, self.device, at, self.vrf, segment, where, is_read or self.is_reply)
        return Way(self.start, self.steps, end, self.packet, self.connections, flows)

    def remembered(self) -> "Course":
        """The packet where it leaves a tracking device, or is taken by it: its connection is in the table."""
        if self.tracked is None or self.known is not None:
            return self
        connection = Connection(self.device, self.tracked, self.packet)
        return replace(self, connections=(*self.connections, connection), known=connection)

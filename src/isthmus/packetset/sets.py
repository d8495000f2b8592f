"""Spaces and the sets of packets in them."""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from functools import cache
from operator import and_, or_

from isthmus.packetset.cudd_engine import CuddEngine
from isthmus.packetset.describe import Description, describe
from isthmus.packetset.diagram import Diagram
from isthmus.packetset.engine import DifferentSpacesError, Engine, Node
from isthmus.packetset.layout import VARIABLES, Field, spelled
from isthmus.packetset.match import Match
from isthmus.packetset.measure import count, exactly, sample, usual_sample
from isthmus.packetset.oxidd_engine import OxiddEngine
from isthmus.packetset.packets import Packet
from isthmus.packetset.rewrite import Rewrite
from isthmus.packetset.rewriting import applicable, image, mirrored, preimage

MOST_NODES = 1 << 27
"""The largest bound of a space: about 5 GB when full. Engines end the process where memory ends, so there is one."""


class Forgettable(Enum):
    """The fields that ``PacketSet.forgetting`` can free."""

    SOURCE = Field.SOURCE
    DESTINATION = Field.DESTINATION
    SOURCE_PORT = Field.SOURCE_PORT
    DESTINATION_PORT_OR_ICMP = Field.DESTINATION_PORT
    FLAGS = Field.FLAGS
    STATE = Field.STATE


class Space:
    """Where sets of packets live; sets of two spaces never meet (DifferentSpacesError).

    ``max_nodes`` bounds what all living sets together may take, about 40 octets each: an operation that needs more
    raises TooLargeError and the space stays usable. ``engine`` makes the decision diagrams; CuddEngine raises
    ImportError where ``dd`` is missing. A space belongs to one process: its sets do not pickle.
    """

    def __init__(self, max_nodes: int = 1 << 24, engine: Callable[[int, int], Engine] = OxiddEngine) -> None:
        if not 4 * VARIABLES <= max_nodes <= MOST_NODES:
            raise ValueError(f"a space has {4 * VARIABLES} to {MOST_NODES} nodes, not {max_nodes}")
        self.max_nodes = max_nodes
        self.diagram = Diagram(engine(VARIABLES, max_nodes))

    @property
    def everything(self) -> "PacketSet":
        """Every packet of both IP versions."""
        return PacketSet(self, self.diagram.true)

    @property
    def nothing(self) -> "PacketSet":
        """The empty set."""
        return PacketSet(self, self.diagram.false)

    def match(self, match: Match) -> "PacketSet":
        """The packets that pass a match. Raises ValueError for ports, protocols or versions that do not exist."""
        return PacketSet(self, self.diagram.run(self.diagram.match, match))

    def packets(self, packets: Iterable[Packet]) -> "PacketSet":
        """Exactly these packets."""
        return self.union(self.match(exactly(each)) for each in packets)

    def union(self, sets: Iterable["PacketSet"]) -> "PacketSet":
        """The union of many sets, small ones first: quicker than one ``|`` behind another."""
        return PacketSet(self, self.diagram.run(self.diagram.any_of, [self.node_of(each) for each in sets]))

    def nodes(self) -> int:
        """How many nodes are held now, those that nothing needs any more included."""
        return self.diagram.engine.nodes()

    def collect(self) -> None:
        """Give back room at once; otherwise that happens when room ends."""
        self.diagram.engine.collect()

    def node_of(self, packets: "PacketSet") -> Node:
        """The diagram of a set of this space. Raises DifferentSpacesError."""
        if packets.space is not self:
            raise DifferentSpacesError
        return packets.node

    @classmethod
    def on_cudd(cls, max_nodes: int = 1 << 24) -> "Space":
        """A space on the second engine."""
        return cls(max_nodes, CuddEngine)


class PacketSet:
    """A set of packets; a value: ``==`` means the same packets, ``hash`` goes with it, truth means not empty.

    ``a | b``, ``a & b``, ``a - b``, ``a ^ b``, ``~a``, and ``a <= b`` for "every packet of a is in b". Any of them
    raises TooLargeError where the space is full, and DifferentSpacesError for sets that cannot meet.
    """

    __slots__ = ("node", "space")

    def __init__(self, space: Space, node: Node) -> None:
        self.space = space
        self.node = node

    def _with(self, other: "PacketSet", operation: Callable[[Node, Node], Node]) -> "PacketSet":
        if self.space is not other.space:
            raise DifferentSpacesError
        return PacketSet(self.space, self.space.diagram.run(operation, self.node, other.node))

    def __or__(self, other: "PacketSet") -> "PacketSet":
        return self._with(other, or_)

    def __and__(self, other: "PacketSet") -> "PacketSet":
        return self._with(other, and_)

    def __sub__(self, other: "PacketSet") -> "PacketSet":
        return self._with(other, _minus)

    def __xor__(self, other: "PacketSet") -> "PacketSet":
        return self._with(other, _xor)

    def __invert__(self) -> "PacketSet":
        return PacketSet(self.space, ~self.node)

    def __le__(self, other: "PacketSet") -> bool:
        return not self - other

    def __ge__(self, other: "PacketSet") -> bool:
        return not other - self

    def __lt__(self, other: "PacketSet") -> bool:
        return self <= other and self != other

    def __gt__(self, other: "PacketSet") -> bool:
        return other < self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PacketSet):
            return NotImplemented
        if self.space is not other.space:
            raise DifferentSpacesError
        return bool(self.node == other.node)

    def __hash__(self) -> int:
        return hash(self.node)

    def __bool__(self) -> bool:
        return bool(self.node != self.space.diagram.false)

    def __contains__(self, packet: Packet) -> bool:
        return self.space.diagram.engine.holds(self.node, spelled(packet))

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a set of packets does not leave its process; send the matches that it was made of")

    def count(self) -> int:
        """How many different packets there are; exact."""
        return self.space.diagram.run(count, self.space.diagram, self.node)

    def sample(self, prefer: Sequence["PacketSet"] | None = None) -> Packet | None:
        """One packet, the same one every time; None of the empty set.

        Each preference narrows the choice where it can; the first ones count most. Without any, a new TCP connection
        (then UDP) from an ephemeral port (RFC 6335 section 6) between ordinary addresses is preferred.
        """
        diagram = self.space.diagram
        if prefer is None:
            return diagram.run(usual_sample, diagram, self.node)
        return diagram.run(sample, diagram, self.node, [self.space.node_of(each) for each in prefer])

    def image(self, guard: "PacketSet", rewrite: Rewrite) -> "PacketSet":
        """What comes out where packets of ``guard`` are rewritten and the others pass as they are."""
        return self._with(guard, lambda node, inside: self._image(node, inside, rewrite))

    def _image(self, node: Node, guard: Node, rewrite: Rewrite) -> Node:
        diagram = self.space.diagram
        changing = guard & applicable(diagram, rewrite)
        return node & ~changing | image(diagram, node & changing, rewrite)

    def preimage(self, guard: "PacketSet", rewrite: Rewrite) -> "PacketSet":
        """The packets of which ``image`` can make one of these: what can have gone in."""
        return self._with(guard, lambda node, inside: self._preimage(node, inside, rewrite))

    def _preimage(self, node: Node, guard: Node, rewrite: Rewrite) -> Node:
        diagram = self.space.diagram
        changing = guard & applicable(diagram, rewrite)
        return node & ~changing | changing & preimage(diagram, node, rewrite)

    def mirrored(self) -> "PacketSet":
        """The replies: source and destination change places with their ports, ICMP requests with their replies.

        Flags and states stay as they are; forget them where the reply may have any. Slow for large sets (a second for
        a filter of 1,000 rules): mirror the matches instead where there are any.
        """
        return PacketSet(self.space, self.space.diagram.run(mirrored, self.space.diagram, self.node))

    def forgetting(self, *fields: Forgettable) -> "PacketSet":
        """The packets that differ from one of these in the given fields at most."""
        diagram = self.space.diagram
        return PacketSet(self.space, diagram.run(self._forgetting, _parts(fields)))

    def _forgetting(self, parts: tuple[tuple[Field, int], ...]) -> Node:
        diagram = self.space.diagram
        return diagram.engine.exists(self.node, diagram.variables(*parts))

    def describe(self, limit: int = 20) -> Description:
        """The set as at most ``limit`` disjoint rows, in a stable order, and the number of rows left out."""
        if limit < 1:
            raise ValueError("a description has at least one row")
        return self.space.diagram.run(describe, self.space.diagram, self.node, limit)

    def size(self) -> int:
        """Nodes of its diagram: what it takes of the space's bound, at most."""
        return self.space.diagram.engine.size(self.node)

    def __repr__(self) -> str:
        return f"<PacketSet of {self.size()} nodes>"

    def __str__(self) -> str:
        return str(self.describe())


@cache
def _parts(fields: tuple[Forgettable, ...]) -> tuple[tuple[Field, int], ...]:
    """The fields with all of their variables, in the order of those."""
    return tuple((each, each.width) for each in sorted({one.value for one in fields}, key=lambda each: each.start))


def _minus(one: Node, other: Node) -> Node:
    return one & ~other


def _xor(one: Node, other: Node) -> Node:
    return one & ~other | other & ~one

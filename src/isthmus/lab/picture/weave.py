"""In which order nodes and segments stand: as one comes to them from outside, so that what is connected is close."""

from collections.abc import Iterator
from dataclasses import dataclass

from isthmus.lab.plan.outside import INTERNET
from isthmus.lab.plan.shape import LabPlan, NodeKind, NodePlan, PortPlan, Wire

_FIRST = (NodeKind.OUTSIDE, NodeKind.DEVICE, NodeKind.HOST, NodeKind.CLIENT)


@dataclass(frozen=True, slots=True)
class Knot:
    """Where a node's column meets a segment's row."""

    node: str
    segment: str
    port: PortPlan


@dataclass(frozen=True, slots=True)
class Weave:
    """Columns, rows and where they meet. Switch nodes are rows, so they have no column."""

    nodes: tuple[NodePlan, ...]
    wires: tuple[Wire, ...]
    knots: tuple[Knot, ...]


def weave(plan: LabPlan) -> Weave:
    """Order a plan: breadth first from what lies outside, in the order of names where nothing else decides."""
    segments: dict[str, list[str]] = {}
    for wire in plan.wires:
        for node, _ in wire.ports:
            segments.setdefault(node, []).append(wire.name)
    wires = {each.name: each for each in plan.wires}
    nodes: dict[str, None] = {}
    rows: dict[str, None] = {}
    starts = sorted(
        (each for each in plan.nodes.values() if each.kind is not NodeKind.SWITCH),
        key=lambda each: (_FIRST.index(each.kind), each.name != INTERNET, each.name),
    )
    for start in starts:
        waiting = [start.name]
        while waiting:
            name = waiting.pop(0)
            if name in nodes:
                continue
            nodes[name] = None
            for segment in segments.get(name, ()):
                rows[segment] = None
                waiting += [other for other, _ in wires[segment].ports if other not in nodes]
    return Weave(tuple(plan.nodes[each] for each in nodes), tuple(wires[each] for each in rows), tuple(_knots(plan)))


def _knots(plan: LabPlan) -> Iterator[Knot]:
    for wire in plan.wires:
        for node, device in wire.ports:
            port = next(each for each in plan.nodes[node].ports if each.device == device)
            yield Knot(node, wire.name, port)

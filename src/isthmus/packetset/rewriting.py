"""What address translation does to sets: forward to what comes out, backward to what can have gone in."""

from isthmus.packetset.addresses import WIDTHS
from isthmus.packetset.diagram import Diagram
from isthmus.packetset.engine import Node
from isthmus.packetset.layout import VARIABLES, Field
from isthmus.packetset.match import OPPOSITE
from isthmus.packetset.packets import WITH_PORTS, WITH_TYPES
from isthmus.packetset.rewrite import PrefixMap, Rewrite

_ADDRESSES = (Field.SOURCE, Field.DESTINATION)


def applicable(diagram: Diagram, rewrite: Rewrite) -> Node:
    """The packets that the rewrite can change."""
    node = diagram.true
    for field, target in zip(_ADDRESSES, (rewrite.source, rewrite.destination), strict=True):
        if isinstance(target, PrefixMap):
            node &= diagram.block(field, target.before)
        elif target is not None:
            node &= diagram.version(target.version)
    if rewrite.source is None and rewrite.destination is None:
        node &= diagram.protocols(WITH_PORTS)
    return node


def image(diagram: Diagram, node: Node, rewrite: Rewrite) -> Node:
    """What packets of ``node``, all of them applicable, can become."""
    for field, target in zip(_ADDRESSES, (rewrite.source, rewrite.destination), strict=True):
        if isinstance(target, PrefixMap):
            erased = diagram.engine.exists(node, diagram.variables((field, target.before.prefixlen)))
            node = erased & diagram.block(field, target.after)
        elif target is not None:
            erased = diagram.engine.exists(node, diagram.variables((field, WIDTHS[target.version])))
            node = erased & diagram.block(field, target)
    for field, ports in ((Field.SOURCE_PORT, rewrite.source_port), (Field.DESTINATION_PORT, rewrite.destination_port)):
        if ports is not None:
            having = diagram.protocols(WITH_PORTS)
            erased = diagram.engine.both_exist(node, having, diagram.variables((field, 16)))
            node = erased & diagram.between(field, 16, ports) | node & ~having
    return node


def preimage(diagram: Diagram, node: Node, rewrite: Rewrite) -> Node:
    """The packets, beyond the applicable ones too, of which the rewrite can make one of ``node``."""
    for field, ports in ((Field.SOURCE_PORT, rewrite.source_port), (Field.DESTINATION_PORT, rewrite.destination_port)):
        if ports is not None:
            having = diagram.protocols(WITH_PORTS)
            landing = having & diagram.between(field, 16, ports)
            node = diagram.engine.both_exist(node, landing, diagram.variables((field, 16))) | node & ~having
    for field, target in zip(_ADDRESSES, (rewrite.source, rewrite.destination), strict=True):
        if isinstance(target, PrefixMap):
            variables = diagram.variables((field, target.after.prefixlen))
            node = diagram.engine.both_exist(node, diagram.block(field, target.after), variables)
        elif target is not None:
            variables = diagram.variables((field, WIDTHS[target.version]))
            node = diagram.engine.both_exist(node, diagram.block(field, target), variables)
    return node


def mirrored(diagram: Diagram, node: Node) -> Node:
    """Source and destination change places, ports too, and ICMP requests and replies."""
    hosts = _swapped(Field.SOURCE, Field.DESTINATION)
    ports = _swapped(Field.SOURCE_PORT, Field.DESTINATION_PORT)
    having, typed = diagram.protocols(WITH_PORTS), diagram.protocols(WITH_TYPES)
    with_ports = diagram.engine.renamed(node & having, hosts | ports)
    without = diagram.engine.renamed(node & ~having, hosts)
    return with_ports | without & ~typed | _opposite_types(diagram, without & typed)


def _swapped(one: Field, other: Field) -> dict[int, int]:
    pairs = [(one.start + bit, other.start + bit) for bit in range(one.width)]
    names = dict(pairs) | {right: left for left, right in pairs}
    assert max(names) < VARIABLES
    return names


def _opposite_types(diagram: Diagram, node: Node) -> Node:
    variables = diagram.variables((Field.DESTINATION_PORT, 8))
    changed = diagram.false
    rest = node
    for number, pairs in OPPOSITE.items():
        for old, new in pairs.items():
            before = diagram.protocols((number,)) & diagram.masked(Field.DESTINATION_PORT, 8, old, 255)
            erased = diagram.engine.both_exist(node, before, variables)
            changed |= erased & diagram.masked(Field.DESTINATION_PORT, 8, new, 255)
            rest &= ~before
    return changed | rest

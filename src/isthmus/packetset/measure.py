"""How many packets a set holds, and one of them."""

from collections.abc import Iterable
from functools import partial
from ipaddress import IPv4Address, IPv6Network

from isthmus.packetset.addresses import AddressRange, MaskedAddresses
from isthmus.packetset.diagram import Diagram
from isthmus.packetset.engine import Node
from isthmus.packetset.intervals import Interval, only
from isthmus.packetset.layout import VARIABLES, kinds, read
from isthmus.packetset.match import FlagTest, IcmpType, Match
from isthmus.packetset.packets import IpProtocol, Packet, State

_ORDINARY = (AddressRange(IPv4Address("1.0.0.0"), IPv4Address("223.255.255.255")), IPv6Network("2000::/3"))
_ODD = (MaskedAddresses(4, 1, 1), MaskedAddresses(6, 1, 1))

USUAL = (
    Match(protocols=(only(IpProtocol.TCP),), flags=(FlagTest(255, 2),), states=(State.NEW,)),
    Match(protocols=(only(IpProtocol.TCP), only(IpProtocol.UDP))),
    Match(icmp=(IcmpType(8, 0),), protocols=(only(IpProtocol.ICMP),)),
    Match(icmp=(IcmpType(128, 0),), protocols=(only(IpProtocol.ICMPV6),)),
    Match(states=(State.NEW,)),
    Match(destination=_ORDINARY),
    Match(destination=_ODD),
    Match(destination_ports=(Interval(1, 65535),)),
    Match(source=_ORDINARY),
    Match(source=_ODD),
    Match(source_ports=(Interval(49152, 65535),)),
    Match(source_ports=(Interval(1024, 65535),)),
)
"""What a sample looks like where the set leaves the choice: each line narrows it further, if it can."""


def count(diagram: Diagram, node: Node) -> int:
    """How many packets the diagram holds: assignments, divided by those that spell the same packet."""
    total = 0
    short = diagram.states([State.NEW, State.UNTRACKED, State.INVALID])
    for protocols, free in kinds():
        for version, unused in ((4, 2 * 96), (6, 0)):
            here = node & diagram.version(version) & diagram.protocols(protocols)
            for part, spare in ((here & short, 1), (here & ~short, 0)):
                total += diagram.engine.count(part) >> free + unused + spare
    return total


def sample(diagram: Diagram, node: Node, preferences: Iterable[Node]) -> Packet | None:
    """The packet with the lowest spelling, after each preference that leaves any; None where there is none."""
    if node == diagram.false:
        return None
    return _lowest(diagram, _narrowed(diagram, node, preferences))


def usual_sample(diagram: Diagram, node: Node) -> Packet | None:
    """The sample by the preferences of ``USUAL``.

    What they leave of all packets is tried first: where the set has some of that, the preferences leave nothing else.
    """
    wanted = [diagram.known(each, partial(diagram.match, each)) for each in USUAL]
    ideal = node & diagram.known("usual packets", lambda: _narrowed(diagram, diagram.true, wanted))
    return sample(diagram, node, wanted) if ideal == diagram.false else _lowest(diagram, ideal)


def _narrowed(diagram: Diagram, node: Node, preferences: Iterable[Node]) -> Node:
    for each in preferences:
        narrowed = node & each
        node = node if narrowed == diagram.false else narrowed
    return node


def _lowest(diagram: Diagram, node: Node) -> Packet:
    bits = [False] * VARIABLES
    while (level := diagram.engine.level(node)) < VARIABLES:
        low, high = diagram.engine.branches(node)
        bits[level] = bool(low == diagram.false)
        node = high if bits[level] else low
    return read(bits)


def exactly(packet: Packet) -> Match:
    """The match that this packet alone passes."""
    ends = [AddressRange(each, each) for each in (packet.source, packet.destination)]
    kind = None if packet.icmp_type is None else (IcmpType(packet.icmp_type, packet.icmp_code),)
    return Match(
        source=(ends[0],),
        destination=(ends[1],),
        protocols=(only(packet.protocol),),
        source_ports=None if packet.source_port is None else (only(packet.source_port),),
        destination_ports=None if packet.destination_port is None else (only(packet.destination_port),),
        icmp=kind,
        flags=None if packet.flags is None else (FlagTest(255, packet.flags),),
        states=(packet.state,),
    )

"""Whether one packet passes a match: every test on plain numbers."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network

from isthmus.packetset import Address, AddressRange, Block, Bounds, Match, Packet


def passes(match: Match, packet: Packet) -> bool:
    """Whether the packet passes each test of the match; a test of a field that it lacks fails.

    >>> from isthmus.packetset import only, ping, tcp
    >>> web = Match(destination_ports=(only(443),))
    >>> passes(web, tcp("192.0.2.1", "192.0.2.2", 443)), passes(web, ping("192.0.2.1", "192.0.2.2"))
    (True, False)
    """
    return (
        (match.version is None or match.version == packet.version)
        and (match.protocols is None or _among(packet.protocol, match.protocols))
        and (match.destination_ports is None or _among(packet.destination_port, match.destination_ports))
        and (match.source_ports is None or _among(packet.source_port, match.source_ports))
        and (match.destination is None or _in_one(packet.destination, match.destination))
        and (match.source is None or _in_one(packet.source, match.source))
        and (match.states is None or packet.state in match.states)
        and (match.flags is None or _has_flags(match, packet))
        and (match.icmp is None or _is_of_type(match, packet))
    )


def ends(block: Block) -> tuple[int, int]:
    """The lowest and the highest address of a block."""
    if isinstance(block, IPv4Network | IPv6Network):
        first = int(block.network_address)
        return first, first + (1 << block.max_prefixlen - block.prefixlen) - 1
    if isinstance(block, AddressRange):
        return int(block.first), int(block.last)
    unasked = ~block.mask & ((1 << (32 if block.version == 4 else 128)) - 1)
    return block.value, block.value + unasked


def _among(number: int | None, intervals: Iterable[Bounds]) -> bool:
    return number is not None and any(each.first <= number <= each.last for each in intervals)


def _in_one(address: Address, blocks: Iterable[Block]) -> bool:
    number, version = int(address), address.version
    return any(each.version == version and _holds(each, number) for each in blocks)


def _holds(block: Block, number: int) -> bool:
    if isinstance(block, IPv4Network | IPv6Network | AddressRange):
        first, last = ends(block)
        return first <= number <= last
    return number & block.mask == block.value


def _has_flags(match: Match, packet: Packet) -> bool:
    assert match.flags is not None
    return packet.flags is not None and any(packet.flags & each.mask == each.value for each in match.flags)


def _is_of_type(match: Match, packet: Packet) -> bool:
    assert match.icmp is not None
    return any(
        each.type == packet.icmp_type and (each.code is None or each.code == packet.icmp_code) for each in match.icmp
    )

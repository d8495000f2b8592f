"""The model that the sets are held against: matches and translations on one packet of plain values.

It shares no code with the symbolic path beyond the value types themselves.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from isthmus.packetset import AddressRange, Block, Bounds, MaskedAddresses, Match, Packet, PrefixMap, Rewrite

ANSWERS = {(1, 8): 0, (1, 0): 8, (1, 13): 14, (1, 14): 13, (1, 15): 16, (1, 16): 15, (1, 17): 18, (1, 18): 17,
           (58, 128): 129, (58, 129): 128, (58, 139): 140, (58, 140): 139}  # fmt: skip


def inside(address: IPv4Address | IPv6Address, block: Block) -> bool:
    if isinstance(block, IPv4Network | IPv6Network):
        return address in block
    if isinstance(block, AddressRange):
        return type(address) is type(block.first) and int(block.first) <= int(address) <= int(block.last)
    assert isinstance(block, MaskedAddresses)
    return address.version == block.version and int(address) & block.mask == block.value


def among(number: int | None, bounds: Iterable[Bounds]) -> bool:
    return number is not None and any(each.first <= number <= each.last for each in bounds)


def passes(match: Match, packet: Packet) -> bool:
    """Whether the packet passes each test of the match."""
    tests = [
        match.version in (None, packet.version),
        match.source is None or any(inside(packet.source, each) for each in match.source),
        match.destination is None or any(inside(packet.destination, each) for each in match.destination),
        match.protocols is None or among(packet.protocol, match.protocols),
        match.source_ports is None or among(packet.source_port, match.source_ports),
        match.destination_ports is None or among(packet.destination_port, match.destination_ports),
        match.icmp is None
        or any(packet.icmp_type == each.type and each.code in (None, packet.icmp_code) for each in match.icmp),
        match.flags is None
        or any(packet.flags is not None and packet.flags & each.mask == each.value for each in match.flags),
        match.states is None or packet.state in match.states,
    ]
    return all(tests)


def _changed(address: IPv4Address | IPv6Address, target: Block | PrefixMap | None) -> Iterator[IPv4Address]:
    """What an address can become; nothing at all where the target does not apply to it. IPv4 tests only."""
    assert isinstance(address, IPv4Address)
    if target is None:
        yield address
    elif isinstance(target, PrefixMap):
        if address in target.before:
            place = int(address) - int(target.before.network_address)
            yield IPv4Address(int(target.after.network_address) + place)
    elif isinstance(target, AddressRange):
        yield from map(IPv4Address, range(int(target.first), int(target.last) + 1))
    else:
        assert isinstance(target, IPv4Network)
        yield from target


def rewritten(packet: Packet, rewrite: Rewrite) -> set[Packet]:
    """What the packet can become; itself alone where the rewrite does not apply."""
    moves_host = rewrite.source is not None or rewrite.destination is not None
    if moves_host and packet.version == 6:
        return {packet}
    results = {
        replace(packet, source=source, destination=destination)
        for source in (_changed(packet.source, rewrite.source) if moves_host else [packet.source])
        for destination in (_changed(packet.destination, rewrite.destination) if moves_host else [packet.destination])
    }
    if not results:
        return {packet}
    if packet.source_port is None:
        return results
    sources = [packet.source_port] if rewrite.source_port is None else numbers(rewrite.source_port)
    destinations = [packet.destination_port] if rewrite.destination_port is None else numbers(rewrite.destination_port)
    return {
        replace(each, source_port=one, destination_port=other)
        for each in results
        for one in sources
        for other in destinations
    }


def numbers(bounds: Bounds) -> list[int]:
    return list(range(bounds.first, bounds.last + 1))


def answered(packet: Packet) -> Packet:
    """The packet that goes the other way."""
    kind = packet.icmp_type
    return replace(
        packet,
        source=packet.destination,
        destination=packet.source,
        source_port=packet.destination_port,
        destination_port=packet.source_port,
        icmp_type=None if kind is None else ANSWERS.get((packet.protocol, kind), kind),
    )

"""What translation makes of one packet, and how a reply gets back what was translated."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface, IPv6Network

from isthmus.diagnostics import Span
from isthmus.network import Changes, Interface, Masquerade, Redirect, Translate
from isthmus.packetset import Address, AddressRange, Bounds, IpProtocol, MaskedAddresses, Packet, PrefixMap, TcpFlags
from isthmus.packetset.rewrite import Target

MOST_ADDRESSES = 8
"""Of a pool with more addresses the first and the last are followed."""

_WITH_PORTS = frozenset({6, 17, 33, 132, 136})
_OPPOSITE = {
    IpProtocol.ICMP: {8: 0, 0: 8, 13: 14, 14: 13, 15: 16, 16: 15, 17: 18, 18: 17},
    IpProtocol.ICMPV6: {128: 129, 129: 128, 139: 140, 140: 139},
}


@dataclass(frozen=True, slots=True)
class Written:
    """The packets that a translation can make of one; not ``is_complete`` where there are more than were followed."""

    packets: tuple[Packet, ...]
    is_complete: bool = True


def translated(
    action: Translate | Masquerade | Redirect, packet: Packet, interface: Interface | None, neighbour: Address | None
) -> Written:
    """What an action makes of a packet at an interface: the leaving one for Masquerade, the arriving one for Redirect.

    ``neighbour`` is where the packet goes next; an address of its prefix is preferred. No packets: nothing can be
    written, and the packet is lost.
    """
    if isinstance(action, Translate):
        return _rewritten(action, packet)
    own = _address_of(interface, packet.version, neighbour)
    if own is None:
        return Written(())
    if isinstance(action, Masquerade):
        return Written((replace(packet, source=own, source_port=_port(packet.source_port, action.ports)),))
    return Written((replace(packet, destination=own, destination_port=_port(packet.destination_port, action.port)),))


def _address_of(interface: Interface | None, version: int, neighbour: Address | None) -> Address | None:
    held = [each for each in interface.addresses if each.version == version] if interface else []
    near = [each for each in held if neighbour is not None and neighbour in each.network]
    return next((each.ip for each in (*near, *held)), None)


def address_by(interface: Interface, version: int, neighbour: Address | None) -> Address | None:
    """The address from which a device sends by an interface to a neighbour."""
    return _address_of(interface, version, neighbour)


def loopback(where: Span) -> Interface:
    """The interface that every device has."""
    return Interface("lo", where, (IPv4Interface("127.0.0.1/8"), IPv6Interface("::1/128")))


def _rewritten(action: Translate, packet: Packet) -> Written:
    rewrite = action.rewrite
    sources, sources_told = _addresses(rewrite.source, packet.source)
    destinations, destinations_told = _addresses(rewrite.destination, packet.destination)
    if not sources or not destinations:
        return Written((packet,))
    packets = tuple(
        replace(
            packet,
            source=source,
            destination=destination,
            source_port=_port(packet.source_port, rewrite.source_port),
            destination_port=_port(packet.destination_port, rewrite.destination_port),
        )
        for source in sources
        for destination in destinations
    )
    return Written(packets, sources_told and destinations_told)


def _addresses(target: Target | None, address: Address) -> tuple[list[Address], bool]:
    """What an address becomes, and whether that is all; nothing where the rewrite does not apply to it."""
    if target is None:
        return [address], True
    if target.version != address.version:
        return [], True
    if isinstance(target, PrefixMap):
        if address not in target.before:
            return [], True
        return [_at(address, int(target.after.network_address) | int(address) & int(target.after.hostmask))], True
    first, last, count = _extent(target)
    if count > MOST_ADDRESSES:
        return [_at(address, first), _at(address, last)], False
    numbers = [first, last] if isinstance(target, MaskedAddresses) else range(first, last + 1)
    return [_at(address, number) for number in dict.fromkeys(numbers)], count <= len(numbers)


def _extent(block: IPv4Network | IPv6Network | AddressRange | MaskedAddresses) -> tuple[int, int, int]:
    """The first and last address of a block as numbers, and how many there are."""
    if isinstance(block, AddressRange):
        return int(block.first), int(block.last), int(block.last) - int(block.first) + 1
    if isinstance(block, MaskedAddresses):
        free = ((1 << (32 if block.version == 4 else 128)) - 1) & ~block.mask
        return block.value, block.value | free, 1 << free.bit_count()
    return int(block.network_address), int(block.broadcast_address), block.num_addresses


def _at(like: Address, number: int) -> Address:
    return type(like)(number)


def _port(port: int | None, wanted: Bounds | None) -> int | None:
    """A port that stays where it may, else becomes the first of those that are wanted."""
    if port is None or wanted is None or wanted.first <= port <= wanted.last:
        return port
    return wanted.first


def mirrored(packet: Packet) -> Packet:
    """The reply to a packet, as the one who received it sends it: a SYN is answered with SYN and ACK."""
    opposite = _OPPOSITE.get(IpProtocol(packet.protocol), {}) if packet.protocol in _OPPOSITE else {}
    kind = packet.icmp_type
    return replace(
        packet,
        source=packet.destination,
        destination=packet.source,
        source_port=packet.destination_port,
        destination_port=packet.source_port,
        icmp_type=None if kind is None else opposite.get(kind, kind),
        flags=None if packet.flags is None else _answer(packet.flags),
    )


def _answer(flags: TcpFlags) -> TcpFlags:
    if flags & TcpFlags.SYN:
        return TcpFlags.SYN | TcpFlags.ACK
    return flags | TcpFlags.ACK


def restored(packet: Packet, before: Packet, changes: Changes) -> Packet:
    """A reply with one end as the first packet had it: its source was this reply's destination, and the other way."""
    if changes is Changes.SOURCE:
        return replace(packet, destination=before.source, destination_port=before.source_port)
    return replace(packet, source=before.destination, source_port=before.destination_port)


def repeated(packet: Packet, after: Packet, changes: Changes) -> Packet:
    """A packet of a connection that was translated before, with one end translated in the same way."""
    if changes is Changes.SOURCE:
        return replace(packet, source=after.source, source_port=after.source_port)
    return replace(packet, destination=after.destination, destination_port=after.destination_port)


def same_flow(one: Packet, other: Packet) -> bool:
    """Whether two packets have the same addresses, protocol, ports and ICMP type."""
    return (
        one.source == other.source
        and one.destination == other.destination
        and one.protocol == other.protocol
        and one.source_port == other.source_port
        and one.destination_port == other.destination_port
        and one.icmp_type == other.icmp_type
    )


def differences(before: Packet, after: Packet) -> Iterator[str]:
    """What a translation wrote, in words."""
    for name, host, port in (("source", "source", "source_port"), ("destination", "destination", "destination_port")):
        old = (getattr(before, host), getattr(before, port))
        new = (getattr(after, host), getattr(after, port))
        if old != new:
            yield f"{name} becomes {_end(*new) if old[1] != new[1] else new[0]}"


def _end(host: Address, port: int | None) -> str:
    if port is None:
        return str(host)
    return f"[{host}]:{port}" if host.version == 6 else f"{host}:{port}"

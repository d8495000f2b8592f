"""Probes as bytes. A probe carries its number where no router and no translation touches it.

That is the sequence number of a TCP segment (the answer acknowledges it, plus one: RFC 9293 section 3.4), and the
payload of a datagram or of an ICMP echo. Checksums are filled in: connection tracking refuses packets without.
"""

from collections.abc import Callable
from dataclasses import dataclass
from struct import Struct

from isthmus.packetset import Address, IpProtocol, Packet, TcpFlags

ASKING = b"XRP?"
ANSWERING = b"XRP!"
WINDOW = 0x5852
"""The window of a probing TCP segment, which tells it from others."""
HOPS = 64

IPV4 = Struct("!BBHHHBBH4s4s")
IPV6 = Struct("!IHBB16s16s")
TCP = Struct("!HHIIHHHH")
UDP = Struct("!HHHH")
ICMP = Struct("!BBHHH")
MARK = Struct("!4sI")
ECHO_REQUESTS: dict[int, int] = {IpProtocol.ICMP: 8, IpProtocol.ICMPV6: 128}
ECHO_REPLIES: dict[int, int] = {IpProtocol.ICMP: 0, IpProtocol.ICMPV6: 129}


@dataclass(frozen=True, slots=True)
class Probe:
    """A numbered packet to send: a first TCP segment, a datagram, or an echo request."""

    number: int
    packet: Packet


def encode(probe: Probe) -> bytes:
    """A probe as an IP packet. Raises ValueError for a protocol other than TCP, UDP and ICMP echo."""
    packet, number = probe.packet, probe.number
    if packet.protocol == IpProtocol.TCP:
        segment = _tcp(packet, number, 0, TcpFlags.SYN)
    elif packet.protocol == IpProtocol.UDP:
        segment = _udp(packet, MARK.pack(ASKING, number))
    elif packet.icmp_type is not None and ECHO_REQUESTS.get(packet.protocol) == packet.icmp_type:
        segment = _echo(packet, packet.icmp_type, number)
    else:
        raise ValueError(f"`{packet}` cannot carry a number")
    return _wrapped(packet.source, packet.destination, packet.protocol, segment, number)


def encode_answer(probe: Probe) -> bytes:
    """What a server sends back to a probe that reached it with these addresses and ports, as an IP packet."""
    packet, number = probe.packet, probe.number
    back = Packet(
        packet.destination,
        packet.source,
        packet.protocol,
        packet.destination_port,
        packet.source_port,
        packet.icmp_type,
        packet.icmp_code,
        packet.flags,
    )
    if packet.protocol == IpProtocol.TCP:
        segment = _tcp(back, number ^ 0xFFFFFFFF, number + 1 & 0xFFFFFFFF, TcpFlags.SYN | TcpFlags.ACK)
    elif packet.protocol == IpProtocol.UDP:
        segment = _udp(back, MARK.pack(ANSWERING, number))
    else:
        segment = _echo(back, ECHO_REPLIES[packet.protocol], number)
    return _wrapped(back.source, back.destination, packet.protocol, segment, number)


def _tcp(packet: Packet, sequence: int, acknowledged: int, flags: TcpFlags) -> bytes:
    ports = packet.source_port, packet.destination_port
    head = 5 << 12 | flags
    return _checked(packet, lambda check: TCP.pack(*ports, sequence, acknowledged, head, WINDOW, check, 0))


def _udp(packet: Packet, payload: bytes) -> bytes:
    ports = packet.source_port, packet.destination_port
    return _checked(packet, lambda check: UDP.pack(*ports, UDP.size + len(payload), check) + payload)


def _echo(packet: Packet, kind: int, number: int) -> bytes:
    mark = MARK.pack(ASKING, number)
    return _checked(packet, lambda check: ICMP.pack(kind, 0, check, number & 0xFFFF, number >> 16) + mark)


def _checked(packet: Packet, pack: Callable[[int], bytes]) -> bytes:
    """A segment with its checksum over the pseudo-header, which ICMP of IPv4 does without."""
    blank = pack(0)
    if packet.protocol == IpProtocol.ICMP:
        return pack(_checksum(blank))
    ends = packet.source.packed + packet.destination.packed
    return pack(_checksum(ends + bytes((0, packet.protocol)) + len(blank).to_bytes(2) + blank))


def _checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071): sums in one's complement are residues modulo 65535.

    >>> hex(_checksum(bytes.fromhex("450000730000400040110000c0a80001c0a800c7")))
    '0xb861'
    """
    return 0xFFFF - int.from_bytes(data + bytes(len(data) % 2)) % 0xFFFF


def _wrapped(source: Address, destination: Address, protocol: int, segment: bytes, number: int) -> bytes:
    if source.version == 6:
        return IPV6.pack(6 << 28, len(segment), protocol, HOPS, source.packed, destination.packed) + segment
    fields = (0x45, 0, IPV4.size + len(segment), number & 0xFFFF, 0, HOPS, protocol)
    check = _checksum(IPV4.pack(*fields, 0, source.packed, destination.packed))
    return IPV4.pack(*fields, check, source.packed, destination.packed) + segment

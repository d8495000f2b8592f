"""What the bytes of a packet tell of a probe: which one, whether it goes there or back, and its addresses as seen.

An ICMP error quotes enough of the packet that it complains of to know that one too (RFC 1812 section 4.3.2.3, RFC 4443
section 2.4). Bytes of any other kind, or cut short, belong to no probe.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

from isthmus.lab.probes.packets import ANSWERING, ASKING, ECHO_REPLIES, ECHO_REQUESTS, MARK, TCP, UDP, WINDOW
from isthmus.packetset import Address, IpProtocol, TcpFlags

_ERRORS = {IpProtocol.ICMP: frozenset({3, 5, 11, 12}), IpProtocol.ICMPV6: frozenset({1, 2, 3, 4})}
_SYN_ACK = TcpFlags.SYN | TcpFlags.ACK
_SIX_BITS = 0x3F
UNNUMBERED = -1
"""The number of a datagram that does not say to which probe it belongs."""


class Role(StrEnum):
    """What a packet is to a probe."""

    PROBE = "probe"
    ANSWER = "answer"
    """SYN and ACK, an echo reply, a datagram: somebody serves there."""
    REFUSAL = "refusal"
    """A reset or an ICMP error: somebody says no. Where nothing listens, a host that admits the packet says so."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One packet that belongs to a probe: as what, and with which addresses and ports."""

    number: int
    role: Role
    source: Address
    destination: Address
    protocol: int
    source_port: int = 0
    destination_port: int = 0
    complaint: tuple[int, int] | None = None
    """Type and code of an ICMP error."""


def read_packet(data: bytes) -> Seen | None:
    r"""What an IP packet is to a probe; None where it is nothing to any.

    >>> read_packet(b"") is read_packet(bytes(60)) is read_packet(b"\x45" * 60) is None
    True
    """
    if len(data) < 20:
        return None
    if data[0] >> 4 == 4:
        head = (data[0] & 15) * 4
        if head < 20 or (data[6] & 31 or data[7]):
            return None
        return read_segment(data[9], _address(data[12:16]), _address(data[16:20]), data[head:])
    if data[0] >> 4 == 6 and len(data) >= 40:
        return read_segment(data[6], _address(data[8:24]), _address(data[24:40]), data[40:])
    return None


def read_segment(protocol: int, source: Address, destination: Address, data: bytes) -> Seen | None:
    """What the content of an IP packet is to a probe."""
    if protocol == IpProtocol.TCP:
        return _read_tcp(source, destination, data)
    if protocol == IpProtocol.UDP:
        return _read_udp(source, destination, data)
    if protocol in (IpProtocol.ICMP, IpProtocol.ICMPV6):
        return _read_icmp(IpProtocol(protocol), source, destination, data)
    return None


@lru_cache(maxsize=4096)
def _address(packed: bytes) -> Address:
    return IPv4Address(packed) if len(packed) == 4 else IPv6Address(packed)


def _read_tcp(source: Address, destination: Address, data: bytes) -> Seen | None:
    if len(data) < TCP.size:
        return None
    from_port, to_port, sequence, acknowledged, head, window, _, _ = TCP.unpack_from(data)
    flags = head & _SIX_BITS
    back = acknowledged - 1 & 0xFFFFFFFF
    ports = (source, destination, IpProtocol.TCP, from_port, to_port)
    if flags == TcpFlags.SYN and window == WINDOW:
        return Seen(sequence, Role.PROBE, *ports)
    if flags == _SYN_ACK:
        return Seen(back, Role.ANSWER, *ports)
    if flags == TcpFlags.RST | TcpFlags.ACK:
        return Seen(back, Role.REFUSAL, *ports)
    return None


def _read_udp(source: Address, destination: Address, data: bytes) -> Seen | None:
    """A datagram. One without a mark may answer a probe, of which its ports tell the sender which."""
    if len(data) < UDP.size:
        return None
    ends = (source, destination, IpProtocol.UDP, int.from_bytes(data[:2]), int.from_bytes(data[2:4]))
    mark, number = MARK.unpack_from(data, UDP.size) if len(data) >= UDP.size + MARK.size else (b"", UNNUMBERED)
    if mark == ASKING:
        return Seen(number, Role.PROBE, *ends)
    return Seen(number if mark == ANSWERING else UNNUMBERED, Role.ANSWER, *ends)


def _read_icmp(protocol: IpProtocol, source: Address, destination: Address, data: bytes) -> Seen | None:
    if len(data) < 16:
        return None
    kind, code = data[0], data[1]
    mark, number = MARK.unpack_from(data, 8)
    if mark == ASKING and kind in (ECHO_REQUESTS[protocol], ECHO_REPLIES[protocol]):
        role = Role.PROBE if kind == ECHO_REQUESTS[protocol] else Role.ANSWER
        return Seen(number, role, source, destination, protocol)
    if kind not in _ERRORS[protocol]:
        return None
    quoted = _read_quoted(data[8:])
    if quoted is None or quoted.role is not Role.PROBE:
        return None
    return Seen(quoted.number, Role.REFUSAL, source, destination, protocol, complaint=(kind, code))


def _read_quoted(data: bytes) -> Seen | None:
    """The packet that an ICMP error quotes. A quote may end eight octets into a TCP header: the number is there."""
    whole = read_packet(data)
    if whole is not None or len(data) < 28 or data[0] >> 4 != 4 or data[9] != IpProtocol.TCP:
        return whole
    head = (data[0] & 15) * 4
    if head < 20 or len(data) < head + 8:
        return None
    ports = int.from_bytes(data[head : head + 2]), int.from_bytes(data[head + 2 : head + 4])
    number = int.from_bytes(data[head + 4 : head + 8])
    return Seen(number, Role.PROBE, _address(data[12:16]), _address(data[16:20]), IpProtocol.TCP, *ports)

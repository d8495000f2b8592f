"""One packet, as filters see it; and what its fields can hold."""

from dataclasses import dataclass
from enum import IntEnum, IntFlag, StrEnum
from ipaddress import ip_address

from isthmus.packetset.addresses import Address


class IpProtocol(IntEnum):
    """Protocol numbers that filters name (IANA, Protocol Numbers); any number from 0 to 255 may stand in a packet."""

    ICMP = 1
    TCP = 6
    UDP = 17
    DCCP = 33
    GRE = 47
    ESP = 50
    AH = 51
    ICMPV6 = 58
    SCTP = 132
    UDPLITE = 136


WITH_PORTS = frozenset({IpProtocol.TCP, IpProtocol.UDP, IpProtocol.DCCP, IpProtocol.SCTP, IpProtocol.UDPLITE})
"""The protocols whose packets have a source and a destination port."""

WITH_TYPES = frozenset({IpProtocol.ICMP, IpProtocol.ICMPV6})
"""The protocols whose packets have a type and a code (RFC 792, RFC 4443)."""


class TcpFlags(IntFlag):
    """The control bits of TCP, as they lie in the header (RFC 9293 section 3.1)."""

    FIN = 1
    SYN = 2
    RST = 4
    PSH = 8
    ACK = 16
    URG = 32
    ECE = 64
    CWR = 128


class State(StrEnum):
    """What connection tracking says of a packet (Linux ``ct state``); each packet has exactly one."""

    NEW = "new"
    ESTABLISHED = "established"
    RELATED = "related"
    UNTRACKED = "untracked"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: the fields that its protocol lacks are None, and must be.

    Ports are 0 to 65535, ICMP type and code 0 to 255, the protocol a number from 0 to 255. Raises ValueError for a
    packet that cannot be: two IP versions, ICMP with ports, TCP without.
    """

    source: Address
    destination: Address
    protocol: int
    source_port: int | None = None
    destination_port: int | None = None
    icmp_type: int | None = None
    icmp_code: int | None = None
    flags: TcpFlags | None = None
    state: State = State.NEW

    def __post_init__(self) -> None:
        if self.source.version != self.destination.version:
            raise ValueError(f"`{self.source}` and `{self.destination}` are addresses of two families")
        if not 0 <= self.protocol <= 255:
            raise ValueError(f"`{self.protocol}` is not a protocol number")
        _check("port", (self.source_port, self.destination_port), 65535, here=self.protocol in WITH_PORTS)
        _check("ICMP type or code", (self.icmp_type, self.icmp_code), 255, here=self.protocol in WITH_TYPES)
        _check("set of TCP flags", (self.flags,), 255, here=self.protocol == IpProtocol.TCP)

    @property
    def version(self) -> int:
        """The IP version, 4 or 6."""
        return self.source.version

    def __str__(self) -> str:
        words = [protocol_name(self.protocol), _end(self.source, self.source_port), ">"]
        words.append(_end(self.destination, self.destination_port))
        if self.icmp_type is not None:
            words.append(f"type {self.icmp_type} code {self.icmp_code}")
        if self.flags is not None:
            words.append(flag_names(self.flags))
        return " ".join([*words, self.state])


def _check(name: str, values: tuple[int | None, ...], most: int, *, here: bool) -> None:
    for value in values:
        if (value is not None) != here:
            raise ValueError(f"a packet of this protocol has {'a' if here else 'no'} {name}")
        if value is not None and not 0 <= value <= most:
            raise ValueError(f"`{value}` is not a {name}")


def _end(host: Address, port: int | None) -> str:
    if port is None:
        return str(host)
    return f"[{host}]:{port}" if host.version == 6 else f"{host}:{port}"


def protocol_name(number: int) -> str:
    """The usual name of a protocol, or its number.

    >>> protocol_name(6), protocol_name(89)
    ('tcp', '89')
    """
    return IpProtocol(number).name.lower() if number in IpProtocol.__members__.values() else str(number)


def flag_names(flags: int) -> str:
    """The flags as a filter writes them: ``syn,ack``; ``none`` without any.

    >>> flag_names(TcpFlags.SYN | TcpFlags.ACK), flag_names(0)
    ('syn,ack', 'none')
    """
    return ",".join(str(flag.name).lower() for flag in TcpFlags if flag & flags) or "none"


def tcp(source: str, destination: str, port: int, source_port: int = 50000) -> Packet:
    """The first segment of a TCP connection: SYN alone, tracked as new."""
    return Packet(ip_address(source), ip_address(destination), 6, source_port, port, flags=TcpFlags.SYN)


def udp(source: str, destination: str, port: int, source_port: int = 50000) -> Packet:
    """A datagram of a flow that was not seen before."""
    return Packet(ip_address(source), ip_address(destination), 17, source_port, port)


def ping(source: str, destination: str) -> Packet:
    """An echo request of either IP version (RFC 792, RFC 4443 section 4.1)."""
    host = ip_address(source)
    protocol, kind = (IpProtocol.ICMP, 8) if host.version == 4 else (IpProtocol.ICMPV6, 128)
    return Packet(host, ip_address(destination), protocol, icmp_type=kind, icmp_code=0)

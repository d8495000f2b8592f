"""Seeing probes in a namespace: a tap sees what comes in by any interface, an ear what the host let in.

The tap (packet(7)) sees a packet before any filter; the ear (raw(7)) gets its copy behind the input hook. Between the
two lies what a host's own firewall does.
"""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from struct import Struct
from sys import byteorder

from isthmus.lab.probes.sightings import Seen, read_packet, read_segment
from isthmus.packetset import IpProtocol

ETH_P_ALL = 3
SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35
SO_MEMINFO = 55
IPV6_RECVPKTINFO, IPV6_PKTINFO = 49, 50
SOL_PACKET = 263
PACKET_IGNORE_OUTGOING = 23
PACKET_OTHERHOST = 3

_TIME = Struct("=qq")
_MEMORY = 36
"""Octets of nine figures, of which the last counts what was dropped (SK_MEMINFO_DROPS)."""
_BUFFER = 64 << 20


class Sense(StrEnum):
    """How a packet was noticed."""

    PASSED = "passed"
    """It came in by an interface."""
    ADMITTED = "admitted"
    """It is for the host itself, and the host's filters let it in."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A probe's packet at a node: when (nanoseconds), by which interface, how noticed, and what it was."""

    at: int
    node: str
    interface: str
    sense: Sense
    seen: Seen


def _roomy(opened: socket.socket) -> socket.socket:
    """A socket that holds many packets; without the right to force that, as many as the system grants."""
    try:
        opened.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, _BUFFER)
    except PermissionError:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    opened.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    opened.setblocking(False)
    return opened


class Tap:
    """Every packet for the current namespace that comes in by any of its interfaces, loopback apart.

    A switch overhears: what comes in to it is for others.
    """

    def __init__(self, node: str, *, overhears: bool = False) -> None:
        self.node = node
        self._overhears = overhears
        self._socket = _roomy(socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL)))
        self._socket.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)

    def fileno(self) -> int:
        """For a selector."""
        return self._socket.fileno()

    def read(self) -> Iterator[Sighting]:
        """What has come in since the last look."""
        while True:
            try:
                data, told, _, sender = self._socket.recvmsg(256, 64)
            except BlockingIOError:
                return
            interface, kind = sender[0], sender[2]
            if (kind == PACKET_OTHERHOST and not self._overhears) or interface == "lo":
                continue
            seen = read_packet(data)
            if seen is not None:
                yield Sighting(_moment(told), self.node, interface, Sense.PASSED, seen)

    @property
    def lost(self) -> int:
        """How many packets the system dropped because nobody looked in time."""
        return _lost(self._socket)

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()


class Ear:
    """What the current namespace's host itself gets of one protocol, behind its input filters."""

    def __init__(self, node: str, version: int, protocol: IpProtocol) -> None:
        self.node = node
        self._protocol = protocol
        family = socket.AF_INET if version == 4 else socket.AF_INET6
        self._socket = _roomy(socket.socket(family, socket.SOCK_RAW, protocol))
        self._is_headless = version == 6
        if self._is_headless:
            self._socket.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)

    def fileno(self) -> int:
        """For a selector."""
        return self._socket.fileno()

    def read(self) -> Iterator[Sighting]:
        """What has come in since the last look."""
        while True:
            try:
                data, told, _, sender = self._socket.recvmsg(256, 128)
            except BlockingIOError:
                return
            seen = self._headless(data, told, sender[0]) if self._is_headless else read_packet(data)
            if seen is not None:
                yield Sighting(_moment(told), self.node, "", Sense.ADMITTED, seen)

    def _headless(self, data: bytes, told: list[tuple[int, int, bytes]], sender: str) -> Seen | None:
        """IPv6 raw sockets get the content alone, and the ends beside it (RFC 3542)."""
        for level, kind, content in told:
            if (level, kind) == (socket.IPPROTO_IPV6, IPV6_PKTINFO):
                source = ip_address(sender.partition("%")[0])
                return read_segment(self._protocol, source, ip_address(content[:16]), data)
        return None

    @property
    def lost(self) -> int:
        """How many packets the system dropped because nobody looked in time."""
        return _lost(self._socket)

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()


def ears(node: str) -> Iterator[Ear]:
    """An ear for each protocol and IP version that probes use."""
    for version, control in ((4, IpProtocol.ICMP), (6, IpProtocol.ICMPV6)):
        for protocol in (IpProtocol.TCP, IpProtocol.UDP, control):
            yield Ear(node, version, protocol)


def _lost(opened: socket.socket) -> int:
    memory: bytes = opened.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, _MEMORY)
    return int.from_bytes(memory[-4:], byteorder)


def _moment(told: list[tuple[int, int, bytes]]) -> int:
    for level, kind, content in told:
        if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
            moment: tuple[int, int] = _TIME.unpack_from(content)
            return moment[0] * 1_000_000_000 + moment[1]
    return 0

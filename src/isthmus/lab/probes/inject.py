"""Two ways to send a packet as it stands: out of a host's own stack, or straight onto a wire.

A host's stack routes the packet, resolves its neighbour and asks the host's own filters (raw(7) with IP_HDRINCL); on
the wire (packet(7)) it is as if a neighbour had sent it. Sockets are opened in the current network namespace and stay
in it.
"""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from struct import Struct
from types import TracebackType
from typing import Self

from isthmus.packetset import Address

IP_PKTINFO, IPV6_PKTINFO, IPV6_HDRINCL, IPV6_FREEBIND = 8, 50, 36, 78
PACKET_QDISC_BYPASS = 20
ETHERNET_IPV4, ETHERNET_IPV6 = 0x0800, 0x86DD

_PKTINFO4 = Struct("=I4s4s")
_PKTINFO6 = Struct("=16sI")


@dataclass(frozen=True, slots=True)
class Parcel:
    """A whole IP packet, and its ends."""

    source: Address
    destination: Address
    data: bytes


class Stack:
    """Sends from a host's own stack: routed by the source address too, seen by the host's output filters."""

    def __init__(self) -> None:
        self._v4 = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self._v6 = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self._v4.setsockopt(socket.IPPROTO_IP, socket.IP_HDRINCL, 1)
        self._v6.setsockopt(socket.IPPROTO_IPV6, IPV6_HDRINCL, 1)
        self._v6.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
        for each in (self._v4, self._v6):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)

    def send(self, parcels: Iterable[Parcel]) -> list[tuple[Parcel, OSError]]:
        """Send packets; those that the host itself would not send, with its reason (no route, refused by a filter)."""
        refused = []
        for each in parcels:
            try:
                if each.source.version == 4:
                    told = (socket.IPPROTO_IP, IP_PKTINFO, _PKTINFO4.pack(0, each.source.packed, bytes(4)))
                    self._v4.sendmsg([each.data], [told], 0, (str(each.destination), 0))
                else:
                    told = (socket.IPPROTO_IPV6, IPV6_PKTINFO, _PKTINFO6.pack(each.source.packed, 0))
                    self._v6.sendmsg([each.data], [told], 0, (str(each.destination), 0))
            except OSError as error:
                refused.append((each, error))
        return refused

    def close(self) -> None:
        """Let go of the sockets."""
        self._v4.close()
        self._v6.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Wire:
    """Sends frames out of one interface, to a neighbour's link-layer address."""

    def __init__(self, interface: str, neighbour: str) -> None:
        """Raises OSError where there is no such interface here."""
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        try:
            self._socket.setsockopt(263, PACKET_QDISC_BYPASS, 1)
            self._socket.bind((interface, 0))
        except OSError:
            self._socket.close()
            raise
        ends = bytes.fromhex(neighbour.replace(":", "")) + self._socket.getsockname()[4]
        self._heads = {4: ends + ETHERNET_IPV4.to_bytes(2), 6: ends + ETHERNET_IPV6.to_bytes(2)}

    def send(self, parcels: Iterable[Parcel]) -> list[tuple[Parcel, OSError]]:
        """Send packets; those that the interface would not take, with its reason."""
        refused = []
        for each in parcels:
            try:
                self._socket.send(self._heads[each.source.version] + each.data)
            except OSError as error:
                refused.append((each, error))
        return refused

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

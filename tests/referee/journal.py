"""Which rules a packet met, by the kernel's own account: `log … group` statements, read from netlink (NFLOG).

Each rule that is to be told apart logs under a prefix of its own; the kernel hands over the prefix and the packet as
it was there, and the packet's last bytes tell which probe it is.
"""

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from tests.referee.system import Netlink

_CONFIG = 4 << 8 | 1
"""NFULNL_MSG_CONFIG of NFNL_SUBSYS_ULOG."""
_ATTRIBUTE_COMMAND, _ATTRIBUTE_MODE, _ATTRIBUTE_BUFFER, _ATTRIBUTE_THRESHOLD = 1, 2, 3, 5
_BIND, _COPY_PACKET = 1, 2
_PAYLOAD, _PREFIX = 9, 10
_MOST_BYTES = 256


@dataclass(frozen=True, slots=True)
class Entry:
    """A packet, from its IP header on, at the rule that has this prefix."""

    prefix: str
    packet: bytes


class Journal:
    """What the rules of one group log in the namespace in which this was made."""

    def __init__(self, group: int) -> None:
        self._netlink = Netlink()
        self._netlink.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        head = struct.pack("!BBH", 0, 0, group)
        ask = self._netlink.ask
        ask(_CONFIG, head + _attribute(_ATTRIBUTE_COMMAND, struct.pack("B", _BIND)))
        ask(_CONFIG, head + _attribute(_ATTRIBUTE_MODE, struct.pack("!IBx", _MOST_BYTES, _COPY_PACKET)))
        ask(_CONFIG, head + _attribute(_ATTRIBUTE_BUFFER, struct.pack("!I", 2 * _MOST_BYTES)))
        ask(_CONFIG, head + _attribute(_ATTRIBUTE_THRESHOLD, struct.pack("!I", 1)))
        self._netlink.socket.setblocking(False)

    def close(self) -> None:
        """No more of it."""
        self._netlink.socket.close()

    def read(self) -> Iterator[Entry]:
        """What was logged since the last time, in order. OSError ENOBUFS where something was lost."""
        while True:
            try:
                data = self._netlink.socket.recv(1 << 17)
            except BlockingIOError:
                return
            yield from _entries(data)


def _entries(data: bytes) -> Iterator[Entry]:
    at = 0
    while at + 16 <= len(data):
        (length, kind) = struct.unpack_from("=IH", data, at)
        if kind == 4 << 8:
            found = dict(_attributes(data[at + 20 : at + length]))
            yield Entry(found.get(_PREFIX, b"").rstrip(b"\0").decode(), found.get(_PAYLOAD, b""))
        at += length + 3 & ~3


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value.ljust(len(value) + 3 & ~3, b"\0")


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, at)
        if length < 4:
            return
        yield kind & 0x3FFF, data[at + 4 : at + length]
        at += length + 3 & ~3

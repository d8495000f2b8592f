"""The echo server of a node: it answers everybody with the address that it saw them come from.

TCP: whatever a client sends first is answered with one line of JSON; a request of HTTP with a response that holds it.
UDP: each datagram is answered with one, from the address that it was sent to.
"""

import json
import selectors
import socket
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address

from isthmus.lab.plan.shape import Listener

BACKLOG = 1024
MOST = 8192
"""Bytes that are read of a request."""

_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n"
_METHODS = (b"GET ", b"HEAD ", b"POST ", b"PUT ", b"OPTIONS ", b"DELETE ", b"PATCH ")
_PKTINFO4 = 8
_PKTINFO6 = 50
_RECVPKTINFO6 = 49


@dataclass(slots=True)
class Echo:
    """Servers of one node, all in one loop."""

    node: str
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    refused: list[str] = field(default_factory=list)
    """Listeners that could not be opened, and why."""

    def open(self, listeners: Iterable[Listener]) -> None:
        """Begin to listen."""
        for each in listeners:
            for address in [str(each.address)] if each.address else ["0.0.0.0", "::"]:  # noqa: S104 - in the lab
                try:
                    self._open(each, address)
                except OSError as error:
                    if each.address is not None or address == "0.0.0.0":  # noqa: S104
                        self.refused.append(f"{each.protocol}/{each.port}: {error.strerror}")

    def _open(self, each: Listener, address: str) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        kind = socket.SOCK_STREAM if each.protocol == "tcp" else socket.SOCK_DGRAM
        server = socket.socket(family, kind | socket.SOCK_NONBLOCK)
        try:
            self._listen(server, each, address)
        except OSError:
            server.close()
            raise

    def _listen(self, server: socket.socket, each: Listener, address: str) -> None:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if server.family == socket.AF_INET6:
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if each.protocol == "udp":
            level, option = (socket.IPPROTO_IPV6, _RECVPKTINFO6) if ":" in address else (socket.IPPROTO_IP, _PKTINFO4)
            server.setsockopt(level, option, 1)
        server.bind((address, each.port))
        if each.protocol == "tcp":
            server.listen(BACKLOG)
            self.selector.register(server, selectors.EVENT_READ, self._accept)
        else:
            self.selector.register(server, selectors.EVENT_READ, self._datagram)

    def serve(self) -> None:
        """Answer, for ever."""
        while True:
            self.serve_once(None)

    def serve_once(self, seconds: float | None) -> None:
        """Answer whoever has asked, or asks within some time."""
        for key, _ in self.selector.select(seconds):
            with suppress(OSError):
                key.data(key.fileobj)

    def close(self) -> None:
        """Close every socket."""
        for key in list(self.selector.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
        self.selector.close()

    def _accept(self, server: socket.socket) -> None:
        connection, _ = server.accept()
        connection.setblocking(False)
        self.selector.register(connection, selectors.EVENT_READ, self._answer)

    def _answer(self, connection: socket.socket) -> None:
        try:
            asked = connection.recv(MOST)
            if asked:
                connection.send(self._reply(asked, "tcp", connection.getpeername(), connection.getsockname()))
            if not asked or asked.startswith(_METHODS):
                self._close(connection)
        except OSError:
            self._close(connection)

    def _close(self, connection: socket.socket) -> None:
        self.selector.unregister(connection)
        connection.close()

    def _datagram(self, server: socket.socket) -> None:
        asked, ancillary, _, client = server.recvmsg(MOST, 256)
        local = server.getsockname()
        sender: list[tuple[int, int, bytes]] = []
        for level, kind, info in ancillary:
            if (level, kind) == (socket.IPPROTO_IP, _PKTINFO4):
                local = (str(ip_address(info[8:12])), local[1])
                sender = [(level, kind, struct.pack("=I4s4s", 0, info[8:12], bytes(4)))]
            elif (level, kind) == (socket.IPPROTO_IPV6, _PKTINFO6):
                local = (str(ip_address(info[:16])), local[1])
                sender = [(level, kind, info[:16] + bytes(4))]
        server.sendmsg([self._reply(asked, "udp", client, local)], sender, 0, client)

    def _reply(self, asked: bytes, protocol: str, client: tuple[str, int], local: tuple[str, int]) -> bytes:
        told = {
            "node": self.node,
            "protocol": protocol,
            "client": client[0],
            "client_port": client[1],
            "server": local[0],
            "port": local[1],
            "asked": asked.split(b"\n", 1)[0][:200].decode("latin-1").strip(),
        }
        if protocol == "udp" or not asked.startswith(_METHODS):
            return json.dumps(told).encode() + b"\n"
        told["forwarded_for"] = _header(asked, b"x-forwarded-for")
        body = json.dumps(told).encode() + b"\n"
        head = _HEAD.format(len(body))
        return head.encode() + (b"" if asked.startswith(b"HEAD ") else body)


def _header(asked: bytes, name: bytes) -> str:
    """The value of a header of HTTP; empty where there is none."""
    for line in asked.split(b"\r\n\r\n", 1)[0].split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.strip().lower() == name:
            return value.strip().decode("latin-1")
    return ""

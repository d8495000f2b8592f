"""Application probes: real connections and exchanges of datagrams, many at once in one loop.

Each is opened inside the sender's namespace, from one of its addresses, and asks the echo server at the other end whom
it sees. An HTTP question goes through proxies that speak HTTP; a plain one through anything.
"""

import errno
import json
import selectors
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import ip_address
from itertools import islice
from pathlib import Path
from struct import Struct
from time import monotonic

from isthmus.lab.kernel import inside_network
from isthmus.packetset import Address, IpProtocol

IP_BIND_ADDRESS_NO_PORT = 24
WINDOW = 200
"""Exchanges under way at once: more would overrun the responders' queues and read as silence."""
_ABORT = Struct("=ii").pack(1, 0)


class Outcome(StrEnum):
    """How an exchange ended."""

    ANSWERED = "answered"
    """An echo server said whom it sees."""
    CONNECTED = "connected"
    """Somebody took the connection and did not say."""
    REFUSED = "refused"
    """A reset or an unreachable port: nobody listens, or a filter says so."""
    PROHIBITED = "prohibited"
    """An ICMP error: no route, or a filter rejects."""
    SILENT = "silent"
    """Nothing came in time."""


@dataclass(frozen=True, slots=True)
class Call:
    """An exchange to try."""

    node: str
    source: Address | None
    destination: Address
    protocol: IpProtocol
    port: int
    host: str = ""
    """Ask in HTTP, for this name."""


@dataclass(frozen=True, slots=True)
class Heard:
    """How an exchange ended, and whom the server said that it saw."""

    call: Call
    outcome: Outcome
    peer: Address | None = None
    server: str = ""
    """The node that answered."""
    forwarded_for: str = ""
    """What a proxy told the server of its client (`X-Forwarded-For`)."""
    status: int | None = None
    """The status of an HTTP answer."""
    source_port: int = 0
    """The caller's own port; 0 where its host would not send."""


@dataclass(slots=True)
class _Line:
    call: Call
    socket: socket.socket
    until: float
    asked: bool = False
    heard: bytes = b""


def exchange(nodes: Mapping[str, Path], calls: Iterable[Call], patience: float = 1.0) -> list[Heard]:
    """Try every call, ``patience`` seconds each at most; in the order given."""
    asked = list(calls)
    found: dict[int, Heard] = {}
    waiting = iter(enumerate(asked))
    with selectors.EpollSelector() as selector:
        while True:
            busy = selector.get_map()
            for at, call in islice(waiting, WINDOW - len(busy)):
                opened = _open(nodes[call.node], call)
                if isinstance(opened, Heard):
                    found[at] = opened
                else:
                    selector.register(opened, selectors.EVENT_WRITE, (at, _Line(call, opened, monotonic() + patience)))
            if not selector.get_map():
                break
            _step(selector, found)
    return [found[at] for at in range(len(asked))]


def _open(namespace: Path, call: Call) -> socket.socket | Heard:
    family = socket.AF_INET if call.destination.version == 4 else socket.AF_INET6
    kind = socket.SOCK_STREAM if call.protocol == IpProtocol.TCP else socket.SOCK_DGRAM
    with inside_network(namespace):
        opened = socket.socket(family, kind)
    opened.setblocking(False)
    try:
        if call.source is not None:
            opened.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
            opened.bind((str(call.source), 0))
        code = opened.connect_ex((str(call.destination), call.port))
    except OSError as error:
        code = error.errno or errno.EINVAL
    if code not in (0, errno.EINPROGRESS):
        opened.close()
        return Heard(call, _refusal(code))
    return opened


def _step(selector: selectors.BaseSelector, found: dict[int, Heard]) -> None:
    """One turn: whoever can be asked is asked, whoever has answered is heard, whoever is late is given up."""
    lines = {at: line for key in selector.get_map().values() for at, line in (key.data,)}
    nearest = min(line.until for line in lines.values())
    ended = {}
    for key, _ in selector.select(max(nearest - monotonic(), 0)):
        at, line = key.data
        heard = _turn(selector, at, line)
        if heard is not None:
            ended[at] = heard
    now = monotonic()
    for at, line in lines.items():
        if at not in ended and line.until <= now:
            ended[at] = _told(line, Outcome.CONNECTED if _is_connected(line) else Outcome.SILENT)
    for at, heard in ended.items():
        opened = lines[at].socket
        found[at] = replace(heard, source_port=opened.getsockname()[1])
        selector.unregister(opened)
        _hang_up(opened)


def _turn(selector: selectors.BaseSelector, at: int, line: _Line) -> Heard | None:
    code = line.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    try:
        if code:
            raise OSError(code, "")
        if not line.asked:
            line.socket.send(_question(line.call))
            line.asked = True
            selector.modify(line.socket, selectors.EVENT_READ, (at, line))
            return None
        said = line.socket.recv(65536)
    except OSError as error:
        return Heard(line.call, Outcome.CONNECTED if line.heard else _refusal(error.errno or 0))
    line.heard += said
    if said and not line.heard.endswith(b"}\n"):
        return None
    return _told(line, Outcome.CONNECTED)


def _is_connected(line: _Line) -> bool:
    """Whether the other end took the connection; a datagram is sent into the dark."""
    return line.asked and line.call.protocol == IpProtocol.TCP


def _question(call: Call) -> bytes:
    if call.host:
        return f"GET /isthmus HTTP/1.1\r\nHost: {call.host}\r\nConnection: close\r\n\r\n".encode()
    return b"who am I\n"


def _told(line: _Line, otherwise: Outcome) -> Heard:
    """What the words of an echo server say; without such words, ``otherwise``."""
    head, _, _ = line.heard.partition(b"{")
    status = int(head[9:12]) if head.startswith(b"HTTP/1.") and head[9:12].isdigit() else None
    told = _words(line.heard[len(head) :])
    if told is None:
        return Heard(line.call, otherwise, status=status)
    return Heard(line.call, Outcome.ANSWERED, told[0], told[1], told[2], status)


def _words(text: bytes) -> tuple[Address, str, str] | None:
    """The peer, the node and the header of a proxy in an echo server's answer; None for any other text.

    >>> _words(b'{"client": "192.0.2.7", "node": "web1"}')
    (IPv4Address('192.0.2.7'), 'web1', '')
    >>> _words(b"") or _words(b"{") or _words(b"[1]") or _words(b'{"client": 5, "node": "web1"}')
    """
    try:
        match json.loads(text):
            case {"client": str(peer), "node": str(node), **rest}:
                return ip_address(peer), node, str(rest.get("forwarded_for", ""))
    except (ValueError, RecursionError):
        pass
    return None


def _refusal(code: int) -> Outcome:
    if code in (errno.ECONNREFUSED, errno.ECONNRESET):
        return Outcome.REFUSED
    return Outcome.PROHIBITED


def _hang_up(opened: socket.socket) -> None:
    """Close at once, so that no half-closed connections are left behind."""
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
    opened.close()

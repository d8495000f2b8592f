"""The real HAProxy on loopback, with small servers behind it that say their names, and clients that ask."""

import contextlib
import selectors
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.formats.haproxy.concrete import ANSWERED, REFUSED

SECONDS = 10


def free_ports(count: int, host: str = "127.0.0.1") -> list[int]:
    """Ports of TCP that nobody uses now."""
    held = [socket.create_server((host, 0)) for _ in range(count)]
    ports = [int(each.getsockname()[1]) for each in held]
    for each in held:
        each.close()
    return ports


@contextlib.contextmanager
def servers(names: Sequence[str]) -> Iterator[dict[str, int]]:
    """Servers that answer every request with their name, while the context lasts; their ports."""
    listening = {socket.create_server(("127.0.0.1", 0), backlog=64): name for name in names}
    waker, woken = socket.socketpair()
    thread = threading.Thread(target=_serve, args=(listening, woken), daemon=True)
    thread.start()
    try:
        yield {name: int(each.getsockname()[1]) for each, name in listening.items()}
    finally:
        waker.send(b"x")
        thread.join(SECONDS)
        for each in (*listening, waker, woken):
            each.close()


def _serve(listening: dict[socket.socket, str], woken: socket.socket) -> None:
    with selectors.DefaultSelector() as selector:
        for each in (*listening, woken):
            selector.register(each, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is woken:
                    return
                assert isinstance(key.fileobj, socket.socket)
                _answer(key.fileobj, listening[key.fileobj])


def _answer(listener: socket.socket, name: str) -> None:
    connection, _ = listener.accept()
    with connection, contextlib.suppress(OSError):
        connection.settimeout(SECONDS)
        connection.recv(4096)
        connection.sendall(f"HTTP/1.0 200 OK\r\nContent-Length: {len(name)}\r\n\r\n{name}".encode())


@contextlib.contextmanager
def running(folder: Path, text: str, *, ready: tuple[str, int]) -> Iterator[None]:
    """HAProxy with this configuration, from when it listens at ``ready`` until the context ends."""
    file = folder / "haproxy.cfg"
    file.write_text(text)
    log = folder / "haproxy.log"
    with log.open("wb") as written:
        process = subprocess.Popen(["haproxy", "-db", "-f", str(file)], stdout=written, stderr=written)
    try:
        _await(process, ready, log)
        yield
    finally:
        process.kill()
        process.wait(SECONDS)


def _await(process: "subprocess.Popen[bytes]", ready: tuple[str, int], log: Path) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(ready, timeout=SECONDS):
            return
        time.sleep(0.02)
    raise AssertionError(f"HAProxy did not start: {log.read_text()}")


def ask(source: str, target: tuple[str, int]) -> str:
    """Who answers a client at ``source`` that asks at ``target``: a server's name, ANSWERED or REFUSED."""
    got = b""
    with contextlib.suppress(OSError), socket.create_connection(target, SECONDS, (source, 0)) as connection:
        connection.sendall(b"GET /page HTTP/1.0\r\nHost: example.org\r\n\r\n")
        while part := connection.recv(4096):
            got += part
    head, _, body = got.partition(b"\r\n\r\n")
    status = head[9:12]
    if status == b"200" and not body.startswith(b"<html>"):
        return body.decode() or ANSWERED
    if not got or status in (b"403", b"500", b"429"):
        return REFUSED
    return ANSWERED

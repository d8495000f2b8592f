"""The echo server, on loopback: what it says to TCP, UDP and HTTP, and that nothing a client does stops it."""

import json
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from threading import Event, Thread

import pytest

from isthmus.lab import Listener
from isthmus.lab.up.echo import MOST, Echo

LOOPBACK = "127.0.0.1"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A port on which an echo server listens, TCP and UDP."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        free = probe.getsockname()[1]
    echo = Echo("web1")
    echo.open([Listener(each, free, ip_address(LOOPBACK)) for each in ("tcp", "udp")])
    assert echo.refused == []
    ended = Event()

    def serve() -> None:
        while not ended.is_set():
            echo.serve_once(0.05)

    server = Thread(target=serve)
    server.start()
    yield free
    ended.set()
    server.join()
    echo.close()


def said(port: int, words: bytes) -> bytes:
    with socket.create_connection((LOOPBACK, port), 2) as connection:
        connection.sendall(words)
        return connection.recv(4096)


def test_a_client_hears_the_address_that_was_seen(port: int) -> None:
    with socket.create_connection((LOOPBACK, port), 2) as connection:
        connection.sendall(b"hello\nagain")
        told = json.loads(connection.recv(4096))
        assert told == {
            "node": "web1", "protocol": "tcp", "client": LOOPBACK, "client_port": connection.getsockname()[1],
            "server": LOOPBACK, "port": port, "asked": "hello",
        }  # fmt: skip


def test_a_datagram_is_answered_from_the_address_that_it_was_sent_to(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(2)
        asking.connect((LOOPBACK, port))
        asking.send(b"x")
        assert json.loads(asking.recv(4096))["client_port"] == asking.getsockname()[1]


def test_http_is_answered_in_http_with_what_proxies_add(port: int) -> None:
    head, _, body = said(port, b"OPTIONS / HTTP/1.1\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert json.loads(body)["forwarded_for"] == "192.0.2.7"
    assert said(port, b"HEAD / HTTP/1.0\r\n\r\n").endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "words", [b"\x00\xff" * 50, b"GET \xff\r\n: \r\n\r\n", b"x" * (2 * MOST), b"GET " + b"a" * 900]
)
def test_nothing_that_is_sent_stops_it(port: int, words: bytes) -> None:
    assert said(port, words)
    with socket.create_connection((LOOPBACK, port), 2):
        pass  # gone without a word
    assert json.loads(said(port, b"still there\n"))["asked"] == "still there"


def test_a_listener_that_cannot_be_is_told(port: int) -> None:
    echo = Echo("web1")
    echo.open([Listener("tcp", 9, ip_address("203.0.113.9"))])
    assert echo.refused == ["tcp/9: Cannot assign requested address"]
    echo.close()

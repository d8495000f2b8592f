"""Real packets inside a lab that is up: reads questions, asks them from inside the nodes, prints the answers.

isthmus lab up ESTATE -- python asking.py '[["tcp", "web1", "192.0.2.1", 80], …]'
"""

import json
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from isthmus.lab.kernel import inside_network

LONGEST = 0.9
"""Seconds after which a packet counts as lost."""


def ask(question: list[Any]) -> Any:
    """One answer: what the echo server said, or how it failed."""
    kind, node, *rest = question
    with inside_network(Path("/run/netns") / node):
        return _KINDS[kind](*rest)


def tcp(address: str, port: int, *, say: bytes = b"hello\n", source: str | None = None) -> Any:
    """What is answered on a connection: the server's JSON, or the name of the error."""
    try:
        with socket.create_connection((address, port), LONGEST, (source, 0) if source else None) as connection:
            connection.sendall(say)
            said = b""
            while not said.endswith(b"}\n"):
                more = connection.recv(4096)
                if not more:
                    break
                said += more
    except OSError as error:
        return type(error).__name__
    found = re.search(rb"\{.*\}", said)
    return json.loads(found[0]) if found else said.decode()


def tcp_from(source: str, address: str, port: int) -> Any:
    """The same from an address of one's choice."""
    return tcp(address, port, source=source)


def http(address: str, port: int) -> Any:
    """What a web server answers, asked until routes and back ends are there."""
    for _ in range(20):
        answer = tcp(address, port, say=b"GET / HTTP/1.0\r\nHost: lab\r\n\r\n")
        if not isinstance(answer, str):
            break
        time.sleep(0.1)
    return answer


def tls(address: str, port: int) -> Any:
    """What a web server behind TLS answers; whose certificate it shows does not matter here."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for _ in range(20):
        try:
            with (
                socket.create_connection((address, port), LONGEST) as plain,
                context.wrap_socket(plain) as connection,
            ):
                connection.sendall(b"GET / HTTP/1.0\r\nHost: lab\r\n\r\n")
                said = b"".join(iter(lambda: connection.recv(4096), b""))
                found = re.search(rb"\{.*\}", said)
                return json.loads(found[0]) if found else said.decode().split("\r\n", 1)[0]
        except OSError:
            time.sleep(0.1)
    return "nothing"


def udp(address: str, port: int) -> Any:
    """What is answered to a datagram."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.settimeout(LONGEST)
        try:
            asking.connect((address, port))
            asking.send(b"hello")
            return json.loads(asking.recv(4096))
        except OSError as error:
            return type(error).__name__


def run(*argv: str) -> str:
    """What a command says inside the node."""
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=10)
    return done.stdout + done.stderr


def ping(address: str) -> bool:
    """Whether a ping is answered."""
    return subprocess.run(["ping", "-c1", "-W1", address], capture_output=True, check=False).returncode == 0


_KINDS: dict[str, Callable[..., Any]] = {
    "tcp": tcp,
    "tcp from": tcp_from,
    "http": http,
    "udp": udp,
    "tls": tls,
    "run": run,
    "ping": ping,
}

if __name__ == "__main__":
    with ThreadPoolExecutor(8) as pool:
        print(json.dumps(list(pool.map(ask, json.loads(sys.argv[1])))))

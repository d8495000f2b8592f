"""Failure drills in a redundant estate, run in namespaces of their own; what was seen is printed as JSON.

python -m tests.lab.drilling ESTATE DRILL
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

from isthmus.lab import Lab, running
from isthmus.lab.probes import Call, Heard, exchange
from isthmus.packetset import IpProtocol
from isthmus.workflows.lab import planned
from tests.conftest import ROOT
from tests.lab.redundant import BALANCERS, VIP, VM, WWW

INSIDE = """
import sys
from isthmus.lab import in_own_namespaces
sys.exit(in_own_namespaces([sys.executable, "-m", "tests.lab.drilling", *sys.argv[1:]]))
"""
Told = dict[str, object]


def drilled(estate: Path, drill: str) -> Told:
    """What a drill showed."""
    argv = [sys.executable, "-c", INSIDE, str(estate), drill]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told: Told = json.loads(done.stdout.splitlines()[-1])
    return told


def run(lab: Lab, node: str, command: str) -> str:
    """Do something in a node."""
    done = lab.node(node).run(command.split())
    assert done.returncode == 0, (node, command, done.stderr)
    return done.stdout


def ask(lab: Lab, destination: str, port: int, host: str = "", times: int = 1, patience: float = 3.0) -> list[Heard]:
    """Some conversations from the instance, one after the other."""
    nodes = {each.name: each.netns for each in lab}
    call = Call("vm1", ip_address(VM), ip_address(destination), IpProtocol.TCP, port, host)
    return [exchange(nodes, [call], patience)[0] for _ in range(times)]


def until(happened: Callable[[], bool], patience: float = 10.0) -> float:
    """Wait for something, and tell how many seconds that took."""
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < patience, "it did not happen"
        time.sleep(0.05)
    return time.monotonic() - began


def session(lab: Lab, destination: str, port: int) -> socket.socket:
    """A connection from the instance that stays open."""
    with lab.node("vm1").enter():
        opened = socket.create_connection((destination, port), timeout=5)
    opened.settimeout(3)
    return opened


def say(opened: socket.socket, words: bytes = b"still there?\n") -> Told:
    """One more exchange in a session: as whom the server sees the client now; the error's name where it is cut."""
    try:
        opened.sendall(words)
        heard = opened.recv(65536)
    except OSError as error:
        return {"error": type(error).__name__}
    head, brace, body = heard.partition(b"{")
    told: Told = json.loads(brace + body) if brace else {"closed": head.decode("latin-1")[:40]}
    return told


def announce(lab: Lab, node: str, interface: str, address: str) -> None:
    """Tell a segment by gratuitous ARP who has an address now, as a VRRP router does (RFC 5798 section 6.4.1)."""
    packed = ip_address(address).packed
    with lab.node(node).enter(), socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806)) as wire:
        wire.bind((interface, 0x0806))
        own = wire.getsockname()[4]
        arp = bytes.fromhex("0001080006040001") + own + packed + bytes(6) + packed
        wire.send(b"\xff" * 6 + own + b"\x08\x06" + arp)


def gateway_failover(lab: Lab) -> Told:
    """The first gateway dies, the second takes its addresses."""
    held = session(lab, WWW, 80)
    before = say(held)
    run(lab, "gw1", "ip link set lan down")
    run(lab, "gw1", "ip link set wan down")
    [dead] = ask(lab, WWW, 80, patience=0.5)
    run(lab, "gw2", "ip addr add 172.16.9.1/24 dev lan")
    run(lab, "gw2", "ip addr add 192.0.2.4/28 dev wan")
    announce(lab, "gw2", "lan", "172.16.9.1")
    announce(lab, "gw2", "wan", "192.0.2.4")
    [after] = ask(lab, WWW, 80)
    return {
        "before": before,
        "between": dead.outcome,
        "after": after.outcome,
        "seen_as": str(after.peer),
        "session": say(held),
    }


def vip_withdrawal(lab: Lab) -> Told:
    """The load balancer in use stops announcing the address, then the other one too."""

    def answering() -> str:
        """The load balancer that speaks to the servers now."""
        [heard] = ask(lab, VIP, 8443, "api")
        return next((name for name, address in BALANCERS.items() if str(heard.peer) == address), heard.outcome.value)

    until(lambda: answering() in BALANCERS)
    first = answering()
    other = next(each for each in BALANCERS if each != first)
    held = session(lab, VIP, 8443)
    asked = b"GET / HTTP/1.1\r\nHost: api\r\n\r\n"
    before = say(held, asked)
    time.sleep(1.5)
    run(lab, first, f"ip addr del {VIP}/32 dev lo")
    moved = until(lambda: answering() == other)
    cut = say(held, asked)
    run(lab, other, f"ip addr del {VIP}/32 dev lo")
    gone = until(lambda: answering() not in BALANCERS)
    lost = answering()
    run(lab, first, f"ip addr add {VIP}/32 dev lo")
    back = until(lambda: answering() == first)
    return {
        "before": before,
        "session": cut,
        "withdrawn": lost,
        "seconds": {"moved": moved, "gone": gone, "back": back},
    }


def backend_down(lab: Lab) -> Told:
    """One server behind the load balancer dies, then the other; then the first comes back."""

    def serving(times: int = 6) -> list[str]:
        return sorted({each.server or str(each.status) for each in ask(lab, VIP, 8443, "api", times)})

    until(lambda: serving() == ["api1", "api2"])
    run(lab, "api1", "ip link set eth0 down")
    at_once = [each.outcome for each in ask(lab, VIP, 8443, "api", 2, patience=5)]
    marked = until(lambda: serving() == ["api2"])
    [heard] = ask(lab, VIP, 8443, "api")
    run(lab, "api2", "ip link set eth0 down")
    until(lambda: serving(2) == ["503"])
    run(lab, "api1", "ip link set eth0 up")
    run(lab, "api1", "ip route replace default via 10.6.0.1")
    until(lambda: serving() == ["api1"])
    return {"at_once": at_once, "marked": marked, "seen_as": str(heard.peer), "forwarded_for": heard.forwarded_for}


DRILLS = {each.__name__: each for each in (gateway_failover, vip_withdrawal, backend_down)}


def main(estate: str, drill: str) -> None:
    with running(planned(Path(estate)).plan) as lab:
        told = DRILLS[drill](lab)
    with suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

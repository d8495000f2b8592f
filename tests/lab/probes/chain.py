"""A client, five routers in a row and a server, each in a nameless namespace, with both IP versions.

The middle router translates: the client's IPv4 address becomes 198.51.100.1, and 198.51.100.80 leads to the server.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from isthmus.lab.kernel import CLONE_NEWNET, inside_network, set_namespace, unshare

HOPS = 5
CLIENT, SERVER = "10.0.0.2", "10.0.5.2"
CLIENT6, SERVER6 = "fd00::2", "fd00:5::2"
EGRESS, FRONT = "198.51.100.1", "198.51.100.80"

TRANSLATION = f"""
table ip nat {{
  chain pre {{
    type nat hook prerouting priority dstnat
    ip daddr {FRONT} dnat to {SERVER}
  }}
  chain post {{
    type nat hook postrouting priority srcnat
    ip saddr {CLIENT} snat to {EGRESS}
  }}
}}
"""
SETTINGS = {
    "ipv4/ip_forward": 1,
    "ipv4/conf/all/rp_filter": 0,
    "ipv4/icmp_ratelimit": 0,
    "ipv4/icmp_msgs_per_sec": 1000000,
    "ipv4/icmp_msgs_burst": 100000,
    "ipv6/icmp/ratelimit": 0,
    "ipv6/conf/all/forwarding": 1,
    "ipv6/conf/all/accept_dad": 0,
    "ipv6/conf/default/accept_dad": 0,
}


def missing() -> str:
    """Why no namespaces can be made here; empty where they can."""
    tools = [tool for tool in ("ip", "nft") if not shutil.which(tool)]
    if tools:
        return f"`{tools[0]}` is not installed"
    try:
        with nameless():
            return ""
    except OSError as error:
        return f"namespaces cannot be made here ({error}); run the tests under `unshare -Urn`"


@contextmanager
def nameless() -> Iterator[Path]:
    """A new, empty network namespace: it ends with the last process and file that hold it."""
    own = "/proc/thread-self/ns/net"
    here = os.open(own, os.O_RDONLY | os.O_CLOEXEC)
    try:
        unshare(CLONE_NEWNET)
        made = os.open(own, os.O_RDONLY | os.O_CLOEXEC)
        set_namespace(here)
    finally:
        os.close(here)
    try:
        yield Path(f"/proc/{os.getpid()}/fd/{made}")
    finally:
        os.close(made)


@dataclass(frozen=True)
class Chain:
    nodes: dict[str, Path]

    def load(self, node: str, ruleset: str) -> None:
        with inside_network(self.nodes[node]):
            subprocess.run(["nft", "-f", "-"], input=ruleset, text=True, check=True, timeout=20)

    def link(self, node: str, interface: str) -> str:
        """The link-layer address of an interface."""
        with inside_network(self.nodes[node]):
            done = subprocess.run(
                ["ip", "-j", "link", "show", interface], stdout=subprocess.PIPE, check=True, timeout=20
            )
        return str(json.loads(done.stdout)[0]["address"])

    def flush(self, node: str) -> None:
        self.load(node, "flush ruleset")


def _ip(namespace: Path, lines: list[str]) -> None:
    with inside_network(namespace):
        subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), text=True, check=True, timeout=20)


def _set(namespace: Path) -> None:
    with inside_network(namespace):
        for name, value in SETTINGS.items():
            Path("/proc/sys/net", name).write_text(f"{value}\n")


@contextmanager
def chain() -> Iterator[Chain]:
    """The chain, until the ``with`` ends."""
    names = ["client", *(f"r{at}" for at in range(1, HOPS + 1)), "server"]
    with ExitStack() as stack:
        nodes = {name: stack.enter_context(nameless()) for name in names}
        for name in names:
            _set(nodes[name])
        for at, (left, right) in enumerate(pairwise(names)):
            _ip(nodes[left], [f"link add right type veth peer name left netns {nodes[right]}"])
            _ip(nodes[left], _addresses("right", at, 1 if at else 2))
            _ip(nodes[right], _addresses("left", at, 1 if at == 0 else 2))
        for at, name in enumerate(names):
            _ip(nodes[name], ["link set lo up", *_routes(at)])
        yield Chain(nodes)


def _addresses(interface: str, net: int, host: int) -> list[str]:
    return [
        f"link set {interface} up",
        f"addr add 10.0.{net}.{host}/24 dev {interface}",
        f"addr add fd00:{net}::{host}/64 dev {interface} nodad",
    ]


def _routes(at: int) -> list[str]:
    """To the right by the next router's left address, to the left by the one before."""
    right, left = f"10.0.{at}.2", f"10.0.{at - 1}.1"
    lines = []
    if at == 0:
        lines = ["route add default via 10.0.0.1", "route add default via fd00:0::1"]
    if 0 < at < HOPS:
        lines += [f"route add 10.0.5.0/24 via {right}", f"route add fd00:5::/64 via fd00:{at}::2"]
        lines += [f"route add {FRONT}/32 via {right}"] if at < 3 else []
    if 1 < at <= HOPS + 1:
        lines += [f"route add 10.0.0.0/24 via {left}", f"route add fd00:0::/64 via fd00:{at - 1}::1"]
        lines += [f"route add {EGRESS}/32 via {left}"] if at > 3 else []
    return lines

"""A hypervisor's bridge with three instance ports and an uplink, as Neutron names them, in our own namespaces."""

import socket
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.referee.stage import open_wire
from tests.referee.system import Namespace, run

NETWORK = "4e657477-6f72-4000-8000-000000000001"
PORTS = (
    "1111aaaa-0000-4000-8000-000000000001", "2222bbbb-0000-4000-8000-000000000002",
    "3333cccc-0000-4000-8000-000000000003",
)  # fmt: skip
"""The ids of the ports that are plugged in here."""
MACS = tuple(f"fa:16:3e:00:00:0{at}" for at in range(1, 4))
OUTSIDE = len(PORTS)
"""The number of the uplink, beside those of the ports."""
_OUTSIDE_MAC = "02:00:00:00:00:ee"
_CHUNK = 32
BRIDGE = f"brq{NETWORK[:11]}"


class Plant:
    """The bridge and its wires: one for each port, and the last one outside."""

    def __init__(self) -> None:
        self.macs = [bytes.fromhex(each.replace(":", "")) for each in (*MACS, _OUTSIDE_MAC)]
        names = [f"tap{each[:11]}" for each in PORTS] + ["uplink"]
        hosts = [Namespace.new() for _ in names]
        commands = ["link set lo up", f"link add {BRIDGE} type bridge forward_delay 0 mcast_snooping 0"]
        for name, host in zip(names, hosts, strict=True):
            commands.append(f"link add {name} type veth peer name wire netns {host.path}")
            commands.append(f"link set {name} master {BRIDGE}")
        run("ip", "-batch", "-", stdin="\n".join(commands))
        for each in (*names, BRIDGE):
            Path(f"/proc/sys/net/ipv6/conf/{each}/disable_ipv6").write_text("1")
        for family in ("ip", "ip6"):
            Path(f"/proc/sys/net/bridge/bridge-nf-call-{family}tables").write_text("1")
        self.wires: list[socket.socket] = []
        for host in hosts:
            with host.entered():
                Path("/proc/sys/net/ipv6/conf/all/disable_ipv6").write_text("1")
                run("ip", "link", "set", "wire", "up")
                self.wires.append(open_wire())
        run("ip", "-batch", "-", stdin="\n".join(f"link set {each} up" for each in (*names, BRIDGE)))
        for name, mac in zip(names, (*MACS, _OUTSIDE_MAC), strict=True):
            run("bridge", "fdb", "replace", mac, "dev", name, "master", "static")

    def ether(self, sender: int, receiver: int) -> bytes:
        """The addresses in front of a frame from one port to another."""
        return self.macs[receiver] + self.macs[sender]

    def send(self, frames: Sequence[bytes], senders: Iterable[int]) -> list[tuple[int, bytes]]:
        """Send frames from their ports; what came out, at which port, from the IP header on."""
        found: list[tuple[int, bytes]] = []
        for at, (sender, frame) in enumerate(zip(senders, frames, strict=True), 1):
            self.wires[sender].send(frame)
            if at % _CHUNK == 0:
                self._take(found)
        self._take(found)
        return found

    def _take(self, found: list[tuple[int, bytes]]) -> None:
        for port, wire in enumerate(self.wires):
            while True:
                try:
                    found.append((port, wire.recv(256)[14:]))
                except BlockingIOError:
                    break

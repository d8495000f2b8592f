"""The stage: a router R under test between two hosts without addresses, all in namespaces of this process.

``west`` and ``east`` are its two legs. Whatever is sent to a side goes to a neighbour that does not exist but has a
fixed hardware address, so nobody answers, and every packet that comes out is seen on the wire.
"""

import socket
import struct
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path

import numpy as np

from isthmus.diagnostics import Span
from isthmus.network import Device, DeviceKind, Interface, NextHop, Port, Route, RouteKind
from isthmus.packetset import Address, Packet
from isthmus.prove.replay.ways import flow_of
from tests.referee.journal import Journal
from tests.referee.probes import frames, number_of, read, rows
from tests.referee.system import Namespace, Netlink, Nft, run

WEST, EAST, SELF = 0, 1, 2
"""The sides of the router; SELF is the router itself."""
LEGS = ("west", "east")
GROUP = 7
TAIL = 8
"""The groups of rules under test, and of the stage's own chain behind them."""

ADDRESSES = {
    "west": ("10.255.0.1/30", "fdff::1/126"),
    "east": ("10.255.1.1/30", "fdff:0:1::1/126"),
}
NEIGHBOURS = {"west": ("10.255.0.2", "fdff::2"), "east": ("10.255.1.2", "fdff:0:1::2")}
WESTERN = ("10.0.0.0/8", "2001:db8:a::/48")
"""What lies behind the western neighbour; everything else lies behind the eastern one."""

_HERE = Span("stage")
_ROUTER = [bytes.fromhex(f"0200000000{each}") for each in ("01", "02")]
_NOBODY = bytes.fromhex("0200000000ee")
_CHUNK = 32
BEHIND = """
table inet stage {
 chain behind {
  type filter hook input priority 2000; policy drop;
  log group %d drop
 }
}
"""


def router() -> Device:
    """The router as the model has it, without rules."""
    legs = {name: Interface(name, _HERE, tuple(map(ip_interface, held))) for name, held in ADDRESSES.items()}
    routes = [_route(prefix, "west", at) for at, prefix in enumerate(WESTERN)]
    routes += [_route(prefix, "east", at) for at, prefix in enumerate(("0.0.0.0/0", "::/0"))]
    return Device(
        "router", _HERE, DeviceKind.LINUX, forwards=True, interfaces=legs, tables={"main": tuple(routes)},
        reads_host=True,
    )  # fmt: skip


def _route(prefix: str, leg: str, family: int) -> Route:
    hop = NextHop(ip_address(NEIGHBOURS[leg][family]), leg)
    return Route(ip_network(prefix), RouteKind.FORWARD, _HERE, (hop,))


def own_addresses() -> tuple[Address, ...]:
    """The router's addresses."""
    return tuple(ip_interface(each).ip for held in ADDRESSES.values() for each in held)


def port(side: int) -> Port:
    """A side as a port of the model."""
    return Port("router", LEGS[side])


class Stage:
    """The namespaces, made once and used for one ruleset after the other."""

    def __init__(self) -> None:
        self._build()
        self.nft = Nft()
        self.netlink = Netlink()
        self.journal = Journal(GROUP)
        self.behind = Journal(TAIL)
        raw = socket.SOCK_RAW
        self._own = [socket.socket(family, raw, socket.IPPROTO_RAW) for family in (socket.AF_INET, socket.AF_INET6)]
        self._met: dict[int, list[str]] = {}

    def _build(self) -> None:
        hosts = [Namespace.new(), Namespace.new()]
        commands = ["link set lo up"]
        for side, (leg, host) in enumerate(zip(LEGS, hosts, strict=True)):
            mac = _ROUTER[side].hex(":")
            commands.append(f"link add {leg} address {mac} type veth peer name wire netns {host.path}")
        run("ip", "-batch", "-", stdin="\n".join(commands))
        for name, value in _SYSCTLS.items():
            Path(f"/proc/sys/net/{name}").write_text(value)
        commands = []
        for leg in LEGS:
            commands += [f"address add {each} dev {leg} {'nodad' * (':' in each)}" for each in ADDRESSES[leg]]
            commands.append(f"link set {leg} up")
            commands += [
                f"neigh add {each} lladdr {_NOBODY.hex(':')} dev {leg} nud permanent" for each in NEIGHBOURS[leg]
            ]
        for at, prefix in enumerate(WESTERN):
            commands.append(f"route add {prefix} via {NEIGHBOURS['west'][at]}")
            commands.append(f"route add {('default', '::/0')[at]} via {NEIGHBOURS['east'][at]}")
        self.wires: list[socket.socket] = []
        for host in hosts:
            with host.entered():
                Path("/proc/sys/net/ipv6/conf/all/disable_ipv6").write_text("1")
                run("ip", "link", "set", "wire", "up")
                self.wires.append(open_wire())
        run("ip", "-batch", "-", stdin="\n".join(commands))

    @property
    def ether(self) -> dict[int, bytes]:
        """What stands before the type in frames to the router, by the side; nothing for its own packets."""
        return {side: _ROUTER[side] + _NOBODY for side in (WEST, EAST)} | {SELF: b"\0" * 12}

    def load(self, text: str) -> str:
        """Put a ruleset in the place of the last one; why it is refused, or nothing."""
        told = self.nft.load("flush ruleset\n" + text)
        if not told:
            self.netlink.forget_connections()
            self.nft.load(BEHIND % TAIL)
        return told

    def forget(self) -> None:
        """Forget all connections."""
        self.netlink.forget_connections()

    def send(self, every: Sequence[bytes], sides: Iterable[int]) -> list[tuple[int, bytes]]:
        """Send frames to the router, each by its side; what came out, by which side, from the IP header on."""
        found: list[tuple[int, bytes]] = []
        senders: list[Callable[[bytes], object]] = [*(wire.send for wire in self.wires), self._emit]
        for at, (side, frame) in enumerate(zip(sides, every, strict=True), 1):
            senders[side](frame)
            if at % _CHUNK == 0:
                self._take(found)
        self._take(found)
        return found

    def _emit(self, frame: bytes) -> None:
        """A packet of the router's own."""
        packet = frame[14:]
        with suppress(PermissionError):  # where its own rules refuse it
            if packet[0] >> 4 == 4:
                self._own[0].sendto(packet, (str(ip_address(packet[16:20])), 0))
            else:
                self._own[1].sendto(packet, (str(ip_address(packet[24:40])), 0))

    def _take(self, found: list[tuple[int, bytes]]) -> None:
        for side, wire in enumerate(self.wires):
            receive = wire.recv
            while True:
                try:
                    found.append((side, receive(256)[14:]))
                except BlockingIOError:
                    break
        found += [(SELF, entry.packet) for entry in self.behind.read()]
        for entry in self.journal.read():
            number = number_of(entry.packet)
            if number is not None:
                self._met.setdefault(number, []).append(entry.prefix)

    def outcome(self, packet: Packet, side: int) -> tuple[int, tuple[object, ...]]:
        """What becomes of one packet: the side by which it comes out and its flow there, or -1."""
        made = rows([(packet, side)])
        arrivals = read(self.send(frames(made, np.zeros(1, dtype=np.uint32), self.ether), [side])).get(0, [])
        self.met()
        return (arrivals[0].side, flow_of(arrivals[0].packet)) if arrivals else (-1, ())

    def met(self) -> dict[int, list[str]]:
        """The prefixes of the rules that each probe has met since the last time, in order, by the probe's number."""
        found, self._met = self._met, {}
        return found


_SYSCTLS = {
    "ipv4/ip_forward": "1",
    "ipv6/conf/all/forwarding": "1",
    "ipv4/conf/all/rp_filter": "0",
    "ipv4/conf/default/rp_filter": "0",
    "ipv4/conf/west/rp_filter": "0",
    "ipv4/conf/east/rp_filter": "0",
    "ipv4/conf/all/send_redirects": "0",
    "ipv4/conf/west/send_redirects": "0",
    "ipv4/conf/east/send_redirects": "0",
    "ipv6/conf/west/addr_gen_mode": "1",
    "ipv6/conf/east/addr_gen_mode": "1",
}


def open_wire(name: str = "wire") -> socket.socket:
    """A socket on a wire; its process is in the namespace of that end."""
    every = 0x0003
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(every))
    wire.setsockopt(263, 20, struct.pack("i", 1))  # SOL_PACKET, PACKET_QDISC_BYPASS
    wire.setsockopt(263, 23, struct.pack("i", 1))  # PACKET_IGNORE_OUTGOING
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    wire.bind((name, every))
    wire.setblocking(False)
    return wire

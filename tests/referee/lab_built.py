"""A lab in namespaces: routers with real tables, leaves with wires, and the folders that the routers' own tools tell.

What the model reads is the text of nft as it was loaded, the listings of `ip -j`, and what is forwarded.
"""

import os
import socket
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from isthmus.formats import Text
from isthmus.packetset import Packet
from isthmus.prove.replay.ways import flow_of
from tests.referee import probes as wire
from tests.referee.journal import Journal
from tests.referee.lab_drawing import STRANGER, Lab, Router
from tests.referee.model import Outcome
from tests.referee.stage import BEHIND, TAIL, open_wire
from tests.referee.system import Namespace, Nft, run

OWN = 10
BEHIND_THAT_TAKES = """
table inet stage {
 chain behind {
  type filter hook input priority 2000; policy accept;
 }
}
"""
"""The model's routers take what the real ones note and drop behind all other rules."""
_LISTINGS = {
    "ip-addr.json": ("ip", "-j", "addr"),
    "ip-route.json": ("ip", "-j", "route", "show", "table", "all"),
    "ip6-route.json": ("ip", "-j", "-6", "route", "show", "table", "all"),
    "ip-rule.json": ("ip", "-j", "rule"),
    "ip6-rule.json": ("ip", "-j", "-6", "rule"),
}
_FORWARDS = "net.ipv4.ip_forward = 1\nnet.ipv6.conf.all.forwarding = 1\n"
_NOBODY = "02:00:00:00:00:ee"
_CHUNK = 16


def _mac(router: int, place: int) -> str:
    return f"02:00:00:00:{router + 1:02x}:{place + 1:02x}"


class RefusedError(Exception):
    """A router's rules were refused by nft."""


class Built:
    """A lab that stands. Routers take packets for themselves where ``behind`` says so."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.hosts = [Namespace.new() for _ in lab.routers]
        self.places = [Namespace.new() for _ in lab.routers]
        self.wires: list[socket.socket] = []
        self.behind: list[Journal] = []
        self.texts: list[list[Text]] = []
        try:
            self._link()
            for at, router in enumerate(lab.routers):
                with self.places[at].entered():
                    self._set_up(at, router)
            for host in self.hosts:
                with host.entered():
                    Path("/proc/sys/net/ipv6/conf/all/disable_ipv6").write_text("1")
                    run("ip", "link", "set", "wire", "up")
                    self.wires.append(open_wire())
            for at, router in enumerate(lab.routers):
                with self.places[at].entered():
                    self.texts.append(_listed(router))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Everything goes with its namespaces."""
        for wired in self.wires:
            wired.close()
        for journal in self.behind:
            journal.close()
        for each in (*self.hosts, *self.places):
            os.close(each.fd)

    def _link(self) -> None:
        lines = []
        for at, router in enumerate(self.lab.routers):
            for place, leg in enumerate(router.legs):
                here = f"link add {leg.name} address {_mac(at, place)} netns {self.places[at].path} type veth peer name"
                if leg.other is None:
                    lines.append(f"{here} wire netns {self.hosts[at].path}")
                elif (at, place) < leg.other:
                    there, end = leg.other
                    name = self.lab.routers[there].legs[end].name
                    lines.append(f"{here} {name} address {_mac(there, end)} netns {self.places[there].path}")
        run("ip", "-batch", "-", stdin="\n".join(lines))

    def _set_up(self, at: int, router: Router) -> None:
        for name in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
            Path(f"/proc/sys/net/{name}").write_text("1")
        lines = ["link set lo up"]
        for leg in router.legs:
            for name, value in (("ipv4", "rp_filter"), ("ipv4", "send_redirects")):
                Path(f"/proc/sys/net/{name}/conf/{leg.name}/{value}").write_text("0")
            Path(f"/proc/sys/net/ipv6/conf/{leg.name}/addr_gen_mode").write_text("1")
            lines += [f"address add {each} dev {leg.name} {'nodad' * (v == 6)}" for v, each in leg.addresses.items()]
            lines.append(f"link set {leg.name} up")
        for leg in router.legs:
            for version in (4, 6):
                if leg.other is None:
                    known = [leg.host(version, number) for number in range(2, STRANGER + 1)]
                    lines += [f"neigh add {each} lladdr {_NOBODY} dev {leg.name} nud permanent" for each in known]
                else:
                    there = self.lab.routers[leg.other[0]].legs[leg.other[1]].addresses[version].partition("/")[0]
                    lines.append(f"neigh add {there} lladdr {_mac(*leg.other)} dev {leg.name} nud permanent")
        for name in ("all", "default"):
            for setting in ("rp_filter", "send_redirects"):
                Path(f"/proc/sys/net/ipv4/conf/{name}/{setting}").write_text("0")
        run("ip", "-batch", "-", stdin="\n".join([*lines, *(each for each in router.commands if each[0] != "-")]))
        run("ip", "-6", "-batch", "-", stdin="\n".join(each[3:] for each in router.commands if each[0] == "-"))
        nft = Nft()
        refused = nft.load(router.text) or nft.load(BEHIND % TAIL)
        nft.close()
        if refused:
            raise RefusedError(refused)
        self.behind.append(Journal(TAIL))

    def send(self, numbered: Sequence[tuple[int, Packet, int]]) -> dict[int, Outcome]:
        """What becomes of packets, each with its number and the leaf from which it comes."""
        if not numbered:
            return {}
        rows = wire.rows((packet, leaf) for _, packet, leaf in numbered)
        numbers = np.asarray([number for number, _, _ in numbered], dtype=np.uint32)
        ether = {at: bytes.fromhex((_mac(at, 0) + _NOBODY).replace(":", "")) for at in range(len(self.wires))}
        found: list[tuple[int, bytes]] = []
        for at, (frame, (_, _, leaf)) in enumerate(zip(wire.frames(rows, numbers, ether), numbered, strict=True), 1):
            self.wires[leaf].send(frame)
            if at % _CHUNK == 0:
                self._take(found)
        self._take(found)
        return {
            number: (arrivals[0].side, flow_of(arrivals[0].packet)) if len(arrivals) == 1 else (99, ())
            for number, arrivals in wire.read(found).items()
        }

    def _take(self, found: list[tuple[int, bytes]]) -> None:
        """Leaves have the numbers of their routers; the routers themselves those and ten."""
        for at, wired in enumerate(self.wires):
            while True:
                try:
                    found.append((at, wired.recv(256)[14:]))
                except BlockingIOError:
                    break
            found += [(OWN + at, entry.packet) for entry in self.behind[at].read()]


def _listed(router: Router) -> list[Text]:
    """The folder of a router, as its own tools tell it; its process is in the router's namespace."""
    folder = [Text(f"{router.name}/{name}", run(*command)) for name, command in _LISTINGS.items()]
    rules = router.text + BEHIND_THAT_TAKES
    return [*folder, Text(f"{router.name}/sysctl.txt", _FORWARDS), Text(f"{router.name}/rules.nft", rules)]

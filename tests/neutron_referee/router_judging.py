"""Random routers, programmed by Neutron's own code: where they send packets and as what, and what our reading says."""

import json
import socket
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path
from random import Random

import numpy as np

from isthmus.formats import Text, read
from isthmus.network import Port, assemble
from isthmus.packetset import Packet, ping, tcp, udp
from isthmus.prove.replay import ComingIn, Walker, Way, Ways
from isthmus.prove.replay.translation import mirrored
from isthmus.prove.replay.ways import flow_of
from tests.neutron_referee.judging import Programmer, Tally
from tests.neutron_referee.router_folders import FLOATING, HOSTS, INSIDE, OUTSIDE, Drawn, draw_router
from tests.referee import probes as wire
from tests.referee.model import NOTHING, Outcome
from tests.referee.probes import REPLY
from tests.referee.stage import open_wire

PROBES = 150
_NOBODY = bytes.fromhex("0200000000ee")


Arrived = tuple[int, Packet]
"""A packet where it came out, by the device's place."""


def _loose(arrived: Arrived, sent: Packet) -> Outcome:
    """An outcome without the port that Neutron has the kernel draw for a new source (``--random-fully``)."""
    side, packet = arrived
    flow = list(flow_of(packet))
    if packet.source != sent.source:
        flow[3] = None
    return side, tuple(flow)


class RouterReading:
    """What our reading of a folder says of packets."""

    def __init__(self, drawn: Drawn) -> None:
        told = read("neutron", [Text("neutron/neutron.json", json.dumps(drawn.folder))])
        self.network = assemble(told.devices).network
        self.walker = Walker(self.network)
        self.router = next(each for each in self.network.devices.values() if each.name.startswith("gate"))
        self.sides = {name: at for at, name in enumerate(drawn.devices)}

    def ways(self, packet: Packet, side: int) -> Ways:
        """The ways of a first packet that comes by a device."""
        return self.walker.walk(packet, [self._start(side)])

    def back(self, packet: Packet, side: int) -> Ways | None:
        """The ways of the reply, where there is one way there."""
        rounds = self.walker.there_and_back(packet, [self._start(side)]).rounds
        return rounds[0].back if len(rounds) == 1 else None

    def _start(self, side: int) -> ComingIn:
        name = next(each for each, at in self.sides.items() if at == side)
        return ComingIn(Port(self.router.name, name))

    def outcome(self, way: Way, sent: Packet | None) -> Outcome:
        """How a packet leaves the router; what becomes of it behind is not asked."""
        steps = [each for each in way.steps if each.device == self.router.name]
        if way.end.device == self.router.name and not way.arrives:
            return NOTHING
        last = steps[-1] if steps else None
        if last is None or last.leaving not in self.sides:
            return NOTHING
        side = self.sides[last.leaving]
        return (side, flow_of(last.after)) if sent is None else _loose((side, last.after), sent)


@dataclass(slots=True)
class RouterJudging:
    """Neutron, and what came of its routers so far."""

    programmer: Programmer
    tally: Tally = field(default_factory=Tally)

    def one(self, seed: int) -> None:
        """The router of one number."""
        random = Random(f"router {seed}")  # noqa: S311 a number gives the same case again
        drawn = draw_router(random)
        self.programmer.program({"router": drawn.router, "neighbours": drawn.neighbours})
        wires = [open_wire(f"w{name[-11:]}") for name in drawn.devices]
        try:
            self._fight(seed, random, drawn, wires)
        finally:
            for each in wires:
                each.close()

    def _fight(self, seed: int, random: Random, drawn: Drawn, wires: list[socket.socket]) -> None:
        reading = RouterReading(drawn)
        sent = _apart([(packet, side, reading.ways(packet, side)) for packet, side in _packets(random, drawn)])
        came = _send(drawn, wires, [(at, packet, side) for at, (packet, side, _) in enumerate(sent)])
        self.tally.folders += 1
        answering = []
        for at, (packet, side, ways) in enumerate(sent):
            arrived = came.get(at)
            did = NOTHING if arrived is None else _loose(arrived, packet)
            says = {reading.outcome(way, packet) for way in ways.ways}
            self.tally.verdicts += 1
            self.tally.passed += did != NOTHING
            is_sure = all(way.is_sure for way in ways.ways)
            self.tally.in_doubt += not is_sure
            self.tally.translated += arrived is not None and flow_of(arrived[1]) != flow_of(packet)
            if did not in says or (is_sure and len(says) > 1):
                self.tally.mismatches.append(f"router {seed}: {packet} by {drawn.devices[side]}: {did}, not {says}")
            elif arrived is not None and is_sure and packet.icmp_type is None:
                answering.append((at, packet, side, arrived))
        self._replies(seed, drawn, wires, reading, answering)

    def _replies(
        self, seed: int, drawn: Drawn, wires: list[socket.socket], reading: RouterReading,
        passed: list[tuple[int, Packet, int, Arrived]],
    ) -> None:  # fmt: skip
        asked = []
        for at, packet, side, (out, seen) in passed[:50]:
            back = reading.back(packet, side)
            if back is not None and all(way.is_sure for way in back.ways):
                says = {reading.outcome(way, None) for way in back.ways}
                asked.append((at + REPLY, mirrored(seen), out, says))
        came = _send(drawn, wires, [each[:3] for each in asked])
        for number, packet, side, says in asked:
            self.tally.verdicts += 1
            self.tally.replies += 1
            did = (came[number][0], flow_of(came[number][1])) if number in came else NOTHING
            if {did} != says:
                self.tally.mismatches.append(
                    f"router {seed}: reply {packet} by {drawn.devices[side]}: {did}, not {says}"
                )


def _packets(random: Random, drawn: Drawn) -> list[tuple[Packet, int]]:
    """Packets from inside out, from outside in, between inner networks, and to floating addresses from everywhere."""
    found: dict[object, tuple[Packet, int]] = {}
    outer = 1 if drawn.has_gateway else 0
    inner = [ip_network(each) for each in INSIDE[: len(drawn.devices) - outer]]
    strangers = ["192.0.2.1", "8.8.8.8", "10.99.1.1", str(ip_network(OUTSIDE)[30]), str(ip_network(OUTSIDE)[31])]
    inside = [str(each[host]) for each in inner for host in (*HOSTS, 30)]
    router = [str(each[1]) for each in inner] + [str(ip_network(OUTSIDE)[2])]
    for _ in range(PROBES):
        side = random.randrange(len(drawn.devices))
        source = random.choice(strangers) if side < outer else str(inner[side - outer][random.choice((*HOSTS, 30))])
        everywhere = [
            *strangers,
            *inside,
            *drawn.floating,
            *drawn.floating,
            random.choice(router),
            str(ip_network(FLOATING)[9]),
        ]
        destination = random.choice(everywhere)
        if source == destination or (side >= outer and ip_address(destination) in inner[side - outer]):
            continue
        if side < outer and ip_address(destination) in ip_network(OUTSIDE):
            continue
        port, from_ = random.choice((22, 80, 443, 53, 65535)), random.choice((1024, 40000, 65535, 80))
        kind = random.choice((tcp, tcp, udp, None))
        packet = ping(source, destination) if kind is None else kind(source, destination, port, from_)
        ends = sorted([(source, packet.source_port or 0), (destination, packet.destination_port or 0)])
        found.setdefault((packet.protocol, tuple(ends)), (packet, side))
    return list(found.values())


def _apart(every: list[tuple[Packet, int, Ways]]) -> list[tuple[Packet, int, Ways]]:
    """Those whose connections share nothing with another's, in either direction."""
    taken: set[object] = set()
    kept = []
    for packet, side, ways in every:
        keys = set[object]()
        for each in (each for way in ways.ways for each in way.connections):
            for seen in (each.before, each.after):
                ends = (seen.source, seen.source_port), (seen.destination, seen.destination_port)
                if seen.icmp_type is None:
                    keys |= {(each.device, seen.protocol, *ends), (each.device, seen.protocol, *ends[::-1])}
        if not keys & taken:
            taken |= keys
            kept.append((packet, side, ways))
    return kept


def _send(drawn: Drawn, wires: list[socket.socket], numbered: list[tuple[int, Packet, int]]) -> dict[int, Arrived]:
    if not numbered:
        return {}
    macs = [bytes.fromhex(each.replace(":", "")) for each in drawn.macs]
    rows = wire.rows((packet, side) for _, packet, side in numbered)
    numbers = np.asarray([number for number, _, _ in numbered], dtype=np.uint32)
    frames = wire.frames(rows, numbers, {at: mac + _NOBODY for at, mac in enumerate(macs)})
    found: list[tuple[int, bytes]] = []
    for at, (frame, (_, _, side)) in enumerate(zip(frames, numbered, strict=True), 1):
        wires[side].send(frame)
        if at % 16 == 0 or at == len(frames):
            for place, each in enumerate(wires):
                while True:
                    try:
                        found.append((place, each.recv(256)[14:]))
                    except BlockingIOError:
                        break
    return {number: (each[0].side, each[0].packet) for number, each in wire.read(found).items() if len(each) == 1}


def programmer(python: Path) -> Programmer:
    """Neutron's router code, in its own Python."""
    return Programmer(python, "router_programmer.py")

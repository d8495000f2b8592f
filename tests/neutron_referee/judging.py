"""Random folders, programmed by Neutron's own code: what its rules let through, and what our reading says of it."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from random import Random

import numpy as np

from isthmus.formats import Text, read
from isthmus.network import Network, assemble
from isthmus.packetset import Packet, TcpFlags
from isthmus.prove.replay import EndKind, OnDevice, OnSegment, Start, Walker, Way
from tests.neutron_referee.folders import NUMBERS, Record, draw_folder, fixed_addresses, strangers
from tests.neutron_referee.plant import OUTSIDE, PORTS, Plant
from tests.referee import probes as wire
from tests.referee.probes import REPLY

PROBES = 240
_TYPES = {4: ((1, 8), (1, 8), (1, 13)), 6: ((58, 128), (58, 135), (58, 136), (58, 134), (58, 130), (58, 143))}


@dataclass(frozen=True, slots=True)
class Sent:
    """A packet from one port of the plant to another; OUTSIDE is the uplink."""

    packet: Packet
    sender: int
    receiver: int


@dataclass(slots=True)
class Tally:
    """What was compared."""

    folders: int = 0
    verdicts: int = 0
    passed: int = 0
    replies: int = 0
    translated: int = 0
    in_doubt: int = 0
    mismatches: list[str] = field(default_factory=list)


class Programmer:
    """Neutron, in its own Python, in our namespaces."""

    def __init__(self, python: Path, script_name: str = "programmer.py") -> None:
        self._folder = tempfile.TemporaryDirectory()
        script = Path(__file__).with_name(script_name)
        self._process = subprocess.Popen(
            [str(python), str(script), self._folder.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._answer()

    def program(self, folder: Record) -> None:
        """Put the rules of a folder in the place of the last ones. RuntimeError where Neutron refuses it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(folder) + "\n")
        self._process.stdin.flush()
        self._answer()

    def _answer(self) -> None:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if line != "\n":
            raise RuntimeError(line.strip() or "Neutron's own code ended")


class Reading:
    """What our reading of a folder says of packets."""

    def __init__(self, folder: Record) -> None:
        told = read("neutron", [Text("neutron/neutron.json", json.dumps(folder))])
        self.problems = told.diagnostics
        self.walker = Walker(Network(assemble(told.devices).network.devices))
        self.names = [each["name"] for each in folder["ports"]]

    def admits(self, sent: Sent) -> bool | None:
        """Whether a packet arrives; None: perhaps."""
        found = {self._arrives(way, sent) for way in self.walker.walk(sent.packet, [self._start(sent)]).ways}
        return found.pop() if len(found) == 1 else None

    def answers(self, sent: Sent) -> tuple[Packet, bool] | None:
        """The reply to a packet, and whether it surely comes home; None where that is not sure, or none comes."""
        trip = self.walker.there_and_back(sent.packet, [self._start(sent)])
        if len(trip.rounds) != 1 or trip.rounds[0].back is None:
            return None
        back = trip.rounds[0].back
        found = {not self._is_refused_here(way) for way in back.ways}
        return (back.packet, found.pop()) if len(found) == 1 else None

    def _start(self, sent: Sent) -> Start:
        if sent.sender != OUTSIDE:
            return OnDevice(self.names[sent.sender])
        return OnSegment(self.walker.wiring.topology.segments[0].name)

    def _is_refused_here(self, way: Way) -> bool:
        return way.end.kind is EndKind.REFUSED and way.end.device in self.names[: len(PORTS)]

    def _arrives(self, way: Way, sent: Sent) -> bool:
        if sent.receiver == OUTSIDE:  # what a router makes of it is not asked here
            return not self._is_refused_here(way)
        return way.end.kind is EndKind.DELIVERED and way.end.device == self.names[sent.receiver]


def draw_packets(random: Random, folder: Record) -> list[Sent]:
    """Packets into instances, out of them, and between them; each flow once."""
    found: dict[object, Sent] = {}
    for _ in range(PROBES):
        version = random.choice((4, 6))
        sender, receiver = random.choice(
            [(OUTSIDE, 0), (OUTSIDE, 1), (OUTSIDE, 2), (0, OUTSIDE), (1, OUTSIDE), (0, 1), (2, 1)]
        )
        source, destination = _source(random, folder, sender, version), _end(random, folder, receiver, version)
        speaks = sender == OUTSIDE or _held(folder, sender, version) is not None
        if source is None or destination is None or not speaks:
            continue
        packet = _packet(random, source, destination, version)
        key = (
            packet.protocol,
            packet.icmp_type,
            *sorted(
                [(str(packet.source), packet.source_port or 0), (str(packet.destination), packet.destination_port or 0)]
            ),
        )
        found.setdefault(key, Sent(packet, sender, receiver))
    return list(found.values())


def _packet(random: Random, source: str, destination: str, version: int) -> Packet:
    ends = ip_address(source), ip_address(destination)
    protocol = random.choice((6, 6, 17, 17, 1, 89))
    if protocol == 1:
        number, kind = random.choice(_TYPES[version])
        return Packet(*ends, number, icmp_type=kind, icmp_code=0)
    if protocol == 89:
        return Packet(*ends, 89)
    ports = random.choice((*NUMBERS, 40000, 81)), random.choice((*NUMBERS, 23, 81))
    return Packet(*ends, protocol, *ports, flags=TcpFlags.SYN if protocol == 6 else None)


def _held(folder: Record, at: int, version: int) -> str | None:
    held: list[str] = [each["ip_address"] for each in folder["ports"][at]["fixed_ips"]]
    return next((each for each in held if ip_address(each).version == version), None)


def _end(random: Random, folder: Record, at: int, version: int) -> str | None:
    return random.choice(strangers(version)) if at == OUTSIDE else _held(folder, at, version)


def _source(random: Random, folder: Record, at: int, version: int) -> str | None:
    """Of an instance its own address, an allowed one or somebody else's; from outside also those of other ports."""
    if at == OUTSIDE:
        others = [fixed_addresses(each)[version] for each in (3, 4)]
        return random.choice([*strangers(version), *others, *others])
    if random.random() < 0.25:
        pairs: list[str] = [each["ip_address"] for each in folder["ports"][at]["allowed_address_pairs"]]
        fitting = [each for each in pairs if ip_address(each).version == version]
        return random.choice([*fitting, *strangers(version)])
    return _held(folder, at, version)


@dataclass(slots=True)
class Judging:
    """The plant, Neutron, and what came of it so far."""

    plant: Plant
    programmer: Programmer
    tally: Tally = field(default_factory=Tally)

    def one(self, seed: int) -> None:
        """The folder of one number."""
        random = Random(seed)  # noqa: S311 a number gives the same case again
        folder = draw_folder(random)
        self.programmer.program(folder)
        reading = Reading(folder)
        sent = draw_packets(random, folder)
        came = self._send(enumerate(sent))
        self.tally.folders += 1
        answering = []
        for number, each in enumerate(sent):
            did, says = number in came, reading.admits(each)
            self.tally.verdicts += 1
            self.tally.passed += did
            self.tally.in_doubt += says is None
            if says is not None and says != did:
                self._differ(seed, each, f"the kernel {'passes' if did else 'drops'} it, the model does not")
            elif did and each.packet.icmp_type in (None, 8, 128):
                answering.append((number, each))
        self._replies(seed, reading, answering)

    def _replies(self, seed: int, reading: Reading, passed: list[tuple[int, Sent]]) -> None:
        asked = []
        for number, each in passed[:60]:
            found = reading.answers(each)
            if found is not None:
                asked.append((number + REPLY, Sent(found[0], each.receiver, each.sender), found[1]))
        came = self._send((number, each) for number, each, _ in asked)
        for number, each, says in asked:
            self.tally.verdicts += 1
            self.tally.replies += 1
            if (number in came) != says:
                self._differ(seed, each, f"a reply; the kernel {'passes' if number in came else 'drops'} it")

    def _differ(self, seed: int, sent: Sent, what: str) -> None:
        names = [*(each[:4] for each in PORTS), "outside"]
        self.tally.mismatches.append(
            f"folder {seed}: {sent.packet}, {names[sent.sender]} to {names[sent.receiver]}: {what}"
        )

    def _send(self, numbered: Iterator[tuple[int, Sent]]) -> set[int]:
        """The numbers of those that came out where they were sent to."""
        every = list(numbered)
        if not every:
            return set()
        ether = {at: self.plant.ether(sent.sender, sent.receiver) for at, (_, sent) in enumerate(every)}
        rows = wire.rows((sent.packet, 0) for _, sent in every)
        numbers = np.asarray([number for number, _ in every], dtype=np.uint32)
        plain = wire.frames(rows, numbers, {0: b""})
        frames = [ether[at] + frame for at, frame in enumerate(plain)]
        came = self.plant.send(frames, [sent.sender for _, sent in every])
        wanted = {number: sent.receiver for number, sent in every}
        found = {number: arrivals for number, arrivals in wire.read(came).items() if number in wanted}
        return {number for number, arrivals in found.items() if any(each.side == wanted[number] for each in arrivals)}

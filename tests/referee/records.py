"""Regressions: texts on which kernel and model once differed, each with its packets and what the kernel did.

A file is what nft reads. Its first lines are comments; those that begin with ``# probe`` say which packet comes in by
which side, and the ``# kernel`` line behind each what became of it.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from isthmus.packetset import Packet, TcpFlags
from isthmus.prove.replay.ways import flow_of
from tests.referee.model import DROPPED, NOTHING, Outcome
from tests.referee.probes import ICMP, ICMPV6, TCP, WITH_PORTS
from tests.referee.stage import SELF

FOLDER = Path(__file__).parent / "regressions"
SIDES = ("west", "east", "self")


@dataclass(frozen=True, slots=True)
class Probe:
    """A packet, the side by which it comes, and what the kernel did with it."""

    packet: Packet
    side: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Record:
    """One file."""

    name: str
    text: str
    probes: tuple[Probe, ...]


def written(text: str, story: str, probes: tuple[Probe, ...]) -> str:
    """A record as text."""
    lines = [f"# {line}" for line in story.splitlines()]
    for each in probes:
        lines += [
            f"# probe {SIDES[each.side]} {_packet_words(each.packet)}",
            f"# kernel {_outcome_words(each.outcome)}",
        ]
    return "\n".join([*lines, text])


def read(path: Path) -> Record:
    """A record from its file."""
    text = path.read_text()
    probes: list[Probe] = []
    waiting: tuple[Packet, int] | None = None
    for line in text.splitlines():
        words = line.split()
        if words[:2] == ["#", "probe"]:
            waiting = _packet(words[3:]), SIDES.index(words[2])
        elif words[:2] == ["#", "kernel"] and waiting:
            probes.append(Probe(*waiting, _outcome(words[2:])))
            waiting = None
    return Record(path.stem, text, tuple(probes))


def every() -> list[Path]:
    """The files that there are."""
    return sorted(FOLDER.glob("*.nft"))


def _packet_words(packet: Packet) -> str:
    words = [str(packet.source), str(packet.destination), str(packet.protocol)]
    if packet.protocol in WITH_PORTS:
        words += [str(packet.source_port), str(packet.destination_port)]
    if packet.icmp_type is not None:
        words += [str(packet.icmp_type), str(packet.icmp_code)]
    if packet.flags is not None:
        words.append(str(int(packet.flags)))
    return " ".join(words)


def _packet(words: list[str]) -> Packet:
    source, destination, protocol = ip_address(words[0]), ip_address(words[1]), int(words[2])
    rest = [int(each) for each in words[3:]]
    if protocol in (ICMP, ICMPV6):
        return Packet(source, destination, protocol, icmp_type=rest[0], icmp_code=rest[1])
    if protocol not in WITH_PORTS:
        return Packet(source, destination, protocol)
    flags = TcpFlags(rest[2]) if protocol == TCP else None
    return Packet(source, destination, protocol, rest[0], rest[1], flags=flags)


def _outcome_words(outcome: Outcome) -> str:
    side, flow = outcome
    if side == DROPPED:
        return "drops it"
    words = ["-" if each is None else str(each) for each in flow]
    return f"lets it out {SIDES[side]} as {' '.join(words)}" if side <= SELF else "multiplies it"


def _outcome(words: list[str]) -> Outcome:
    if words[:1] == ["drops"]:
        return NOTHING
    side = SIDES.index(words[3])
    numbers = [None if each == "-" else int(each) for each in words[7:]]
    return side, (ip_address(words[5]), ip_address(words[6]), *numbers)


def seen(packet: Packet, side: int, outcome: Outcome) -> Probe:
    """A probe with what became of it."""
    assert outcome == NOTHING or len(outcome[1]) == len(flow_of(packet))
    return Probe(packet, side, outcome)

"""The lab in use: `lab test` sends real packets for everything declared and much that is not, `lab trace` one."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from isthmus.decide.codes import UNEXPECTED
from isthmus.estate import IPAddress
from isthmus.evidence import Kind
from isthmus.guidelines.exercise import Exercise
from isthmus.lab import LabError, LabPlan, check_demands, in_own_namespaces, is_isolated, running
from isthmus.lab.exercise import Occasion, Places, aims
from isthmus.lab.exercise import exercise as send
from isthmus.lab.exercise.flows import Exported, export
from isthmus.lab.plan.shape import NodeKind
from isthmus.lab.probes import Probe, RulePath, Shot, Watch, trace
from isthmus.packetset import Packet
from isthmus.report import Report
from isthmus.sources.exercises import state_digest, write_exercise
from isthmus.workflows.agreements import facts_of
from isthmus.workflows.check import check
from isthmus.workflows.lab import planned
from isthmus.workflows.load import Loaded, load
from isthmus.workflows.packet_words import Ends, packet_of
from isthmus.workflows.refusal import Refused

_NUMBER = 1 << 24


def isolated(arguments: Sequence[str]) -> int | None:
    """Run this command once more in namespaces of its own, and return its exit code; None inside them.

    Raises Refused where the machine lacks something.
    """
    if is_isolated():
        return None
    try:
        check_demands((), rootless=True)
        return in_own_namespaces([sys.executable, "-m", "isthmus", *arguments])
    except LabError as error:
        raise Refused(error.message, error.help) from None


@dataclass(frozen=True, slots=True)
class Tested:
    """The judgement of an exercise by itself, and where it was recorded."""

    report: Report
    exercise: Exercise
    record: Path


def lab_test(path: Path, *, today: date) -> Tested:
    """Exercise an estate, record what real packets did, and judge by that alone.

    To be run in namespaces of its own, or as root. Raises Refused where the estate cannot be used or rebuilt.
    """
    loaded = load(path)
    exercise = exercised(path, loaded, today=today)
    record = write_exercise(exercise, loaded.root)
    report = check(path, today=today, kinds=(Kind.EXERCISED,))
    return Tested(_without_expectations(report), exercise, record)


def _without_expectations(report: Report) -> Report:
    """What owners expect, they expect of all evidence together, and here one kind is asked alone."""
    if report.judgement is None:
        return report
    found = tuple(each for each in report.judgement.findings if each.kind is not UNEXPECTED)
    return replace(report, judgement=replace(report.judgement, findings=found))


def exercised(path: Path, loaded: Loaded, *, today: date) -> Exercise:
    """What real packets do in the lab of an estate. Raises Refused."""
    estate, _ = loaded.usable(f"the estate at `{path}`")
    facts = facts_of(loaded, today)
    lab = planned(path)
    network = lab.configured.network
    occasion = Occasion(estate.name, state_digest(loaded.texts, loaded.root), today)
    try:
        with running(lab.plan) as up:
            places = Places(estate, network, lab.plan, str(loaded.root))
            return send(up, aims(facts, network, lab.plan), places, occasion)
    except LabError as error:
        raise Refused(error.message, error.help) from None


@dataclass(frozen=True, slots=True)
class LabTraced:
    """The rule path of one real packet, and where its rules stand."""

    path: RulePath
    places: Places

    @property
    def exit_code(self) -> int:
        """0 where the packet is let in and something comes back, else 1."""
        trail = self.path.trail
        return 0 if trail.admitted is not None and trail.answered is not None else 1


def lab_trace(
    path: Path, source: str, destination: str, flow: str, *, today: date, source_port: int | None = None
) -> LabTraced:
    """Send one packet through the lab of an estate, and follow it. Raises Refused."""
    loaded = load(path)
    estate, _ = loaded.usable(f"the estate at `{path}`")
    facts = facts_of(loaded, today)
    lab = planned(path)
    packet = packet_of(Ends(facts, lab.configured.network), source, destination, flow, source_port).packet
    sender = _sender(lab.plan, packet.source)
    places = Places(estate, lab.configured.network, lab.plan, str(loaded.root))
    try:
        shot = Shot(sender, Probe(_NUMBER, packet))
        with running(lab.plan) as up:
            nodes = {node.name: node.netns for node in up}
            with Watch(nodes, switches=places.switches) as watch:
                watch.fire([Shot(sender, Probe(_NUMBER + 1, _beside(packet)))])
                [found] = trace(nodes, [shot], watch)
            return LabTraced(found, places)
    except LabError as error:
        raise Refused(error.message, error.help) from None
    except ValueError as error:
        raise Refused(f"{error}", "the lab sends `PORT/tcp`, `PORT/udp` and `icmp`") from None


def lab_flows(path: Path, out: Path, version: str, *, today: date) -> Exported:
    """Export flow records of every declared conversation in the lab of an estate. Raises Refused."""
    loaded = load(path)
    loaded.usable(f"the estate at `{path}`")
    facts = facts_of(loaded, today)
    lab = planned(path)
    network = lab.configured.network
    try:
        with running(lab.plan) as up:
            return export(up, network, aims(facts, network, lab.plan).declared, out, version)
    except LabError as error:
        raise Refused(error.message, error.help) from None
    except OSError as error:
        raise Refused(f"cannot write to `{out}`: {error.strerror or error}".lower()) from None


def _beside(packet: Packet) -> Packet:
    """A packet that goes the same way before the one that counts, so that neighbours know each other by then."""
    return packet if packet.source_port is None else replace(packet, source_port=packet.source_port ^ 1)


def _sender(plan: LabPlan, source: IPAddress) -> str:
    """The node that sends from an address: its holder, else whoever stands for the internet."""
    holders = plan.holders.get(source, ())
    outside = [each.name for each in plan.nodes.values() if each.kind is NodeKind.OUTSIDE]
    if not holders and not outside:
        help_ = "name a host of the snapshot or of the estate"
        raise Refused(f"nobody in the lab holds {source}, and nothing lies outside", help_)
    return holders[0] if holders else outside[0]

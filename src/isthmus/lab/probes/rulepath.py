"""The rules that single probes meet on their way there and back, node by node, as the kernel traces them."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from socket import if_nameindex

from isthmus.lab.kernel import inside_network
from isthmus.lab.probes.capture import Sense
from isthmus.lab.probes.nftrace import Step, Traced, Tracer
from isthmus.lab.probes.rulebook import Rule, Rulebook, read_rulebook
from isthmus.lab.probes.sightings import Role, Seen
from isthmus.lab.probes.volley import Shot, Trail, Watch

TABLE = "isthmus_trace"
"""Our own table, which marks the probes to trace; it is in a node only while they are sent."""
MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Met:
    """One rule that a packet met at a node, or the policy of a chain, and what it decided."""

    node: str
    interface: str
    seen: Seen
    family: str
    table: str
    chain: str
    verdict: str
    rule: Rule | None
    """None for the policy at the end of a chain."""

    @property
    def is_refusal(self) -> bool:
        """Whether the packet ends here."""
        return self.verdict == "drop"


@dataclass(frozen=True, slots=True)
class Passage:
    """A packet at one node: how it came in, and what it met there."""

    node: str
    interface: str
    seen: Seen
    met: tuple[Met, ...]


@dataclass(frozen=True, slots=True)
class RulePath:
    """What became of a probe, and the rules that it and its answer met."""

    trail: Trail
    passages: tuple[Passage, ...]
    is_complete: bool = True
    """False where the kernel reported faster than we read, so that rules may be missing."""

    @property
    def met(self) -> Iterator[Met]:
        """Every rule and policy, in the order in which they were met."""
        return (each for passage in self.passages for each in passage.met)

    @property
    def refusal(self) -> Met | None:
        """The rule or policy at which the probe, or its answer, ended; None where none did."""
        return next((each for each in self.met if each.is_refusal), None)


def trace(nodes: Mapping[str, Path], shots: Sequence[Shot], watch: Watch | None = None) -> list[RulePath]:
    """Send probes and tell the rules that each meets, in the order given; ``watch`` is one of these nodes, if at hand.

    Raises OSError where `nft` is missing, RuntimeError where it refuses.
    """
    found: list[RulePath] = []
    with ExitStack() as stack:
        watch = watch or stack.enter_context(Watch(nodes))
        tracers: dict[str, Tracer] = {}
        for node, namespace in nodes.items():
            with inside_network(namespace):
                tracers[node] = tracer = Tracer()
            stack.callback(tracer.close)
        books = {node: read_rulebook(namespace) for node, namespace in nodes.items()}
        names = {node: _interfaces(namespace) for node, namespace in nodes.items()}
        for start in range(0, len(shots), MOST_AT_ONCE):
            chunk = shots[start : start + MOST_AT_ONCE]
            with _marking(nodes, [each.probe.number for each in chunk]):
                trails = watch.fire(chunk)
                told = {node: list(tracer.read()) for node, tracer in tracers.items()}
            passages = [each for node in nodes for each in _passages(node, told[node], books[node], names[node])]
            is_complete = not any(each.lost for each in tracers.values())
            found += [RulePath(trail, _ordered(trail, passages), is_complete) for trail in trails]
    return found


def _marking(nodes: Mapping[str, Path], numbers: Sequence[int]) -> ExitStack:
    """Our table in every node, until the stack that is returned is closed."""
    with ExitStack() as stack:
        for namespace in nodes.values():
            _nft(namespace, f"table inet {TABLE}\ndelete table inet {TABLE}\n{_table(numbers)}")
            stack.callback(_nft, namespace, f"delete table inet {TABLE}\n")
        return stack.pop_all()


def _table(numbers: Sequence[int]) -> str:
    """Mark the packets that carry one of the numbers there, and those that carry it back."""
    carried = ", ".join(str(each) for each in numbers)
    acknowledged = ", ".join(str(each + 1 & 0xFFFFFFFF) for each in numbers)
    rules = f"""
    tcp sequence {{ {carried} }} meta nftrace set 1
    tcp ackseq {{ {acknowledged} }} meta nftrace set 1
    meta l4proto {{ 1, 17, 58 }} @th,96,32 {{ {carried} }} meta nftrace set 1
"""
    hooks = (f"chain {hook} {{ type filter hook {hook} priority -1000; {rules} }}" for hook in ("prerouting", "output"))
    return f"table inet {TABLE} {{\n" + "\n".join(hooks) + "\n}\n"


def _nft(namespace: Path, text: str) -> None:
    with inside_network(namespace):
        done = subprocess.run(["nft", "-f", "-"], input=text, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode:
        raise RuntimeError(f"`nft` refuses: {done.stderr.strip()[:300]}")


def _interfaces(namespace: Path) -> dict[int, str]:
    with inside_network(namespace):
        return dict(if_nameindex())


def _passages(node: str, told: Sequence[Traced], book: Rulebook, interfaces: Mapping[int, str]) -> Iterator[Passage]:
    """The messages of one node, packet by packet."""
    by_packet: dict[int, list[Traced]] = {}
    for each in told:
        by_packet.setdefault(each.packet, []).append(each)
    for messages in by_packet.values():
        seen = next((each.seen for each in messages if each.seen is not None), None)
        if seen is None:
            continue
        came_by = interfaces.get(next((each.comes_by for each in messages if each.comes_by), 0), "")
        yield Passage(node, came_by, seen, tuple(_met(node, came_by, seen, messages, book)))


def _met(node: str, interface: str, seen: Seen, messages: Sequence[Traced], book: Rulebook) -> Iterator[Met]:
    for each in messages:
        seen = each.seen or seen
        if each.table == TABLE or each.step is Step.RETURN or (each.step is Step.RULE and not each.handle):
            continue
        rule = book.find(each.family, each.table, each.handle) if each.step is Step.RULE else None
        verdict = f"{each.verdict} {each.to_chain}".strip()
        yield Met(node, interface, seen, each.family, each.table, each.chain, verdict, rule)


def _ordered(trail: Trail, passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages of one probe in the order in which its packets were seen: there first, then back."""
    number = trail.shot.probe.number
    mine = [each for each in passages if each.seen.number == number]
    seen_at = {
        (each.node, each.interface, each.seen.role): at
        for at, each in enumerate(trail.sightings)
        if each.sense is Sense.PASSED
    }
    late = len(trail.sightings)

    def place(passage: Passage) -> tuple[bool, int]:
        role = passage.seen.role
        at_node = min(
            (at for (node, _, seen), at in seen_at.items() if (node, seen) == (passage.node, role)), default=late
        )
        at = seen_at.get((passage.node, passage.interface, role), at_node) if passage.interface else -1
        return role is not Role.PROBE, at

    return tuple(sorted(mine, key=place))

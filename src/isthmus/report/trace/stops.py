"""A way as the stops that it makes: each device with what the packet met there, and what it looked like around it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from isthmus.diagnostics import Span
from isthmus.network import Unmodelled
from isthmus.packetset import Address, Packet
from isthmus.prove.replay.ways import ComingIn, EndKind, OnSegment, Stage, Step, Way
from isthmus.report.digest import one_line

Texts = Mapping[str, Sequence[str]]

_LONGEST = 120
"""How much of a quoted line is shown."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that the packet met at a stop."""

    stage: Stage
    words: str
    place: str = ""
    """``file:line`` of what it met."""
    quoted: str = ""
    """That line."""
    refuses: bool = False
    translates: bool = False
    is_doubtful: bool = False
    """Whether the words themselves tell what is not known."""
    doubts: tuple[str, ...] = ()
    """Why it may have gone otherwise."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A device, or a host that was not read, on the way of a packet."""

    name: str
    before: Packet
    after: Packet
    arriving: str = ""
    leaving: str = ""
    entries: tuple[Entry, ...] = ()
    is_read: bool = True
    """Whether it is a device of the snapshot."""
    host: Address | None = None
    """The address of a host that was not read."""


def stops(way: Way, texts: Texts) -> tuple[Stop, ...]:
    """The stops of a way, from its sender to its end."""
    return tuple(_stops(way, texts))


def _stops(way: Way, texts: Texts) -> Iterator[Stop]:
    first = way.steps[0].before if way.steps else way.packet
    entries = tuple(_entries([step for step in way.steps if not step.device and step.stage is Stage.SEGMENT], texts))
    if isinstance(way.start, OnSegment):
        yield Stop(f"host {first.source}", first, first, entries=entries, is_read=False, host=first.source)
    elif isinstance(way.start, ComingIn):
        yield Stop("outside", first, first, entries=entries, is_read=False, host=first.source)
    last = ""
    for device, steps in groupby((step for step in way.steps if step.device), key=lambda step: step.device):
        yield _stop(device, list(steps), texts)
        last = device
    yield from _end(way, last)


def _stop(device: str, steps: list[Step], texts: Texts) -> Stop:
    leaving = next((step.leaving for step in reversed(steps) if step.leaving), "")
    entries = tuple(_entries(steps, texts))
    return Stop(device, steps[0].before, steps[-1].after, steps[0].arriving, leaving, entries)


def _end(way: Way, last: str) -> Iterator[Stop]:
    """The stop at which the way ends, where no step has told it."""
    packet, end = way.packet, way.end
    if end.kind is EndKind.LEFT:
        yield Stop("outside", packet, packet, is_read=False, host=packet.destination)
    elif end.kind in (EndKind.DELIVERED, EndKind.MISTAKEN) and end.segment:
        yield Stop(f"host {packet.destination}", packet, packet, is_read=False, host=packet.destination)
    elif end.device and end.device != last:
        yield Stop(end.device, packet, packet, end.interface)


def _entries(steps: Sequence[Step], texts: Texts) -> Iterator[Entry]:
    for step in steps:
        doubts = (*step.doubts, *step.unknown)
        if not _says_something(step) and not doubts:
            continue
        what = step.what if step.stage is Stage.ROUTING or not step.chain else f"{step.chain}: {step.what}"
        yield Entry(
            step.stage, one_line(what), place(step.where), quoted(step.where, texts), step.refuses, step.translates,
            any(each.what == step.what for each in doubts),
            tuple(_doubt(each, step) for each in doubts if each.what != step.what),
        )  # fmt: skip


def _doubt(doubt: Unmodelled, step: Step) -> str:
    elsewhere = f" ({place(doubt.where)})" if doubt.where != step.where else ""
    return one_line(doubt.what) + elsewhere


def _says_something(step: Step) -> bool:
    """Whether a step is worth a line: not a chain that left the packet alone."""
    return step.rule is not None or step.refuses or step.translates or not step.chain or step.what != "nothing decided"


def place(where: Span | None) -> str:
    """``file:line``, as far as there is one."""
    return f"{one_line(where.file)}:{where.line}" if where and where.file else ""


def quoted(where: Span | None, texts: Texts) -> str:
    """The line that a place names, without its indentation."""
    lines = texts.get(where.file, ()) if where else ()
    if where is None or not 0 < where.line <= len(lines):
        return ""
    line = one_line(lines[where.line - 1])
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def wire(packet: Packet) -> str:
    """A packet on the wire: who sends it to whom.

    >>> from isthmus.packetset import tcp
    >>> wire(tcp("192.0.2.1", "198.51.100.2", 443))
    '192.0.2.1:50000 > 198.51.100.2:443'
    """
    return f"{end_of(packet.source, packet.source_port)} > {end_of(packet.destination, packet.destination_port)}"


def end_of(address: Address, port: int | None) -> str:
    """An address with its port, where there is one."""
    if port is None:
        return str(address)
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"

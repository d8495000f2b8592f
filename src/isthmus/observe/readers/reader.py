"""What a reader is to the rest of the program: one frozen record of functions, and the items that it yields.

Readers do no I/O of their own: ``sources/flows.py`` opens the file, recognises its format by its first :data:`PEEK`
bytes, and hands over a :class:`FlowFile` whose ``stream`` is open for reading. A reader **streams**: it reads a piece
(a block, a row group, a megabyte of lines), yields what it holds, and forgets it. It never calls ``stream.read()``
without a size, never believes a length that the file tells beyond :data:`LONGEST`, and never keeps state that grows
with the file but what the format itself asks for (templates), which it bounds.

It yields, in any order:

* batches of :data:`~isthmus.observe.schema.FLOWS_V4` or ``FLOWS_V6`` (64 to 256 Ki rows; the last may be smaller);
* :class:`Quarantined` for what is malformed: with its position and the reason, and then goes on;
* :class:`Skipped` for what is well-formed and no flow record: option data, ARP, NODATA lines;
* :class:`Lost` for what sequence numbers say was sent and is not in the file;
* :class:`Covered` for the time that the file says it covers, if it says so.

Bad content never raises anything but :class:`UnreadableError`, and that only where nothing of the file can be read (a
version that is not known, an encrypted file). The counts follow from the items, in :meth:`Reading.take`: a reader
counts nothing itself.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, TypeAlias

import pyarrow as pa  # type: ignore[import-untyped]

PEEK = 8192
"""How many first bytes a reader may look at to recognise its format."""

LONGEST = 64 * 1024 * 1024
"""The longest block, message or line that a reader takes into memory; a longer one is quarantined."""

EXCERPT = 48
"""How many bytes of a malformed record are kept to show."""


@dataclass(frozen=True, slots=True)
class FlowFile:
    """One input: what messages call it, its bytes, and what the person who hands it in says of it."""

    name: str
    stream: BinaryIO
    """Open for reading, at its beginning. Seekable, unless it comes out of a compressed file or a pipe."""
    size: int | None = None
    """In octets, where known: for progress only, since a file may grow or end early."""
    exporter: str = ""
    """Whose records they are, where the file does not tell."""
    definitions: Sequence[BinaryIO] = ()
    """Files of the same format, read first for templates and options only."""
    pieces: range | None = None
    """Which of the file's pieces to read (see ``Reader.pieces``); None: all."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Malformed input that was set aside: where it stands (``record`` as in the schema), and why."""

    record: int
    reason: str
    """One sentence, lower case, no final period, such as ``port 70000 is larger than 65535``."""
    count: int = 1
    """How many records, where it is known that there are several."""
    excerpt: bytes = b""
    """Its first bytes, at most :data:`EXCERPT`."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Well-formed input that holds no flow record."""

    reason: str
    """What it is, such as ``options data`` or ``NODATA``: few different ones, without values of the record."""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Lost:
    """Records or datagrams that the exporter sent and that never came, by its sequence numbers."""

    count: int
    what: str
    """``flow records``, ``datagrams`` or ``samples``."""
    exporter: str = ""


@dataclass(frozen=True, slots=True)
class Covered:
    """The time that the file says it covers, in Unix ms UTC, whether or not flows were seen in it."""

    first_ms: int
    last_ms: int
    exporter: str = ""


Item: TypeAlias = Quarantined | Skipped | Lost | Covered | pa.RecordBatch
"""What a reader yields; a batch is of one of the two schemas."""


class UnreadableError(Exception):
    """Nothing of the file can be read: why (one sentence, lower case, no final period), and what to do."""

    def __init__(self, reason: str, help: str = "", *, instead: str = "") -> None:  # noqa: A002 - as in diagnostics
        super().__init__(reason)
        self.reason = reason
        self.help = help
        self.instead = instead
        """A program that can turn the file into one that is readable: ``nfdump``; empty if there is none."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A format of flow records.

    ``looks_like`` is given the first :data:`PEEK` bytes (fewer if the file is shorter); at most one reader may
    recognise a file. ``read`` yields :data:`Item`s, lazily.
    """

    name: str
    """As in ``--from NAME``: ``nfcapd``."""
    title: str
    """For people: ``nfcapd files of nfdump 1.7``."""
    looks_like: Callable[[bytes], bool]
    read: Callable[[FlowFile], Iterator[Item]]
    pieces: Callable[[FlowFile], int] | None = None
    """How many pieces can be read one without the other, such as row groups of Parquet; None: the file is one."""
    appended: bool = False
    """Whether such files grow at their end while they are written (a log of lines): a later read may hold more."""


_KEPT = 20


@dataclass(slots=True)
class Reading:
    """What became of one input: the counts of everything that was in it. Nothing is dropped without a number here."""

    records: int = 0
    v6_records: int = 0
    quarantined: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    """How many records were quarantined for each reason; reasons past the first 1,000 different ones under ``…``."""
    examples: list[Quarantined] = field(default_factory=list)
    """The first few quarantined, to show."""
    skipped: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    first_ms: int | None = None
    """The time covered as the file tells it; None: it does not."""
    last_ms: int | None = None

    def take(self, item: Item) -> bool:
        """Count one item; true if it is a batch, which is for the caller."""
        match item:
            case Quarantined():
                self.quarantined += item.count
                _add(self.reasons, item.reason, item.count)
                if len(self.examples) < _KEPT:
                    self.examples.append(item)
            case Skipped():
                _add(self.skipped, item.reason, item.count)
            case Lost():
                _add(self.lost, item.what, item.count)
            case Covered():
                self.first_ms = item.first_ms if self.first_ms is None else min(self.first_ms, item.first_ms)
                self.last_ms = item.last_ms if self.last_ms is None else max(self.last_ms, item.last_ms)
            case _:
                self.records += item.num_rows
                self.v6_records += item.num_rows if "src_hi" in item.schema.names else 0
                return True
        return False


def _add(counts: dict[str, int], key: str, count: int) -> None:
    if key not in counts and len(counts) >= 1000:
        key = "…"
    counts[key] = counts.get(key, 0) + count

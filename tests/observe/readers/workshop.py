"""Reading files in tests: what a reader yields, as rows that a test can compare; and where the real files are."""

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from isthmus.observe.readers import PEEK, FlowFile, Item, Quarantined, Reader, Reading, every_reader, recognise
from isthmus.observe.schema import FLOWS_V4, FLOWS_V6

NAMED = Path(os.environ.get("ISTHMUS_REALDATA") or Path(__file__).resolve().parents[4] / "shared" / "realdata")
FLOWS = NAMED / "flows"
needs_real_data = pytest.mark.skipif(
    not FLOWS.is_dir(), reason="the real data is not here; ISTHMUS_REALDATA says where it is"
)

Row = dict[str, Any]


@dataclass
class Read:
    """What reading an input gave."""

    rows: list[Row] = field(default_factory=list)
    """In the order of their positions; addresses are text, ``src``, ``dst``, ``nat_src``, ``nat_dst`` for both."""
    reading: Reading = field(default_factory=Reading)
    quarantined: list[Quarantined] = field(default_factory=list)
    lost: dict[str, int] = field(default_factory=dict)

    @property
    def reasons(self) -> dict[str, int]:
        return self.reading.reasons

    def only(self, *columns: str) -> list[tuple[Any, ...]]:
        """Some columns of all rows."""
        return [tuple(row[each] for each in columns) for row in self.rows]


def named(name: str) -> Reader:
    return next(each for each in every_reader() if each.name == name)


def read(data: bytes, name: str = "", **told: Any) -> Read:
    """What the one reader that recognises the data (or that is named) reads in it."""
    if name:
        return collect(named(name).read(FlowFile("a test", io.BytesIO(data), **told)))
    readers = recognise(data[:PEEK])
    assert len(readers) == 1, f"recognised by {[each.name for each in readers]}"
    return collect(readers[0].read(FlowFile("a test", io.BytesIO(data), **told)))


def read_file(path: Path, name: str = "", **told: Any) -> Read:
    return read(path.read_bytes(), name, **told)


def collect(items: Iterator[Item]) -> Read:
    """Take all items, and hold each batch against its schema."""
    result = Read()
    for item in items:
        if isinstance(item, Quarantined):
            result.quarantined.append(item)
        if result.reading.take(item):
            assert isinstance(item, pa.RecordBatch)
            item.validate(full=True)
            assert item.schema in (FLOWS_V4, FLOWS_V6)
            result.rows += rows_of(item)
    result.rows.sort(key=lambda row: row["record"])
    return result


def rows_of(batch: Any) -> list[Row]:
    six = "src_hi" in batch.schema.names
    rows = []
    for row in batch.to_pylist():
        for end in ("src", "dst", "nat_src", "nat_dst"):
            if six:
                high, low = row.pop(f"{end}_hi"), row.pop(f"{end}_lo")
                row[end] = None if high is None else str(IPv6Address((high % (1 << 64)) << 64 | low % (1 << 64)))
            elif row[end] is not None:
                row[end] = str(IPv4Address(row[end] % (1 << 32)))
        rows.append(row)
    return rows


def with_bytes(data: bytes, at: int, new: bytes) -> bytes:
    """The data with some bytes replaced."""
    return data[:at] + new + data[at + len(new) :]

"""What a distributed worker hands in: the counts of its share and what became of its inputs, as one row of bytes."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import pyarrow as pa  # type: ignore[import-untyped]

from isthmus.observe.aggregate import State
from isthmus.observe.keys import WIDTHS
from isthmus.observe.persist import add_tables, from_plain, tables_of, to_plain
from isthmus.observe.results import InputRead

PARCEL = pa.schema([*(pa.field(name, pa.binary()) for name in WIDTHS), pa.field("inputs", pa.string())])
"""One row: each table of counts as an Arrow stream, and the inputs as JSON."""

PARCEL_SQL = ", ".join(f"{name} binary" for name in WIDTHS) + ", inputs string"
"""The same as Spark says it."""

_KEPT = 20


@dataclass(frozen=True, slots=True)
class Counts:
    """Everything that was counted, and what became of each input."""

    state: State
    inputs: tuple[InputRead, ...]


def pack(state: State, inputs: Iterable[InputRead]) -> pa.RecordBatch:
    """One row of :data:`PARCEL`."""
    cells = [[_stream(table)] for table in tables_of(state).values()]
    return pa.RecordBatch.from_arrays(
        [*(pa.array(each, pa.binary()) for each in cells), pa.array([json.dumps([to_plain(each) for each in inputs])])],
        schema=PARCEL,
    )


def unpack(state: State, parcels: Iterable[pa.RecordBatch]) -> list[InputRead]:
    """Count in ``state`` what parcels hold; their inputs. Raises ``ValueError`` or ``KeyError`` for other rows."""
    inputs: list[InputRead] = []
    for parcel in parcels:
        for row in parcel.to_pylist():
            add_tables(state, {name: pa.ipc.open_stream(row[name]).read_all() for name in WIDTHS})
            inputs += [from_plain(each) for each in json.loads(row["inputs"])]
    return inputs


def joined(parts: Iterable[InputRead]) -> Iterator[InputRead]:
    """One entry for each input, out of those for its pieces, in the order of names."""
    whole: dict[str, InputRead] = {}
    for part in sorted(parts, key=lambda each: (each.name, each.examples)):
        before = whole.get(part.name)
        whole[part.name] = part if before is None else _sum(before, part)
    yield from whole.values()


def _sum(one: InputRead, other: InputRead) -> InputRead:
    firsts = [each for each in (one.first_ms, other.first_ms) if each is not None]
    lasts = [each for each in (one.last_ms, other.last_ms) if each is not None]
    return replace(
        one,
        records=one.records + other.records,
        quarantined=one.quarantined + other.quarantined,
        reasons=_added(one.reasons, other.reasons),
        examples=(*one.examples, *other.examples)[:_KEPT],
        skipped=_added(one.skipped, other.skipped),
        lost=_added(one.lost, other.lost),
        first_ms=min(firsts, default=None),
        last_ms=max(lasts, default=None),
        failed=one.failed or other.failed,
    )


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in {**one, **other}}


def _stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    octets: bytes = sink.getvalue().to_pybytes()
    return octets

"""Parquet files: of the schema's own columns, or with columns that a CSV or an export of Akvorado would have.

Recognised by ``PAR1``. Read row group by row group, of which only the columns that tell something; a piece of the file
is a row group. A record's position is its row, from 0. Files of the schema (int32 and int64 columns, addresses as bits)
are taken as they are; others, whose addresses are text, are read as lines of the same values, at the speed of text.
"""

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import ip_address

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.csv  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import NDArray

from isthmus.observe.readers import akvorado, comma_separated
from isthmus.observe.readers.columns import Does, LineFile
from isthmus.observe.readers.headed import has_ends
from isthmus.observe.readers.reader import FlowFile, Item, Quarantined, Reader, UnreadableError
from isthmus.observe.readers.rows import LATEST_MS
from isthmus.observe.readers.streams import Lines
from isthmus.observe.schema import COLUMNS_V4, COLUMNS_V6, EXPORTERS, FEWEST_ROWS, FLOWS_V4, FLOWS_V6, batch

_BOUNDS = {
    "protocol": (0, 255),
    "src_port": (0, 65535),
    "dst_port": (0, 65535),
    "nat_src_port": (0, 65535),
    "nat_dst_port": (0, 65535),
    "icmp_type": (-1, 255),
    "icmp_code": (-1, 255),
    "outcome": (0, 2),
    "biflow": (0, 1),
    "sampling": (0, (1 << 31) - 1),
    "start_ms": (0, LATEST_MS - 1),
    "end_ms": (0, LATEST_MS - 1),
    "packets": (-1, (1 << 63) - 1),
    "bytes": (-1, (1 << 63) - 1),
    "reply_packets": (-1, (1 << 63) - 1),
    "reply_bytes": (-1, (1 << 63) - 1),
}
_MUST = {each.name for each in COLUMNS_V4 if each.untold is None and not each.nullable} - {"record"}
_UNTOLD = {each.name: each.untold for each in (*COLUMNS_V4, *COLUMNS_V6)}
_DAMAGED = (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError)


def looks_like(beginning: bytes) -> bool:
    """Whether the file begins as Parquet does."""
    return beginning[:4] == b"PAR1"


def _open(file: FlowFile) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(
            file.stream, thrift_string_size_limit=1 << 24, thrift_container_size_limit=1 << 20, pre_buffer=False
        )
    except _DAMAGED as problem:
        raise UnreadableError("the Parquet file cannot be opened", str(problem).partition("\n")[0][:200]) from problem


def pieces(file: FlowFile) -> int:
    """How many row groups the file has."""
    return int(_open(file).num_row_groups)


def read(file: FlowFile) -> Iterator[Item]:
    """Yield the file's rows, row group by row group."""
    opened = _open(file)
    names = opened.schema_arrow.names
    own = _schema(names, opened.schema_arrow)
    known = akvorado.NAMES | comma_separated.NAMES
    does = {name: known[name.lower()] for name in names if name.lower() in known}
    if own is None and not has_ends([each.lower() for each in does], known):
        raise UnreadableError("the Parquet file has no columns for the addresses of both ends")
    wanted = [name for name in names if name in own.names] if own is not None else list(does)
    lines = LineFile(file)
    first = 0
    for group in range(opened.num_row_groups):
        size = opened.metadata.row_group(group).num_rows
        if file.pieces is None or group in file.pieces:
            yield from _group(opened, group, wanted, own, first, file, does, lines)
        first += size
    yield from lines.end()


def _schema(names: list[str], schema: pa.Schema) -> pa.Schema | None:
    """The schema of ours that the file has, if its addresses are numbers."""
    for own in (FLOWS_V4, FLOWS_V6):
        if _MUST_OF[own.names[0]] <= set(names) and pa.types.is_integer(schema.field(own.names[0]).type):
            return own
    return None


_MUST_OF = {
    "src": _MUST,
    "src_hi": (_MUST - {"src", "dst"}) | {"src_hi", "src_lo", "dst_hi", "dst_lo"},
}


def _group(
    opened: pq.ParquetFile, group: int, wanted: list[str], own: pa.Schema | None, first: int, file: FlowFile,
    does: dict[str, Does], lines: LineFile,
) -> Iterator[Item]:  # fmt: skip
    """One row group; what of it cannot be decoded is quarantined."""
    at = first
    left = opened.metadata.row_group(group).num_rows
    try:
        for each in opened.iter_batches(batch_size=FEWEST_ROWS, row_groups=[group], columns=wanted, use_threads=False):
            if own is None:
                yield from _as_lines(each, at, does, lines)
            else:
                yield from _as_it_is(each, own, at, file.exporter)
            at += each.num_rows
            left -= each.num_rows
    except _DAMAGED as problem:
        reason = str(problem).partition("\n")[0][:120]
        yield Quarantined(at, "a row group of the Parquet file is damaged", max(left, 1), reason.encode()[:48])


def _as_it_is(rows: pa.RecordBatch, schema: pa.Schema, at: int, exporter: str) -> Iterator[Item]:
    """Rows of our own columns; those with a value out of bounds are quarantined."""
    columns = {name: rows.column(name) for name in rows.schema.names}
    good = np.ones(rows.num_rows, bool)
    for name, column in columns.items():
        field = schema.field(name)
        if name == "exporter":
            continue
        if column.null_count and not field.nullable:
            good &= ~pc.is_null(column).to_numpy(zero_copy_only=False)
            column = pc.fill_null(column, 0)
        if column.type != field.type:
            column = column.cast(field.type)
        columns[name] = column
        if name in _BOUNDS and not _all_within(column, *_BOUNDS[name]):
            good &= _within(column, *_BOUNDS[name])
    columns["record"] = pa.array(np.arange(at, at + rows.num_rows, dtype=np.int64))
    columns["exporter"] = _exporters(columns.get("exporter"), exporter, rows.num_rows)
    made = batch(schema, columns, rows.num_rows)
    bad = np.flatnonzero(~good)
    for each in bad[:1000].tolist():
        yield Quarantined(at + each, "a value of a row is missing or out of bounds")
    if len(bad) > 1000:
        yield Quarantined(at, "a value of a row is missing or out of bounds", len(bad) - 1000)
    yield made if not len(bad) else made.filter(pa.array(good))


def _all_within(column: pa.Array, least: int, most: int) -> bool:
    """Whether no value is out of bounds: one fast pass, which nearly always is enough."""
    ends = pc.min_max(column)
    low, high = ends["min"].as_py(), ends["max"].as_py()
    return low is None or bool(low >= least and high <= most)


def _within(column: pa.Array, least: int, most: int) -> NDArray[np.bool_]:
    values_ = pc.fill_null(column, least).to_numpy(zero_copy_only=False)
    within: NDArray[np.bool_] = (values_ >= least) & (values_ <= most)
    return within


@lru_cache(maxsize=8)
def _first(rows: int) -> pa.Array:
    """So many times the first entry of a dictionary."""
    return pa.repeat(pa.scalar(0, pa.int32()), rows)


def _exporters(column: pa.Array | None, handed_in: str, rows: int) -> pa.DictionaryArray:
    """Names of exporters as a dictionary; the one handed in where none is told."""
    if column is None:
        return pa.DictionaryArray.from_arrays(_first(rows), pa.array([handed_in]))
    if column.type == EXPORTERS and not handed_in and not column.null_count and not column.dictionary.null_count:
        return column
    text = pc.fill_null(column.cast(pa.string()), handed_in)
    if handed_in:
        text = pc.if_else(pc.equal(text, ""), handed_in, text)
    return text.dictionary_encode()


def _as_lines(rows: pa.RecordBatch, at: int, does: dict[str, Does], lines: LineFile) -> Iterator[Item]:
    """Rows of other columns, as the lines of a file of tabs."""
    sink = pa.BufferOutputStream()
    choices = pa.csv.WriteOptions(include_header=False, delimiter="\t", quoting_style="none")
    plain = [_as_text(rows.column(name)) for name in does]
    table = pa.RecordBatch.from_arrays(plain, names=list(does))
    pa.csv.write_csv(table, sink, choices)
    text = sink.getvalue().to_pybytes()
    yield from lines.delimited(Lines(text, at), b"\t", list(does.values()), _no_comment)


def _as_text(column: pa.Array) -> pa.Array:
    """A column that the writer of CSV writes as it is: bytes of an address become text, other bytes nothing."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _as_text(column.cast(kind.value_type))
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("ms"), safe=False)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pc.replace_substring_regex(column, '[\t\r\n"]', "?")
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind):
        return column
    if pa.types.is_fixed_size_binary(kind) or pa.types.is_binary(kind):
        return pa.array([_address_text(each) for each in column.to_pylist()], pa.string())
    return pa.nulls(len(column), pa.string())


def _address_text(octets: bytes | None) -> str | None:
    return str(ip_address(octets)) if octets and len(octets) in (4, 16) else None


def _no_comment(line: bytes) -> None:
    del line


READER = Reader("parquet", "Parquet files", looks_like, read, pieces)

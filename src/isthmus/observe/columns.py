"""The columns that the kernels read and write, as named tuples of arrays, so that compiled code can take them."""

from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]

from isthmus.observe.compiled import CompiledPolicy, Ints, Longs
from isthmus.observe.schema import UNKNOWN

Bytes = npt.NDArray[np.int8]
Number = TypeVar("Number", bound=np.signedinteger)

BATCH_VERDICTS = pa.schema(
    [
        pa.field("client_place", pa.int32(), nullable=False),
        pa.field("service_place", pa.int32(), nullable=False),
        pa.field("match", pa.int32(), nullable=False),
        pa.field("excuse", pa.int32(), nullable=False),
        pa.field("broken", pa.int32(), nullable=False),
        pa.field("kept", pa.int32(), nullable=False),
        pa.field("verdict", pa.int8(), nullable=False),
        pa.field("case", pa.int8(), nullable=False),
        pa.field("direction", pa.int8(), nullable=False),
        pa.field("attempt", pa.int8(), nullable=False),
        pa.field("side", pa.int8(), nullable=False),
    ]
)
"""What :func:`~isthmus.observe.classify.classify` adds to a batch: rows of the compiled policy's tables (-1: none),
bits of demands, and numbers of ``words``."""


class Records(NamedTuple):
    """One batch as arrays; addresses apart."""

    protocol: Ints
    src_port: Ints
    dst_port: Ints
    icmp_type: Ints
    tcp_flags: Ints
    start_ms: Longs
    packets: Longs
    reply_packets: Longs
    reply_bytes: Longs
    sampling: Ints
    outcome: Ints
    biflow: Ints
    realm: Ints
    """The realm on whose side the exporter of each code stands; -1: not declared. By code, not by record."""
    exporter: Ints
    """The exporter's code of each record."""
    nat: Bytes
    """1 where a translation was told; empty where none was in the whole batch."""
    nat_src_port: Ints
    nat_dst_port: Ints


class Addresses(NamedTuple):
    """Addresses of a batch: the upper halves are empty for IPv4."""

    src_hi: Longs
    src: Longs
    dst_hi: Longs
    dst: Longs


class Judged(NamedTuple):
    """What is found of each record, in the order of :data:`BATCH_VERDICTS`."""

    client_place: Ints
    service_place: Ints
    match: Ints
    excuse: Ints
    broken: Ints
    kept: Ints
    verdict: Bytes
    case: Bytes
    direction: Bytes
    attempt: Bytes
    side: Bytes


class Rules(NamedTuple):
    """The tables that judge, once places are known."""

    place_class: Ints
    place_realm: Ints
    place_client: Ints
    place_target: Ints
    port_class: Ints
    rule_from: Ints
    rule_first: Ints
    rule_last: Ints
    rule_match: Ints
    match_running: Ints
    match_case: Ints
    excuse_from: Ints
    excuse_row: Ints
    excuse_mask: Ints
    excuse_first: Longs
    excuse_last: Longs
    case_of_pair: Ints
    effect: Ints
    broken: Ints
    kept: Ints
    targets: np.int64
    classes: np.int64
    cases: np.int64


def rules_of(compiled: CompiledPolicy) -> Rules:
    """The tables of a compiled policy in the shape that kernels take."""
    tables = compiled.tables
    names = Rules._fields[: -len(tables.sizes)]
    return Rules._make([*(getattr(tables, name) for name in names), *tables.sizes])


def records_of(batch: pa.RecordBatch, compiled: CompiledPolicy) -> Records:
    """The columns of a batch, without copying those that hold no nulls."""
    exporters = batch.column("exporter")
    known = compiled.exporters
    realm = np.array([known.get(name, -1) for name in exporters.dictionary.to_pylist()], np.int32)
    nat = _nat(batch)
    none = frozen(np.empty(0, np.int32))
    ports = [_filled(batch, name) if len(nat) else none for name in ("nat_src_port", "nat_dst_port")]
    plain = [column(batch, name) for name in Records._fields[:12]]
    return Records._make([*plain, frozen(realm), frozen(exporters.indices.to_numpy()), nat, *ports])


def column(batch: pa.RecordBatch, name: str) -> npt.NDArray[np.signedinteger]:
    """One column as an array; nulls are not expected."""
    return frozen(batch.column(name).to_numpy())


def frozen(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """The same array, contiguous and not to be written: compiled code is made once for one kind of array."""
    same = np.ascontiguousarray(values).view()
    same.setflags(write=False)
    return same


def addresses_of(batch: pa.RecordBatch, nat: bool = False) -> Addresses:  # noqa: FBT001, FBT002
    """Source and destination, as they were or after translation (what was not translated stays as it was)."""
    if "src" in batch.schema.names:
        none = frozen(np.empty(0, np.int64))
        return Addresses(none, _end(batch, "src", "", nat=nat), none, _end(batch, "dst", "", nat=nat))
    return Addresses(*(_end(batch, end, half, nat=nat) for end in ("src", "dst") for half in ("_hi", "_lo")))


def _end(batch: pa.RecordBatch, end: str, half: str, *, nat: bool) -> npt.NDArray[np.signedinteger]:
    plain = column(batch, end + half)
    if not nat:
        return plain
    told = batch.column(f"nat_{end}{half}")
    if told.null_count == 0:
        return column(batch, f"nat_{end}{half}")
    valid = told.is_valid().to_numpy(zero_copy_only=False)
    return frozen(np.where(valid, told.fill_null(0).to_numpy(), plain))


def _nat(batch: pa.RecordBatch) -> Bytes:
    """Where a translated address was told."""
    names = ("nat_src", "nat_dst") if "src" in batch.schema.names else ("nat_src_hi", "nat_dst_hi")
    told = [batch.column(name) for name in names]
    if all(each.null_count == batch.num_rows for each in told):
        return frozen(np.empty(0, np.int8))
    found = [each.is_valid().to_numpy(zero_copy_only=False) for each in told]
    return frozen((found[0] | found[1]).astype(np.int8))


def _filled(batch: pa.RecordBatch, name: str) -> npt.NDArray[np.signedinteger]:
    return frozen(batch.column(name).fill_null(UNKNOWN).to_numpy())

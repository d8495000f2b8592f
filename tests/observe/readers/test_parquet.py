"""Parquet: the schema's own columns, and those of others; row groups apart; damage."""

import io
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from isthmus.observe.readers import FlowFile, UnreadableError
from isthmus.observe.schema import FLOWS_V4, FLOWS_V6
from tests.observe.readers.workshop import FLOWS, named, needs_real_data, read, with_bytes
from tests.observe.readers.workshop import read_file as read_path


def written(table: Any, **choices: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **choices)
    return sink.getvalue()


def batches(path: str) -> list[Any]:
    with (FLOWS / path).open("rb") as stream:
        reader = named("nfcapd")
        return [each for each in reader.read(FlowFile(path, stream)) if isinstance(each, pa.RecordBatch)]


@needs_real_data
@pytest.mark.parametrize("schema", [FLOWS_V4, FLOWS_V6], ids=["v4", "v6"])
def test_what_was_written_is_read_again(schema: Any) -> None:
    found = [each for each in batches("nfcapd/nfcapd.sample") if each.schema == schema]
    data = written(pa.Table.from_batches(found), row_group_size=300)
    again = read(data)
    told = [
        row for row in read_path(FLOWS / "nfcapd/nfcapd.sample").rows if (":" in row["src"]) == (schema == FLOWS_V6)
    ]
    assert [row | {"record": 0} for row in again.rows] == [row | {"record": 0} for row in told]
    assert [row["record"] for row in again.rows] == list(range(len(told)))


@needs_real_data
def test_row_groups_can_be_read_one_without_the_other() -> None:
    found = [each for each in batches("nfcapd/nfcapd.sample") if each.schema == FLOWS_V4]
    data = written(pa.Table.from_batches(found), row_group_size=300)
    count = named("parquet").pieces
    assert count is not None
    assert count(FlowFile("a test", io.BytesIO(data))) == 8
    whole = read(data).rows
    assert read(data, pieces=range(2, 4)).rows == whole[600:1200]


def test_columns_of_others() -> None:
    table = pa.table(
        {
            "SrcAddr": ["::ffff:10.0.0.1", "2001:db8::1", "bad\tone"],
            "DstAddr": ["::ffff:192.0.2.1", "2001:db8::2", "::1"],
            "Proto": pa.array([6, 17, 6], pa.uint32()),
            "SrcPort": pa.array([1, 2, 3], pa.uint16()),
            "DstPort": pa.array([443, 53, None], pa.uint16()),
            "Bytes": pa.array([100, 200, 300], pa.uint64()),
            "Packets": pa.array([1, 2, 3], pa.uint64()),
            "SamplingRate": pa.array([10, 10, 10], pa.uint64()),
            "TimeReceived": pa.array([1_700_000_000_123, 0, 0], pa.timestamp("ms")),
            "ExporterName": pa.array(["a", "b", "c"]).dictionary_encode(),
            "Nested": [[1], [2], [3]],
        }
    )
    found = read(written(table))
    assert found.only("src", "dst", "protocol", "dst_port", "bytes", "sampling", "start_ms", "record") == [
        ("10.0.0.1", "192.0.2.1", 6, 443, 100, 10, 1_700_000_000_123, 0),
        ("2001:db8::1", "2001:db8::2", 17, 53, 200, 10, 0, 1),
    ]
    assert found.reasons == {"an address is not one": 1}


def own(**columns: Any) -> bytes:
    rows = {"src": [1, 2], "dst": [3, 4], "protocol": [6, 6], "start_ms": [5, 5], "end_ms": [6, 6], "biflow": [0, 0]}
    return written(pa.table(rows | columns))


@pytest.mark.parametrize(
    "columns",
    [
        {"protocol": [6, 256]},
        {"dst_port": [1, 65536]},
        {"start_ms": [1, -1]},
        {"packets": [1, -2]},
        {"src": pa.array([1, None], pa.int32())},
    ],
)
def test_values_out_of_bounds_are_set_aside(columns: dict[str, Any]) -> None:
    found = read(own(**columns), exporter="router")
    assert found.only("src", "exporter") == [("0.0.0.1", "router")]
    assert found.reasons == {"a value of a row is missing or out of bounds": 1}
    assert found.quarantined[0].record == 1


def test_values_that_do_not_fit_at_all_are_a_damaged_group() -> None:
    assert read(own(src=[1, 1 << 40])).reasons == {"a row group of the Parquet file is damaged": 2}


def test_a_damaged_page_is_counted_with_its_rows() -> None:
    data = written(
        pa.table({"src": ["10.0.0.1"] * 500, "dst": ["10.0.0.2"] * 500, "protocol": [6] * 500}), compression="zstd"
    )
    found = read(with_bytes(data, 40, b"\xff" * 60))
    assert found.reading.quarantined + len(found.rows) == 500
    assert found.reading.quarantined


@pytest.mark.parametrize("data", [b"PAR1", b"PAR1" + bytes(100), b"PAR1\xff\xff\xff\x7fPAR1"])
def test_a_file_that_cannot_be_opened_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError, match="cannot be opened"):
        read(data)


def test_a_file_without_addresses_is_refused() -> None:
    with pytest.raises(UnreadableError, match="no columns for the addresses"):
        read(written(pa.table({"a": [1]})))

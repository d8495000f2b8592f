"""nfcapd files read as nfdump reads them, in every compression, and what is damaged in them is told."""

import io
import json
import os
import shutil
import struct
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import lz4.block  # type: ignore[import-untyped]
import pyarrow as pa  # type: ignore[import-untyped]
import pytest
import zstandard

from isthmus.observe.readers import FlowFile, UnreadableError
from tests.observe.readers.workshop import FLOWS, Row, named, needs_real_data, read, read_file, with_bytes

SAMPLE = FLOWS / "nfcapd" / "nfcapd.sample"
NOWHERE = "0.0.0.0"  # noqa: S104 - no interface, but how nfdump writes that there is no translation
LAB = (FLOWS / "lab-a" / "nfcapd-prodpub.lz4", FLOWS / "lab-a" / "nfcapd-vm1.lz4")
needs_nfdump = pytest.mark.skipif(not shutil.which("nfdump"), reason="nfdump is not installed: package nfdump")


def nfdump(*arguments: str) -> str:
    done = subprocess.run(
        ["nfdump", *arguments], env=os.environ | {"TZ": "UTC"}, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def milliseconds(text: str) -> int:
    return round(datetime.fromisoformat(f"{text}+00:00").timestamp() * 1000)


def as_nfdump_says(flow: dict[str, Any]) -> Row:
    """A flow of nfdump's JSON in our columns."""
    four = "src4_addr" in flow
    src, dst = (flow["src4_addr"], flow["dst4_addr"]) if four else (flow["src6_addr"], flow["dst6_addr"])
    row: Row = {
        "src": src,
        "dst": dst,
        "protocol": flow["proto"],
        "src_port": flow.get("src_port", 0),
        "dst_port": flow.get("dst_port", 0),
        "icmp_type": flow.get("icmp_type", -1),
        "icmp_code": flow.get("icmp_code", -1),
        "start_ms": milliseconds(flow["first"]),
        "end_ms": milliseconds(flow["last"]),
        "packets": flow["in_packets"],
        "bytes": flow["in_bytes"],
        "in_interface": flow.get("input_snmp", -1),
        "out_interface": flow.get("output_snmp", -1),
        "exporter": flow.get("ip4_router", ""),
        "tcp_flags": flags(flow.get("tcp_flags", "")) if flow["proto"] == 6 else -1,
        "nat_src": other(flow.get("src4_xlt_ip", NOWHERE), src, NOWHERE),
        "nat_dst": other(flow.get("dst4_xlt_ip", NOWHERE), dst, NOWHERE),
        "nat_src_port": None,
        "nat_dst_port": None,
    }
    if "src_port" in flow:
        row["nat_src_port"] = other(int(flow.get("src_xlt_port", 0)), flow["src_port"], 0)
        row["nat_dst_port"] = other(int(flow.get("dst_xlt_port", 0)), flow["dst_port"], 0)
    return row


def other(translated: Any, before: Any, none: Any) -> Any:
    return None if translated in (none, before) else translated


def flags(text: str) -> int:
    value = sum(1 << bit for bit, char in enumerate(reversed(text)) if char != ".")
    return value or -1


@needs_real_data
@needs_nfdump
@pytest.mark.parametrize("path", [SAMPLE, *LAB], ids=lambda path: path.name)
def test_every_column_is_what_nfdump_says(path: Path) -> None:
    flows = json.loads("[" + nfdump("-r", str(path), "-o", "json", "-q").strip().strip("[]") + "]")
    told = [as_nfdump_says(each) for each in flows]
    rows = read_file(path).rows
    assert len(rows) == len(told) > 0
    assert [{key: row[key] for key in told[0]} for row in rows] == told


@needs_real_data
def test_the_totals_of_the_sample() -> None:
    found = read_file(SAMPLE)
    assert len(found.rows) == 3018
    assert sum(row["packets"] for row in found.rows) == 43_558
    assert sum(row["bytes"] for row in found.rows) == 27_576_229
    assert found.reading.quarantined == 0
    assert found.reading.skipped == {"exporter records": 1, "statistics of exporters": 1}
    assert found.reading.lost == {"datagrams": 53}
    assert [row["record"] for row in found.rows] == list(range(1, 3019))


def recompressed(data: bytes, compression: int) -> bytes:
    """The uncompressed file with its first block packed anew."""
    records, size, kind, flags_ = struct.unpack_from("<IIHH", data, 40)
    block = data[52 : 52 + size]
    if compression == 3:
        packed: bytes = lz4.block.compress(block, store_size=False)
    else:
        packed = zstandard.ZstdCompressor().compress(block)
    header = bytearray(data[:40])
    header[16] = compression
    struct.pack_into("<q", header, 24, 52 + len(packed))
    return bytes(header) + struct.pack("<IIHH", records, len(packed), kind, flags_) + packed


@needs_real_data
@needs_nfdump
@pytest.mark.parametrize("compression", [1, 2, 3])
def test_every_compression_of_nfdump_gives_the_same(compression: int, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.write_bytes(SAMPLE.read_bytes())
    nfdump("-r", str(copy), "-J", str(compression))
    assert copy.read_bytes()[16] == compression
    assert read_file(copy).rows == read_file(SAMPLE).rows


@needs_real_data
@pytest.mark.parametrize("compression", [3, 4])
def test_blocks_packed_by_the_libraries_give_the_same(compression: int) -> None:
    data = SAMPLE.read_bytes()
    assert read(recompressed(data, compression)).rows == read(data).rows


@needs_real_data
@pytest.mark.parametrize("path", [FLOWS / "nfcapd" / "nfcapd-small-lzo", FLOWS / "nfcapd" / "nfcapd-empty"])
def test_layout_1_is_refused_with_the_program_that_reads_it(path: Path) -> None:
    with pytest.raises(UnreadableError) as refused:
        read_file(path)
    assert refused.value.instead == "nfdump"
    assert "layout 1" in refused.value.reason


def element(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, 4 + len(body)) + body


def flow(*elements: bytes, flags_: int = 0, system: int = 1) -> bytes:
    body = b"".join(elements)
    return struct.pack("<HHHBBHBB", 11, 12 + len(body), len(elements), 0, 0, system, flags_, 10) + body


def generic(
    protocol: int = 6, src_port: int = 40000, dst_port: int = 443, packets: int = 3, size: int = 300, status: int = 0
) -> bytes:
    times = (1_700_000_000_000, 1_700_000_001_000, 0)
    return element(1, struct.pack("<QQQQQHHBBBB", *times, packets, size, src_port, dst_port, protocol, 2, status, 0))


def four(src: int = 0x0A000001, dst: int = 0xC0000201) -> bytes:
    return element(2, struct.pack("<II", src, dst))


def made(*records: bytes) -> bytes:
    """A whole file of one block."""
    block = b"".join(records)
    header = struct.pack("<HHIqBBHIqII", 0xA50C, 2, 0x01070100, 0, 0, 0, 0, 1, 0, 0, 1)
    return header + struct.pack("<IIHH", len(records), len(block), 3, 0) + block


def test_a_flow_of_every_element_that_tells_something() -> None:
    row = read(
        made(
            flow(
                generic(status=64),
                four(),
                element(4, struct.pack("<IIBBBBBBH", 7, 8, 0, 0, 0, 0, 1, 0, 0)),
                element(5, struct.pack("<QQQ", 1, 5, 500)),
                element(12, struct.pack("<I", 0xC0000202)),
                element(20, struct.pack("<II", 0xB90F3801, 0xC0000201)),
                element(22, struct.pack("<HH", 1024, 443)),
            )
        )
    ).rows[0]
    assert (row["src"], row["dst"], row["nat_src"], row["nat_dst"]) == ("10.0.0.1", "192.0.2.1", "185.15.56.1", None)
    assert (row["nat_src_port"], row["nat_dst_port"]) == (1024, None)
    assert (row["packets"], row["bytes"], row["reply_packets"], row["reply_bytes"]) == (3, 300, 5, 500)
    assert (row["biflow"], row["outcome"], row["tcp_flags"], row["exporter"]) == (1, 1, 2, "192.0.2.2")
    assert (row["in_interface"], row["out_interface"], row["sampling"]) == (7, 8, 0)


def test_an_ipv6_flow_with_translation_and_an_ipv6_exporter() -> None:
    six = element(3, struct.pack("<QQQQ", 0x20010DB8 << 32, 1, 0x20010DB8 << 32, 2))
    nat = element(21, struct.pack("<QQQQ", 0x20010DB8 << 32, 9, 0x20010DB8 << 32, 2))
    exporter = element(13, struct.pack("<QQ", 0x20010DB8 << 32, 0xFE))
    row = read(made(flow(generic(), six, nat, exporter))).rows[0]
    assert (row["src"], row["dst"], row["nat_src"]) == ("2001:db8::1", "2001:db8::2", "2001:db8::9")
    assert (row["nat_dst"], row["exporter"]) == (None, "2001:db8::fe")


@pytest.mark.parametrize(
    ("elements", "outcome"),
    [
        ((generic(status=128),), 2),
        ((generic(status=129),), 2),
        ((generic(status=192),), 1),
        ((generic(), element(19, struct.pack("<QIHBB", 0, 0, 0, 3, 0))), 2),
        ((generic(), element(19, struct.pack("<QIHBB", 0, 0, 0, 1, 0))), 1),
        ((generic(), element(37, bytes((1,)) + bytes(23))), 2),
        ((generic(), element(37, bytes((0,)) + bytes(23))), 1),
    ],
)
def test_what_became_of_a_flow(elements: tuple[bytes, ...], outcome: int) -> None:
    assert read(made(flow(four(), *elements))).rows[0]["outcome"] == outcome


def sampler(taken: int, left_out: int, *, system: int = 1, number: int = -1) -> bytes:
    return struct.pack("<HHHHqII", 15, 24, system, 1, number, taken, left_out)


def test_counters_that_nfcapd_multiplied_are_divided_again() -> None:
    rows = read(made(sampler(1, 99), flow(generic(packets=300, size=30_000), four(), flags_=2))).rows
    assert [(row["packets"], row["bytes"], row["sampling"]) for row in rows] == [(3, 300, 100)]


def test_a_flow_that_names_its_sampler() -> None:
    chosen = element(18, struct.pack("<QHHI", 7, 1, 0, 0))
    file = made(sampler(1, 9), sampler(1, 999, number=7), flow(generic(), four(), chosen, flags_=2))
    assert read(file).only("packets", "sampling") == [(0, 1000)]


def test_a_sampled_flow_of_unknown_rate_says_so() -> None:
    assert read(made(flow(generic(), four(), flags_=2))).only("packets", "sampling") == [(3, 0)]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (flow(generic()), "a flow record has no addresses"),
        (flow(four()), "a flow record has no times and counters"),
        (flow(generic(), struct.pack("<HH", 2, 3) + bytes(8)), "an element of a flow record is cut off"),
        (flow(generic(), element(2, bytes(4))), "an element of a flow record is shorter than its type"),
        (struct.pack("<HHH", 11, 6, 1), "a flow record is shorter than its header"),
        (struct.pack("<HH", 99, 4), "record type 99 is not known"),
        (struct.pack("<HH", 10, 4), "a flow record of nfdump 1.6"),
    ],
)
def test_a_malformed_record_is_set_aside_and_the_next_one_read(record: bytes, reason: str) -> None:
    found = read(made(record, flow(generic(), four())))
    assert found.reasons == {reason: 1}
    assert len(found.rows) == 1
    assert found.quarantined[0].excerpt[: len(record)] == record[:48]


def test_a_size_that_does_not_fit_ends_the_block_and_the_rest_is_counted() -> None:
    good = flow(generic(), four())
    found = read(made(good, struct.pack("<HH", 11, 60_000) + bytes(40), good, good))
    assert len(found.rows) == 1
    assert found.reasons == {"the size of a record does not fit its block": 3}


def test_a_file_that_ends_early_says_where() -> None:
    whole = made(flow(generic(), four()), flow(generic(), four()))
    cut = read(whole[:-10])
    assert cut.reasons == {"the file ends inside a block": 2}
    assert read(whole[:45]).reasons == {
        "the file ends inside the header of a block": 1,
        "the file ends before all blocks that its header tells of": 1,
    }
    none = read(whole[:40])
    assert none.reasons == {"the file ends before all blocks that its header tells of": 1}


@pytest.mark.parametrize("compression", [1, 2, 3, 4])
def test_a_damaged_block_is_counted_with_its_records(compression: int) -> None:
    found = read(with_bytes(made(*(flow(generic(), four()),) * 4), 16, bytes((compression,))))
    assert not found.rows
    assert found.reading.quarantined == 4


@pytest.mark.parametrize(
    ("at", "new", "why"),
    [
        (16, b"\x09", "compression 9"),
        (17, b"\x01", "encrypted"),
        (2, b"\x03", "layout 3"),
        (0, b"\xa5\x0c\x00\x02", "big-endian"),
    ],
)
def test_what_cannot_be_read_at_all_is_refused(at: int, new: bytes, why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        read(with_bytes(made(flow(generic(), four())), at, new))


def test_a_file_that_ends_inside_its_header_is_refused() -> None:
    with pytest.raises(UnreadableError, match="ends inside its header"):
        read(made()[:20])


def test_many_exporters_keep_their_names() -> None:
    records = [flow(generic(), four(), element(12, struct.pack("<I", each))) for each in range(3000)]
    rows = read(made(*records)).rows
    assert [row["exporter"] for row in rows[255:258]] == ["0.0.0.255", "0.0.1.0", "0.0.1.1"]


def test_records_fill_several_batches_in_order() -> None:
    found = read(made(*(flow(generic(), four(src=each)) for each in range(70_000))))
    assert found.reading.records == 70_000
    assert found.rows[69_999]["src"] == "0.1.17.111"


def test_a_sampling_rate_out_of_bounds_is_told() -> None:
    found = read(made(sampler(1, 0xFFFFFFF0), flow(generic(), four(), flags_=2)))
    assert found.reasons == {"a value of a flow record is out of bounds": 1}


def test_batches_that_are_kept_do_not_change_when_later_ones_are_read() -> None:
    data = made(*(flow(generic(), four(src=each)) for each in range(70_000)))
    reader = named("nfcapd")
    kept = [each for each in reader.read(FlowFile("a test", io.BytesIO(data))) if isinstance(each, pa.RecordBatch)]
    assert [each.num_rows for each in kept] == [65_536, 4464]
    assert kept[0].column("src").to_pylist() == list(range(65_536))
    assert kept[1].column("src").to_pylist() == list(range(65_536, 70_000))

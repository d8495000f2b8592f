"""Real captures of export datagrams: read as nfacctd reads them, and as two other readers do."""

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import netflow  # type: ignore[import-untyped]
import pytest

from isthmus.observe.readers import FlowFile
from isthmus.observe.readers.datagrams.capture import Capture, Datagrams
from tests.observe.readers.workshop import FLOWS, Row, collect, named, needs_real_data, read_file

PROTOCOLS = {"udp": 17, "tcp": 6, "icmp": 1, "ipv6-icmp": 58, "vrrp": 112, "ospf": 89, "igmp": 2, "esp": 50, "gre": 47}
FLAGS = {"FIN": 1, "SYN": 2, "RST": 4, "PSH": 8, "ACK": 16, "URG": 32, "ECE": 64, "CWR": 128}
OUTCOMES = {"UNKNOWN": 0, "FORWARDED": 1, "DROPPED": 2, "CONSUMED": 1}


def as_nfacctd_says(line: str) -> tuple[Any, ...]:
    flow = json.loads(line)
    protocol = PROTOCOLS.get(flow["ip_proto"]) or int(flow["ip_proto"])
    return (
        flow["ip_src"],
        flow["ip_dst"],
        protocol,
        flow["port_src"],
        flow["port_dst"],
        sum(FLAGS[each] for each in flow["tcp_flags"]) if protocol == 6 and flow["tcp_flags"] else None,
        flow["packets"],
        flow["bytes"],
        flow["iface_in"],
        flow["iface_out"],
        OUTCOMES[flow["fwd_status"].split()[0]],
    )


def as_we_say(row: Row) -> tuple[Any, ...]:
    scale = max(row["sampling"], 1)
    return (
        row["src"],
        row["dst"],
        row["protocol"],
        row["src_port"],
        row["dst_port"],
        row["tcp_flags"] if row["tcp_flags"] > 0 else None,
        row["packets"] * scale,
        row["bytes"] * scale,
        row["in_interface"],
        row["out_interface"],
        row["outcome"],
    )


def summed(flows: list[tuple[Any, ...]]) -> dict[tuple[Any, ...], tuple[int, int]]:
    """Counters by everything else, since nfacctd adds up what is equal."""
    sums: dict[tuple[Any, ...], tuple[int, int]] = {}
    for flow in flows:
        key = flow[:6] + flow[8:]
        packets, size = sums.get(key, (0, 0))
        sums[key] = (packets + flow[6], size + flow[7])
    return sums


@needs_real_data
@pytest.mark.parametrize(
    "case",
    [
        "100-IPFIXv10-CISCO",
        "101-NFv9-CISCO-cust_primitives",
        "103-IPFIXv10-CISCO-pretag-JSON_encoding",
        "104-IPFIXv10-IPv6-CISCO-sampling_option",
        "111-IPFIXv10-NFv9-IPv6-IPv4-mix_sources",
    ],
)
def test_real_exports_are_read_as_nfacctd_reads_them(case: str) -> None:
    folder = FLOWS / "pmacct" / case
    told = [as_nfacctd_says(line) for line in (folder / "output-flow-00.json").read_text().splitlines()]
    read = [read_file(path) for path in sorted(folder.glob("*.pcap"))]
    rows = [as_we_say(row) for each in read for row in each.rows]
    assert summed(rows) == summed(told)
    assert all(not each.quarantined for each in read)


@needs_real_data
def test_times_are_within_a_second_of_those_of_nfacctd() -> None:
    folder = FLOWS / "pmacct" / "101-NFv9-CISCO-cust_primitives"
    told: dict[tuple[str, int], set[int]] = {}
    for line in (folder / "output-flow-00.json").read_text().splitlines():
        flow = json.loads(line)
        told.setdefault((flow["ip_dst"], flow["port_dst"]), set()).add(round(float(flow["timestamp_start"]) * 1000))
    rows = read_file(folder / "traffic-00.pcap").rows
    assert rows
    for row in rows:
        assert any(abs(row["start_ms"] - each) <= 1000 for each in told[row["dst"], row["dst_port"]])


def payloads(path: Path) -> list[bytes]:
    found = []
    for piece in Capture(io.BytesIO(path.read_bytes())).pieces():
        if isinstance(piece, Datagrams):
            found += [bytes(piece.data[row[0] : row[1]]) for row in piece.table]
    return found


def as_netflow_says(path: Path) -> list[tuple[Any, ...]]:
    """The same capture by the package ``netflow``, with its names of fields."""
    templates: dict[str, dict[Any, Any]] = {"netflow": {}, "ipfix": {}}
    found = []
    for payload in payloads(path):
        for flow in netflow.parse_packet(payload, templates).flows:
            data = flow.data
            source = data.get("IPV4_SRC_ADDR", data.get("IPV6_SRC_ADDR"))
            target = data.get("IPV4_DST_ADDR", data.get("IPV6_DST_ADDR"))
            counts = data.get("IN_PACKETS", data.get("IN_PKTS")), data.get("IN_OCTETS", data.get("IN_BYTES"))
            ports = data.get("SRC_PORT", data.get("L4_SRC_PORT")), data.get("DST_PORT", data.get("L4_DST_PORT"))
            found.append((text(source), text(target), data.get("PROTO", data.get("PROTOCOL")), *ports, *counts))
    return found


def text(address: Any) -> str:
    from ipaddress import ip_address

    return str(ip_address(address))


@needs_real_data
@pytest.mark.parametrize("path", ["akvorado/netflow/nfv5.pcap", "lab-a/export-datagrams-v9.pcap"])
def test_another_reader_reads_the_same(path: str) -> None:
    told = as_netflow_says(FLOWS / path)
    rows = read_file(FLOWS / path).rows
    ours = [
        (*(row[each] for each in ("src", "dst", "protocol", "src_port", "dst_port", "packets", "bytes")),)
        for row in rows
        if row["protocol"] in (6, 17)
    ]
    assert len(ours) > 20
    assert Counter(ours) == Counter(each for each in told if each[2] in (6, 17))


@needs_real_data
def test_the_lab_is_read_from_its_datagrams_as_from_its_nfcapd_file() -> None:
    columns = ("src", "dst", "protocol", "src_port", "dst_port", "packets", "bytes")
    collected = Counter(read_file(FLOWS / "lab-a" / "nfcapd-prodpub.lz4").only(*columns))
    read = read_file(FLOWS / "lab-a" / "export-datagrams-v9.pcap")
    assert collected - Counter(read.only(*columns)) == Counter()
    assert not read.quarantined
    assert not read.reading.lost


def with_definitions(path: str, *definitions: str) -> Any:
    file = FlowFile(
        path,
        io.BytesIO((FLOWS / path).read_bytes()),
        definitions=[io.BytesIO((FLOWS / each).read_bytes()) for each in definitions],
    )
    return collect(named("datagrams").read(file))


@needs_real_data
def test_data_without_its_template_is_counted_and_read_once_the_template_is_given() -> None:
    folder = "akvorado/netflow"
    alone = with_definitions(f"{folder}/data.pcap")
    assert not alone.rows
    assert alone.reasons == {"data records whose template never came": 1}
    row = with_definitions(f"{folder}/data.pcap", f"{folder}/template.pcap").rows[0]
    assert (row["src"], row["dst"]) == ("198.38.121.178", "91.170.143.87")
    assert (row["src_port"], row["dst_port"], row["packets"], row["bytes"]) == (443, 19624, 1, 1500)


@needs_real_data
def test_the_sampling_rate_of_option_data_is_that_of_the_records() -> None:
    folder = "akvorado/netflow"
    definitions = [f"{folder}/{each}.pcap" for each in ("options-template", "options-data", "template")]
    read = with_definitions(f"{folder}/data.pcap", *definitions)
    assert {row["sampling"] for row in read.rows} == {30_000}
    read = with_definitions(f"{folder}/samplingrate-data.pcap", f"{folder}/samplingrate-template.pcap")
    assert {row["sampling"] for row in read.rows} == {2048}


@needs_real_data
def test_translation_events_tell_both_sides() -> None:
    row = read_file(FLOWS / "akvorado" / "netflow" / "nat.pcap").rows[0]
    assert (row["src"], row["nat_src"], row["nat_src_port"]) == ("172.16.100.198", "10.143.52.29", None)
    assert (row["dst"], row["nat_dst"]) == ("10.89.87.1", None)


@needs_real_data
@pytest.mark.parametrize(
    ("name", "rows"),
    [("data-1140", 4), ("data-icmpv4", 1), ("data-icmpv6", 1), ("data-qinq", 1), ("data-sflow-ipv4-data", 1)],
)
def test_samples_of_sflow(name: str, rows: int) -> None:
    read = read_file(FLOWS / "akvorado" / "sflow" / f"{name}.pcap")
    assert not read.quarantined
    assert len(read.rows) >= rows
    assert all(row["packets"] == 1 and row["bytes"] > 0 and row["sampling"] > 0 for row in read.rows)


@needs_real_data
@pytest.mark.parametrize("name", ["ipv6", "wikipedia", "Teredo", "mixed-vlan-mpls"])
def test_a_capture_of_other_traffic_holds_no_flow_records(name: str) -> None:
    read = read_file(FLOWS / "zeek" / f"{name}.pcap")
    assert not read.rows
    assert read.reading.skipped

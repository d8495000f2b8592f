"""Formats of lines: pmacct, goflow2, Akvorado, VPC, Zeek, security groups, CSV. One flow, told by each."""

import json
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.observe.readers import UnreadableError
from tests.observe.readers.workshop import FLOWS, needs_real_data, read, read_file

START, END = 1_700_000_000_123, 1_700_000_001_456
FLOW = {
    "src": "172.16.5.10",
    "dst": "208.80.154.142",
    "src_port": 40_000,
    "dst_port": 2049,
    "protocol": 6,
    "packets": 7,
    "bytes": 700,
}

PMACCT = {
    "ip_src": "172.16.5.10",
    "ip_dst": "208.80.154.142",
    "port_src": 40000,
    "port_dst": 2049,
    "ip_proto": "tcp",
    "tcp_flags": "18",
    "timestamp_start": "1700000000.123",
    "timestamp_end": "1700000001.456789",
    "packets": 7,
    "bytes": 700,
    "peer_ip_src": "192.0.2.1",
    "iface_in": 3,
    "iface_out": 4,
    "sampling_rate": 100,
    "fwd_status": "FORWARDED Unknown",
    "post_nat_ip_src": "185.15.56.1",
    "post_nat_port_src": 1024,
    "post_nat_ip_dst": "208.80.154.142",
    "label": {"a": ["b", "}"]},
}
GOFLOW2 = {
    "type": "NETFLOW_V9",
    "time_received_ns": 1700000002000000000,
    "sequence_num": 1,
    "sampling_rate": 100,
    "sampler_address": "192.0.2.1",
    "time_flow_start_ns": 1700000000123000000,
    "time_flow_end_ns": 1700000001456000000,
    "bytes": 700,
    "packets": 7,
    "src_addr": "172.16.5.10",
    "dst_addr": "208.80.154.142",
    "etype": "IPv4",
    "proto": "TCP",
    "src_port": 40000,
    "dst_port": 2049,
    "in_if": 3,
    "out_if": 4,
    "tcp_flags": 18,
    "forwarding_status": 64,
}
GOFLOW = {
    "Type": "NETFLOW_V9",
    "TimeReceived": 1700000002,
    "SamplingRate": 100,
    "SamplerAddress": "192.0.2.1",
    "TimeFlowStartMs": START,
    "TimeFlowEndMs": END,
    "Bytes": 700,
    "Packets": 7,
    "SrcAddr": "172.16.5.10",
    "DstAddr": "208.80.154.142",
    "Etype": 2048,
    "Proto": 6,
    "SrcPort": 40000,
    "DstPort": 2049,
    "InIf": 3,
    "OutIf": 4,
    "TCPFlags": 18,
    "ForwardingStatus": 64,
}
AKVORADO = {
    "TimeReceived": "2023-11-14 22:13:20",
    "SamplingRate": "100",
    "ExporterAddress": "::ffff:192.0.2.1",
    "SrcAddr": "::ffff:172.16.5.10",
    "DstAddr": "::ffff:208.80.154.142",
    "SrcPort": 40000,
    "DstPort": 2049,
    "Proto": 6,
    "Bytes": "700",
    "Packets": "7",
    "ForwardingStatus": 64,
    "SrcAddrNAT": "::ffff:185.15.56.1",
    "DstAddrNAT": "::",
    "SrcPortNAT": 1024,
    "TCPFlags": 18,
    "EType": 2048,
}


def as_line(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode() + b"\n"


@pytest.mark.parametrize(
    ("value", "start", "end"),
    [
        (PMACCT, START, END),
        (GOFLOW2, START, END),
        (GOFLOW, START, END),
        (AKVORADO, 1_700_000_000_000, 1_700_000_000_000),
    ],
    ids=["pmacct", "goflow2", "goflow", "akvorado"],
)
def test_one_flow_as_json(value: dict[str, Any], start: int, end: int) -> None:
    row = read(as_line(value) * 2).rows[1]
    assert {key: row[key] for key in FLOW} == FLOW
    assert (row["start_ms"], row["end_ms"], row["tcp_flags"], row["sampling"]) == (start, end, 18, 100)
    assert (row["exporter"].removeprefix("::ffff:"), row["outcome"], row["record"]) == ("192.0.2.1", 1, 2)
    if "in_if" in value or "iface_in" in value:
        assert (row["in_interface"], row["out_interface"]) == (3, 4)
    if "post_nat_ip_src" in value or "SrcAddrNAT" in value:
        assert (row["nat_src"], row["nat_src_port"], row["nat_dst"]) == ("185.15.56.1", 1024, None)


@pytest.mark.parametrize("separator", [",", "\t"])
def test_one_flow_of_akvorado_as_a_table(separator: str) -> None:
    text = separator.join(AKVORADO) + "\n" + separator.join(map(str, AKVORADO.values())) + "\n"
    row = read(text.encode()).rows[0]
    assert {key: row[key] for key in FLOW} == FLOW
    assert (row["sampling"], row["nat_src"], row["record"]) == (100, "185.15.56.1", 2)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"ip_src": "1.2.3"}, "an address is not one"),
        ({"ip_src": "2001:db8::1"}, "the addresses of a line are of both IP versions"),
        ({"ip_src": None}, "a line has no addresses"),
        ({"ip_proto": "carrier-pigeon"}, "a protocol is not known"),
        ({"ip_proto": 256}, "a value is out of bounds"),
        ({"port_src": 65536}, "a port is not a number up to 65535"),
        ({"port_src": -5}, "a port is not a number up to 65535"),
        ({"tcp_flags": "xyz"}, "TCP flags are not known"),
        ({"timestamp_start": "yesterday"}, "a time is not one"),
        ({"timestamp_start": "99999999999999"}, "a value is out of bounds"),
        ({"bytes": 1e30}, "a counter is not a number"),
        ({"sampling_rate": "some"}, "a number is not one"),
        ({"fwd_status": "LOST"}, "what became of the flow is not known"),
    ],
)
def test_a_malformed_line_is_set_aside_and_the_next_one_read(line: dict[str, Any], reason: str) -> None:
    found = read(as_line(PMACCT) + as_line(PMACCT | line) + as_line(PMACCT))
    assert found.reasons == {reason: 1}
    assert [row["record"] for row in found.rows] == [1, 3]
    assert found.quarantined[0].record == 2


@pytest.mark.parametrize(
    "text",
    [
        b'{"ip_src": "1.2.3.4"',
        b'{"ip_src": "1.2.3.4",}',
        b'["ip_src"]',
        b"nonsense",
        b'{"a" "b"}',
        b'{"a": tru}',
        b'{"a": 01}',
        b'{"a": "b\\x"}',
        b'{"a": [}',
        b'{"a": {"b": 1]}',
        b"{} {}",
        b'{"a": 1.}',
        b'{"a": -}',
        b"{a: 1}",
        b'{"a": "\\u12G4"}',
        b'{"a": 1} x',
        b'{"a": "' + b"\x01" + b'"}',
    ],
)
def test_what_is_no_json_is_set_aside(text: bytes) -> None:
    found = read(as_line(PMACCT) + text + b"\n", "pmacct")
    assert found.reasons == {"a line is no JSON object": 1}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(max_size=8).filter(lambda key: key not in PMACCT), JSON, max_size=5), st.booleans())
def test_whatever_else_an_object_holds_does_not_matter(others: dict[str, Any], compact: bool) -> None:
    separators = (",", ":") if compact else (", ", " : ")
    text = json.dumps(others | PMACCT, separators=separators, ensure_ascii=compact)
    row = read(text.encode() + b"\n", "pmacct").rows[0]
    assert {key: row[key] for key in FLOW} == FLOW


@given(st.binary(max_size=12), st.integers(0, 400))
def test_a_line_that_python_cannot_read_as_json_is_no_flow(change: bytes, at: int) -> None:
    whole = json.dumps(PMACCT).encode()
    text = (whole[:at] + change + whole[at + len(change) :]).replace(b"\n", b" ")
    found = read(text + b"\n", "pmacct")
    assert len(found.rows) + found.reading.quarantined <= 1
    try:
        json.loads(text)
    except (ValueError, UnicodeDecodeError):
        inside = text[text.find(b"{", 1) : text.find(b"}}") + 1]
        assert not found.rows or not _is_strict(inside) or not _is_text(text)


def _is_strict(inside: bytes) -> bool:
    """What is inside of a nested value is not checked but for its brackets and strings."""
    try:
        json.loads(inside)
    except (ValueError, UnicodeDecodeError):
        return False
    return True


def _is_text(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


VPC = (
    b"2 123456789010 eni-1 172.16.5.10 208.80.154.142 40000 2049 6 7 700 1700000000 1700000001 REJECT OK\n"
    b"2 123456789010 eni-2 - - - - - - - 1700000000 1700000001 - NODATA\n"
)


def test_vpc_lines_of_the_default_format_need_no_header() -> None:
    found = read(VPC)
    assert {key: found.rows[0][key] for key in FLOW} == FLOW
    assert (found.rows[0]["outcome"], found.rows[0]["sampling"], found.rows[0]["exporter"]) == (2, 1, "eni-1")
    assert found.reading.skipped == {"NODATA": 1}


@needs_real_data
def test_vpc_logs_of_both_kinds() -> None:
    default = read_file(FLOWS / "vpc" / "vpc-v2-default.log")
    assert default.only("src", "dst_port", "packets", "outcome", "record") == [
        ("198.51.100.1", 49152, 10, 1, 2),
        ("192.0.2.1", 443, 20, 1, 3),
        ("192.0.2.1", 443, 20, 2, 4),
    ]
    assert default.reading.skipped == {"NODATA": 1, "SKIPDATA": 1}
    custom = read_file(FLOWS / "vpc" / "vpc-v3-custom-order.log")
    assert custom.only("src", "dst", "src_port", "dst_port", "tcp_flags", "bytes") == [
        ("192.168.0.1", "172.18.160.93", 443, 47460, 19, 6392),
        ("172.18.160.9", "192.168.0.1", 8088, 443, 3, 1698),
    ]


def test_a_vpc_line_with_a_field_too_few_is_set_aside() -> None:
    found = read(VPC + VPC.partition(b"\n")[0].rpartition(b" ")[0] + b"\n")
    assert found.reasons == {"a line has not as many fields as its header": 1}


@needs_real_data
def test_a_line_of_ovn() -> None:
    row = read_file(FLOWS / "neutron" / "ovn-controller-acl.log").rows[0]
    assert (row["src"], row["dst"], row["protocol"], row["icmp_type"]) == ("10.0.0.67", "192.168.100.11", 1, 8)
    assert (row["outcome"], row["packets"], row["bytes"], row["start_ms"]) == (1, 1, -1, 1_673_200_648_000)
    assert row["exporter"].startswith("neutron-e9ebf19c")


def test_lines_of_security_groups() -> None:
    start = b'2023-11-14T22:13:20.123Z|00094|acl_log(ovn_pinctrl0)|INFO|name="group", verdict=drop, severity=info, '
    tcp6 = start + (
        b"direction=to-lport: tcp6,vlan_tci=0x0000,dl_src=fa:16:3e:d3:b4:48,ipv6_src=2001:db8::1,ipv6_dst=2001:db8::2,"
        b"ipv6_label=0x00000,tp_src=40000,tp_dst=22,tcp_flags=syn\n"
    )
    agent = (
        b"2023-11-14 22:13:20.123 42 INFO neutron.logapi [-] action=ACCEPT project_id=p log_resource_ids=['r'] "
        b"vm_port=port-1 pkt=ethernet(dst='fa:16:3e:ec:36:32',ethertype=2048,src='fa:16:3e:50:aa:b5')ipv4(csum=62071,"
        b"dst='10.0.0.4',flags=2,proto=6,src='172.24.4.10',total_length=60,ttl=63,version=4)tcp(ack=0,bits=2,"
        b"dst_port=22,src_port=47264,window_size=14600)\n"
    )
    columns = ("src", "dst", "src_port", "dst_port", "tcp_flags", "outcome", "exporter", "start_ms")
    assert read(tcp6 + b"something else\n").only(*columns) == [
        ("2001:db8::1", "2001:db8::2", 40_000, 22, 2, 2, "group", START),
    ]
    assert read(agent).only(*columns) == [("172.24.4.10", "10.0.0.4", 47_264, 22, 2, 1, "port-1", START)]
    bad = read(tcp6 + b"x|acl_log(\n" + tcp6.replace(b"tp_dst=22", b"tp_dst=2x2"))
    assert sorted(bad.reasons.values()) == [1, 1]


def unmasked(path: Path) -> bytes:
    """Zeek's own baselines hide their times."""
    return path.read_bytes().replace(b"XXXXXXXXXX.XXXXXX", b"1700000000.123456")


@needs_real_data
@pytest.mark.parametrize("path", sorted((FLOWS / "zeek").glob("*.log")), ids=lambda path: path.name)
def test_logs_of_zeek_by_tabs_and_as_json_tell_the_same(path: Path) -> None:
    lines = unmasked(path).decode().splitlines()
    names = next(line for line in lines if line.startswith("#fields")).split("\t")[1:]
    told = [dict(zip(names, line.split("\t"), strict=True)) for line in lines if not line.startswith("#")]
    found = read(unmasked(path))
    assert not found.quarantined
    assert [row["src"] for row in found.rows] == [each["id.orig_h"] for each in told]
    assert [row["packets"] for row in found.rows] == [int(each["orig_pkts"]) for each in told]
    assert [row["reply_bytes"] for row in found.rows] == [int(each["resp_ip_bytes"]) for each in told]
    text = {key: lambda value: value for key in ("uid", "proto", "id.orig_h", "id.resp_h", "conn_state", "history")}
    as_json = [
        {
            key: value if key in text else float(value) if "." in value else int(value)
            for key, value in each.items()
            if value != "-" and (key in text or value.replace(".", "").isdigit())
        }
        for each in told
    ]
    again = read(b"".join(map(as_line, as_json)))
    assert [each | {"record": 0} for each in again.rows] == [each | {"record": 0} for each in found.rows]


def test_a_connection_of_zeek() -> None:
    header = (
        "#separator \\x09\n#unset_field\t-\n#path\tconn\n#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto"
        "\tduration\torig_bytes\tresp_bytes\tconn_state\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\n"
    )
    tcp = "1700000000.123\t172.16.5.10\t40000\t208.80.154.142\t2049\ttcp\t1.333\t1\t2\tSF\tShADadFf\t7\t700\t5\t500\n"
    ping = "1700000000.123\tfe80::1\t128\tfe80::2\t3\ticmp\t-\t-\t-\tOTH\t-\t1\t-\t0\t0\n"
    refused = tcp.replace("SF\tShADadFf", "REJ\tSr")
    found = read((header + tcp + ping + header + refused).encode())
    first, second, third = found.rows
    assert {key: first[key] for key in FLOW} == FLOW
    assert (first["end_ms"], first["reply_bytes"], first["biflow"], first["tcp_flags"]) == (END, 500, 1, 19)
    assert (second["protocol"], second["icmp_type"], second["icmp_code"], second["bytes"]) == (58, 128, 3, -1)
    assert (first["outcome"], second["outcome"], third["outcome"]) == (1, 0, 2)
    assert [row["record"] for row in found.rows] == [5, 6, 11]
    assert found.reading.skipped == {"lines of the header": 8}


needs_nfdump = pytest.mark.skipif(not shutil.which("nfdump"), reason="nfdump is not installed: package nfdump")


@needs_real_data
@needs_nfdump
def test_the_csv_of_nfdump_tells_what_its_file_tells(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.write_bytes((FLOWS / "nfcapd" / "nfcapd.sample").read_bytes())
    done = subprocess.run(
        ["nfdump", "-r", str(copy), "-o", "csv"],
        env=os.environ | {"TZ": "UTC"},
        capture_output=True,
        timeout=60,
        check=True,
    )
    found = read(done.stdout)
    columns = ("src", "dst", "protocol", "src_port", "dst_port", "packets", "bytes", "in_interface", "exporter")
    assert Counter(found.only(*columns)) == Counter(read_file(FLOWS / "nfcapd" / "nfcapd.sample").only(*columns))
    assert not found.quarantined
    assert found.reading.skipped == {"lines of a summary": 3}


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("src,dst,protocol,src_port,dst_port,packets,bytes,start_ms,end_ms", f"{START},{END}"),
        ("sa,da,pr,sp,dp,ipkt,ibyt,ts,te", "2023-11-14 22:13:20.123,2023-11-14T22:13:21.456Z"),
        ("src_ip,dst_ip,proto,sport,dport,pkts,octets,start,end", "1700000000.123,1700000001.456"),
        ("source,destination,protocol,src_port,dst_port,packets,bytes,start_us,duration_ms", f"{START}000,1333"),
        (
            "\ufeffSrc,Dst,Protocol,Src_Port,Dst_Port,Packets,Bytes,first,last",
            '"2023-11-14T23:13:20.123+01:00",1700000001.456',
        ),
        ("src;dst;protocol;src_port;dst_port;packets;bytes;start_ns;end_ns", f"{START}000000;{END}000000"),
    ],
)
def test_one_flow_as_csv(header: str, line: str) -> None:
    ends = "172.16.5.10,208.80.154.142,tcp,40000,2049,7,700,"
    ends = ends.replace(",", ";") if ";" in header else ends
    row = read(f"{header}\r\n{ends}{line}\r\n".encode()).rows[0]
    assert {key: row[key] for key in FLOW} == FLOW
    assert (row["start_ms"], row["end_ms"], row["record"]) == (START, END, 2)


def test_a_header_without_addresses_is_refused() -> None:
    with pytest.raises(UnreadableError, match="does not name the addresses"):
        read(b"src,port,protocol\n", "csv")


def test_lines_longer_than_any_are_read_over() -> None:
    found = read(as_line(PMACCT) + b"x" * (65 * 1024 * 1024) + b"\n" + as_line(PMACCT), "pmacct")
    assert found.reasons == {"a line is longer than 64 MiB": 1}
    assert [row["record"] for row in found.rows] == [1, 3]


def test_many_exporters_and_many_rows() -> None:
    flows = [as_line(PMACCT | {"peer_ip_src": f"exporter-{number % 3000}"}) for number in range(70_000)]
    found = read(b"".join(flows))
    assert found.reading.records == 70_000
    assert all(row["exporter"] == f"exporter-{(row['record'] - 1) % 3000}" for row in found.rows)

"""Small whole inputs of every reader: where fuzzing begins. The real files join them where they are."""

import io
import json
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from isthmus.observe.readers import PEEK, recognise
from tests.observe.readers import test_conntrack, test_datagrams, test_lines, test_nfcapd, test_parquet
from tests.observe.readers.exporter import FIELDS, a_set, flow, ipfix, options, pcap, pcapng, template, udp, v9
from tests.observe.readers.workshop import FLOWS

LARGEST = 64 * 1024
"""Real files up to this size are seeds; of larger ones their beginning."""


def _datagrams() -> list[bytes]:
    told = template(300, *FIELDS, (82, 65535), (315, 65535), (22, 4), (21, 4))
    data = a_set(300, flow() + b"\3eth\4abcd" + bytes(8))
    rates = options(400, 1, (149, 4), (302, 8), (305, 4), (306, 4))
    samples = test_datagrams.sflow(test_datagrams.raw_packet(udp(b"hello")), test_datagrams.sample(2, bytes(16)))
    messages = [
        ipfix(told, data, rates, a_set(400, bytes(20))),
        v9(template(301, *FIELDS, kind=0), a_set(301, flow())),
        samples,
    ]
    frames = [udp(each) for each in messages]
    return [pcap(*frames), pcapng(frames), pcap(*frames, order=">"), pcapng(frames, order=">", resolution=9)]


def _nfcapd() -> list[bytes]:
    one = test_nfcapd.flow(test_nfcapd.generic(), test_nfcapd.four(), test_nfcapd.element(12, b"\1\2\3\4"), flags_=2)
    plain = test_nfcapd.made(test_nfcapd.sampler(1, 9), one, one)
    return [plain, *(test_nfcapd.recompressed(plain, kind) for kind in (3, 4))]


def _lines() -> dict[str, list[bytes]]:
    as_line = test_lines.as_line
    table = ",".join(test_lines.AKVORADO) + "\n" + ",".join(map(str, test_lines.AKVORADO.values())) + "\n"
    zeek = (
        b"#separator \\x09\n#path\tconn\n#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tconn_state\n"
        b"1700000000.1\t10.0.0.1\t5\t192.0.2.1\t443\ttcp\tSF\n"
    )
    keys = {"ts": 1.5, "id.orig_h": "::1", "id.orig_p": 1, "id.resp_h": "::2", "id.resp_p": 2, "proto": "udp"}
    return {
        "pmacct": [as_line(test_lines.PMACCT)],
        "goflow2": [as_line(test_lines.GOFLOW2), as_line(test_lines.GOFLOW)],
        "akvorado": [as_line(test_lines.AKVORADO), table.encode()],
        "vpc": [test_lines.VPC],
        "zeek": [zeek, json.dumps(keys).encode()],
        "csv": [
            b"src,dst,protocol,src_port,dst_port,packets,bytes,start\n"
            b"10.0.0.1,192.0.2.1,tcp,1,2,3,4,2023-11-14 22:13:20\n"
        ],
        "neutron": [
            b'2023-11-14T22:13:20.123Z|00094|acl_log(x)|INFO|name="g", verdict=drop, severity=info, '
            b"direction=to-lport: tcp,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=4,tp_dst=22,tcp_flags=syn\n",
            b"2023-11-14 22:13:20.123 INFO action=ACCEPT log_resource_ids=['r'] vm_port=p pkt=ethernet(dst='a')ipv4("
            b"dst='10.0.0.4',proto=6,src='172.24.4.10')tcp(bits=2,dst_port=22,src_port=47264)\n",
        ],
        "conntrack": [test_conntrack.NEW + test_conntrack.UPDATE + test_conntrack.DESTROY + test_conntrack.LISTED],
    }


def _parquet() -> list[bytes]:
    sink = io.BytesIO()
    table = {"SrcAddr": ["10.0.0.1", "::1"], "DstAddr": ["10.0.0.2", "::2"], "Proto": [6, 17], "Bytes": [1, 2]}
    pq.write_table(pa.table(table), sink)
    return [test_parquet.own(packets=[5, 6]), sink.getvalue()]


def seeds(*, real: bool = False) -> dict[str, list[bytes]]:
    """Inputs by the name of their reader."""
    found = {"datagrams": _datagrams(), "nfcapd": _nfcapd(), "parquet": _parquet(), **_lines()}
    if real and FLOWS.is_dir():
        for path in sorted(each for each in FLOWS.rglob("*") if each.is_file()):
            _add(path, found)
    return found


def _add(path: Path, found: dict[str, list[bytes]]) -> None:
    with path.open("rb") as stream:
        data = stream.read(LARGEST)
    readers = recognise(data[:PEEK])
    if len(readers) == 1 and path.name != "ORIGIN.md":
        found[readers[0].name].append(data)

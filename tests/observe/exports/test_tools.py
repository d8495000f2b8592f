"""Other tools, given our labels, label flows as we do."""

import json
import os
import shutil
import subprocess
from collections import Counter
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from benchmarks.audit_data import World, records
from benchmarks.audit_netflow import capture, collect, datagrams
from isthmus.observe.compile import compile_policy
from isthmus.observe.compiled import CompiledPolicy
from isthmus.observe.exports import clickhouse, nfdump, pmacct
from tests.observe.exports.test_labels import looked_up

ROOT = Path(__file__).resolve().parents[3]
PROGRAMS = f"{os.environ['PATH']}:/usr/sbin"

Address = IPv4Address | IPv6Address
Row = tuple[str, str, int, int, int]
"""Networks of both ends, destination port, packets, octets."""

SPARK = ROOT / ".venv-spark" / "bin" / "python"


def needs(command: str) -> pytest.MarkDecorator:
    is_absent = shutil.which(command, path=PROGRAMS) is None
    return pytest.mark.skipif(is_absent and os.environ.get("CI") != "true", reason=f"{command} is not installed")


@pytest.fixture(scope="module")
def compiled(world: World) -> CompiledPolicy:
    return compile_policy(world.policy)


@pytest.fixture(scope="module")
def world() -> World:
    return World(prefixes=200, declared=50, hosts=300)


@pytest.fixture(scope="module")
def flows(world: World) -> list[pa.RecordBatch]:
    return [*records(world, 2000), *records(world, 1000, 6)]


@pytest.fixture(scope="module")
def labelled(compiled: CompiledPolicy, flows: list[pa.RecordBatch]) -> list[Row]:
    """Networks of both ends, destination port, packets and octets of each record, by our own tables."""
    found: list[Row] = []
    for batch in flows:
        ends = [
            [looked_up(compiled, address) for address in addresses(batch, end)]
            for end in ("src", "dst")
        ]  # fmt: skip
        numbers = [batch.column(name).to_pylist() for name in ("dst_port", "packets", "bytes")]
        found += zip(*ends, *numbers, strict=True)
    return found


def addresses(batch: pa.RecordBatch, end: str) -> list[Address]:
    if end in batch.schema.names:
        return [IPv4Address(bits & 0xFFFFFFFF) for bits in batch.column(end).to_pylist()]
    halves = (batch.column(f"{end}_{half}").to_pylist() for half in ("hi", "lo"))
    low = (1 << 64) - 1
    return [IPv6Address((upper & low) << 64 | (lower & low)) for upper, lower in zip(*halves, strict=True)]


@needs("nfacctd")
def test_pmacct_counts_by_our_networks(
    tmp_path: Path, compiled: CompiledPolicy, flows: list[pa.RecordBatch], labelled: list[Row]
) -> None:
    (tmp_path / "flows.pcap").write_bytes(capture(datagrams(flows)))
    (tmp_path / "networks").write_text(pmacct.write(compiled))
    settings = {
        "daemonize": "false",
        "pcap_savefile": tmp_path / "flows.pcap",
        "nfacctd_as": "file",
        "nfacctd_net": "file",
        "networks_file": tmp_path / "networks",
        "plugins": "print",
        "aggregate": "src_as, dst_as",
        "print_output": "json",
        "print_output_file": tmp_path / "counts.json",
        "print_refresh_time": 3600,
    }
    (tmp_path / "settings").write_text("".join(f"{name}: {value}\n" for name, value in settings.items()))
    nfacctd = shutil.which("nfacctd", path=PROGRAMS)
    assert nfacctd is not None
    command = [nfacctd, "-f", str(tmp_path / "settings")]
    subprocess.run(command, check=True, timeout=60, capture_output=True)
    told = {}
    for line in (tmp_path / "counts.json").read_text().splitlines():
        row = json.loads(line)
        told[row["as_src"], row["as_dst"]] = (row["packets"], row["bytes"])
    number = {name: pmacct.number_of(row) for row, name in enumerate(compiled.names.zones)} | {"internet": 0}
    packets: Counter[tuple[int, int]] = Counter()
    octets: Counter[tuple[int, int]] = Counter()
    for at, (src, dst, _, count, size) in enumerate(labelled):
        pair = (number[src], number[dst]) if at < flows[0].num_rows else (0, 0)  # IPv6 has no labels there
        packets[pair] += count
        octets[pair] += size
    assert told == {pair: (packets[pair], octets[pair]) for pair in packets}
    assert len(told) > 50


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory, flows: list[pa.RecordBatch]) -> Path:
    return collect(datagrams(flows), tmp_path_factory.mktemp("nfcapd"))


def passed(file: Path, text: str, folder: Path) -> int:
    """How many flows nfdump's filter lets through."""
    (folder / "filter").write_text(text)
    command = ["nfdump", "-r", str(file), "-f", str(folder / "filter"), "-o", "null"]
    told = subprocess.run(command, check=True, timeout=60, capture_output=True, text=True).stdout
    (line,) = [each for each in told.splitlines() if each.startswith("Total flows processed")]
    return int(line.split("passed: ")[1].split(",")[0])


@needs("nfcapd")
def test_nfdump_finds_what_crosses(
    tmp_path: Path, world: World, compiled: CompiledPolicy, collected: Path, labelled: list[Row]
) -> None:
    realm = {zone.id: zone.end.realm for zone in world.policy.zones}
    wanted = [row for row in labelled if {row[0], row[1]} <= realm.keys() and realm[row[0]] != realm[row[1]]]
    assert passed(collected, nfdump.write(compiled), tmp_path) == len(wanted) > 100


@needs("nfcapd")
def test_nfdump_finds_one_pair(tmp_path: Path, compiled: CompiledPolicy, collected: Path, labelled: list[Row]) -> None:
    clients, services, ports = {"vps-private", "cloud-hosts"}, {"prod-private", "prod-mgmt"}, {22, 443}
    wanted = [row for row in labelled if row[0] in clients and row[1] in services and row[2] not in ports]
    text = nfdump.between(compiled, clients, services, ports)
    assert passed(collected, text, tmp_path) == len(wanted) > 0
    assert passed(collected, nfdump.between(compiled, {"no such network"}, services), tmp_path) == 0


@pytest.mark.skipif(not SPARK.exists() and os.environ.get("CI") != "true", reason="tools/setup-spark was not run")
def test_clickhouse_labels_as_we_do(
    tmp_path: Path, compiled: CompiledPolicy, flows: list[pa.RecordBatch], labelled: list[Row]
) -> None:
    """A table like Akvorado's, in which addresses are IPv6; IPv4 ones are mapped."""
    rows = []
    for batch in flows:
        ends = zip(addresses(batch, "src"), addresses(batch, "dst"), strict=True)
        rows += [tuple(f"'{'::ffff:' if end.version == 4 else ''}{end}'" for end in pair) for pair in ends]
    values = ",".join(f"({src}, {dst}, {at})" for at, (src, dst) in enumerate(rows))
    statements = [
        "CREATE TABLE flows (SrcAddr IPv6, DstAddr IPv6, Number UInt32) ENGINE = Memory",
        f"INSERT INTO flows VALUES {values}",  # noqa: S608 - addresses that the test made
        clickhouse.write(compiled).rstrip("\n;"),
        "SELECT SrcNetwork, DstNetwork, SrcRealm FROM flows_by_network ORDER BY Number",
    ]
    (tmp_path / "ask.sql").write_text(";\n".join(statements))
    command = [str(SPARK), str(Path(__file__).with_name("ask_clickhouse.py")), str(tmp_path / "ask.sql")]
    done = subprocess.run(command, timeout=120, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = [json.loads(line) for line in done.stdout.splitlines()]
    realm = dict(zip(compiled.names.zones, _realms(compiled), strict=True)) | {"": ""}
    wanted = [["" if name == "internet" else name for name in row[:2]] for row in labelled]
    assert [row[:2] for row in told] == wanted
    assert all(row[2] == realm[row[0]] for row in told)


def _realms(compiled: CompiledPolicy) -> list[str]:
    names, tables = compiled.names, compiled.tables
    by_zone = dict(zip(tables.place_zone.tolist(), tables.place_class.tolist(), strict=True))
    return [names.classes[by_zone[row]].realm if row in by_zone else "" for row in range(len(names.zones))]

"""Spark and Sail count what the embedded engine counts, to the byte."""

import json
import os
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from benchmarks.audit_netflow import capture, datagrams
from isthmus.observe.aggregate import State
from isthmus.observe.classify import Classifier
from isthmus.observe.compile import compile_policy
from isthmus.observe.compiled import CompiledPolicy
from isthmus.observe.engines.parcels import PARCEL, PARCEL_SQL, joined, pack, unpack
from isthmus.observe.engines.spark import Task, deal, run
from isthmus.observe.engines.tables import records_in
from isthmus.observe.persist import to_plain
from isthmus.observe.readers import Item, Quarantined, UnreadableError
from isthmus.observe.results import InputRead
from isthmus.observe.schema import FLOWS_V4, batch
from isthmus.sources.flows import Asked
from isthmus.workflows import audit_spark
from tests.observe import synthetic
from tests.observe.engines_spark.program import FILES, POLICY, TABLE, of

Told = dict[str, Any]
"""What the program of this folder prints: counts, and inputs."""

ROOT = Path(__file__).resolve().parents[3]
PYTHON = ROOT / ".venv-spark" / "bin" / "python"

needs_spark = pytest.mark.skipif(
    not PYTHON.exists() and os.environ.get("CI") != "true", reason="tools/setup-spark was not run"
)
takes_a_minute = pytest.mark.skipif(
    not {"CI", "ISTHMUS_SPARK"} & os.environ.keys(), reason="takes a minute and Java 17: ISTHMUS_SPARK=1 runs it"
)


@pytest.fixture(scope="module")
def compiled() -> CompiledPolicy:
    return compile_policy(synthetic.policy(3))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, compiled: CompiledPolicy) -> Path:
    """Datagrams, Parquet in three row groups, a file that nobody can read, and a table."""
    made = synthetic.policy(3)
    folder = tmp_path_factory.mktemp("spark")
    files = folder / FILES
    files.mkdir()
    with (folder / POLICY).open("wb") as sink:
        compiled.save(sink)
    for seed in (1, 2):
        flows = _plain(synthetic.flows(seed, made, 4, rows=700))
        (files / f"router{seed}.pcap").write_bytes(capture(datagrams([flows])))
    for version in (4, 6):
        flows = _possible(pa.Table.from_batches([synthetic.flows(version, made, version, rows=1000)]))
        pq.write_table(flows, files / f"flows{version}.parquet", row_group_size=400)
    (files / "notes.txt").write_text("no flow record\n")
    pq.write_table(_as_others_keep_it(synthetic.flows(9, made, 4, rows=1500)), folder / TABLE, row_group_size=500)
    return folder


def _plain(flows: pa.RecordBatch) -> pa.RecordBatch:
    """Without what the datagrams do not tell, and within the day that they can tell of."""
    columns = {name: flows.column(name) for name in ("src", "dst", "protocol", "src_port", "dst_port")}
    rows = flows.num_rows
    start = synthetic.START + np.arange(rows) * 1000
    columns |= {"start_ms": start, "end_ms": start + 10, "packets": np.full(rows, 3), "bytes": np.full(rows, 400)}
    columns |= {"biflow": np.zeros(rows, np.int32), "record": np.arange(rows), "tcp_flags": flows.column("tcp_flags")}
    return batch(FLOWS_V4, columns, rows)


def _possible(table: pa.Table) -> pa.Table:
    """Octets are told or -1, in tables as in files."""
    for name in ("bytes", "reply_bytes"):
        values = np.maximum(table.column(name).to_numpy(), -1)
        table = table.set_column(table.schema.get_field_index(name), table.schema.field(name), pa.array(values))
    return table


def _as_others_keep_it(flows: pa.RecordBatch) -> pa.Table:
    """A table with unsigned columns, text, timestamps, columns in another order, and one that means nothing to us."""
    table = _possible(pa.Table.from_batches([flows]))
    unsigned = table.column("src").to_numpy().view(np.uint32)
    start = table.column("start_ms").cast(pa.timestamp("ms", "UTC"))
    table = table.set_column(table.schema.get_field_index("src"), "src", pa.array(unsigned))
    table = table.set_column(table.schema.get_field_index("start_ms"), "start_ms", start)
    table = table.set_column(table.schema.get_field_index("exporter"), "exporter", table["exporter"].cast(pa.string()))
    return table.select(sorted(table.schema.names)).append_column("remarks", pa.array(["none"] * len(table)))


def embedded(folder: Path, compiled: CompiledPolicy) -> Told:
    """What one process counts."""
    asked = Asked()
    total = State(Classifier(compiled))
    inputs: list[InputRead] = []
    for path in sorted((folder / FILES).iterdir()):
        tasks = audit_spark.tasks_of(path, asked)
        inputs += [run(task, partial(audit_spark.read, asked=asked), total) for task in tasks]
    return {"state": of(total), "inputs": [to_plain(each) for each in joined(inputs)]}


def of_table(folder: Path, compiled: CompiledPolicy) -> dict[str, object]:
    state = State(Classifier(compiled))
    for rows in pq.ParquetFile(folder / TABLE).iter_batches():
        for item in records_in(rows):
            assert isinstance(item, pa.RecordBatch), "every row is possible"
            state.update(item, "a table")
    return of(state)


def ask(master: str, folder: Path) -> dict[str, Told]:
    """What a cluster counts, in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SPARK_LOCAL_IP": "127.0.0.1", "RUST_LOG": "error"}
    command = [str(PYTHON), "-m", "tests.observe.engines_spark.program", master, str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    told: dict[str, Told] = json.loads(done.stdout.splitlines()[-1])
    return told


def as_json(plain: object) -> object:
    again: object = json.loads(json.dumps(plain))
    return again


@needs_spark
def test_sail_counts_the_same(folder: Path, compiled: CompiledPolicy) -> None:
    told = ask("sail", folder)
    assert told["files"] == as_json(embedded(folder, compiled))
    assert told["table"]["state"] == as_json(of_table(folder, compiled))
    assert [each["records"] for each in told["table"]["inputs"]] == [1500]


@needs_spark
@takes_a_minute
def test_spark_with_executors_of_its_own_counts_the_same(folder: Path, compiled: CompiledPolicy) -> None:
    told = ask("local-cluster[2,1,1024]", folder)
    assert told["files"] == as_json(embedded(folder, compiled))
    assert told["table"]["state"] == as_json(of_table(folder, compiled))


def test_an_input_that_cannot_be_read_is_named(folder: Path, compiled: CompiledPolicy) -> None:
    inputs = {Path(each["name"]).name: each for each in embedded(folder, compiled)["inputs"]}
    assert inputs["notes.txt"]["failed"]
    assert inputs["flows4.parquet"]["records"] == 1000
    assert inputs["router1.pcap"]["records"] == 700
    assert sum(each["quarantined"] for each in inputs.values()) == 0


def test_what_a_failing_task_had_counted_is_not_counted(compiled: CompiledPolicy) -> None:
    flows = synthetic.flows(1, synthetic.policy(3), rows=50)

    def breaks(task: Task) -> Iterator[Item]:
        yield flows
        raise OSError(5, "Input/output error")

    state = State(Classifier(compiled))
    told = run(Task("a", "made"), breaks, state)
    assert told == InputRead("a", "", 0, 0, failed="input/output error")
    assert len(state.tallies["cells"].finish()[0]) == 0


def test_a_parcel_is_the_inverse_of_unpacking(compiled: CompiledPolicy) -> None:
    state = State(Classifier(compiled))
    state.update(synthetic.flows(1, synthetic.policy(3), rows=500), "file")
    again = State(Classifier(compiled))
    inputs = unpack(again, [pack(state, [InputRead("file", "made", 500, 1, {"why": 1}, ((3, "why", "00"),))])])
    assert of(again) == of(state)
    assert inputs == [InputRead("file", "made", 500, 1, {"why": 1}, ((3, "why", "00"),))]
    assert [part.split()[0] for part in PARCEL_SQL.split(", ")] == PARCEL.names


def test_pieces_of_an_input_are_told_as_one() -> None:
    parts = [
        InputRead("b", "x", 2, 0, lost={"datagrams": 1}, first_ms=5, last_ms=9),
        InputRead("a", "x", 1, 1, {"why": 1}),
        InputRead("b", "x", 3, 0, lost={"datagrams": 2}, first_ms=4, last_ms=8),
    ]
    one, other = joined(parts)
    assert one.name == "a"
    assert (other.records, other.lost, other.first_ms, other.last_ms) == (5, {"datagrams": 3}, 4, 9)


@pytest.mark.parametrize("shares", [1, 3, 100])
def test_every_task_is_dealt_once(shares: int) -> None:
    tasks = [Task(str(number), "x", size=number * 7 % 5) for number in range(20)]
    dealt = deal(tasks, shares)
    assert sorted(each.path for part in dealt for each in part) == sorted(each.path for each in tasks)
    assert len(dealt) == min(shares, 20)
    assert all(dealt)


def test_a_table_without_addresses_is_refused() -> None:
    rows = pa.RecordBatch.from_pydict({"protocol": [6], "start_ms": [1]})
    with pytest.raises(UnreadableError, match="no column `src`, `dst`"):
        list(records_in(rows))


@pytest.mark.parametrize(
    ("column", "value"),
    [("protocol", 256), ("src_port", -1), ("dst_port", 65536), ("start_ms", None), ("start_ms", -1), ("outcome", 3)],
)
def test_a_row_that_cannot_be_is_set_aside(column: str, value: int | None) -> None:
    rows: dict[str, list[int | None]] = {"src": [1, 2], "dst": [3, 4], "protocol": [6, 6], "start_ms": [1, 2]}
    rows[column] = [6 if column == "protocol" else 1, value]
    wrong, good = records_in(pa.RecordBatch.from_pydict(rows))
    assert wrong == Quarantined(-1, f"`{column}` has a value that cannot be", 1)
    assert isinstance(good, pa.RecordBatch)
    assert good.num_rows == 1
    assert good.schema == FLOWS_V4

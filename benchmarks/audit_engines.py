"""The engines of ``bench-audit``, each a process of its own: ``python -m benchmarks.audit_engines NAME FOLDER``.

A process gets ready, says so with a line, and then does its work once for each line that it is sent, answering with a
line of JSON: seconds of processor time (of the process and all below it), and what it found.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from benchmarks.audit_data import SERVICE_PORTS, World, records
from isthmus.observe.aggregate import State
from isthmus.observe.classify import Classifier
from isthmus.observe.compile import compile_policy
from isthmus.observe.compiled import CompiledPolicy
from isthmus.observe.exports.labels import labels_of
from isthmus.observe.keys import Meta
from isthmus.observe.persist import tables_of
from isthmus.sources.flows import Asked, items, reader_of

POLICY, PARQUET, NFCAPD = "policy.arrow", "flows.parquet", "flows.nfcapd"
COLUMNS = ("src", "dst", "protocol", "src_port", "dst_port", "tcp_flags", "start_ms", "end_ms", "packets", "bytes",
           "biflow")  # fmt: skip

OPEN = ExitStack()
"""Sessions, which end with the process."""

Work = Callable[[], Any]


def policy_in(folder: Path) -> CompiledPolicy:
    """The policy that all engines hold the records against."""
    return CompiledPolicy.load(BytesIO((folder / POLICY).read_bytes()))


def said(state: State) -> dict[str, Any]:
    """What was counted: a hash of everything, and records by the two realms, for engines that know no direction."""
    digest = sha256()
    for name, table in tables_of(state).items():
        digest.update(name.encode())
        for column in table.columns:
            digest.update(column.combine_chunks().buffers()[1] or b"")
    realms, pairs = state.classifier.compiled.names.realms, Counter[str]()
    keys, values = state.tallies["cells"].finish()
    for packed, count in zip(keys[:, 1].tolist(), values[:, 0].tolist(), strict=True):
        meta = Meta.of(packed)
        pairs["-".join(sorted((realms[meta.client_realm], realms[meta.service_realm])))] += count
    return {"digest": digest.hexdigest(), "pairs": dict(sorted(pairs.items()))}


def ours(folder: Path, name: str) -> Work:
    """The whole audit of a file in one thread: read, label, orient, judge, count, in tables as they are kept."""
    classifier, path, asked = Classifier(policy_in(folder)), folder / name, Asked()
    reader = reader_of(path, asked)

    def work() -> dict[str, Any]:
        state = State(classifier)
        for item in items(path, reader, asked):
            if isinstance(item, pa.RecordBatch):
                state.update(item, str(path))
        return said(state)

    return work


def decode(folder: Path, *_: str) -> Work:
    """The same columns of the same file, decoded and forgotten."""

    def work() -> dict[str, Any]:
        file = pq.ParquetFile(folder / PARQUET, pre_buffer=False)
        rows = 0
        for batch in file.iter_batches(batch_size=1 << 16, columns=list(COLUMNS), use_threads=False):
            rows += batch.num_rows
        return {"rows": rows}

    return work


def memory(_: Path, *sizes: str) -> Work:
    """The audit without reading: records of a world of so many prefixes and declared crossings, in memory."""
    prefixes, declared, version, count = map(int, sizes)
    world = World(prefixes=prefixes, declared=declared)
    classifier = Classifier(compile_policy(world.policy))
    batches = [
        batch.slice(at, 1 << 16)
        for batch in records(world, count, version)
        for at in range(0, batch.num_rows, 1 << 16)
    ]  # fmt: skip

    def work() -> dict[str, Any]:
        state = State(classifier)
        for batch in batches:
            state.update(batch, "memory")
        return said(state)

    return work


_Q1 = "count(*), sum(bytes)"


def _labels(folder: Path) -> list[tuple[int, int, str]]:
    """First and last address of each labelled prefix of IPv4, and its realm's name."""
    found = [each for each in labels_of(policy_in(folder)) if each.prefix.version == 4]
    return [(int(each.prefix[0]), int(each.prefix[-1]), each.end.realm) for each in found]


def _by_pairs(rows: list[tuple[Any, ...]]) -> dict[str, Any]:
    pairs = Counter[str]()
    for src, dst, _, count, _ in rows:
        pairs["-".join(sorted((src or "internet", dst or "internet")))] += int(count)
    return {"pairs": dict(sorted(pairs.items()))}


def duckdb(folder: Path, *_: str) -> Work:
    """DuckDB's best form that is known: distinct addresses, an ASOF join with intervals, hash joins back.

    It labels both ends, looks the port up, and counts by the two labels: neither direction nor declared crossings.
    """
    import duckdb as engine

    connection = engine.connect()
    connection.execute("SET threads = 1")
    edges: dict[int, str] = {0: ""}
    for first, last, realm in _labels(folder):
        edges[first] = realm
        edges.setdefault(last + 1, "")
    starts = pa.table({"start": list(edges), "realm": list(edges.values())})
    ports = pa.table({"port": list(SERVICE_PORTS)})
    connection.execute("CREATE TABLE starts AS SELECT * FROM starts ORDER BY start")
    connection.execute("CREATE TABLE ports AS SELECT * FROM ports")
    del starts, ports
    file = str(folder / PARQUET)
    query = f"""
        WITH flows AS (SELECT src, dst, dst_port, bytes FROM read_parquet('{file}')),
        ends AS (SELECT DISTINCT src AS address FROM flows UNION SELECT DISTINCT dst FROM flows),
        named AS (SELECT address, realm FROM (SELECT address, address::BIGINT & 4294967295 AS whole FROM ends)
                  ASOF JOIN starts ON whole >= start)
        SELECT s.realm, d.realm, port IS NOT NULL, {_Q1} FROM flows
        JOIN named s ON src = s.address JOIN named d ON dst = d.address LEFT JOIN ports ON dst_port = port GROUP BY ALL
        """  # noqa: S608
    return lambda: _by_pairs(connection.execute(query).fetchall())


def chdb(folder: Path, *_: str) -> Work:
    """ClickHouse inside the process: the labels as an ``ip_trie`` dictionary, asked for both ends of each record."""
    from ipaddress import IPv4Address, summarize_address_range

    import chdb.session as engine  # type: ignore[import-not-found]

    session = engine.Session()
    session.query("SET max_threads = 1")
    rows = [
        f"('{prefix}', '{realm}')"
        for first, last, realm in _labels(folder)
        for prefix in summarize_address_range(IPv4Address(first), IPv4Address(last))
    ]
    session.query("CREATE DATABASE b ENGINE = Atomic")
    session.query("CREATE TABLE b.prefixes (prefix String, realm String) ENGINE = Memory")
    session.query(f"INSERT INTO b.prefixes VALUES {','.join(rows)}")  # noqa: S608
    names = sorted({realm for _, _, realm in _labels(folder)})
    session.query("CREATE TABLE b.numbered (prefix String, number UInt16) ENGINE = Memory")
    session.query(f"INSERT INTO b.numbered SELECT prefix, indexOf({names!r}, realm) FROM b.prefixes")  # noqa: S608
    session.query(
        "CREATE DICTIONARY b.labels (prefix String, number UInt16 DEFAULT 0) PRIMARY KEY prefix "
        "SOURCE(CLICKHOUSE(DB 'b' TABLE 'numbered')) LAYOUT(IP_TRIE) LIFETIME(0)"
    )
    ends = [
        f"dictGetUInt16('b.labels', 'number', tuple(reinterpretAsUInt32({end}))) AS {end}_label"
        for end in ("src", "dst")
    ]
    columns = "src Int32, dst Int32, dst_port Int32, bytes Int64"
    ports = ", ".join(str(port) for port in SERVICE_PORTS)
    query = (
        f"SELECT {', '.join(ends)}, dst_port IN ({ports}) AS ok, {_Q1} "  # noqa: S608
        f"FROM file('{folder / PARQUET}', Parquet, '{columns}') "
        "GROUP BY src_label, dst_label, ok SETTINGS max_threads = 1"
    )

    def work() -> dict[str, Any]:
        answer = str(session.query(query, "JSONCompactEachRow")).splitlines()
        labels = ["", *names]
        plain = [json.loads(line) for line in answer]
        return _by_pairs([(labels[int(src)], labels[int(dst)], *rest) for src, dst, *rest in plain])

    return work


def spark(folder: Path, master: str) -> Work:
    """The same audit by Spark or Sail: tasks are row groups, which workers read for themselves."""
    from isthmus.observe.engines.spark import audit_files
    from isthmus.workflows.audit_spark import read, session, tasks_of

    compiled, asked = policy_in(folder), Asked()
    connected = OPEN.enter_context(session(master))
    tasks = list(tasks_of(folder / PARQUET, asked))

    def work() -> dict[str, Any]:
        return said(audit_files(connected, tasks, compiled, partial(read, asked=asked), shares=4).state)

    return work


ENGINES: dict[str, Callable[..., Work]] = {
    "ours": ours,
    "decode": decode,
    "memory": memory,
    "duckdb": duckdb,
    "chdb": chdb,
    "spark": spark,
}


def seconds_below(root: int) -> float:
    """Processor time of a process, of everything below it, and of what has ended there."""
    parents: dict[int, int] = {}
    used: dict[int, int] = {}
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                fields = (each / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(each.name)] = int(fields[1])
            used[int(each.name)] = sum(int(field) for field in fields[11:15])
    total, stack = 0, [root]
    while stack:
        process = stack.pop()
        total += used.get(process, 0)
        stack += [child for child, parent in parents.items() if parent == process]
    return total / os.sysconf("SC_CLK_TCK")


def peak_mb() -> float:
    """The most memory that this process had."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main() -> None:
    """Get ready, then work as often as asked."""
    name, folder, *rest = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # engines that print do not disturb
    work = ENGINES[name](Path(folder), *rest)
    work()
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for _ in sys.stdin:
        before = seconds_below(os.getpid())
        answer = work()
        cpu = seconds_below(os.getpid()) - before
        print(json.dumps({"cpu": cpu, "peak": peak_mb(), "answer": answer}), file=answers, flush=True)


if __name__ == "__main__":
    main()

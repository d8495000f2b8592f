"""``make bench-audit``: the audit beside nfdump, ClickHouse, DuckDB, Spark and Sail, on the same made records.

Every figure is processor time, the median of rounds in which the engines take turns, on one core. Start-up is left out
on all sides but nfdump's, which has next to none: engines run once before they are measured. The work is not the same:
nfdump answers one question (one pair of sets of networks), ClickHouse and DuckDB label both ends and count by the two
realms; ours judges every record against all declared crossings, in both directions, and counts what it found.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from benchmarks.audit_data import SERVICE_PORTS, World, records
from benchmarks.audit_engines import COLUMNS, NFCAPD, PARQUET, POLICY
from benchmarks.audit_netflow import collect, datagrams
from isthmus.observe.compile import compile_policy
from isthmus.observe.exports import nfdump

ROOT = Path(__file__).resolve().parents[1]
HERE = Path(sys.executable)
SPARK = ROOT / ".venv-spark" / "bin" / "python"
CLIENTS = ("vps-private",)
SERVICES = ("prod-private", "prod-mgmt", "prod-analytics")


@dataclass(frozen=True, slots=True)
class Bound:
    """A promise: one engine's time over another's, at most or at least so much."""

    says: str
    over: str
    under: str
    most: float | None = None
    least: float | None = None

    def holds(self, figure: float) -> bool:
        """Whether a figure keeps it."""
        return (self.most is None or figure <= self.most) and (self.least is None or figure >= self.least)

    @property
    def text(self) -> str:
        """As the table says it."""
        return f"<= {self.most:g}" if self.most is not None else f">= {self.least:g}"


BOUNDS = (
    Bound("nfcapd, all pairs, over nfdump's one pair", "ours, nfcapd", "nfdump", most=1.2),
    Bound("ClickHouse's ip_trie over ours, Parquet", "ClickHouse", "ours, Parquet", least=2.2),
    Bound("DuckDB over ours, Parquet", "DuckDB", "ours, Parquet", least=3.5),
    Bound("ours over decoding the same columns", "ours, Parquet", "decoding", most=2.2),
    Bound("20,000 prefixes over 200, in memory", "20,000 prefixes", "200 prefixes", most=1.25),
    Bound("30,000 declared flows over 300, in memory", "30,000 declared", "300 declared", most=1.5),
    Bound("IPv6 over IPv4 per record, in memory", "IPv6", "IPv4", most=5),
    Bound("Sail over ours, Parquet", "Sail", "ours, Parquet", most=1.5),
    Bound("Apache Spark over ours, Parquet", "Spark", "ours, Parquet", most=4),
)
MOST_MB = 600


@dataclass
class Measured:
    """What an engine took in each round, and what it answered."""

    seconds: list[float] = field(default_factory=list)
    peak: float = 0
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def median(self) -> float:
        """Seconds of processor time."""
        return median(self.seconds)


Round = Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class Asked:
    """The sizes of a run."""

    records: int
    rounds: int
    inside: int
    """Records of the rows that are held in memory."""
    world: World
    engines: frozenset[str] = frozenset()
    """Only these; none: all that are there."""

    def wants(self, name: str) -> bool:
        """Whether an engine is to be run."""
        return not self.engines or name in self.engines


def make(asked: Asked, folder: Path) -> dict[str, float]:
    """Policy and files; their sizes in MB."""
    compiled = compile_policy(asked.world.policy)
    with (folder / POLICY).open("wb") as sink:
        compiled.save(sink)
    (folder / "filter").write_text(nfdump.between(compiled, CLIENTS, SERVICES, SERVICE_PORTS[:6]))
    writer: pq.ParquetWriter | None = None
    for batch in records(asked.world, asked.records):
        table = pa.Table.from_batches([batch]).select(list(COLUMNS))
        writer = writer or pq.ParquetWriter(folder / PARQUET, table.schema, compression="zstd", compression_level=1)
        writer.write_table(table, row_group_size=table.num_rows)
    assert writer is not None
    writer.close()
    if asked.wants("nfdump"):
        (folder / "collected").mkdir()
        collect(datagrams(records(asked.world, asked.records)), folder / "collected").rename(folder / NFCAPD)
    return {name: (folder / name).stat().st_size / 1e6 for name in (PARQUET, NFCAPD) if (folder / name).exists()}


def groups(asked: Asked, folder: Path) -> Iterator[dict[str, tuple[str, ...]]]:
    """Engines whose rounds take turns: each a command, whose first word is the Python, or `nfdump`."""
    if asked.wants("nfdump"):
        yield {"nfdump": ("nfdump",), "ours, nfcapd": (str(HERE), "ours", str(folder), NFCAPD)}
    files = {"ours, Parquet": (str(HERE), "ours", str(folder), PARQUET), "decoding": (str(HERE), "decode", str(folder))}
    others = {
        "DuckDB": (str(HERE), "duckdb", str(folder)),
        "ClickHouse": (str(SPARK), "chdb", str(folder)),
        "Sail": (str(SPARK), "spark", str(folder), "sail"),
        "Spark": (str(SPARK), "spark", str(folder), "local[2]"),
    }
    yield files | {name: each for name, each in others.items() if asked.wants(name) and Path(each[0]).exists()}
    sizes = {
        "200 prefixes": (200, 3_000, 4),
        "20,000 prefixes": (20_000, 3_000, 4),
        "300 declared": (2_000, 300, 4),
        "30,000 declared": (2_000, 30_000, 4),
        "IPv4": (2_000, 3_000, 4),
        "IPv6": (2_000, 3_000, 6),
    }
    if asked.wants("memory"):
        yield {
            name: (str(HERE), "memory", str(folder), *map(str, size), str(asked.inside)) for name, size in sizes.items()
        }


def run(asked: Asked, folder: Path) -> dict[str, Measured]:
    """Every engine's rounds."""
    found: dict[str, Measured] = {}
    for group in groups(asked, folder):
        with ExitStack() as stack:
            ready = {name: stack.enter_context(_engine(command, folder)) for name, command in group.items()}
            for _ in range(asked.rounds):
                for name, work in ready.items():
                    told = work()
                    each = found.setdefault(name, Measured())
                    each.seconds.append(told["cpu"])
                    each.peak, each.answer = told["peak"], told["answer"]
    return found


@contextmanager
def _engine(command: tuple[str, ...], folder: Path) -> Iterator[Round]:
    if command == ("nfdump",):
        yield lambda: _nfdump(folder)
        return
    python, *rest = command
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SPARK_LOCAL_IP": "127.0.0.1", "RUST_LOG": "error"}
    environment["NUMBA_CACHE_DIR"] = str(folder / "numba") if python == str(SPARK) else ""
    process = subprocess.Popen(
        [python, "-m", "benchmarks.audit_engines", *rest], cwd=ROOT, env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=on_one_core,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    sent, told = process.stdin, process.stdout

    def once() -> dict[str, Any]:
        sent.write("again\n")
        sent.flush()
        return _line(told.readline(), process)

    try:
        _line(told.readline(), process)
        yield once
    finally:
        process.kill()
        process.communicate()


def _line(text: str, process: "subprocess.Popen[str]") -> dict[str, Any]:
    if not text:
        assert process.stderr is not None
        raise RuntimeError(f"{process.args!r}: {process.stderr.read()[-3000:]}")
    plain: dict[str, Any] = json.loads(text)
    return plain


def _nfdump(folder: Path) -> dict[str, Any]:
    """One run of nfdump, as a process."""
    command = ["nfdump", "-r", str(folder / NFCAPD), "-f", str(folder / "filter"), "-o", "null"]
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.DEVNULL, preexec_fn=on_one_core)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        lines = [line for line in said if line.startswith("Total flows processed")]
    if process.returncode or not lines:
        raise RuntimeError("nfdump failed")
    cpu = used.ru_utime + used.ru_stime
    return {"cpu": cpu, "peak": used.ru_maxrss / 1024, "answer": {"passed": lines[0].strip()}}


def on_one_core() -> None:
    """The last core that this process may use."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def lines(asked: Asked, found: dict[str, Measured]) -> Iterator[str]:
    """The tables that are printed."""
    yield f"{'':44}{'cpu s':>9}{'Mrec/cpu-s':>13}{'MB':>7}"
    inside = {"200 prefixes", "20,000 prefixes", "300 declared", "30,000 declared", "IPv4", "IPv6"}
    for name, each in found.items():
        count = asked.inside if name in inside else asked.records
        yield f"{name:44}{each.median:>9.2f}{count / max(each.median, 1e-9) / 1e6:>13.2f}{each.peak:>7.0f}"
    yield ""
    yield f"{'':48}{'bound':>10}{'figure':>9}"
    for bound in BOUNDS:
        if {bound.over, bound.under} <= found.keys():
            figure = found[bound.over].median / max(found[bound.under].median, 1e-9)
            yield f"{bound.says:48}{bound.text:>10}{figure:>9.2f}  {_word(is_held=bound.holds(figure))}"
        else:
            yield f"{bound.says:48}{bound.text:>10}{'':>9}  not measured"
    for name in ("ours, nfcapd", "ours, Parquet"):
        if name in found:
            told = f"peak memory in MB: {name}"
            held = _word(is_held=found[name].peak <= MOST_MB)
            yield f"{told:48}{f'<= {MOST_MB}':>10}{found[name].peak:>9.0f}  {held}"
    yield from _agreement(found)


def _agreement(found: dict[str, Measured]) -> Iterator[str]:
    """Whether engines that answer the same question say the same."""
    one = found["ours, Parquet"].answer
    for name in ("Sail", "Spark"):
        if name in found:
            is_held = found[name].answer["digest"] == one["digest"]
            yield f"{f'{name}: byte-equal to ours':48}{'equal':>10}{'':>9}  {_word(is_held=is_held)}"
    for name in ("ClickHouse", "DuckDB"):
        if name in found:
            is_held = found[name].answer["pairs"] == one["pairs"]
            yield f"{f'{name}: records by realms as ours':48}{'equal':>10}{'':>9}  {_word(is_held=is_held)}"


def _word(*, is_held: bool) -> str:
    return "held" if is_held else "MISSED"


def main(arguments: list[str] | None = None) -> int:
    """Make the data, run the engines, print the tables; 0 whether or not bounds are held: this measures."""
    parser = argparse.ArgumentParser("bench-audit", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--records", type=float, default=20, help="millions of records (20)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each engine (5)")
    parser.add_argument("--inside", type=float, default=2, help="millions of records of the rows in memory (2)")
    parser.add_argument("--engines", nargs="*", default=[], help="nfdump DuckDB ClickHouse Sail Spark memory; all")
    parser.add_argument("--folder", type=Path, help="keep the data here, and use it if it is there")
    parser.add_argument("--tiny", action="store_true", help="a small organisation, for tests")
    told = parser.parse_args(arguments)
    world = World(prefixes=100, declared=60, hosts=200) if told.tiny else World()
    asked = Asked(int(told.records * 1e6), told.rounds, int(told.inside * 1e6), world, frozenset(told.engines))
    with tempfile.TemporaryDirectory() as name:
        folder = told.folder or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / PARQUET).exists():
            sizes = make(asked, folder)
            print(", ".join(f"{name} {size:,.0f} MB" for name, size in sizes.items()), flush=True)
        print(f"{asked.records:,} IPv4 records, {asked.rounds} rounds, one core\n", flush=True)
        for line in lines(asked, run(asked, folder)):
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

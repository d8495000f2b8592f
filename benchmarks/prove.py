"""Proofs about long lists of rules, measured as whole processes on one core: ``python -m benchmarks.prove``.

Each row runs in a process of its own, so that start-up and memory count; seconds are those of the processor, so that
what else runs on the machine counts little. Lists are read from texts, or made in memory, which does not count.
Modules are compiled to byte code before anything is measured, as they are where the program is installed.
FWShift, another auditor of rule lists, is timed beside ours where ``tools/setup-peers`` has installed it, as is
Aerleon.
"""

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from benchmarks import rule_lists

ROOT = Path(__file__).resolve().parents[1]
FWSHIFT = ROOT / ".venv-peers" / "bin" / "fwshift"
LONGEST = 600
"""Seconds after which a row is given up."""

FILES = {"nftables": "ruleset.nft", "iptables": "iptables-save.txt", "junos": "router.conf"}


@dataclass(frozen=True, slots=True)
class Row:
    """A task of ``benchmarks.prove_tasks``, for how many rules of which kind, and the seconds that it may take.

    ``text`` is the format in which the rules are read; without it they are made in memory, outside of the work.
    """

    task: str
    rules: int = 10_000
    kind: str = "enterprise"
    text: str = ""
    bound: float | None = None

    def __str__(self) -> str:
        return f"{self.text}: {self.task}" if self.text else f"{self.task}, {self.kind}"


ROWS = (
    Row("start", 0),
    Row("dead rules", 10_000, bound=4),
    Row("dead rules", 20_000),
    Row("dead rules", 40_000),
    Row("dead rules", 10_000, "independent", bound=4),
    Row("permit set", 2_500),
    Row("permit set", 5_000),
    Row("permit set", 10_000),
    Row("difference of 100 edits", 10_000, bound=5),
    Row("difference of strangers", 10_000, bound=5),
    Row("matrix of 3 zones", 10_000, bound=2),
    Row("matrix of 3 zones that have all", 10_000, bound=2),
    Row("1,000 claims", 100_000, "1,000 filters", bound=5),
    Row("effects of rules", 10_000),
    Row("single packets", 10_000),
    Row("permit set", 2_500, "adversarial"),
    Row("permit set", 10_000, "adversarial"),
    Row("dead rules", 2_500, "adversarial"),
    Row("dead rules", 10_000, "adversarial"),
    *(Row("read", 10_000, text=each, bound=1.5) for each in FILES),
    *(Row("dead rules", 10_000, text=each, bound=4) for each in FILES),
    Row("difference of 100 edits", 10_000, text="nftables", bound=5),
    Row("dead rules", 1_000, text="nftables"),
)
OTHERS = (
    Row("FWShift audit", 1_000, text="nftables"),
    Row("FWShift audit", 10_000, text="nftables"),
    Row("Aerleon shade check", 500),
    Row("Aerleon shade check", 1_000),
    Row("Aerleon shade check", 2_000),
)
"""Other programs that do a part of the same work. Aerleon looks for one earlier term that covers a term."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A row as it came out: seconds of the whole process and of the work in it, MB at the peak, and what it says."""

    whole: float
    work: float | None
    peak: float
    said: str


def measure(row: Row) -> Measured:
    """Run a row in a process of its own, on one core."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if row.text:
            _write(row, folder)
        module = "benchmarks.prove_read" if row.task == "read" else "benchmarks.prove_tasks"
        command = [sys.executable, "-m", module, json.dumps(asdict(row)), str(folder)]
        if row.task.startswith("FWShift"):
            command = [str(FWSHIFT), "audit", "--from", row.text, str(folder / "old" / FILES[row.text])]
        return _run(command, folder)


def _run(command: list[str], folder: Path) -> Measured:
    with (folder / "said").open("w+", encoding="utf-8") as said:
        process = subprocess.Popen(
            command, cwd=ROOT, env=_compiled(), stdout=said, stderr=subprocess.DEVNULL, preexec_fn=_on_one_core
        )
        _, status, used = os.wait4(process.pid, 0)
        whole = used.ru_utime + used.ru_stime
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        lines = said.read().splitlines()
    peak = used.ru_maxrss / 1024
    if process.returncode or not lines:
        return Measured(whole, None, peak, f"failed with exit code {process.returncode}")
    if not lines[-1].startswith("{"):
        found = sum("SHADOWED_RULE" in line or "never matches" in line for line in lines)
        return Measured(whole, None, peak, f"{found:,} dead")
    told = json.loads(lines[-1])
    return Measured(whole - told["making"], told["work"], peak, told["said"])


@cache
def _compiled() -> dict[str, str]:
    """An environment in which every module that the rows need has its byte code in a folder of its own."""
    folder = tempfile.mkdtemp(prefix="isthmus-bench-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, "PYTHONPYCACHEPREFIX": folder}
    everything = "import benchmarks.prove_tasks, benchmarks.prove_read, isthmus.formats as f; f.every_format()"
    subprocess.run([sys.executable, "-c", everything], cwd=ROOT, env=environment, check=True, timeout=LONGEST)
    return environment


def _on_one_core() -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _write(row: Row, folder: Path) -> None:
    """The text of the list, and of the list with edits, as the files of two devices."""
    chain = getattr(rule_lists, row.kind)(row.rules)
    for device, each in (("old", chain), ("new", rule_lists.edited(chain, 100))):
        (folder / device).mkdir()
        text = getattr(rule_lists, f"as_{row.text}")(each)
        (folder / device / FILES[row.text]).write_text(text, encoding="utf-8")


def rows() -> tuple[Row, ...]:
    """Every row that can be measured here."""
    return (*ROWS, *(row for row in OTHERS if FWSHIFT.exists() or not row.task.startswith("FWShift")))


def main() -> None:
    """Print a table of all rows."""
    print(f"{'':44}{'rules':>9}{'process s':>11}{'work s':>9}{'MB':>7}  bound")
    wanted = sys.argv[1:]
    for row in rows():
        if wanted and not any(each in str(row) for each in wanted):
            continue
        done = measure(row)
        work = "" if done.work is None else f"{done.work:.3f}"
        bound = "" if row.bound is None else f"{row.bound:g} s {'kept' if done.whole <= row.bound else 'PASSED'}"
        print(
            f"{row!s:44}{row.rules:>9,}{done.whole:>11.2f}{work:>9}{done.peak:>7.0f}  {bound:12} {done.said}",
            flush=True,
        )


if __name__ == "__main__":
    main()

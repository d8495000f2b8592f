"""Start-up: how much of a short command is spent before it does its own work."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from isthmus.report.writers.text import write
from isthmus.workflows.check import check

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    "words", [["--version"], ["check", "examples/eqiad1", "--format", "json"]], ids=["version", "check-eqiad1"]
)
def test_start(benchmark: BenchmarkFixture, words: list[str]) -> None:
    command = [sys.executable, "-m", "isthmus", *words]

    def run() -> None:
        subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False, timeout=60)

    benchmark.pedantic(run, rounds=5, iterations=1)


def test_own_work(benchmark: BenchmarkFixture) -> None:
    """What is left of `check` of the shipped estate once everything is loaded: reading, judging and writing it."""

    def run() -> str:
        return write(check(ROOT / "examples" / "eqiad1", today=date(2026, 11, 23)))

    assert "eqiad1" in benchmark.pedantic(run, rounds=5, iterations=1, warmup_rounds=1)
    print(f"\nits own work: {benchmark.stats.stats.median:.2f} s")

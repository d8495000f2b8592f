"""Start-up: how much of a short command is spent before it does its own work."""

import subprocess
import sys
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    "words", [["--version"], ["check", "examples/eqiad1", "--format", "json"]], ids=["version", "check-eqiad1"]
)
def test_start(benchmark: BenchmarkFixture, words: list[str]) -> None:
    command = [sys.executable, "-m", "isthmus", *words]

    def run() -> None:
        subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False, timeout=60)

    benchmark.pedantic(run, rounds=5, iterations=1)

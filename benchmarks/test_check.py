"""Loading and judging estates of 1,000 and 10,000 crossings, as whole processes: time, peak memory, growth."""

import os
import sys
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.generated import write_estate

SIZES = (1_000, 10_000)

_measured: dict[int, tuple[float, float]] = {}


def _check(estate: Path) -> float:
    """Run `isthmus check` on an estate in a process of its own; returns its peak memory in MiB."""
    output = estate.parent / "report.json"
    words = [sys.executable, "-m", "isthmus", "check", str(estate), "--format", "json", "--output", str(output)]
    pid = os.posix_spawn(sys.executable, words, dict(os.environ))
    _, status, usage = os.wait4(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 1, "one crossing in ten skips the NAT, so the estate does not conform"
    return usage.ru_maxrss / 1024


@pytest.mark.parametrize("crossings", SIZES)
def test_check(benchmark: BenchmarkFixture, tmp_path: Path, crossings: int) -> None:
    estate = write_estate(tmp_path / "estate", crossings)
    peaks: list[float] = []
    benchmark.pedantic(lambda: peaks.append(_check(estate)), rounds=3, iterations=1)
    benchmark.extra_info["peak MiB"] = round(max(peaks))
    seconds: float = benchmark.stats.stats.median
    _measured[crossings] = (seconds, max(peaks))
    print(f"\n{crossings:,} crossings: {seconds:.2f} s (median), {max(peaks):.0f} MiB peak")
    if len(_measured) == len(SIZES):
        small, large = (_measured[size] for size in SIZES)
        print(
            f"ten times the crossings: {large[0] / small[0]:.1f} times the time, {large[1] / small[1]:.1f} the memory"
        )

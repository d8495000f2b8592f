"""Proofs about long rule lists keep within what is promised: whole processes on one core."""

from dataclasses import replace
from typing import Any

import pytest

from benchmarks.prove import ROWS, Measured, Row, measure

UNHURRIED = 1.6
"""How much longer than promised a row may take here: other programs share the machine."""


@pytest.mark.parametrize("row", [each for each in ROWS if each.bound], ids=str)
def test_rows_keep_their_bounds(benchmark: Any, row: Row) -> None:
    done: Measured = benchmark.pedantic(measure, (row,), rounds=1)
    benchmark.extra_info["said"], benchmark.extra_info["MB"] = done.said, round(done.peak)
    print(f"\n{row}, {row.rules:,} rules: {done.whole:.2f} s, {done.peak:.0f} MB; {done.said}")
    assert done.work is not None, done.said
    assert row.bound is not None
    assert done.whole < row.bound * UNHURRIED


@pytest.mark.parametrize("task", ["permit set", "dead rules"])
def test_the_hardest_lists_end_with_a_reason(benchmark: Any, task: str) -> None:
    """Ranges in all fields, no two alike: there is an answer, or the bound that it would have passed."""
    done: Measured = benchmark.pedantic(measure, (Row(task, 10_000, "adversarial"),), rounds=1)
    print(f"\n{done.whole:.1f} s: {done.said}")
    assert "unknown, because sets of more than" in done.said
    assert done.whole < 60


def test_growth_with_rules(benchmark: Any) -> None:
    """Twice as many rules take less than four times as long."""
    row = Row("dead rules", 5_000)
    small = measure(row)
    large: Measured = benchmark.pedantic(measure, (replace(row, rules=20_000),), rounds=1)
    assert small.work
    assert large.work
    print(f"\n5,000 rules {small.work:.2f} s, 20,000 rules {large.work:.2f} s")
    assert large.work < 16 * small.work

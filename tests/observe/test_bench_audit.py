"""The benchmark of audits runs to its end, and what the engines answer agrees."""

import shutil

import pytest

from benchmarks.audit import BOUNDS, Asked, Measured, lines, main
from benchmarks.audit_data import World, records
from isthmus.observe.schema import FLOWS_V4, FLOWS_V6

nfdump_is_here = shutil.which("nfcapd") is not None


def test_a_tiny_run_prints_every_row(capsys: pytest.CaptureFixture[str]) -> None:
    engines = ["DuckDB", "memory", *(["nfdump"] if nfdump_is_here else [])]
    sizes = ["--tiny", "--records", "0.02", "--inside", "0.002", "--rounds", "1"]
    assert main([*sizes, "--engines", *engines]) == 0
    told = capsys.readouterr().out
    for bound in BOUNDS:
        assert bound.says in told
    assert "DuckDB: records by realms as ours" in told
    (line,) = [each for each in told.splitlines() if each.startswith("DuckDB: records")]
    assert line.endswith("held")
    measured = [each for each in told.splitlines() if each.endswith("not measured")]
    assert len(measured) == (3 if nfdump_is_here else 4)


@pytest.mark.parametrize(("figure", "word"), [(1.0, "held"), (1.5, "MISSED")])
def test_a_bound_that_is_passed_is_named(figure: float, word: str) -> None:
    found = {
        "nfdump": Measured([1.0], 11, {}),
        "ours, nfcapd": Measured([figure], 100, {}),
        "ours, Parquet": Measured([1.0], 700, {"digest": "a", "pairs": {}}),
        "Sail": Measured([1.0], 100, {"digest": "b", "pairs": {}}),
    }
    told = list(lines(Asked(10, 1, 10, World()), found))
    assert any(each.startswith(BOUNDS[0].says) and each.endswith(word) for each in told)
    assert any(each.startswith("peak memory in MB: ours, Parquet") and each.endswith("MISSED") for each in told)
    assert any(each.startswith("Sail: byte-equal") and each.endswith("MISSED") for each in told)


def test_records_are_the_same_for_the_same_seed() -> None:
    world = World(prefixes=50, declared=20, hosts=100)
    one, other = (list(records(World(prefixes=50, declared=20, hosts=100), 500)) for _ in "12")
    assert one == other
    assert one[0].schema == FLOWS_V4
    assert next(records(world, 10, 6)).schema == FLOWS_V6

"""The kernel as referee: random rules and networks for a bounded time, and what it once showed to be wrong, again."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.packetset import Space
from tests.referee.model import Model
from tests.referee.records import every, read
from tests.referee.system import missing

ROOT = Path(__file__).resolve().parents[2]
MODES = (("--rulesets", 30, 5_000), ("--tables", 12, 100), ("--labs", 15, 100))
"""What is compared, for how many seconds, and how many verdicts there must be at least on a slow machine."""


@pytest.mark.parametrize("path", every(), ids=lambda path: path.stem)
def test_the_model_says_what_the_kernel_did(path: Path) -> None:
    """Regressions, without a kernel: what it did stands in the file."""
    record = read(path)
    model = Model.of(record.text, {}, Space(1 << 18))
    assert record.probes
    for probe in record.probes:
        said = model.says(probe.packet, probe.side)
        assert said.outcomes == {probe.outcome}
        assert said.is_sure


@pytest.mark.skipif(bool(missing("iptables-restore")), reason=missing("iptables-restore") or "none")
@pytest.mark.parametrize(("mode", "seconds", "verdicts"), MODES)
def test_the_kernel_agrees(mode: str, seconds: int, verdicts: int) -> None:
    """Regressions in the kernel, then random ones until the time is over: no packet is judged differently."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.referee", mode, f"--time={seconds}", "--jobs=1", "--json"],
        cwd=ROOT, capture_output=True, text=True, timeout=seconds + 240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert told["mismatches"] == []
    assert told["figures"]["verdicts"] >= verdicts
    for name in ("walked", "in_sets", "replies") if mode == "--rulesets" else ("walked", "replies"):
        assert told["figures"][name] > 0, name

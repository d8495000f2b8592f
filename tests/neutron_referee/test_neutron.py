"""Neutron's own code as referee: what it makes the kernel let through is what our reading of the same folder says."""

import json
import subprocess
import sys

import pytest

from tests.neutron_referee.__main__ import ROOT, lacking

SECONDS = 25
pytestmark = pytest.mark.neutron


@pytest.mark.skipif(bool(lacking()), reason=lacking() or "none")
@pytest.mark.parametrize("what", ["--groups", "--routers"])
def test_neutron_agrees(what: str) -> None:
    """Random security groups, or routers with floating addresses, for a bounded time; real packets, there and back."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.neutron_referee", what, f"--time={SECONDS}"],
        cwd=ROOT, capture_output=True, text=True, timeout=SECONDS + 120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert told["mismatches"] == []
    assert told["folders"] >= 1
    assert told["verdicts"] > 100
    assert 0 < told["passed"] < told["verdicts"]
    assert told["replies"] > 0

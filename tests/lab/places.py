"""What the tests of the lab share: estates, the program as a process of its own, and whether namespaces are allowed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from isthmus.lab import LabError, LabPlan, check_demands
from isthmus.workflows.lab import planned

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
TESTDATA = HERE / "testdata"
EQIAD1 = ROOT / "examples" / "eqiad1"
DUAL_STACK = TESTDATA / "dual-stack"
PATIENCE = 90
"""Seconds that a command may take on a busy machine."""
BALANCED = TESTDATA / "balanced"


def why_not() -> str:
    """Why no lab can be built here; empty where one can."""
    try:
        check_demands(("haproxy", "bird", "iptables-restore", "ipset", "ping", "conntrack", "tc"), rootless=True)
    except LabError as error:
        return f"{error.message}; {error.help}"
    return ""


needs_namespaces = pytest.mark.skipif(bool(why_not()), reason=why_not() or "namespaces are allowed")


def plan_of(estate: Path) -> LabPlan:
    """The plan of an estate."""
    return planned(estate).plan


def isthmus(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "isthmus", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        cwd=ROOT,
        env={**os.environ, **environment},
    )


def answers(estate: Path, runtime: Path, questions: list[list[Any]]) -> list[Any]:
    """Build an estate's lab, and ask from inside it."""
    done = isthmus(
        "lab", "up", str(estate), "--", sys.executable, str(HERE / "asking.py"), json.dumps(questions),
        XDG_RUNTIME_DIR=str(runtime),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))

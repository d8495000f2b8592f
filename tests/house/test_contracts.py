"""The house rules that a tool can check: each test runs one tool and shows what it said."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(sys.executable).parent


def run(tool: str, *arguments: str) -> None:
    """Run a tool of the virtual environment in the checkout; fail with its output and how to repeat it."""
    done = subprocess.run(
        [str(TOOLS / tool), *arguments],
        cwd=ROOT,
        env=os.environ | {"NO_COLOR": "1", "COLUMNS": "110"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=280,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{done.stdout}\nTo repeat: .venv/bin/{tool} {' '.join(arguments)}", pytrace=False)


def test_rooms_keep_the_import_contracts() -> None:
    run("lint-imports", "--no-logo")


def test_ruff_finds_nothing() -> None:
    run("ruff", "check", "--output-format=concise")


def test_ruff_would_format_nothing() -> None:
    run("ruff", "format", "--check", "--output-format=concise")


def test_types_hold_under_strict_mypy() -> None:
    run("mypy")

"""Somebody without rights builds a lab and enters it from outside, without the administrator's folders on PATH."""

import os
import signal
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path

import pytest

from tests.lab.places import DUAL_STACK, PATIENCE, ROOT, needs_namespaces

NOBODY = 65534


@cache
def interpreter() -> str | None:
    """A Python with our libraries that everybody may run; None where there is none."""
    for python in ("/usr/bin/python3", sys.executable):
        if as_nobody(Path("/"), python, "-c", "import isthmus.cli.app, sys; sys.exit(sys.version_info < (3, 11))") == 0:
            return python
    return None


def environment(runtime: Path) -> dict[str, str]:
    """What nobody has in their environment."""
    libraries = f"{ROOT / 'src'}{os.pathsep}{sysconfig.get_paths()['purelib']}"
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": libraries, "XDG_RUNTIME_DIR": str(runtime), "HOME": "/nonexistent",
            "PYTHONDONTWRITEBYTECODE": "1"}  # fmt: skip


def dropped(*argv: str) -> list[str]:
    """A command line as nobody's."""
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *argv]


def as_nobody(runtime: Path, *argv: str) -> int:
    """Run a command as nobody, for its exit code."""
    done = subprocess.run(
        dropped(*argv), env=environment(runtime), cwd="/", capture_output=True, check=False, timeout=PATIENCE
    )
    return done.returncode


@needs_namespaces
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody; everybody else tests this anyway")
def test_nobody_builds_a_lab_and_enters_it(tmp_path: Path) -> None:
    python = interpreter()
    if python is None:
        pytest.skip("no Python here has our libraries and may be run by everybody")
    runtime = Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip())
    os.chown(runtime, NOBODY, NOBODY)
    holding = subprocess.Popen(
        dropped(python, "-m", "isthmus", "lab", "up", str(DUAL_STACK)),
        env=environment(runtime), cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    try:
        assert holding.stdout is not None
        told = holding.stdout.readline()
        assert told.startswith("dual-stack is up: 9 nodes"), told + holding.stdout.read()
        while "Ctrl-C" not in holding.stdout.readline():
            assert holding.poll() is None
        shell = (python, "-m", "isthmus", "lab", "shell", "app1", "--")
        assert as_nobody(runtime, *shell, "ping", "-c1", "-W2", "www.example.org") == 0
        assert as_nobody(runtime, *shell, "sh", "-c", "test $(id -u) = 0") == 0  # root, of the lab
        holding.send_signal(signal.SIGTERM)
        assert holding.wait(PATIENCE) == 143
    finally:
        holding.kill()
        holding.communicate()
        subprocess.run(["rm", "-r", str(runtime)], check=False)

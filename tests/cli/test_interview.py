"""The interview of `isthmus plan`, on a real pseudo-terminal."""

import os
import pty
import select
import sys
import time

from tests.conftest import ROOT

WORDS = [sys.executable, "-m", "isthmus", "plan", "examples/eqiad1"]

# what the terminal shows, and what the person types then
DIALOGUE = [
    ("1/14", ""),
    ("this one is needed", "file-store"),
    ("2/14", "Files for tools"),
    ("Who uses it", "cloud"),
    ("4/14", "nfs"),
    ("5/14", ""),
    ("6/14", "seventy"),
    ("is not a port", "2049"),
    ("7/14", "40 TB"),
    ("8/14", ""),
    ("9/14", "maybe"),
    ("answer yes or no", "yes"),
    ("10/14", "no"),
    ("11/14", "no"),
    ("12/14", ""),
    ("13/14", "wmcs"),
    ("14/14", ""),
]


def test_a_person_is_asked_until_the_answers_can_be_read() -> None:
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover - the program under test takes this process over
        os.chdir(ROOT)
        os.environ["TERM"] = "dumb"
        os.execv(sys.executable, WORDS)  # noqa: S606 - the program under test, without a shell
    seen = ""
    try:
        for shown, typed in DIALOGUE:
            seen = _until(terminal, shown)
            os.write(terminal, typed.encode() + b"\n")
        seen += _until(terminal, "the owners decide")
    finally:
        _, status = os.waitpid(child, 0)
        os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0
    assert "1. dedicated-hardware (case 4)" in seen
    assert "not production (case 2): it needs access control for the single client" in seen


def _until(terminal: int, wanted: str) -> str:
    """Read the terminal until it shows something; fail, with all that was shown, if it does not in time."""
    shown = ""
    deadline = time.monotonic() + 30
    while wanted not in shown:
        ready, _, _ = select.select([terminal], [], [], max(0.0, deadline - time.monotonic()))
        assert ready, f"the terminal never showed {wanted!r}, only {shown!r}"
        shown += os.read(terminal, 65536).decode(errors="replace")
    return shown

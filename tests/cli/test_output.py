"""Where results go: a file is written in one step, and what is no file of its own stays what it is."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from isthmus.cli.output import deliver
from isthmus.workflows.refusal import Refused
from tests.conftest import ROOT


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    output = tmp_path / "report.txt"
    output.write_text("an older and longer report")
    deliver("new", output)
    assert output.read_text() == "new"
    assert [each.name for each in tmp_path.iterdir()] == ["report.txt"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """As `/dev/stdout` is one."""
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    deliver("new", link)
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_pipe_stays_a_pipe(tmp_path: Path) -> None:
    """As a device does: root could replace `/dev/null` by a file."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    deliver("new", pipe)
    reader.join(10)
    assert read == ["new"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no /dev/full here")
def test_a_full_device_is_told() -> None:
    with pytest.raises(Refused, match=r"cannot write `/dev/full`: no space left on device"):
        deliver("new", Path("/dev/full"))
    assert Path("/dev/full").is_char_device()


def test_a_path_keeps_its_capitals_in_the_message(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"Missing/Report\.txt"):
        deliver("new", tmp_path / "Missing" / "Report.txt")


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no /dev/full here")
def test_standard_output_that_is_full_is_not_our_bug() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "isthmus", "schema"],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "isthmus: cannot write to standard output: no space left on device\n"


def test_a_reader_that_leaves_does_not_change_the_exit_code() -> None:
    """Where nobody reads to the end, what does not conform still does not conform."""
    reading, writing = os.pipe()
    os.close(reading)
    words = ["check", "examples/eqiad1", "--evidence", "declared,attested", "--format", "json"]
    done = subprocess.run(
        [sys.executable, "-m", "isthmus", *words],
        cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")

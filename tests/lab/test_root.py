"""A lab that root leaves up: under a prefix of its own, found by other commands, and gone without a trace."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from isthmus.lab import in_own_namespaces
from tests.lab.places import DUAL_STACK, ROOT, isthmus, needs_namespaces

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root leaves a lab up")


def namespaces() -> set[str]:
    """The names of the machine's network namespaces that are of this lab."""
    said = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    return {line.split()[0] for line in said.splitlines() if line.startswith("isthmus-left-up-")}


@pytest.fixture
def estate(tmp_path: Path) -> Iterator[Path]:
    """An estate of a name that no other test uses; nothing of its lab is there before and after."""
    folder = tmp_path / "estate"
    shutil.copytree(DUAL_STACK, folder)
    told = folder / "estate.yaml"
    text = told.read_text(encoding="utf-8").replace("estate: dual-stack", "estate: left-up")
    told.write_text(text, encoding="utf-8")
    isthmus("lab", "down", "left-up")
    yield folder
    isthmus("lab", "down", "left-up")


@needs_root
@needs_namespaces
def test_root_leaves_a_lab_up_and_takes_all_of_it_down(estate: Path) -> None:
    up = isthmus("lab", "up", str(estate), "--root")
    assert (up.returncode, up.stdout.splitlines()[0].startswith("left-up is up: 9 nodes")) == (0, True)
    assert len(namespaces()) == 9
    twice = isthmus("lab", "up", str(estate), "--root")
    assert twice.returncode == 2
    assert "is up already" in twice.stderr
    said = isthmus("lab", "shell", "app1", "--lab", "left-up", "--", "ping", "-c1", "-W2", "www.example.org")
    assert said.returncode == 0, said.stdout + said.stderr
    down = isthmus("lab", "down", "left-up")
    assert down.stdout == "left-up is down\n"
    assert namespaces() == set()
    assert not list(Path("/etc/netns").glob("isthmus-left-up-*"))
    assert not Path("/run/isthmus/left-up").exists()
    assert isthmus("lab", "down", "left-up").returncode == 0


@needs_root
@needs_namespaces
def test_what_root_could_not_build_is_taken_away(estate: Path) -> None:
    (estate / "snapshot" / "gw1" / "ruleset.nft").write_text("add rule inet no where accept\n", encoding="utf-8")
    up = isthmus("lab", "up", str(estate), "--root")
    assert up.returncode == 2
    assert "refuses" in up.stderr
    assert namespaces() == set()


@needs_namespaces
def test_root_is_asked_for_by_name() -> None:
    """Somebody else is told to leave `--root` out; here a user who is nobody outside."""
    if os.geteuid() != 0:
        done = isthmus("lab", "up", str(DUAL_STACK), "--root")
        assert (done.returncode, "`--root` needs to be root" in done.stderr) == (2, True)
        return
    readable = subprocess.run(
        ["setpriv", "--reuid=65534", "--clear-groups", "test", "-r", str(ROOT / "src")], check=False
    ).returncode
    if readable:
        pytest.skip("the checkout is not readable for other users")
    assert in_own_namespaces(["true"]) == 0

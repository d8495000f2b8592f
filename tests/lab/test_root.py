"""A lab that root leaves up: under a prefix of its own, found by other commands, and gone without a trace."""

import os
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
    return {line.split()[0] for line in said.splitlines() if line.startswith("isthmus-dual-stack-")}


@pytest.fixture
def cleared() -> Iterator[None]:
    """Nothing of the lab before and after."""
    isthmus("lab", "down", "dual-stack")
    yield
    isthmus("lab", "down", "dual-stack")


@needs_root
@needs_namespaces
@pytest.mark.usefixtures("cleared")
def test_root_leaves_a_lab_up_and_takes_all_of_it_down() -> None:
    up = isthmus("lab", "up", str(DUAL_STACK), "--root")
    assert (up.returncode, up.stdout.splitlines()[0].startswith("dual-stack is up: 9 nodes")) == (0, True)
    assert len(namespaces()) == 9
    twice = isthmus("lab", "up", str(DUAL_STACK), "--root")
    assert twice.returncode == 2
    assert "is up already" in twice.stderr
    said = isthmus("lab", "shell", "app1", "--lab", "dual-stack", "--", "ping", "-c1", "-W2", "www.example.org")
    assert said.returncode == 0, said.stdout + said.stderr
    down = isthmus("lab", "down", "dual-stack")
    assert down.stdout == "dual-stack is down\n"
    assert namespaces() == set()
    assert not list(Path("/etc/netns").glob("isthmus-dual-stack-*"))
    assert not Path("/run/isthmus/dual-stack").exists()
    assert isthmus("lab", "down", "dual-stack").returncode == 0


@needs_root
@needs_namespaces
@pytest.mark.usefixtures("cleared")
def test_what_root_could_not_build_is_taken_away(tmp_path: Path) -> None:
    import shutil

    estate = tmp_path / "estate"
    shutil.copytree(DUAL_STACK, estate)
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

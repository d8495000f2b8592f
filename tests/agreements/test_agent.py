"""Keys that no file holds, as git uses them: in an agent, or named by git's own configuration."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from isthmus.workflows.agree import agree
from isthmus.workflows.refusal import Refused
from tests.agreements.world import CLOUD, NETWORK, TODAY, World, isthmus, key, needs_ssh, public, run

pytestmark = [needs_ssh, pytest.mark.skipif(shutil.which("ssh-agent") is None, reason="ssh-agent is not installed")]


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The public half of ann's key; an agent holds the private half, and no file does."""
    copy = tmp_path / "held"
    shutil.copy(key("ann"), copy)
    copy.chmod(0o600)
    with TemporaryDirectory() as short:  # a socket's path has at most 107 bytes
        socket = Path(short) / "agent"
        told = run("ssh-agent", "-s", "-a", str(socket))
        pid = int(told.partition("SSH_AGENT_PID=")[2].partition(";")[0])
        try:
            monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
            run("ssh-add", "-q", str(copy))
            copy.unlink()
            half = tmp_path / "held.pub"
            half.write_text(f"{public('ann')} a comment\n")
            yield half
        finally:
            os.kill(pid, signal.SIGTERM)


def test_a_key_held_by_an_agent_signs(world: World, held: Path) -> None:
    assert not held.with_suffix("").exists()
    done = isthmus("agree", "mirror", world.root, "--as", NETWORK, "--key", held, "--today", TODAY.isoformat())
    assert done.returncode == 0, done.stderr
    assert world.to_ask() == (CLOUD,)


def test_without_the_agent_it_does_not(world: World, held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK")
    with pytest.raises(Refused, match=r"nothing was signed: .*did not sign"):
        agree("mirror", world.root, owner=NETWORK, key=held, by=None, today=TODAY)
    assert world.to_ask() == (NETWORK, CLOUD)


@pytest.mark.parametrize("form", ["key::{}", "{}", "path"])
def test_the_key_that_git_signs_with_is_the_default(
    world: World, held: Path, form: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`user.signingKey`: a file, or the key itself, with `key::` before it or (as git once had it) without."""
    told = str(held) if form == "path" else form.format(public("ann"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    run("git", "config", "--global", "user.signingKey", told)
    agree("mirror", world.root, owner=NETWORK, key=None, by=None, today=TODAY)
    assert world.to_ask() == (CLOUD,)


def test_no_key_at_all(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Refused, match="no key is named"):
        agree("mirror", world.root, owner=NETWORK, key=None, by=None, today=TODAY)


def test_a_locked_key_is_not_asked_for_in_vain(world: World, tmp_path: Path) -> None:
    """Without a terminal nobody can type the passphrase: it fails, and says so."""
    locked = tmp_path / "locked"
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "secret words", "-f", str(locked))
    world.allow(f"{NETWORK}/ann {' '.join(locked.with_suffix('.pub').read_text().split()[:2])}")
    done = isthmus("agree", "mirror", world.root, "--as", NETWORK, "--key", locked)
    assert done.returncode == 2
    assert "did not sign" in done.stderr
    assert not list(world.root.glob("agreements/*/*/*"))

"""A careful guest: what other programs are asked, how long, and which files are looked at."""

import os
import time
from pathlib import Path

import pytest

from isthmus.sources import git as revisions
from isthmus.sources import signatures
from isthmus.sources.git import NoRevision, revision
from isthmus.workflows.diff import diff
from isthmus.workflows.refusal import Refused
from tests.agreements.world import CLOUD, NETWORK, TODAY, World, git, isthmus, needs_ssh, public

pytestmark = needs_ssh


@pytest.fixture
def repository(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The estate, agreed, in a commit; the tests stand in the repository's folder, beside the estate."""
    world.both_sign()
    top = world.root.parent
    git(top, "init", "-q", "-b", "main")
    git(top, "add", ".")
    git(top, "commit", "-qm", "agreed")
    monkeypatch.chdir(top)
    return world


def files(folder: Path) -> set[str]:
    return {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}


def test_a_path_is_relative_absolute_or_upwards(repository: World, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository.root
    repository.edit("services.yaml", "port: 443", "port: 8443")
    for name in ("HEAD:an estate", f"HEAD:{root}", "HEAD:./an estate/"):
        with revision(name) as found:
            assert "port: 443," in (found / "services.yaml").read_text()
            assert files(found) == files(root)
    monkeypatch.chdir(root / "owners")
    for name in ("HEAD:..", "main:../"):
        with revision(name) as found:
            assert files(found) == files(root)
    with revision("HEAD:") as found:
        assert files(found) == {"allowed_signers"}


@pytest.mark.parametrize(
    "name",
    ["HEAD:/etc", "HEAD:..", "HEAD:nowhere", "gone:an estate", "--output=x:an estate", "-h:", ":an estate",
     "HEAD::(top)an estate", "HEAD:an*", "HEAD\0:an estate"],
)  # fmt: skip
def test_what_git_does_not_have(repository: World, name: str) -> None:
    with pytest.raises(NoRevision), revision(name):
        pass


def test_attributes_hide_nothing(repository: World) -> None:
    """`git archive` would leave out what a repository marks as `export-ignore`."""
    (repository.root / ".gitattributes").write_text("owners export-ignore\n*.yaml export-ignore\n")
    git(repository.root, "add", ".")
    git(repository.root, "commit", "-qm", "hide")
    with revision("HEAD:an estate") as found:
        assert files(found) == files(repository.root)


def test_links_in_a_revision_lead_nowhere(repository: World, tmp_path: Path) -> None:
    secret = tmp_path.parent / f"{tmp_path.name}-secret.yaml"
    secret.write_text("secret: words\n")
    (repository.root / "more.yaml").symlink_to(secret)
    allowed = repository.root / "owners" / "allowed_signers"
    allowed.unlink()
    allowed.symlink_to(secret)
    git(repository.root, "add", ".")
    git(repository.root, "commit", "-qm", "links")
    with pytest.raises(Refused) as refused:
        diff("HEAD~1:an estate", "HEAD:an estate", estate=repository.root, today=TODAY)
    assert "outside the estate" in refused.value.message
    (repository.root / "more.yaml").unlink()
    found = diff("HEAD~1:an estate", "an estate", estate=repository.root, today=TODAY)
    assert not [each for each in found.signers if "secret" in each]
    assert "leads out of the estate" in repository.because()


def test_nothing_differs_between_a_revision_and_its_work_tree(repository: World) -> None:
    """Nor where signatures are refused: no message names the folder that a revision was laid out in."""
    for owners in (
        [f'{NETWORK}/ann valid-before="20250101" {public("ann")}', f"{CLOUD}/ben {public('ben')}"],
        [f"{NETWORK}/ann nonsense"],
        [f'{NETWORK}/ann namespaces="git" {public("ann")}', f"{CLOUD}/eve {public('ben')}"],
    ):
        repository.allow(*owners)
        git(repository.root, "commit", "-qam", "others may sign")
        found = diff("HEAD:an estate", "an estate", estate=repository.root, today=TODAY)
        assert not found.differs
        assert repository.to_ask()


def test_outside_a_repository(tmp_path: Path) -> None:
    done = isthmus("diff", "HEAD:x", "x", cwd=tmp_path)
    assert done.returncode == 2
    assert "there is no revision `HEAD:x`: not a git repository" in done.stderr


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_a_program_that_hangs_is_left(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world.both_sign()
    for name in ("ssh-keygen", "git"):
        program(tmp_path, name, "exec sleep 60")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(signatures, "_TO_VERIFY", 0.2)
    monkeypatch.setattr(signatures, "_TO_SIGN", 0.2)
    monkeypatch.setattr(revisions, "_SECONDS", 0.2)
    began = time.monotonic()
    assert "`ssh-keygen` took longer than 0.2 seconds" in world.because()
    with pytest.raises(Refused, match="took longer"):
        world.sign("ann", NETWORK)
    with pytest.raises(NoRevision, match="took longer"), revision("HEAD:x"):
        pass
    assert time.monotonic() - began < 20


def test_a_program_that_is_not_there_is_named(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world.both_sign()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "`ssh-keygen` is not installed (Debian package openssh-client)" in world.because()
    with pytest.raises(NoRevision, match="`git` is not installed"), revision("HEAD:x"):
        pass


def test_no_shell_reads_what_others_wrote(tmp_path: Path) -> None:
    """A folder's name that a shell would run is a name."""
    world = World(tmp_path / "$(touch ran); `touch ran` & x")
    world.both_sign()
    assert world.to_ask() == ()
    assert not list(tmp_path.rglob("ran"))


def test_the_signer_s_clock_and_zone_do_not_matter(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key's days are days in UTC, and a statement's is its noon."""
    world.allow(f'{NETWORK}/ann valid-after="20261201",valid-before="20261202" {public("ann")}')
    for zone in ("Pacific/Kiritimati", "UTC", "Pacific/Pago_Pago", "XXX+23"):
        monkeypatch.setenv("TZ", zone)
        world.sign("ann", NETWORK)
        assert world.to_ask() == (CLOUD,)

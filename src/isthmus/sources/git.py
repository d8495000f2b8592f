"""Estates as they stand in a git revision, read without touching the work tree."""

import io
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_SECONDS = 120


class NoRevision(Exception):  # noqa: N818 - says what git does not have
    """What git could not give, in its own words."""


@contextmanager
def revision(name: str) -> Iterator[Path]:
    """The files of ``REVISION:PATH`` (as in ``git show``) in a folder that lasts as long as the context.

    PATH is relative to the folder that the program was started in. Raises NoRevision where there is no such
    revision or path, or no git.
    """
    commit, _, path = name.partition(":")
    path = path or "."
    archive = _archive(commit, path)
    with TemporaryDirectory(prefix="isthmus-") as folder:
        _unpack(archive, Path(folder))
        yield Path(folder) / path


def _unpack(archive: bytes, folder: Path) -> None:
    """Lay the files and links of an archive into ``folder``, and nothing outside it.

    Done by hand, because Python 3.11.2 (Debian 12) has no extraction filters (PEP 706).
    """
    root = folder.resolve()
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files:
            target = folder / member.name
            if not target.parent.resolve().is_relative_to(root):
                raise NoRevision(f"`{member.name}` leads out of the revision")
            content = files.extractfile(member) if member.isfile() else None
            target.parent.mkdir(parents=True, exist_ok=True)
            if content is not None:
                target.write_bytes(content.read())
            elif member.issym():
                target.symlink_to(member.linkname)


def is_revision(name: str) -> bool:
    """Whether a name can only mean a git revision: it has a colon, and no such file exists."""
    return ":" in name and not Path(name).exists()


def _archive(commit: str, path: str) -> bytes:
    if shutil.which("git") is None:
        raise NoRevision("`git` is not installed")
    if not commit or commit.startswith("-"):
        raise NoRevision(f"`{commit}` is no revision")
    words = ["git", "archive", "--format=tar", commit, "--", path]
    done = subprocess.run(words, capture_output=True, timeout=_SECONDS, check=False)
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["git gave no reason"]
        raise NoRevision(lines[-1].removeprefix("fatal: "))
    return done.stdout

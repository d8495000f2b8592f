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
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(folder, filter="data")
        yield Path(folder) / path


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

"""Estates as they stand in a git revision, read without touching the work tree.

Read object by object, so that neither attributes (``export-ignore``) nor filters of the repository decide what is seen.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

_SECONDS = 120
_LINK = "120000"


class NoRevision(Exception):  # noqa: N818 - says what git does not have
    """What git could not give, in its own words."""


@contextmanager
def revision(name: str) -> Iterator[Path]:
    """The files of ``REVISION:PATH`` in a folder that lasts as long as the context.

    PATH is relative to the folder that the program was started in, or absolute; none: that folder itself. Raises
    NoRevision where there is no such revision or path, or no git.
    """
    commit, _, path = name.partition(":")
    if not commit or commit.startswith("-"):
        raise NoRevision(f"`{commit}` is no revision")
    top = Path(os.fsdecode(_git(Path(), "rev-parse", "--show-toplevel")).removesuffix("\n"))
    wanted = Path(os.path.normpath(Path.cwd() / path))
    if not wanted.is_relative_to(top):
        raise NoRevision(f"`{path}` lies outside the repository")
    inside = wanted.relative_to(top)
    with TemporaryDirectory(prefix="isthmus-") as folder:
        _lay_out(_listed(top, commit, inside), top, Path(folder))
        yield Path(folder) / inside


def is_revision(name: str) -> bool:
    """Whether a name can only mean a git revision: it has a colon, and no such file exists."""
    return ":" in name and not Path(name).exists()


def _listed(top: Path, commit: str, inside: Path) -> list[tuple[str, str, str]]:
    """Mode, object and path of every file and link below ``inside``."""
    words = ["ls-tree", "-r", "-z", "--full-tree", commit, *([] if inside == Path() else ["--", str(inside)])]
    found = []
    for line in os.fsdecode(_git(top, *words)).split("\0"):
        about, _, path = line.partition("\t")
        if path and about.split()[1] == "blob":
            found.append((about.split()[0], about.split()[2], path))
    if not found:
        raise NoRevision(f"`{inside}` does not exist in `{commit}`")
    return found


def _lay_out(listed: list[tuple[str, str, str]], top: Path, folder: Path) -> None:
    """Write every file, and then every link, so that nothing is ever written through a link."""
    asked = "".join(f"{name}\n" for _, name, _ in listed).encode()
    contents = iter(_contents(_git(top, "cat-file", "--batch", stdin=asked)))
    links: list[tuple[Path, str]] = []
    for (mode, _, path), content in zip(listed, contents, strict=True):
        target = folder / path
        if {"..", ".git"} & set(PurePosixPath(path).parts) or path.startswith("/"):
            raise NoRevision(f"`{path}` leads out of the revision")
        target.parent.mkdir(parents=True, exist_ok=True)
        if mode == _LINK:
            links.append((target, os.fsdecode(content)))
        else:
            target.write_bytes(content)
    for link, leads_to in links:
        link.symlink_to(leads_to)


def _contents(batch: bytes) -> Iterator[bytes]:
    """The objects of a ``git cat-file --batch`` answer: for each ``OBJECT TYPE SIZE``, the content, a line feed."""
    at = 0
    while at < len(batch):
        end = batch.index(b"\n", at)
        size = int(batch[at:end].split()[-1])
        yield batch[end + 1 : end + 1 + size]
        at = end + 1 + size + 1


def _git(folder: Path, *words: str, stdin: bytes = b"") -> bytes:
    if shutil.which("git") is None:
        raise NoRevision("`git` is not installed")
    try:
        done = subprocess.run(
            ["git", *words],
            cwd=folder,
            input=stdin,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env=os.environ | {"GIT_LITERAL_PATHSPECS": "1"},
        )
    except subprocess.TimeoutExpired:
        raise NoRevision(f"`git {words[0]}` took longer than {_SECONDS} seconds") from None
    except ValueError:
        raise NoRevision("a revision has no NUL character") from None
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["git gave no reason"]
        raise NoRevision(lines[-1].strip().removeprefix("fatal: "))
    return done.stdout

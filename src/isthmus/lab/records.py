"""Records of labs that are up, so that other commands find them: a small file for each, and a look at the process."""

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from isthmus.lab.demands import LabError

FOLDER_TOLD = "ISTHMUS_LAB_RECORDS"
"""In the environment of everything inside a lab, where everybody is root: the folder of whoever began it."""

_DEAD = "ZX"
"""States of processes that have ended, and that nobody has asked after yet."""


@dataclass(frozen=True, slots=True)
class Record:
    """A lab that is up. ``pid`` holds its namespaces, as the machine counts; 0 for one that root has left up."""

    name: str
    estate: str
    pid: int
    started: int
    """When the process started, in the kernel's ticks: another process may have the number by now."""
    nodes: tuple[str, ...]
    folder: str = "/run/isthmus"
    """Where its daemons have their files."""
    prefix: str = ""
    """What the names of its namespaces begin with."""

    @property
    def is_alive(self) -> bool:
        """Whether its process still runs (or, left up by root, whether its namespaces are there)."""
        if self.pid == 0:
            return any(Path("/run/netns").glob(f"{self.prefix}*"))
        return started(self.pid) == self.started


def records_folder() -> Path:
    """The folder of this user's records."""
    told = os.environ.get(FOLDER_TOLD)
    if told:
        return Path(told)
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return Path(runtime) / "isthmus" if runtime else Path(f"/tmp/isthmus-{os.getuid()}")  # noqa: S108 - checked


def _is_ours(folder: Path) -> bool:
    """Whether nobody else can have written to a folder: records say which process to enter, and which to end."""
    try:
        told = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(told.st_mode) and told.st_uid == os.getuid() and not told.st_mode & stat.S_IWOTH


def started(pid: int) -> int:
    """When a process started, in the kernel's ticks (proc(5), field 22 of ``stat``); -1 for none, or a dead one."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        return -1 if told[0] in _DEAD else int(told[19])
    except (OSError, ValueError, IndexError):
        return -1


def keep(record: Record, folder: Path) -> Path:
    """Write a record, in one step."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not _is_ours(folder):
        raise LabError(f"`{folder}` is somebody else's", "set XDG_RUNTIME_DIR to a folder of your own")
    path = folder / f"{record.name}.json"
    partial = folder / f".{record.name}.partial"
    partial.write_text(json.dumps(asdict(record)), encoding="utf-8")
    partial.replace(path)
    return path


def forget(record: Record, folder: Path) -> None:
    """Remove a record."""
    (folder / f"{record.name}.json").unlink(missing_ok=True)


def living(folder: Path) -> Iterator[Record]:
    """The labs that are up; records of those that are not are removed."""
    for path in sorted(folder.glob("*.json")) if _is_ours(folder) else ():
        record = _read(path)
        if record is not None and record.is_alive:
            yield record
        else:
            path.unlink(missing_ok=True)


def readable(folder: Path) -> Iterator[Record]:
    """Every record that can be read, of labs that are up and of others."""
    for path in sorted(folder.glob("*.json")):
        record = _read(path)
        if record is not None:
            yield record


def _read(path: Path) -> Record | None:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return Record(**{**told, "nodes": tuple(told["nodes"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None

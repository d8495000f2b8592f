"""`observations/` beside an estate: what flow records showed, one result an input, kept by content.

A result is a folder of Parquet files that appears in one step (written aside, then renamed), named after the content of
its input and of what it was held against. Reading the same input again finds it there; an input that has grown has
another name, and takes the old one's place in ``inputs.json``. So a program that is killed at any moment loses no
result that was complete, and none is ever counted twice: what is summed is the set of results that ``inputs.json``
names, and of those that it should name and does not yet, the next run finds the result and adds the line.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from isthmus.observe.keys import WIDTHS
from isthmus.observe.persist import from_plain, to_plain
from isthmus.observe.results import InputRead

FOLDER = "observations"
_INPUTS = "inputs.json"
_PARTIAL = ".partial-"
_VERSION = 1


class BusyError(Exception):
    """Another audit writes here at this moment."""


@dataclass(frozen=True, slots=True)
class Noted:
    """An input as it was when it was read."""

    size: int
    modified_ns: int
    device: int
    inode: int
    content: str
    """The hash of its octets, and of how they were read."""

    def is_of(self, status: os.stat_result) -> bool:
        """Whether a file still is what was noted."""
        now = (status.st_size, status.st_mtime_ns, status.st_dev, status.st_ino)
        return now == (self.size, self.modified_ns, self.device, self.inode)


@dataclass
class Observations:
    """The results beside one estate."""

    root: Path
    inputs: dict[str, Noted] = field(default_factory=dict)
    sides: dict[str, str] = field(default_factory=dict)
    """The realm on whose side exporters stand, as the audits were told."""

    @classmethod
    def beside(cls, estate: Path) -> "Observations":
        """What is there; nothing, where there is no such folder or its list cannot be read."""
        root = estate / FOLDER
        return cls(root, *_listed(root / _INPUTS))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the folder for one writer, and clear away what a killed one left. Raises BusyError."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise BusyError from None
            for each in self.root.rglob(f"{_PARTIAL}*"):
                shutil.rmtree(each, ignore_errors=True) if each.is_dir() else each.unlink(missing_ok=True)
            self.inputs, self.sides = _listed(self.root / _INPUTS)
            yield

    def has(self, policy: str, content: str) -> bool:
        """Whether the result of an input is there."""
        return (self._part(policy, content) / "input.json").is_file()

    def keep(self, policy: str, content: str, tables: Mapping[str, pa.Table], read: InputRead) -> None:
        """Add a result, in one step."""
        final = self._part(policy, content)
        final.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(mkdtemp(prefix=_PARTIAL, dir=final.parent))
        for name, table in tables.items():
            pq.write_table(table, partial / f"{name}.parquet", compression="zstd")
        (partial / "input.json").write_text(json.dumps({"version": _VERSION, **to_plain(read)}, indent=1))
        try:
            partial.rename(final)
        except OSError:
            if not self.has(policy, content):
                raise
            shutil.rmtree(partial)  # another thread read the same content

    def load(self, policy: str, content: str) -> tuple[dict[str, pa.Table], InputRead] | None:
        """A result; None, and it is gone, where it cannot be read."""
        part = self._part(policy, content)
        try:
            plain = json.loads((part / "input.json").read_text())
            if plain.pop("version") != _VERSION:
                raise ValueError("another version")
            tables = {name: pq.ParquetFile(part / f"{name}.parquet").read() for name in WIDTHS}
            return tables, from_plain(plain)
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
            shutil.rmtree(part, ignore_errors=True)
            return None

    def note(self, path: str, status: os.stat_result, content: str) -> None:
        """Name the result of an input; an input that was renamed loses its old name."""
        for other, noted in list(self.inputs.items()):
            is_same_file = (noted.device, noted.inode) == (status.st_dev, status.st_ino)
            if is_same_file and other != path and not Path(other).exists():
                del self.inputs[other]
        self.inputs[path] = Noted(status.st_size, status.st_mtime_ns, status.st_dev, status.st_ino, content)

    def save(self) -> None:
        """Write the list of inputs, in one step."""
        inputs = {path: asdict(noted) for path, noted in sorted(self.inputs.items())}
        plain = {"version": _VERSION, "sides": dict(sorted(self.sides.items())), "inputs": inputs}
        partial = self.root / f"{_PARTIAL}{os.getpid()}-{_INPUTS}"
        partial.write_text(json.dumps(plain, indent=1))
        partial.replace(self.root / _INPUTS)

    def results(self, policy: str) -> Iterator[tuple[dict[str, pa.Table], InputRead]]:
        """Every result that was made against one policy, each content once."""
        for content in dict.fromkeys(noted.content for noted in self.inputs.values()):
            loaded = self.load(policy, content) if self.has(policy, content) else None
            if loaded is not None:
                yield loaded

    def missing(self, policy: str) -> list[str]:
        """Inputs whose results were made against another policy."""
        return [path for path, noted in self.inputs.items() if not self.has(policy, noted.content)]

    def _part(self, policy: str, content: str) -> Path:
        return self.root / policy[:16] / content


def _listed(path: Path) -> tuple[dict[str, Noted], dict[str, str]]:
    """The list of inputs, and where exporters stand; nothing, where there is none that can be read."""
    try:
        plain: Any = json.loads(path.read_text())
        if plain["version"] != _VERSION:
            return {}, {}
        inputs = {str(name): Noted(**noted) for name, noted in plain["inputs"].items()}
        return inputs, {str(name): str(realm) for name, realm in plain["sides"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}, {}

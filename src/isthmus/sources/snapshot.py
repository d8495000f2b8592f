"""A snapshot's folder: `snapshot/DEVICE/…` beside the estate, with the configurations of each device as collected."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from isthmus.diagnostics import Code, Diagnostic, Severity, Span
from isthmus.sources.files import OUTSIDE, TextFile, read_text

FOLDER = "snapshot"
MAX_FILES = 100_000

STRAY = Code(
    "SRC007",
    Severity.WARNING,
    "a file of a snapshot belongs to no device",
    "A snapshot has a folder for each device (or controller), named after it, and the device's files inside. A file "
    "beside those folders would belong to nothing, so it is not read. `README.md` may stand there.",
)
TOO_MANY = Code(
    "SRC008",
    Severity.ERROR,
    "a snapshot has too many files",
    f"More than {MAX_FILES:,} files are refused before they can exhaust memory.",
)
CODES = (STRAY, TOO_MANY)


@dataclass(frozen=True, slots=True)
class SnapshotFiles:
    """What lies in a snapshot: the texts of each device, in a stable order, and what could not be read."""

    root: Path
    devices: dict[str, tuple[TextFile, ...]]
    diagnostics: tuple[Diagnostic, ...]


def read_snapshot(root: Path) -> SnapshotFiles | None:
    """Read every file of every device below ``root``; None where there is no such folder."""
    if not root.is_dir():
        return None
    found = sorted(each for each in root.rglob("*") if _belongs(each.relative_to(root)) and not each.is_dir())
    if len(found) > MAX_FILES:
        problem = Diagnostic(TOO_MANY, f"`{root}` has more than {MAX_FILES:,} files", Span(str(root)), "split it")
        return SnapshotFiles(root, {}, (problem,))
    devices: dict[str, list[TextFile]] = {each.name: [] for each in sorted(root.iterdir()) if each.is_dir()}
    problems: list[Diagnostic] = []
    for path in found:
        read = _read(path, root)
        if isinstance(read, Diagnostic):
            problems.append(read)
        else:
            devices[path.relative_to(root).parts[0]].append(read)
    return SnapshotFiles(root, {name: tuple(texts) for name, texts in devices.items()}, tuple(problems))


def is_snapshot(path: Path) -> bool:
    """Whether a folder is a snapshot by itself: it has folders (of devices), and no file of an estate beside them."""
    if not path.is_dir() or any(path.glob("*.yaml")):
        return False
    return path.name == FOLDER or any(each.is_dir() and not each.name.startswith(".") for each in path.iterdir())


def _read(path: Path, root: Path) -> TextFile | Diagnostic:
    name = str(path)
    if len(path.relative_to(root).parts) == 1:
        return Diagnostic(STRAY, f"`{name}` is in no device's folder", Span(name), "move it into the device's folder")
    if not path.resolve().is_relative_to(root.resolve()):
        return Diagnostic(OUTSIDE, f"`{name}` leads to a file outside the snapshot", Span(name), "copy it")
    return read_text(path, name)


def _belongs(relative: Path) -> bool:
    hidden = any(part.startswith(".") for part in relative.parts)
    return not hidden and relative.name.upper() != "README.MD"


def configured_lines(files: SnapshotFiles) -> Iterator[tuple[str, list[str]]]:
    """The lines of every text, by its name, so that messages can quote them."""
    for texts in files.devices.values():
        for each in texts:
            yield each.name, each.text.splitlines()

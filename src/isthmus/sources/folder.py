"""An estate's folder: every ``*.yaml`` below it, apart from what devices and audits put there."""

from dataclasses import dataclass, replace
from pathlib import Path

from isthmus.diagnostics import Diagnostic, Span
from isthmus.sources.files import NO_ESTATE, OTHER_ENDING, OUTSIDE, TextFile, read_text

NOT_ESTATE = ("snapshot", "observations", "owners")
"""Folders beside the estate's files that hold collected configurations, audit results and signers."""

MAX_FILES = 20_000


@dataclass(frozen=True, slots=True)
class EstateFiles:
    """What lies in an estate's folder: texts in a stable order, and what could not be read."""

    root: Path
    files: tuple[TextFile, ...]
    diagnostics: tuple[Diagnostic, ...]


def read_folder(path: Path) -> EstateFiles:
    """Read every estate file below ``path`` (or the one file that it is), in the order of their names."""
    if path.is_file():
        return _gathered(path.parent, [path])
    if not path.is_dir():
        return _nothing(path, "there is no such file or folder")
    found = sorted(each for each in path.rglob("*.yaml") if _belongs(each.relative_to(path)))[: MAX_FILES + 1]
    if len(found) > MAX_FILES:
        return _nothing(path, f"more than {MAX_FILES:,} files")
    strays = sorted(each for each in path.rglob("*.yml") if _belongs(each.relative_to(path)))
    if not found and not strays:
        return _nothing(path, "the folder holds no `*.yaml` file")
    gathered = _gathered(path, found)
    return replace(gathered, diagnostics=(*gathered.diagnostics, *(_stray(each) for each in strays)))


def _stray(path: Path) -> Diagnostic:
    message = f"`{path}` ends in `.yml` and would not be read"
    return Diagnostic(OTHER_ENDING, message, Span(str(path)), "rename it to end in `.yaml`")


def _belongs(relative: Path) -> bool:
    return relative.parts[0] not in NOT_ESTATE and not any(part.startswith(".") for part in relative.parts)


def _nothing(path: Path, reason: str) -> EstateFiles:
    help_ = "`isthmus init DIR` makes a new estate; `isthmus check DIR` names another one"
    problem = Diagnostic(NO_ESTATE, f"no estate at `{path}`: {reason}", Span(str(path)), help_)
    return EstateFiles(path, (), (problem,))


def _gathered(root: Path, paths: list[Path]) -> EstateFiles:
    files: list[TextFile] = []
    problems: list[Diagnostic] = []
    for path in paths:
        name = str(path)
        if not path.resolve().is_relative_to(root.resolve()):
            problems.append(Diagnostic(OUTSIDE, f"`{name}` leads to a file outside the estate", Span(name), "copy it"))
            continue
        read = read_text(path, name)
        if isinstance(read, TextFile):
            files.append(read)
        else:
            problems.append(read)
    return EstateFiles(root, tuple(files), tuple(problems))

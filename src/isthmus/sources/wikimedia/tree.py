"""The only reader of the disk here: walks source folders and reads the files that some importer knows."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from isthmus.diagnostics import Span
from isthmus.sources.files import TextFile, read_text
from isthmus.sources.wikimedia.outcomes import Refused

_HISTORY = {".git", ".hg", ".svn"}
"""Folders of version control, which hold no data of their own."""


@dataclass(frozen=True, slots=True)
class Tree:
    """What lies below the sources, each file in exactly one of three lists.

    Names are paths relative to the source; with several sources, the source's own name stands in front.
    """

    files: tuple[TextFile, ...]
    refused: tuple[Refused, ...]
    not_looked_at: tuple[str, ...]


class SourceMissing(Exception):  # noqa: N818 - wrong usage, with the sentence to show
    """A source that is not a folder."""


def read_tree(sources: Sequence[Path], wanted: Callable[[str], bool]) -> Tree:
    """Read every file below ``sources`` whose relative path is ``wanted``, and list the others.

    Files are bounded in size, and symbolic links are followed to files inside their source only.
    """
    files: list[TextFile] = []
    refused: list[Refused] = []
    others: list[str] = []
    for source, lead in zip(sources, _leads(sources), strict=True):
        for path, name in _walk(source, lead, refused):
            if not wanted(name):
                others.append(name)
                continue
            read = _read(path, source, name)
            if isinstance(read, TextFile):
                files.append(read)
            else:
                refused.append(read)
    return Tree(tuple(files), tuple(refused), tuple(others))


def _leads(sources: Sequence[Path]) -> list[str]:
    """What stands in front of the relative paths of each source."""
    if len(sources) == 1:
        return [""]
    names = [source.resolve().name or "root" for source in sources]
    return [f"{name}-{at}/" if names.count(name) > 1 else f"{name}/" for at, name in enumerate(names, 1)]


def _walk(source: Path, lead: str, refused: list[Refused]) -> Iterator[tuple[Path, str]]:
    """Every file below ``source`` with its name, in order; a linked folder is listed and not entered."""
    if not source.is_dir():
        raise SourceMissing(f"`{source}` is not a folder" if source.exists() else f"`{source}` does not exist")

    def note(error: OSError) -> None:
        name = lead + Path(error.filename).relative_to(source).as_posix()
        refused.append(Refused(f"the folder cannot be read: {(error.strerror or '').lower()}", Span(name)))

    for folder, folders, names in os.walk(source, onerror=note):
        folders[:] = sorted(each for each in folders if each not in _HISTORY)
        linked = [each for each in folders if (Path(folder) / each).is_symlink()]
        for name in sorted([*names, *linked]):
            path = Path(folder) / name
            yield path, lead + path.relative_to(source).as_posix()


def _read(path: Path, source: Path, name: str) -> TextFile | Refused:
    """The text of one file, or why it is not read."""
    try:
        inside = path.resolve().is_relative_to(source.resolve())
    except (OSError, RuntimeError):
        return Refused("the link leads nowhere", Span(name))
    if not inside:
        return Refused("the link leads out of the source", Span(name))
    read = read_text(path, name)
    return read if isinstance(read, TextFile) else Refused(f"{read.code} {read.message}", read.where)

"""Writing an imported estate: file by file and atomically, and never over what somebody else wrote."""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RECORD = "import.json"
"""The file that marks a folder as ours and tells what we wrote into it."""


class FolderTaken(Exception):  # noqa: N818 - wrong usage, with the sentence to show
    """The folder holds something that writing would destroy; ``help`` says what to do about it."""

    def __init__(self, problem: str, help_: str = "name another folder") -> None:
        super().__init__(problem)
        self.help = help_


def check_folder(out: Path, names: Mapping[str, Any] | None = None) -> None:
    """Raise FolderTaken unless ``out`` is new, empty, or as the last import left it.

    Files beside ours stay as they are; one of ours that was changed since is somebody's work.
    """
    if out.is_symlink() or out.exists():
        if not out.is_dir():
            raise FolderTaken(f"`{out}` is not a folder")
    else:
        return
    written = _written(out)
    if written is None:
        if any(out.iterdir()):
            raise FolderTaken(f"`{out}` is not empty, and no import wrote it: it has no `{RECORD}`")
        return
    for name, digests in sorted(written.items()):
        path = out / name
        if path.exists() and (not path.is_file() or _digest(path.read_bytes()) not in digests):
            help_ = "move the changes to a file of their own and remove this one, or name another folder"
            raise FolderTaken(f"`{path}` was changed since it was imported", help_)
    for name in names or ():
        if name not in written and (out / name).exists():
            raise FolderTaken(f"`{out / name}` was not written by an import", "rename it")


def write_folder(out: Path, texts: Mapping[str, str], record: Mapping[str, Any]) -> None:
    """Write ``texts`` and the record into ``out``; a reader sees each file old or new, never half.

    A file of the last import that this one has no use for is removed.
    """
    check_folder(out, texts)
    out.mkdir(parents=True, exist_ok=True)
    earlier = _written(out) or {}
    contents = {name: text.encode() for name, text in texts.items()}
    digests = {name: [_digest(content)] for name, content in contents.items()}
    # If we are interrupted, the record knows the files of both imports: either is ours.
    both = {name: [*earlier.get(name, []), *digests.get(name, [])] for name in {**earlier, **digests}}
    _replace(out / RECORD, _json({**record, "written": both}))
    for name, content in contents.items():
        _replace(out / name, content)
    for name in sorted(earlier.keys() - contents.keys()):
        (out / name).unlink(missing_ok=True)
    _replace(out / RECORD, _json({**record, "written": digests}))


def _json(record: Mapping[str, Any]) -> bytes:
    return f"{json.dumps(record, indent=1, ensure_ascii=False)}\n".encode()


def _written(out: Path) -> dict[str, list[str]] | None:
    """The files that the last import wrote, with the digests they may have; None where there was none."""
    path = out / RECORD
    if not path.is_file():
        return None
    try:
        written = json.loads(path.read_bytes())["written"]
        return {name: [*map(str, digests)] for name, digests in written.items() if Path(name).name == name}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise FolderTaken(f"`{path}` cannot be understood") from None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _replace(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path`` in one step."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

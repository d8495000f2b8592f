"""The folder that `isthmus generate` writes: a file for each text, and a manifest that says which files are ours.

The folder is replaced in one step, so that nobody ever sees half of it. What somebody else put there, or changed, is
never lost: the folder is refused.
"""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from isthmus.workflows.refusal import Refused

MANIFEST = "MANIFEST.json"


def write_folder(out: Path, files: Mapping[str, str], about: Mapping[str, object], *, replace_edited: bool) -> None:
    """Write files and the manifest. Raises Refused, and changes nothing, where the folder holds what is not ours."""
    out = out.resolve()
    _refuse_strangers(out, replace_edited=replace_edited)
    sums = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in files.items()}
    manifest = json.dumps({**about, "files": sums}, indent=2, ensure_ascii=False) + "\n"
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent, ignore_cleanup_errors=True) as beside:
            _write({**files, MANIFEST: manifest}, Path(beside) / "new")
            _exchange(out, Path(beside))
    except OSError as error:
        raise Refused(f"cannot write `{out}`: {(error.strerror or str(error)).lower()}") from None


def _write(files: Mapping[str, str], folder: Path) -> None:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="")


def _exchange(out: Path, beside: Path) -> None:
    """Put the new folder where the old one is; where that fails, the old one is there again."""
    is_there = out.exists()
    if is_there:
        out.rename(beside / "old")
    try:
        (beside / "new").rename(out)
    except OSError:
        if is_there:
            (beside / "old").rename(out)
        raise


def _refuse_strangers(out: Path, *, replace_edited: bool) -> None:
    """Refuse a folder with files that we did not make, or that were changed since."""
    if not out.exists():
        return
    if not out.is_dir() or out == out.parent:
        raise Refused(f"`{out}` is no folder to write into", "name a new folder")
    ours = _ours(out)
    for path in sorted(each for each in out.rglob("*") if not each.is_dir()):
        name = path.relative_to(out).as_posix()
        if name == MANIFEST and ours:
            continue
        if name not in ours or path.is_symlink():
            raise Refused(f"`{path}` was not made by `isthmus generate`", "name a new folder, or move the file away")
        if not replace_edited and hashlib.sha256(path.read_bytes()).hexdigest() != ours[name]:
            raise Refused(f"`{path}` was changed since it was generated", "`--replace` writes it anew")


def _ours(out: Path) -> dict[str, str]:
    """The files that the folder's manifest names, with their sums; none where there is no manifest of ours."""
    try:
        told = json.loads((out / MANIFEST).read_bytes())
        files = told["files"] if told["generator"].startswith("isthmus ") else {}
        return {str(name): str(value) for name, value in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}

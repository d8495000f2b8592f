"""The folder that `isthmus generate` writes: a file for each text, and a manifest that says which files are ours.

The folder is replaced in one step, so that nobody ever sees half of it. What somebody else put there, or changed, is
never lost: the folder is refused.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from isthmus.workflows.refusal import Refused

MANIFEST = "MANIFEST.json"


def write_folder(out: Path, files: Mapping[str, str], about: Mapping[str, object], *, replace_edited: bool) -> None:
    """Write files and the manifest. Raises Refused, and changes nothing, where the folder holds what is not ours."""
    _refuse_strangers(out, replace_edited=replace_edited)
    sums = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in files.items()}
    manifest = json.dumps({**about, "files": sums}, indent=2, ensure_ascii=False) + "\n"
    partial, old = (out.with_name(f".{out.name}.{word}") for word in ("partial", "old"))
    try:
        for each in (partial, old):
            shutil.rmtree(each, ignore_errors=True)
        for path, text in {**files, MANIFEST: manifest}.items():
            target = partial / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="")
        if out.exists():
            out.rename(old)
        partial.rename(out)
    except OSError as error:
        if old.is_dir() and not out.exists():
            old.rename(out)
        raise Refused(f"cannot write `{out}`: {(error.strerror or str(error)).lower()}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        if out.exists():
            shutil.rmtree(old, ignore_errors=True)


def _refuse_strangers(out: Path, *, replace_edited: bool) -> None:
    """Refuse a folder with files that we did not make, or that were changed since."""
    if not out.exists():
        return
    if not out.is_dir():
        raise Refused(f"`{out}` is no folder", "name a new folder")
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

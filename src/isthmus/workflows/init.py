"""`isthmus init`: a first estate, small and sound, to be changed into one's own."""

import re
from importlib.resources import files
from pathlib import Path

from isthmus.workflows.refusal import Refused


def init(folder: Path) -> tuple[Path, ...]:
    """Write the scaffold into ``folder`` (made if missing) and return the files.

    Raises Refused if the folder holds anything already: nobody's work is ever overwritten.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"`{folder}` exists and is not an empty folder", "name a new folder")
    name = _name(folder)
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for template in sorted(files("isthmus.sources").joinpath("scaffold").iterdir(), key=lambda each: each.name):
            path = folder / template.name
            path.write_text(template.read_text(encoding="utf-8").replace("ESTATE_NAME", name), encoding="utf-8")
            written.append(path)
    except OSError as error:
        raise Refused(f"cannot write `{folder}`: {(error.strerror or str(error)).lower()}") from None
    return tuple(written)


def _name(folder: Path) -> str:
    """An id made from the folder's name."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", folder.resolve().name).strip("-._")
    return name[:60] or "estate"

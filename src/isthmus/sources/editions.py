"""Where editions of the guidelines come from: those that ship, or a TOML file in the estate's folder."""

from importlib.resources import files
from pathlib import Path

from isthmus.diagnostics import Diagnostic, Span, did_you_mean
from isthmus.guidelines.codes import NOT_FOUND
from isthmus.sources.files import TextFile, read_text


def shipped() -> tuple[str, ...]:
    """The names of the editions that ship with the program."""
    folder = files("isthmus.guidelines") / "editions"
    return tuple(sorted(each.name for each in folder.iterdir() if (each / "edition.toml").is_file()))


def read_edition_text(name: str, root: Path, where: Span | None = None) -> TextFile | Diagnostic:
    """The text of a shipped edition, or of the TOML file ``name`` below ``root``.

    ``where`` is the place in the estate that asks for it.
    """
    if name in shipped():
        resource = files("isthmus.guidelines") / "editions" / name / "edition.toml"
        return TextFile(f"editions/{name}/edition.toml", resource.read_text(encoding="utf-8"))
    if not name.endswith(".toml"):
        help_ = f"{did_you_mean(name, shipped(), what='shipped editions')} (a file of your own ends in `.toml`)"
        return Diagnostic(NOT_FOUND, f"there is no edition `{name}`", where or Span(str(root)), help_)
    path = root / name
    if not path.resolve().is_relative_to(root.resolve()):
        help_ = "copy it into the folder"
        return Diagnostic(NOT_FOUND, f"edition `{name}` lies outside the estate's folder", where or Span(name), help_)
    read = read_text(path, str(path))
    if isinstance(read, Diagnostic) and where is not None:
        return Diagnostic(NOT_FOUND, read.message, where, "the path is relative to the estate's folder")
    return read

"""Reading text files as a careful guest: bounded in size, inside their folder, told when they cannot be read."""

from dataclasses import dataclass
from pathlib import Path

from isthmus.diagnostics import Code, Diagnostic, Severity, Span

MAX_BYTES = 64 * 1024 * 1024

UNREADABLE = Code(
    "SRC001",
    Severity.ERROR,
    "a file cannot be read",
    "The file is missing, is no regular file, or may not be read by you.",
)
NOT_TEXT = Code(
    "SRC002",
    Severity.ERROR,
    "a file is not UTF-8 text",
    "Files of estates and editions are UTF-8 text; what another encoding means would have to be guessed.",
)
TOO_LARGE = Code(
    "SRC003",
    Severity.ERROR,
    "a file is too large",
    f"Files of more than {MAX_BYTES // 1024**2} MiB are refused before they can exhaust memory.",
)
NO_ESTATE = Code(
    "SRC004",
    Severity.ERROR,
    "there is no estate here",
    "An estate is a folder with `*.yaml` files, or one such file.",
)
OUTSIDE = Code(
    "SRC005",
    Severity.ERROR,
    "a link leads out of the estate",
    "A symbolic link in an estate's folder points outside it, and reading it could show files that nobody meant "
    "to share.",
)

OTHER_ENDING = Code(
    "SRC006",
    Severity.ERROR,
    "a file has an ending that is not read",
    "The files of an estate end in `.yaml`. One that ends in `.yml` would be left out, and nobody would notice.",
)

CODES = (UNREADABLE, NOT_TEXT, TOO_LARGE, NO_ESTATE, OUTSIDE, OTHER_ENDING)


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file's text, under the name that messages use for it."""

    name: str
    text: str


def read_text(path: Path, name: str) -> TextFile | Diagnostic:
    """Read one file, or say why that is not possible."""
    where = Span(name)
    try:
        if not path.is_file():
            reason = "there is no such file" if not path.exists() else "it is not a regular file"
            return Diagnostic(UNREADABLE, f"cannot read `{name}`: {reason}", where, "check the path")
        size = path.stat().st_size
        if size > MAX_BYTES:
            return Diagnostic(TOO_LARGE, f"`{name}` has {size:,} bytes", where, "split it into several files")
        content = path.read_bytes()
        return TextFile(name, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"byte {error.start} of `{name}` is not UTF-8 text"
        return Diagnostic(NOT_TEXT, message, Span(name, line), "save the file as UTF-8")
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        return Diagnostic(UNREADABLE, f"cannot read `{name}`: {reason}", where, "check who may read it")

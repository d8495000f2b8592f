"""Results go to standard output or a file, talk goes to standard error."""

import os
import shutil
import sys
import traceback
from pathlib import Path

from isthmus.workflows.refusal import Refused


def deliver(text: str, output: Path | None) -> None:
    """Print a result, or write it to a file in one step, so that nobody ever reads half of it.

    What is there and is no file of its own (a device, a pipe, a link) stays what it is, and is written into.
    """
    if output is None:
        _print(text)
        return
    try:
        if output.is_symlink() or (output.exists() and not output.is_file()):
            output.write_text(text, encoding="utf-8")
        else:
            _replace(output, text)
    except OSError as error:
        raise Refused(f"cannot write `{output}`: {(error.strerror or str(error)).lower()}") from None


def _print(text: str) -> None:
    """Write to standard output; a reader that left (`| head -1`) changes nothing about the exit code."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except OSError as error:
        raise Refused(f"cannot write to standard output: {(error.strerror or str(error)).lower()}") from None


def _replace(output: Path, text: str) -> None:
    partial = output.with_name(f".{output.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(output)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def complain(message: str, help_: str = "") -> None:
    """Say what went wrong, on standard error."""
    sys.stderr.write(f"isthmus: {message}\n")
    if help_:
        sys.stderr.write(f"  help: {help_}\n")


def say(message: str) -> None:
    """Say what was done, on standard error, so that results stay results."""
    sys.stderr.write(f"isthmus: {message}\n")


def wants_color() -> bool:
    """Whether standard output is a terminal that has not asked for plain text (NO_COLOR, TERM=dumb)."""
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain


def terminal_width() -> int:
    """Columns of the terminal; 110 where there is none."""
    return max(60, min(shutil.get_terminal_size((110, 24)).columns, 140)) if sys.stdout.isatty() else 110


def crash_report(error: BaseException) -> str:
    """What to send us: the mistake is ours, and the input is not to blame."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    place = f" at {Path(last[0].filename).name}:{last[0].lineno}" if last else ""
    return f"this is our bug, not yours: {type(error).__name__}{place}: {error}"

"""`isthmus lab up`, `shell` and `down`: labs as they are held, entered and ended; what is in them is planned elsewhere.

Nothing here reads an estate, so that entering a lab takes no longer than it must.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from isthmus.lab.demands import LabError, check_demands, search_path
from isthmus.lab.isolation import in_own_namespaces, is_isolated
from isthmus.lab.standing import entering, find, take_down
from isthmus.workflows.refusal import Refused

_ENDED = 143
"""The exit code of what SIGTERM ended, as shells count."""


def up(path: Path, command: Sequence[str]) -> int:
    """Build the lab in namespaces of its own, for as long as a command runs (or until it is ended)."""
    try:
        if not is_isolated():
            check_demands((), rootless=True)
            again = [sys.executable, "-m", "isthmus", "lab", "up", str(path), *(["--", *command] if command else [])]
            return in_own_namespaces(again)
        from isthmus.workflows.lab import hold

        return hold(path, command)
    except LabError as error:
        raise Refused(error.message, error.help) from None


def up_as_root(path: Path, command: Sequence[str]) -> int:
    """Build the lab in the machine's own list of namespaces; without a command, leave it up."""
    os.environ["PATH"] = search_path()
    try:
        check_demands((), rootless=False)
        from isthmus.workflows.lab import leave

        return leave(path, command)
    except LabError as error:
        raise Refused(error.message, error.help) from None


def until_the_end(told: str, command: Sequence[str]) -> int:
    """Say what is up; then run a command beside the nodes, or wait for the end."""
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGHUP, _end)
    if command:
        sys.stderr.write(told)
        return run(command)
    sys.stdout.write(told)
    sys.stdout.write("enter a node: `isthmus lab shell NODE`; end it: Ctrl-C, or `isthmus lab down`\n")
    sys.stdout.flush()
    try:
        while True:
            signal.pause()
    except KeyboardInterrupt:
        return 0


def _end(_: int, __: FrameType | None) -> None:
    raise SystemExit(_ENDED)


def run(command: Sequence[str]) -> int:
    """Run a command in the foreground, and return its exit code as shells count."""
    try:
        code = subprocess.run(command, check=False).returncode
    except OSError as error:
        raise Refused(f"cannot run `{command[0]}`: {error.strerror}".lower()) from None
    except KeyboardInterrupt:
        return 130
    return code if code >= 0 else 128 - code


def down(name: str | None) -> list[str]:
    """Take down the lab of a name, or every one; the names of those that were up."""
    try:
        return take_down(name)
    except LabError as error:
        raise Refused(error.message, error.help) from None


def shell(node: str, command: Sequence[str], name: str | None) -> int:
    """Run a command in a node of the lab that is up; the user's shell without one."""
    try:
        record = find(name, node)
        if node not in record.nodes:
            close = ", ".join(each for each in record.nodes if node.lower() in each.lower())
            help_ = f"did you mean one of these: {close}" if close else f"its nodes: {', '.join(record.nodes)}"
            raise LabError(f"the lab `{record.name}` has no node `{node}`", help_)
        argv = list(command) or [os.environ.get("SHELL", "/bin/sh")]
        return run(entering(record, argv, node))
    except LabError as error:
        raise Refused(error.message, error.help) from None

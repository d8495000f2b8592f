"""Namespaces of the lab's own: user, network, mounts and processes, so that nothing of it outlives or leaves it.

The command runs again inside ``unshare``. What is inside cannot touch the machine's network, needs no rights outside,
and ends with the program that started it, also when that is killed: each process waits for the death of the one before.
"""

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import current_thread, main_thread
from types import FrameType

from isthmus.lab.demands import search_path
from isthmus.lab.kernel import die_with_parent
from isthmus.lab.records import FOLDER_TOLD, records_folder

_MARK = "ISTHMUS_LAB"
"""In the environment of everything inside: the process that holds the lab, as the machine counts."""

_UNSHARE = ("unshare", "--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--kill-child")

_ENTRANCE = """
read -r ISTHMUS_LAB rest </proc/self/stat
export ISTHMUS_LAB
mount --make-rprivate /
mount -t proc proc /proc
[ -z "$1" ] || exec 9<"$1"
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/netns
[ -z "$1" ] || { mkdir -p "$1"; mount --no-canonicalize --bind /proc/self/fd/9 "$1"; exec 9<&-; }
ip link set lo up
shift
exec "$@"
"""
"""Makes the inside ready: a process table and a ``/run`` of its own, in which the folder of records ($1) stays."""
_PATIENCE = 3
"""Seconds in which what is inside may end by itself."""
_TRIES = 10
"""Times a second that it is asked to."""
_FORWARDED = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def is_isolated() -> bool:
    """Whether this process is inside namespaces of the lab's own."""
    return _MARK in os.environ


def outer_pid() -> int:
    """The first process inside, by the number that it has outside."""
    return int(os.environ[_MARK])


def in_own_namespaces(argv: Sequence[str]) -> int:
    """Run a command in namespaces of its own, and return its exit code.

    Inside, the command is root over an empty network, process 1 of its own process table, and ``/run`` is its own.
    """
    environment = {**os.environ, "PATH": search_path()}
    environment[FOLDER_TOLD] = str(records_folder())
    held = signal.pthread_sigmask(signal.SIG_BLOCK, _FORWARDED)
    child = subprocess.Popen(
        [*_UNSHARE, "sh", "-eu", "-c", _ENTRANCE, "lab", _records_in_run(), *argv],
        env=environment,
        preexec_fn=_dependent,
    )
    heard = _FORWARDED if current_thread() is main_thread() else ()  # Python hands signals to the main thread alone
    before = {each: signal.signal(each, _asked) for each in heard}
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        try:
            return _exit_code(child.wait())
        except _Asked as asked:
            return _exit_code(_end(child, asked.number))
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


class _Asked(Exception):  # noqa: N818 - not an error: somebody wants the end
    """A signal that asks for the end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _asked(number: int, _: FrameType | None) -> None:
    if number != signal.SIGINT or not os.isatty(0):  # a terminal's own key reaches everybody inside as well
        for each in _FORWARDED:
            signal.signal(each, signal.SIG_IGN)
        raise _Asked(number)


def _end(child: "subprocess.Popen[bytes]", number: int) -> int:
    """Hand a signal on to the command inside, until it hears (process 1 may not yet); at last, end everything.

    ``unshare`` itself holds signals back, but for the one that nobody can.
    """
    for _ in range(_PATIENCE * _TRIES):
        for each in _children(child.pid):
            with suppress(ProcessLookupError):
                os.kill(each, number)
        try:
            return child.wait(1 / _TRIES)
        except subprocess.TimeoutExpired:
            continue
    child.kill()
    return child.wait()


def _children(pid: int) -> tuple[int, ...]:
    """The processes that a process has started: not every kernel lists them."""
    return tuple(each for each in _processes() if parent_of(each) == pid)


def _processes() -> Iterator[int]:
    yield from (int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit())


def parent_of(pid: int) -> int:
    """The process that started another one (proc(5), field 4 of ``stat``); -1 for none."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return -1


def _dependent() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    die_with_parent(signal.SIGKILL)


def _exit_code(code: int) -> int:
    return code if code >= 0 else 128 - code


def _records_in_run() -> str:
    """The folder of records where it lies below ``/run``, which becomes the lab's own; else nothing."""
    folder = records_folder()
    if not folder.is_relative_to("/run"):
        return ""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return str(folder)

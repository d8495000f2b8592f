"""The few system calls that Python 3.11 does not offer: namespaces, mounts, the death signal."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CLONE_NEWNET = 0x40000000
CLONE_NEWNS = 0x00020000

MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18

_PR_SET_PDEATHSIG = 1
_OWN = Path("/proc/thread-self/ns/net")

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def set_namespace(descriptor: int, kind: int = CLONE_NEWNET) -> None:
    """Move this thread into the namespace that a descriptor stands for (setns(2))."""
    _checked(_libc.setns(descriptor, kind), "setns")


def unshare(kind: int) -> None:
    """Give this process namespaces of its own (unshare(2))."""
    _checked(_libc.unshare(kind), "unshare")


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount a file system, or bind a file or folder (mount(2))."""
    words = [each.encode() if each else None for each in (source, target, kind)]
    _checked(_libc.mount(*words, flags, options.encode() if options else None), f"mount {target}")


def die_with_parent(signal: int) -> None:
    """Have the kernel send this process a signal when its parent ends (prctl(2))."""
    _checked(_libc.prctl(_PR_SET_PDEATHSIG, signal, 0, 0, 0), "prctl")


def enter_network(netns: Path) -> None:
    """Move this thread into a network namespace for good."""
    descriptor = os.open(netns, os.O_RDONLY | os.O_CLOEXEC)
    try:
        set_namespace(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def inside_network(netns: Path) -> Iterator[None]:
    """This thread in a network namespace, and back again."""
    before = os.open(_OWN, os.O_RDONLY | os.O_CLOEXEC)
    try:
        enter_network(netns)
        try:
            yield
        finally:
            set_namespace(before)
    finally:
        os.close(before)

"""What the referee asks of Linux and Python's own library does not offer: namespaces, libnftables, netlink.

Everything happens in namespaces that this process makes; `private` puts it into them before anything else.
"""

import ctypes
import os
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

CLONE_NEWNET = 0x40000000
MARKER = "ISTHMUS_REFEREE_INSIDE"
UNSHARE = (
    "unshare", "--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child",
)  # fmt: skip
TOOLS = ("unshare", "ip", "nft")

NETLINK_NETFILTER = 12
_FLUSH = 2 | 1 << 8
"""Delete entries of the connection table (IPCTNL_MSG_CT_DELETE of NFNL_SUBSYS_CTNETLINK); all, where none is named."""


@cache
def missing(*more: str) -> str:
    """Why there can be no referee here; empty where there can."""
    lacking = [tool for tool in (*TOOLS, *more) if not shutil.which(tool)]
    if lacking:
        return f"not installed: {', '.join(lacking)}"
    tried = subprocess.run([*UNSHARE, "true"], capture_output=True, text=True, timeout=60, check=False)
    return "" if tried.returncode == 0 else f"no namespace may be made here: {tried.stderr.strip()[:100]}"


def inside(arguments: Sequence[str]) -> list[str]:
    """The command that runs a module of ours in namespaces of its own, all of which end with it."""
    return [*UNSHARE, "env", f"{MARKER}=1", sys.executable, "-m", *arguments]


def private() -> None:
    """Refuse to go on outside of namespaces that were made for this."""
    if os.environ.get(MARKER) != "1" or os.getpid() != 1:
        raise SystemExit("this touches firewalls: it runs in its own namespaces only (tools/referee)")


_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class Namespace:
    """A network namespace, held open; `new` makes one, `current` holds the one that the process is in."""

    def __init__(self) -> None:
        self.fd = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)

    @classmethod
    def new(cls) -> "Namespace":
        """One more namespace; the process stays in its own."""
        own = cls()
        _checked(_libc.unshare(CLONE_NEWNET))
        made = cls()
        own.enter()
        os.close(own.fd)
        return made

    def enter(self) -> None:
        """Put the process into it."""
        _checked(_libc.setns(self.fd, CLONE_NEWNET))

    @contextmanager
    def entered(self) -> Iterator[None]:
        """The process in it for a while."""
        before = Namespace()
        self.enter()
        try:
            yield
        finally:
            before.enter()
            os.close(before.fd)

    @property
    def path(self) -> str:
        """What `ip` can call it, as a child of this process."""
        return f"/proc/{os.getpid()}/fd/{self.fd}"


def run(*command: str, stdin: str = "") -> str:
    """A tool that must succeed."""
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


class Nft:
    """libnftables, working on the namespace in which it was made."""

    def __init__(self) -> None:
        library = ctypes.CDLL("libnftables.so.1")
        library.nft_ctx_new.restype = ctypes.c_void_p
        library.nft_ctx_get_error_buffer.restype = ctypes.c_char_p
        self._library = library
        self._context = ctypes.c_void_p(library.nft_ctx_new(0))
        library.nft_ctx_buffer_output(self._context)
        library.nft_ctx_buffer_error(self._context)

    def close(self) -> None:
        """Give the handle back."""
        self._library.nft_ctx_free(self._context)

    def load(self, text: str) -> str:
        """Load a script; what is wrong with it where it is refused, else nothing."""
        if self._library.nft_run_cmd_from_buffer(self._context, text.encode()) == 0:
            return ""
        told: bytes = self._library.nft_ctx_get_error_buffer(self._context) or b"refused"
        return told.decode(errors="replace")


class Netlink:
    """A netlink socket to netfilter, in the namespace in which it was made."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.socket.bind((0, 0))

    def ask(self, kind: int, body: bytes) -> None:
        """A request that netfilter must grant."""
        self.socket.send(struct.pack("=IHHII", 16 + len(body), kind, 1 | 4, 0, 0) + body)
        answer = self.socket.recv(4096)
        (error,) = struct.unpack_from("=i", answer, 16)
        if error:
            raise OSError(-error, os.strerror(-error))

    def forget_connections(self) -> None:
        """Empty the connection table."""
        self.ask(_FLUSH, struct.pack("!BBH", socket.AF_UNSPEC, 0, 0))

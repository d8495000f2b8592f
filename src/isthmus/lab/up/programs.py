"""Programs inside nodes: echo servers, HAProxy, BIRD. Each is a process of its own, and ends with the lab."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from isthmus.lab.demands import LabError
from isthmus.lab.isolation import is_isolated
from isthmus.lab.kernel import CLONE_NEWNS, MS_BIND, MS_PRIVATE, MS_REC, enter_network, mount, unshare
from isthmus.lab.lab import Node
from isthmus.lab.plan.shape import Daemon, ResourceKind
from isthmus.lab.up.belongings import certificate, lay_over
from isthmus.lab.up.echo import Echo

MOST_CONNECTIONS = "2000"
"""Overrides HAProxy's `maxconn`, for which a machine's limit of open files may be too low."""

PATIENCE = 5.0
"""Seconds that a daemon has to begin."""

_LISTEN = "0A"
"""The state LISTEN in ``/proc/net/tcp``."""

_USERS = "root:x:0:0:root:/:/bin/sh\n{0}:x:0:0::/:/bin/sh\n"
_GROUPS = "root:x:0:\n{0}:x:0:\n"


def start_echo(node: Node) -> int:
    """Start the echo server of a node, by its process id."""
    readable, writable = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writable)
        with os.fdopen(readable) as told:
            refused = told.read()
        if refused:
            sys.stderr.write(
                "".join(f"isthmus: {node.name}: cannot listen on {each}\n" for each in refused.splitlines())
            )
        return pid
    try:
        _detach(writable)
        enter_network(node.netns)
        echo = Echo(node.name)
        echo.open(node.plan.listeners)
        os.write(writable, "\n".join(echo.refused).encode())
        os.dup2(0, writable)
        echo.serve()
    finally:
        os._exit(1)


def _detach(kept: int) -> None:
    """Let go of everything that came from the command that built the lab, but for one descriptor."""
    os.setsid()
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(each, signal.SIG_DFL)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.closerange(3, kept)
    os.closerange(kept + 1, os.sysconf("SC_OPEN_MAX"))


def start_daemon(node: Node, daemon: Daemon, folder: Path) -> "subprocess.Popen[bytes]":
    """Start HAProxy or BIRD with its configuration as written."""
    mine = folder / node.name / daemon.program
    mine.mkdir(parents=True, exist_ok=True)
    files = list(_written(daemon, mine))
    argv = _command(daemon.program, files, mine)
    has_certificates = any(each.kind is ResourceKind.CERTIFICATE for each in daemon.resources)
    pem = certificate(folder) if has_certificates else ""
    with (mine / "log").open("wb") as log:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=lambda: _enter(node.netns, daemon, mine, pem),
        )


def _written(daemon: Daemon, folder: Path) -> Iterator[Path]:
    for number, (name, text) in enumerate(daemon.files):
        path = folder / f"{number:02}-{Path(name).name}"
        path.write_text(text, encoding="utf-8")
        yield path


def _command(program: str, files: list[Path], folder: Path) -> list[str]:
    if program == "haproxy":
        return ["haproxy", "-db", "-n", MOST_CONNECTIONS, *(word for each in files for word in ("-f", str(each)))]
    return ["bird", "-f", "-c", str(files[0]), "-s", str(folder / "bird.ctl")]


def _enter(netns: Path, daemon: Daemon, folder: Path, pem: str) -> None:
    """Inside the child: the node's network; and the user that the configuration names is root of the lab alone.

    Where root has left the lab up, users are those of the machine.
    """
    os.setsid()
    enter_network(netns)
    if not is_isolated():
        return
    unshare(CLONE_NEWNS)
    mount("none", "/", flags=MS_REC | MS_PRIVATE)
    lay_over(daemon.resources, folder, pem)
    for name, text in (("passwd", _USERS), ("group", _GROUPS)):
        path = folder / name
        path.write_text(text.format(daemon.program), encoding="ascii")
        mount(str(path), f"/etc/{name}", flags=MS_BIND)


def wait_ready(node: Node, daemon: Daemon, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    """Wait until a daemon listens. Raises LabError where it does not come to that, with its last words."""
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        if not daemon.ports or _listening(process.pid) & set(daemon.ports):
            return
        time.sleep(0.005)
    log = (folder / node.name / daemon.program / "log").read_text(encoding="utf-8", errors="replace")
    said = log.strip().splitlines() or ["it says nothing"]
    raise LabError(f"{node.name}: `{daemon.program}` does not start: {said[-1]}", "\n".join(said[:-1][-8:]))


def _listening(pid: int) -> set[int]:
    """The TCP ports on which something listens in the network namespace of a process (proc(5), ``net/tcp``)."""
    ports: set[int] = set()
    for name in ("tcp", "tcp6"):
        with suppress(OSError, IndexError, ValueError):
            for line in Path(f"/proc/{pid}/net/{name}").read_text("ascii").splitlines()[1:]:
                local, _, state = line.split()[1:4]
                if state == _LISTEN:
                    ports.add(int(local.rpartition(":")[2], 16))
    return ports

"""Labs that stand: held up by a command in namespaces of its own, or left up by root; found again, and taken down."""

import os
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from isthmus.lab.demands import LabError, search_path
from isthmus.lab.isolation import is_isolated, outer_pid
from isthmus.lab.lab import Lab, Node
from isthmus.lab.plan.shape import LabPlan
from isthmus.lab.records import FOLDER_TOLD, Record, forget, keep, living, readable, records_folder, started
from isthmus.lab.up.building import FOLDER, NETNS, build, running, tear_down

ROOT_RECORDS = Path("/run/isthmus/records")
"""Where root keeps records of labs that it leaves up."""

_PATIENCE = 5.0
"""Seconds that a lab has to end by itself."""


@contextmanager
def held(plan: LabPlan, estate: str) -> Iterator[Lab]:
    """A lab for as long as this process holds it, that other commands can find. Only inside namespaces of its own."""
    with running(plan) as lab:
        record = Record(plan.name, estate, outer_pid(), started(os.getpid()), tuple(plan.nodes))
        keep(record, records_folder())
        try:
            yield lab
        finally:
            forget(record, records_folder())


def leave_up(plan: LabPlan, estate: str) -> Lab:
    """Build a lab as root, and leave it."""
    prefix = f"isthmus-{plan.name}-"
    record = Record(plan.name, estate, 0, 0, tuple(plan.nodes), str(FOLDER / plan.name), prefix)
    if record.is_alive:
        raise LabError(f"the lab `{plan.name}` is up already", "take it down first: `isthmus lab down`")
    keep(record, ROOT_RECORDS)
    try:
        return build(plan, prefix=prefix, folder=Path(record.folder))
    except BaseException:
        _take_down_of_root(record)
        raise


def take_down(name: str | None) -> list[str]:
    """Take down one lab, or all of them; the names of those that were up."""
    gone = []
    for record in _standing():
        if name in (None, record.name):
            if record.pid:
                _end(record)
            else:
                _take_down_of_root(record)
            gone.append(record.name)
    return gone


def find(name: str | None, node: str | None = None) -> Record:
    """The lab of a name, or the one that is up, or has a node. Raises LabError where none or several are."""
    every = [each for each in _standing() if name in (None, each.name)]
    if len(every) > 1 and node is not None:
        every = [each for each in every if node in each.nodes]
    if not every:
        raise LabError(f"no lab{f' `{name}`' if name else ''} is up", "build one: `isthmus lab up ESTATE`")
    if len(every) > 1:
        names = ", ".join(f"`{each.name}`" for each in every)
        raise LabError(f"several labs are up: {names}", "say which: `--lab NAME`")
    return every[0]


def attached(plan: LabPlan) -> Lab:
    """A lab that is up, as its plan has it; inside its namespaces (see `entering`), or for one that root has left up.

    Raises LabError where none of the name is up, or where it was built from another plan.
    """
    record = find(plan.name)
    if set(record.nodes) != set(plan.nodes):
        raise LabError(f"the lab `{plan.name}` was built from another estate or snapshot", "take it down, and up again")
    nodes = {name: Node(each, NETNS / f"{record.prefix}{name}") for name, each in plan.nodes.items()}
    return Lab(plan, nodes, Path(record.folder))


def entering(record: Record, argv: Sequence[str], node: str | None = None) -> list[str]:
    """The command line that runs another one in a node of a lab, or beside its nodes."""
    if record.pid == 0:
        return ["ip", "netns", "exec", f"{record.prefix}{node}", *argv] if node else [*argv]
    inside = ["nsenter", f"--net={NETNS / node}", "--", *argv] if node else [*argv]
    if is_isolated():
        return inside
    there = ["env", "-C", str(Path.cwd()), f"PATH={search_path()}", f"ISTHMUS_LAB={record.pid}"]
    there.append(f"{FOLDER_TOLD}={records_folder()}")
    return ["nsenter", "-t", str(record.pid), "-U", "-m", "-p", "--preserve-credentials", "--", *there, *inside]


def _standing() -> list[Record]:
    """Every lab that is up; from inside one, that one alone."""
    if is_isolated():
        return [each for each in readable(records_folder()) if each.pid == outer_pid()]
    return [*living(records_folder()), *(living(ROOT_RECORDS) if os.geteuid() == 0 else readable(ROOT_RECORDS))]


def _end(record: Record) -> None:
    """End the process that holds a lab: kindly, then not."""
    os.kill(record.pid, signal.SIGTERM)
    until = time.monotonic() + _PATIENCE
    while record.is_alive:
        if time.monotonic() > until:
            with suppress(ProcessLookupError):
                os.kill(record.pid, signal.SIGKILL)
        time.sleep(0.01)
    forget(record, records_folder())


def _take_down_of_root(record: Record) -> None:
    if os.geteuid() != 0:
        raise LabError(f"root has left the lab `{record.name}` up", "take it down as root")
    tear_down(record.prefix, [f"{record.prefix}{each}" for each in record.nodes], Path(record.folder))
    shutil.rmtree(record.folder, ignore_errors=True)
    forget(record, ROOT_RECORDS)

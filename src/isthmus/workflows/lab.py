"""`isthmus lab`: an estate and its snapshot, rebuilt in Linux network namespaces."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from isthmus.estate import Estate
from isthmus.lab import Lab, LabError, LabPlan, check_demands, in_own_namespaces, is_isolated, plan_lab
from isthmus.lab.collecting import Collected
from isthmus.lab.collecting import collect as read_back
from isthmus.lab.demands import search_path
from isthmus.lab.picture import svg
from isthmus.lab.standing import attached, entering, find, held, leave_up, take_down
from isthmus.lab.summary import told
from isthmus.sources.snapshot import FOLDER
from isthmus.workflows.load import load
from isthmus.workflows.network import Configured, load_network
from isthmus.workflows.refusal import Refused

_ENDED = 143
"""The exit code of what SIGTERM ended, as shells count."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A lab's plan, and what it was made from."""

    estate: Estate
    configured: Configured
    plan: LabPlan


def planned(path: Path) -> Planned:
    """Plan the lab of an estate. Raises Refused where the estate or its snapshot cannot be used."""
    loaded = load(path)
    estate, _ = loaded.usable(f"the estate at `{path}`")
    root = loaded.root / FOLDER
    configured = load_network(root)
    if configured is None or not configured.network.devices:
        help_ = f"put the configurations of its devices there, a folder for each: `{root}/DEVICE/…`"
        raise Refused(f"the estate has no snapshot at `{root}`", help_)
    configured.usable()
    return Planned(estate, configured, plan_lab(estate, configured))


def up(path: Path, command: Sequence[str]) -> int:
    """Build the lab in namespaces of its own, for as long as a command runs (or until it is ended)."""
    try:
        if not is_isolated():
            check_demands((), rootless=True)
            again = [sys.executable, "-m", "isthmus", "lab", "up", str(path), *(["--", *command] if command else [])]
            return in_own_namespaces(again)
        with held(planned(path).plan, str(path.resolve())) as lab:
            return _hold(lab, command)
    except LabError as error:
        raise Refused(error.message, error.help) from None


def up_as_root(path: Path, command: Sequence[str]) -> int:
    """Build the lab in the machine's own list of namespaces; without a command, leave it up."""
    os.environ["PATH"] = search_path()
    try:
        check_demands((), rootless=False)
        plan = planned(path).plan
        check_demands(plan.tools(), rootless=False)
        lab = leave_up(plan, str(path.resolve()))
        if not command:
            sys.stdout.write(told(lab))
            return 0
        try:
            return _hold(lab, command)
        finally:
            take_down(plan.name)
    except LabError as error:
        raise Refused(error.message, error.help) from None


def _hold(lab: Lab, command: Sequence[str]) -> int:
    """Run a command beside the nodes, or wait for the end."""
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGHUP, _end)
    if command:
        sys.stderr.write(told(lab))
        return _run(command)
    sys.stdout.write(told(lab))
    sys.stdout.write("enter a node: `isthmus lab shell NODE`; end it: Ctrl-C, or `isthmus lab down`\n")
    sys.stdout.flush()
    try:
        while True:
            signal.pause()
    except KeyboardInterrupt:
        return 0


def _end(_: int, __: FrameType | None) -> None:
    raise SystemExit(_ENDED)


def _run(command: Sequence[str]) -> int:
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
        return _run(entering(record, argv, node))
    except LabError as error:
        raise Refused(error.message, error.help) from None


def collect(output: Path, name: str | None) -> Collected | int:
    """Read the running lab back into a folder; the exit code where another process did."""
    try:
        record = find(name)
        if record.pid and not is_isolated():
            again = [sys.executable, "-m", "isthmus", "lab", "collect", str(output), "--lab", record.name]
            return _run(entering(record, again))
        made = planned(Path(record.estate))
        check_demands(("conntrack",), rootless=False)
        collected = read_back(attached(made.plan), made.configured)
    except LabError as error:
        raise Refused(error.message, error.help) from None
    _write(collected, output)
    return collected


def _write(collected: Collected, output: Path) -> None:
    try:
        if output.exists() and any(output.iterdir()):
            raise Refused(f"`{output}` is not empty", "name a new folder")
        for name, text in collected.files.items():
            path = output / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused(f"cannot write `{output}`: {error.strerror or error}".lower()) from None


def picture(path: Path) -> str:
    """The topology of the lab that would be built, as SVG."""
    made = planned(path)
    return svg(made.plan, _realms(made))


def _realms(made: Planned) -> dict[str, str]:
    """Whose each segment is: the realm of the network that its first address is in."""
    found: dict[str, str] = {}
    for wire in made.plan.wires:
        for node, device in wire.ports:
            port = next(each for each in made.plan.nodes[node].ports if each.device == device)
            networks = [each for held in port.addresses for each in made.estate.plan.find(held.ip)]
            if networks:
                found.setdefault(wire.name, networks[0].realm)
    return found

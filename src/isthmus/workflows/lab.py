"""`isthmus lab`: an estate and its snapshot, rebuilt in Linux network namespaces."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from isthmus.estate import Estate
from isthmus.lab import LabError, LabPlan, check_demands, is_isolated, plan_lab
from isthmus.lab.collecting import Collected
from isthmus.lab.collecting import collect as read_back
from isthmus.lab.features import check_kernel
from isthmus.lab.picture import svg
from isthmus.lab.standing import attached, entering, find, held, leave_up, take_down
from isthmus.lab.summary import told
from isthmus.sources.snapshot import FOLDER
from isthmus.workflows.lab_sessions import run, until_the_end
from isthmus.workflows.load import load
from isthmus.workflows.network import Configured, load_network
from isthmus.workflows.refusal import Refused


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


def hold(path: Path, command: Sequence[str]) -> int:
    """Build the lab in namespaces that this process has to itself, for as long as a command runs or nobody ends it."""
    with held(planned(path).plan, str(path.resolve())) as lab:
        return until_the_end(told(lab), command)


def leave(path: Path, command: Sequence[str]) -> int:
    """Build the lab in the machine's own list of namespaces; without a command, leave it up."""
    plan = planned(path).plan
    check_demands(plan.tools(), rootless=False)
    check_kernel(plan)
    lab = leave_up(plan, str(path.resolve()))
    if not command:
        sys.stdout.write(told(lab))
        return 0
    try:
        return until_the_end(told(lab), command)
    finally:
        take_down(plan.name)


def collect(output: Path, name: str | None) -> Collected | int:
    """Read the running lab back into a folder; the exit code where another process did."""
    try:
        record = find(name)
        if record.pid and not is_isolated():
            again = [sys.executable, "-m", "isthmus", "lab", "collect", str(output), "--lab", record.name]
            return run(entering(record, again))
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

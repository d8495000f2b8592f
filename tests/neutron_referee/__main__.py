"""Neutron as referee: ``python -m tests.neutron_referee --time=45``, in namespaces of its own."""

import argparse
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from tests.referee.system import inside, missing, private

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-neutron" / "bin" / "python"


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser("neutron_referee", description="Compare our reading of Neutron with its own code.")
    parser.add_argument("--time", type=float, default=45, help="seconds at most (45)")
    parser.add_argument("--number", type=int, default=1_000_000, help="folders at most")
    parser.add_argument("--seed", type=int, default=0, help="the number of the first folder (0)")
    parser.add_argument("--groups", action="store_true", help="security groups, which is what it does unless told so")
    parser.add_argument("--routers", action="store_true", help="routers and floating addresses, not security groups")
    parser.add_argument("--python", type=Path, default=PYTHON, help="a Python that has Neutron")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def lacking(python: Path = PYTHON) -> str:
    """Why Neutron cannot be asked; empty where it can."""
    if not python.exists():
        return f"{python.parents[1].name}/ is not there: tools/setup makes it"
    return missing("iptables-restore", "ipset", "conntrack", "bridge", "sysctl")


def fight(asked: argparse.Namespace) -> None:
    """What is done inside of the namespaces."""
    from tests.neutron_referee.judging import Judging, Programmer
    from tests.neutron_referee.plant import Plant
    from tests.neutron_referee.router_judging import RouterJudging, programmer
    from tests.referee.campaign import clock

    private()
    judging: Judging | RouterJudging
    judging = RouterJudging(programmer(asked.python)) if asked.routers else Judging(Plant(), Programmer(asked.python))
    is_over = clock(asked.time)
    for seed in range(asked.seed, asked.seed + asked.number):
        if is_over():
            break
        judging.one(seed)
    print(json.dumps(asdict(judging.tally)))


def main() -> int:
    """Make the namespaces, and go on inside of them."""
    asked = arguments()
    if asked.inside:
        fight(asked)
        return 0
    why = lacking(asked.python)
    if why:
        print(f"no referee: {why}", file=sys.stderr)
        return 2
    done = subprocess.run(
        inside(["tests.neutron_referee", "--inside", *sys.argv[1:]]), stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        return done.returncode
    told = json.loads(done.stdout)
    print(json.dumps(told, indent=1))
    return 1 if told["mismatches"] else 0


if __name__ == "__main__":
    sys.exit(main())

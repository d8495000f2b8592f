"""The referee: `make referee`, or ``tools/referee --help``.

Without ``--inside`` it makes the namespaces and starts itself in them, once for each job; inside it fights and prints
what it found as JSON, and the one outside adds up.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.referee.system import inside, missing

if TYPE_CHECKING:
    from tests.referee.campaign import Campaign

FIGURES = (
    ("rulesets", "rulesets"), ("verdicts", "verdicts"), ("refused", "rulesets that nft refused, redrawn"),
    ("walked", "packets followed one by one"), ("in_sets", "questions to sets of packets"),
    ("rules_told", "packets whose rules were compared"), ("replies", "replies among the verdicts"),
    ("translated", "translated packets"), ("in_doubt", "packets in doubt"),
)  # fmt: skip


@dataclass(slots=True)
class Result:
    """What one job, or all of them, found."""

    figures: dict[str, int] = field(default_factory=dict)
    mismatches: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def add(self, other: dict[str, Any]) -> None:
        """Another job's result."""
        for name, number in other["figures"].items():
            self.figures[name] = self.figures.get(name, 0) + number
        self.mismatches += other["mismatches"]
        self.kept |= other["kept"]


def arguments(told: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser("referee", description="Compare the model with the kernel on random rulesets.")
    parser.add_argument("--time", type=float, default=60, help="seconds at most (60)")
    parser.add_argument("--number", type=int, default=1_000_000, help="rulesets at most, refused ones not counted")
    parser.add_argument("--seed", type=int, default=0, help="the number of the first ruleset (0)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--keep", type=Path, help="a folder for minimised mismatches")
    parser.add_argument("--rulesets", action="store_true", help="rulesets of nft, which is what it does unless told so")
    parser.add_argument("--tables", action="store_true", help="rules of iptables instead of nft")
    parser.add_argument("--labs", action="store_true", help="whole networks instead of single routers")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(told)


def fight(asked: argparse.Namespace) -> dict[str, Any]:
    """What is done inside of the namespaces."""
    from tests.referee.campaign import Campaign, clock, replayed
    from tests.referee.records import every, read
    from tests.referee.stage import Stage
    from tests.referee.system import private

    private()
    campaign = Campaign(Stage())
    if asked.tables:
        return fight_tables(asked, campaign)
    if asked.labs:
        return fight_labs(asked, campaign)
    wrong = [each for path in every() for each in replayed(campaign.stage, campaign.space, read(path))]
    is_over = clock(asked.time)
    seeds = range(asked.seed, asked.seed + (1 << 40), asked.jobs)
    campaign.run(seeds, lambda: is_over() or campaign.score.rulesets >= asked.number)
    figures = {name: getattr(campaign.score, name) for name, _ in FIGURES}
    wrong += [f"{each.packet}: {each.what}" for each in campaign.score.found]
    return {"figures": figures, "mismatches": wrong, "kept": campaign.kept}


def fight_tables(asked: argparse.Namespace, campaign: "Campaign") -> dict[str, Any]:
    """The same in the language of iptables."""
    from tests.referee.campaign import clock
    from tests.referee.old_tables import OldTables

    old = OldTables(campaign.stage, campaign.space)
    is_over = clock(asked.time)
    seed = asked.seed
    while not is_over() and old.score.rulesets < asked.number:
        old.one(seed)
        seed += asked.jobs
    wrong = old.mismatches or [f"{each.packet}: {each.what}" for each in old.score.found]
    figures = {name: getattr(old.score, name) for name, _ in FIGURES}
    return {"figures": figures, "mismatches": wrong, "kept": {}}


def fight_labs(asked: argparse.Namespace, campaign: "Campaign") -> dict[str, Any]:
    """The same over whole networks."""
    from tests.referee.campaign import clock
    from tests.referee.labs import Labs

    labs = Labs(campaign.space)
    is_over = clock(asked.time)
    seed = asked.seed
    while not is_over() and labs.score.rulesets < asked.number:
        labs.one(seed)
        seed += asked.jobs
    figures = {name: getattr(labs.score, name) for name, _ in FIGURES}
    return {"figures": figures, "mismatches": labs.mismatches, "kept": {}}


def run(asked: argparse.Namespace) -> Result:
    """Every job in namespaces of its own."""
    began = time.monotonic()
    jobs = []
    for job in range(asked.jobs):
        share = asked.number // asked.jobs + (job < asked.number % asked.jobs)
        words = [
            "tests.referee", "--inside", f"--time={asked.time}", f"--number={share}", f"--seed={asked.seed + job}",
            f"--jobs={asked.jobs}", *(["--tables"] if asked.tables else []), *(["--labs"] if asked.labs else []),
        ]  # fmt: skip
        jobs.append(subprocess.Popen(inside(words), stdout=subprocess.PIPE, text=True))
    result = Result()
    for each in jobs:
        told, _ = each.communicate(timeout=asked.time + 300)
        if each.returncode:
            raise SystemExit(f"a job of the referee ended with exit code {each.returncode}")
        result.add(json.loads(told))
    result.seconds = time.monotonic() - began
    return result


def report(result: Result) -> str:
    """The figures as text."""
    lines = [f"{result.figures.get(name, 0):>12,}  {words}" for name, words in FIGURES]
    lines.append(f"{len(result.mismatches):>12,}  mismatches")
    lines.append(
        f"{result.seconds:>12.1f}  seconds, {result.figures['rulesets'] / result.seconds:.1f} rulesets a second"
    )
    return "\n".join([*result.mismatches[:20], *lines])


def main() -> int:
    """Fight, print, keep what is to be kept."""
    asked = arguments()
    if asked.inside:
        print(json.dumps(fight(asked)))
        return 0
    lacking = missing()
    if lacking:
        print(f"no referee: {lacking}", file=sys.stderr)
        return 2
    result = run(asked)
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
        for name, text in result.kept.items():
            (asked.keep / f"{name}.nft").write_text(text)
    told = {"figures": result.figures, "mismatches": result.mismatches, "kept": result.kept}
    print(json.dumps(told) if asked.json else report(result))
    return 1 if result.mismatches else 0


if __name__ == "__main__":
    sys.exit(main())

"""Exercises estates in namespaces of their own, one after the other, and prints what each shows: a line of JSON each.

python -m tests.lab.exercising ESTATE…
"""

import gc
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from isthmus.lab import LabError, check_demands
from isthmus.report import Report
from isthmus.workflows.exercising import lab_test
from tests.conftest import ROOT

DAY = date(2026, 11, 24)
INSIDE = """
import sys
from isthmus.lab import in_own_namespaces
sys.exit(in_own_namespaces([sys.executable, "-m", "tests.lab.exercising", *sys.argv[1:]]))
"""


def missing(*more: str) -> str:
    """Why no lab can be built here; empty where one can."""
    try:
        check_demands(("haproxy", "iptables-restore", "ipset", *more), rootless=True)
    except LabError as error:
        return f"{error.message}; {error.help}"
    return ""


@dataclass(frozen=True)
class Shown:
    """What an exercise showed: requirements (crossing and code) that are met and that are not, and its own findings."""

    met: frozenset[tuple[str, str]]
    unmet: frozenset[tuple[str, str]]
    unknown: frozenset[tuple[str, str]]
    findings: tuple[tuple[str, str], ...]

    def tells(self, code: str, *words: str) -> bool:
        """Whether a finding of a code has all these words."""
        return any(each == code and all(word in message for word in words) for each, message in self.findings)


def judged(report: Report, kind: str) -> dict[str, list[tuple[str, str]]]:
    """Crossing and code of what evidence of one kind says, by finding."""
    assert report.judgement is not None
    found: dict[str, list[tuple[str, str]]] = {"met": [], "not met": [], "unknown": []}
    for crossing in report.judgement.crossings:
        for requirement in crossing.requirements:
            for each in requirement.evidence:
                if each.kind == kind and not each.absent:
                    found.setdefault(each.answer.finding, []).append(
                        (crossing.crossing.id, requirement.requirement.code)
                    )
    return found


class Exercises:
    """The exercises of some estates, one after the other in a process of their own; each can be had when it is done."""

    def __init__(self, estates: Iterable[Path]) -> None:
        self._waiting = [str(each) for each in estates]
        self._done: dict[str, Shown] = {}
        argv = [sys.executable, "-c", INSIDE, *self._waiting]
        self._process = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def of(self, estate: Path) -> Shown:
        """What the exercise of one of the estates showed."""
        assert self._process.stdout is not None
        while str(estate) not in self._done:
            line = self._process.stdout.readline()
            assert line, f"the exercise of {self._waiting[0]} broke off, code {self._process.wait()}"
            self._done[self._waiting.pop(0)] = _shown(json.loads(line))
        return self._done[str(estate)]

    def close(self) -> None:
        """End what is still under way."""
        self._process.terminate()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


def _shown(told: dict[str, list[list[str]]]) -> Shown:
    def pairs(name: str) -> Iterator[tuple[str, str]]:
        return ((one, other) for one, other in told[name])

    return Shown(
        frozenset(pairs("met")), frozenset(pairs("not met")), frozenset(pairs("unknown")), tuple(pairs("findings"))
    )


def main(estates: list[str]) -> None:
    gc.disable()  # as the program itself does
    for estate in estates:
        gc.collect()
        report = lab_test(Path(estate), today=DAY).report
        assert report.judgement is not None, report.problems
        findings = [(each.code, each.message) for each in report.judgement.findings]
        sys.stdout.write(json.dumps({**judged(report, "exercised"), "findings": findings}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])

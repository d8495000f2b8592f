"""`python -m tests.history`: walk over the histories and print the report.

`--until 2023-12-31` ends the walk on a day. Progress goes to standard error where that is a terminal.
"""

import argparse
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.history.incidents import INCIDENTS, is_as_labelled
from tests.history.report import report
from tests.history.versions import HISTORY, Moment, commits, moments, superseded
from tests.history.walk import Step, Walk
from tests.history.windows import windows


def main() -> int:
    """Walk and print; 1 where the whole walk does not find an incident as labelled, 2 without the data."""
    options = argparse.ArgumentParser(prog="python -m tests.history", description="Walk over the border's histories.")
    options.add_argument("--until", metavar="DAY", default="9999-12-31", help="end on this day")
    until = options.parse_args().until
    if not HISTORY.is_dir():
        sys.stderr.write(f"the real data is not at {HISTORY}; ISTHMUS_REALDATA says where it is\n")
        return 2
    every = commits()
    all_ = [each for each in every if each.date <= until]
    steps = _walked(list(moments(all_)))
    sys.stdout.writelines(f"{line}\n" for line in report(steps, superseded(all_)))
    used = resource.getrusage(resource.RUSAGE_SELF)
    sys.stderr.write(f"{used.ru_utime + used.ru_stime:.0f} s of CPU, {used.ru_maxrss / 1024:.0f} MB\n")
    found = windows(steps)
    is_whole = len(all_) == len(every)
    return 1 if is_whole and not all(is_as_labelled(each, found) for each in INCIDENTS) else 0


def _walked(all_: list[Moment]) -> list[Step]:
    steps: list[Step] = []
    began = time.monotonic()
    with TemporaryDirectory() as folder:
        for step in Walk(Path(folder)).steps(all_):
            steps.append(step)
            if sys.stderr.isatty():
                took = time.monotonic() - began
                sys.stderr.write(f"\r{len(steps)} of {len(all_)} moments, {step.moment.date}, {took:.0f} s ")
    if sys.stderr.isatty():
        sys.stderr.write("\n")
    return steps


if __name__ == "__main__":
    sys.exit(main())

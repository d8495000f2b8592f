"""A small estate for each outcome that a report can have, judged on a fixed day, with the formats that write it."""

import shutil
from contextlib import chdir
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import isthmus.report
from isthmus.decide import EVERY_KIND
from isthmus.evidence import Kind
from isthmus.report import Report
from isthmus.workflows.check import check

TESTDATA = Path(__file__).parent / "testdata"
WRITERS = Path(isthmus.report.__file__).parent / "writers"
DAY = date(2026, 3, 1)

STATES = {
    "conforms": (Kind.DECLARED,),
    "excepted": (Kind.DECLARED, Kind.ATTESTED),
    "does-not-conform": EVERY_KIND,
    "cannot-tell": EVERY_KIND,
    "wrong-input": EVERY_KIND,
}
"""Each folder of testdata, and the kinds of evidence that are asked."""


def report(state: str, *, above: str = "", only: tuple[str, ...] = ()) -> Report:
    """The report on one estate, as if the program ran in its folder; ``above`` is put before every file."""
    with TemporaryDirectory() as name, chdir(name):
        shutil.copy(TESTDATA / "edition.toml", name)
        for source in sorted((TESTDATA / state).glob("*.yaml")):
            Path(source.name).write_text(above + source.read_text(encoding="utf-8"), encoding="utf-8")
        made = check(Path(), today=DAY, kinds=STATES[state], only=only)
    return replace(made, version="0")


def writers() -> list[str]:
    """The name of every file of the folder, each of which is a format."""
    return sorted(each.stem for each in WRITERS.glob("*.py") if each.stem != "__init__")

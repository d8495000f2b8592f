"""Every writer of a report is refused until it is complete, and says the same thing tomorrow."""

import ast
import os
from pathlib import Path

import pytest

from isthmus.report.formats import formats, writer
from tests.report.states import STATES, TESTDATA, WRITERS, report, writers

ACCEPT = os.environ.get("ISTHMUS_ACCEPT") == "1"


def golden(state: str, name: str) -> Path:
    return TESTDATA / state / f"report.{name}"


@pytest.mark.parametrize("name", writers())
@pytest.mark.parametrize("state", STATES)
def test_report_reads_as_accepted(state: str, name: str) -> None:
    """``make accept`` writes the accepted text anew; the diff is the review."""
    told = writer(name)(report(state))
    path = golden(state, name)
    if ACCEPT:
        path.write_bytes(told.encode())
    assert path.is_file(), f"{path.name} is missing for `{state}`: run `make accept` and read what it writes"
    assert told == path.read_bytes().decode(), "changed: if that is meant, run `make accept` and review the diff"


@pytest.mark.parametrize("state", STATES)
def test_estate_has_the_outcome_that_it_is_named_after(state: str) -> None:
    judgement = report(state).judgement
    outcome = "wrong-input" if judgement is None else judgement.decision.value.replace(" ", "-")
    assert outcome == state


def is_writer(node: ast.stmt) -> bool:
    match node:
        case ast.FunctionDef(
            name="write", args=ast.arguments(posonlyargs=[], args=[given]), returns=ast.Name(id="str")
        ):
            return ast.unparse(given) == "report: Report" and None not in node.args.kw_defaults
    return False


def complaints(name: str, source: str, *, states: Path) -> list[str]:
    """What keeps a file of the room from being a writer."""
    tree = ast.parse(source)
    found = [] if len((ast.get_docstring(tree) or "").split()) > 9 else ["its docstring says for whom it is"]
    if not any(is_writer(each) for each in tree.body):
        found.append("it offers `write(report: Report) -> str`; anything more is an optional keyword")
    found += [f"`{state}` has a golden file" for state in STATES if not (states / state / f"report.{name}").is_file()]
    return found


@pytest.mark.parametrize("name", writers())
def test_writer_is_complete(name: str) -> None:
    source = (WRITERS / f"{name}.py").read_text(encoding="utf-8")
    assert complaints(name, source, states=TESTDATA) == []


def test_every_format_has_its_writer() -> None:
    assert set(writers()) == set(formats())


def test_every_golden_file_has_its_writer() -> None:
    kept = {path.name.removeprefix("report.") for state in STATES for path in (TESTDATA / state).glob("report.*")}
    assert kept <= set(writers())


DOCUMENTED = '"""The judgement in a form that somebody named here needs for their work."""\n'
WRITE = "def write(report: Report) -> str: ...\n"


@pytest.mark.parametrize(
    ("name", "source", "complaint"),
    [
        ("text", WRITE, "its docstring says for whom it is"),
        ("text", '"""Text."""\n' + WRITE, "its docstring says for whom it is"),
        ("tex", DOCUMENTED + WRITE, "`conforms` has a golden file"),
        ("text", DOCUMENTED, "it offers `write(report: Report) -> str`; anything more is an optional keyword"),
        (
            "text",
            DOCUMENTED + "def write(report: Report, width: int) -> str: ...",
            "it offers `write(report: Report) -> str`; anything more is an optional keyword",
        ),
    ],
)
def test_incomplete_writer_is_refused(name: str, source: str, complaint: str) -> None:
    assert complaint in complaints(name, source, states=TESTDATA)


def test_complete_writer_is_welcome() -> None:
    assert complaints("text", DOCUMENTED + WRITE, states=TESTDATA) == []

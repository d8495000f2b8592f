"""CSV: one shape for every row, and nothing that a spreadsheet would run."""

import csv
from io import StringIO

import pytest

from isthmus.report import Report
from isthmus.report.writers.csv import COLUMNS, cell, write
from tests.report.states import STATES, report


def rows(made: Report) -> list[dict[str, str]]:
    told = write(made)
    assert told.endswith("\r\n")
    head, *body = csv.reader(StringIO(told, newline=""), strict=True)
    assert tuple(head) == COLUMNS
    assert all(len(row) == len(head) for row in body)
    return [dict(zip(head, row, strict=True)) for row in body]


def test_columns_are_a_contract() -> None:
    """New columns come last; programs may count on the ones that are here."""
    assert ",".join(COLUMNS) == (
        "record,estate,edition,asked_on,crossing,title,service,state,case,decision,on_evidence_at_hand,owners_to_ask,"
        "code,name,level,finding,excused_by,because,help,evidence,file,line,column"
    )


@pytest.mark.parametrize("state", STATES)
def test_every_requirement_and_finding_is_a_row(state: str) -> None:
    made = report(state)
    found = [(row["record"], row["crossing"], row["code"]) for row in rows(made)]
    expected = [("input", "", each.code) for each in made.problems]
    if made.judgement is not None:
        for crossing in made.judgement.crossings:
            expected += [("crossing", crossing.crossing.id, each.requirement.code) for each in crossing.requirements]
        expected += [("estate", "", each.requirement.code) for each in made.judgement.requirements]
        expected += [("finding", "", each.code) for each in made.judgement.findings]
    assert found == expected


def test_findings_are_words_of_the_contract() -> None:
    told = {row["finding"] for state in STATES for row in rows(report(state))}
    assert told == {"met", "not met", "unknown", "not applicable", "not asked", ""}


# text, cell
CELLS = [
    ("=2+2", "'=2+2"),
    ("+1", "'+1"),
    ("-1", "'-1"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("\t=1", "'=1"),
    ("\r\n=1", "'=1"),
    ("\uff1d1", "'\uff1d1"),
    ("10.0.0.0/8", "10.0.0.0/8"),
    ("two\nlines", "two lines"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "told"), CELLS)
def test_cell_is_never_a_formula(text: str, told: str) -> None:
    assert cell(text) == told

"""The judgement as CSV (RFC 4180), for spreadsheets and ad-hoc queries: one row for each crossing and requirement.

``record`` says what a row is: ``crossing`` (a requirement of a crossing), ``estate`` (a requirement of the estate as a
whole), ``finding`` or ``input``. Every row has the same columns; new ones are only ever added at the end. A cell
that a spreadsheet would take for a formula begins with an apostrophe.
"""

import csv
from collections.abc import Iterator
from io import StringIO

from isthmus.decide import JudgedCrossing, JudgedRequirement, Judgement
from isthmus.diagnostics import Diagnostic, Span
from isthmus.report.digest import one_line, outcome, places, reasons, remarks
from isthmus.report.report import Report

COLUMNS = (
    "record", "estate", "edition", "asked_on", "crossing", "title", "service", "state", "case", "decision",
    "on_evidence_at_hand", "owners_to_ask", "code", "name", "level", "finding", "excused_by", "because", "help",
    "evidence", "file", "line", "column",
)  # fmt: skip

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the start of a formula; the last four are the full-width signs."""

Row = dict[str, str]


def write(report: Report) -> str:
    """The report as one table with a header, its lines ended by CR LF as the standard demands."""
    out = StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({key: cell(value) for key, value in row.items()} for row in _rows(report))
    return out.getvalue()


def cell(text: str) -> str:
    """The text on one line, and never a formula.

    >>> cell("=cmd()"), cell("10.0.0.0/8")
    ("'=cmd()", '10.0.0.0/8')
    """
    shown = one_line(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


def _rows(report: Report) -> Iterator[Row]:
    if report.judgement is not None:
        yield from _judged(report.judgement)
    for problem in report.problems:
        yield _diagnostic("input", problem)


def _judged(judgement: Judgement) -> Iterator[Row]:
    edition = judgement.edition
    head = {
        "estate": judgement.estate,
        "edition": f"{edition.id} {edition.dated}",
        "asked_on": judgement.asked_on.isoformat(),
    }
    for crossing in judgement.crossings:
        about = head | _crossing(crossing)
        for each in crossing.requirements:
            yield about | _requirement(each, crossing.crossing.where)
    whole = head | {"record": "estate", "decision": judgement.decision, "on_evidence_at_hand": judgement.so_far}
    for each in judgement.requirements:
        yield whole | _requirement(each, None)
    for finding in judgement.findings:
        yield head | _diagnostic("finding", finding)


def _crossing(judged: JudgedCrossing) -> Row:
    crossing = judged.crossing
    return {
        "record": "crossing",
        "crossing": crossing.id,
        "title": crossing.title or "",
        "service": crossing.service,
        "state": crossing.state,
        "case": judged.case.id if judged.case else "",
        "decision": judged.decision,
        "on_evidence_at_hand": judged.so_far,
        "owners_to_ask": ", ".join(judged.owners_to_ask),
    }


def _requirement(judged: JudgedRequirement, where: Span | None) -> Row:
    found = places(judged)
    heard = (f"{each.kind}: {'absent' if each.absent else each.answer.finding}" for each in judged.evidence)
    return {
        "code": judged.requirement.code,
        "name": judged.requirement.name,
        "level": judged.requirement.level,
        "finding": judged.finding if judged.is_asked else outcome(judged),
        "excused_by": judged.excused_by or "",
        "because": "; ".join((*reasons(judged), *(f"remark: {each}" for each in remarks(judged)))),
        "evidence": ", ".join(heard),
        **_place(found[0] if found else where),
    }


def _diagnostic(record: str, diagnostic: Diagnostic) -> Row:
    return {
        "record": record,
        "code": diagnostic.code,
        "name": diagnostic.kind.title,
        "level": diagnostic.severity,
        "because": diagnostic.message,
        "help": diagnostic.help,
        **_place(diagnostic.where),
    }


def _place(span: Span | None) -> Row:
    return {"file": span.file, "line": str(span.line), "column": str(span.column)} if span else {}

"""Reports made by hand, so that anything at all can stand where the estate's own words stand."""

from dataclasses import replace
from datetime import date

from isthmus.decide import (
    Case,
    Check,
    Classified,
    Decision,
    Edition,
    JudgedCrossing,
    JudgedRequirement,
    Judgement,
    Level,
    Requirement,
)
from isthmus.diagnostics import Code, Diagnostic, Severity, Span
from isthmus.documents import Node
from isthmus.estate import Client, Crossing, State, Vocabulary
from isthmus.evidence import Answer, Evidence, Finding, Kind
from isthmus.report import Report

KINDS = (Kind.DECLARED, Kind.ATTESTED)


def requirement(at: int, word: str, level: Level = Level.MUST) -> Requirement:
    return Requirement(f"XX{at:03}", f"name-{at}", word, word, level, KINDS, Check("stated", word), None, applies=word)


def judged(asked: Requirement, finding: Finding, word: str, *, excused_by: str | None = None) -> JudgedRequirement:
    place = Span(word or "estate.yaml", 2, 3, 4)
    heard = Evidence(Kind.DECLARED, Answer(finding, word, place, remark=word))
    silent = Evidence(Kind.ATTESTED, Answer(Finding.UNKNOWN, word), absent=True)
    return JudgedRequirement(asked, finding, (heard, silent), excused_by)


def made_of(word: str) -> Report:
    """A report in which ``word`` stands wherever somebody else's words may stand."""
    demands = [requirement(at, word, level) for at, level in enumerate([*[Level.MUST] * 5, Level.SHOULD])]
    found = (
        judged(demands[0], Finding.MET, word),
        judged(demands[1], Finding.NOT_MET, word),
        judged(demands[2], Finding.UNKNOWN, word),
        judged(demands[3], Finding.NOT_APPLICABLE, word),
        judged(demands[4], Finding.NOT_MET, word, excused_by=word),
        judged(demands[5], Finding.NOT_MET, word),
    )
    case = Case("1", "case-1", word, word, word, (), (), tuple(demands))
    edition = Edition("edition", word, "2026-01-01", word, Vocabulary((), {}, (), ()), (), (case,))
    client = Client.model_construct(networks=("machines",))
    crossing = Crossing.model_construct(title=word, client=client, service="service", state=State.RUNNING)
    crossing.placed("crossing", word or "estate.yaml", Node("crossing", 2, 3, 8), Node({}, 2, 13, 1))
    of_crossing = JudgedCrossing(crossing, Classified(case, word), found, (word,))
    findings = tuple(
        Diagnostic(Code(f"XXX00{at}", severity, word, word), word, Span(word, 1, 2, 3), word)
        for at, severity in enumerate((Severity.FINDING, Severity.WARNING))
    )
    judgement = Judgement(word, edition, date(2026, 3, 1), KINDS, (of_crossing,), found[:3], findings)
    assert judgement.decision is Decision.DOES_NOT_CONFORM
    return Report(judgement, (), {word: [word, word]}, "0")


def refused_over(word: str) -> Report:
    """A report of wrong input in which ``word`` stands wherever somebody else's words may stand."""
    judgement = made_of(word).judgement
    assert judgement is not None
    problem = replace(judgement.findings[0], kind=Code("XXX002", Severity.ERROR, word, word))
    return Report(None, (problem, *judgement.findings), {word: [word]}, "0")

"""The judgement as JSON, for other programs: the contract that the published schema describes.

Keys are only ever added within one ``schema`` number; a change of meaning raises it.
"""

import json
from typing import Any

from isthmus.decide import Edition, JudgedCrossing, JudgedRequirement, Judgement
from isthmus.diagnostics import Diagnostic, Span
from isthmus.evidence import Evidence
from isthmus.report.report import Report

SCHEMA = 1


def write(report: Report) -> str:
    """The report as one JSON document."""
    return json.dumps(document(report), indent=2, ensure_ascii=False) + "\n"


def document(report: Report) -> dict[str, Any]:
    """The report as plain values."""
    head: dict[str, Any] = {"schema": SCHEMA, "program": f"isthmus {report.version}", "exit_code": report.exit_code}
    if report.judgement is None:
        return head | {"decision": None, "diagnostics": [_diagnostic(each) for each in report.problems]}
    return head | _judgement(report.judgement)


def _judgement(judgement: Judgement) -> dict[str, Any]:
    return {
        "estate": judgement.estate,
        "edition": _edition(judgement.edition),
        "asked_on": judgement.asked_on.isoformat(),
        "evidence_asked": [kind.value for kind in judgement.kinds],
        "partial": judgement.is_partial,
        "decision": judgement.decision.value,
        "on_evidence_at_hand": judgement.so_far.value,
        "crossings": [_crossing(each) for each in judgement.crossings],
        "requirements": [_requirement(each) for each in judgement.requirements],
        "findings": [_diagnostic(each) | {"packet": None} for each in judgement.findings],
    }


def _edition(edition: Edition) -> dict[str, str]:
    return {"id": edition.id, "title": edition.title, "dated": edition.dated, "source": edition.source}


def _crossing(judged: JudgedCrossing) -> dict[str, Any]:
    crossing, case = judged.crossing, judged.case
    client = crossing.client
    return {
        "id": crossing.id,
        "title": crossing.title,
        "client": [*client.networks, *client.hosts, *client.services],
        "service": crossing.service,
        "state": crossing.state.value,
        "case": case.id if case else None,
        "case_because": judged.classified.because,
        "decision": judged.decision.value,
        "on_evidence_at_hand": judged.so_far.value,
        "owners_to_ask": list(judged.owners_to_ask),
        "requirements": [_requirement(each) for each in judged.requirements],
        "where": _where(crossing.where),
    }


def _requirement(judged: JudgedRequirement) -> dict[str, Any]:
    requirement = judged.requirement
    return {
        "code": requirement.code,
        "name": requirement.name,
        "level": requirement.level.value,
        "finding": judged.finding.value,
        "asked": judged.is_asked,
        "excused_by": judged.excused_by,
        "waits_for": [kind.value for kind in judged.waits_for],
        "evidence": [_evidence(each) for each in judged.evidence],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    answer = evidence.answer
    return {
        "kind": evidence.kind.value,
        "finding": answer.finding.value,
        "absent": evidence.absent,
        "because": answer.because,
        "remark": answer.remark or None,
        "where": _where(answer.where),
    }


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "help": diagnostic.help or None,
        "where": _where(diagnostic.where),
    }


def _where(span: Span | None) -> dict[str, Any] | None:
    if span is None:
        return None
    return {"file": span.file, "line": span.line, "column": span.column}

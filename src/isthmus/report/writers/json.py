"""The judgement as JSON, for other programs: the contract that the published schema (``schema.py``) describes."""

from isthmus.decide import Edition, JudgedCrossing, JudgedRequirement, Judgement
from isthmus.diagnostics import Diagnostic, Span
from isthmus.evidence import Evidence, Waypoint
from isthmus.report import schema
from isthmus.report.report import DeviceRead, Report


def write(report: Report) -> str:
    """The report as one JSON document."""
    return document(report).model_dump_json(by_alias=True, indent=2) + "\n"


def document(report: Report) -> schema.Judged | schema.Refused:
    """The report as the document that is written."""
    program = f"isthmus {report.version}"
    if report.judgement is None:
        problems = tuple(_diagnostic(each) for each in report.problems)
        return schema.Refused(schema=schema.SCHEMA, program=program, exit_code=2, decision=None, diagnostics=problems)
    return _judged(report.judgement, program, report)


def _judged(judgement: Judgement, program: str, report: Report) -> schema.Judged:
    return schema.Judged(
        schema=schema.SCHEMA,
        program=program,
        exit_code=report.exit_code,
        estate=judgement.estate,
        edition=_edition(judgement.edition),
        asked_on=judgement.asked_on,
        evidence_asked=judgement.kinds,
        partial=judgement.is_partial,
        decision=judgement.decision,
        on_evidence_at_hand=judgement.so_far,
        crossings=tuple(_crossing(each) for each in judgement.crossings),
        requirements=tuple(_requirement(each) for each in judgement.requirements),
        findings=tuple(_finding(each) for each in judgement.findings),
        devices=tuple(_device(each) for each in report.devices),
    )


def _device(device: DeviceRead) -> schema.Device:
    coverage = device.coverage
    unmodelled = tuple(schema.Unmodelled(what=each.what, where=_place(each.where)) for each in coverage.unmodelled)
    return schema.Device(name=device.name, statements=coverage.statements, share=coverage.share, unmodelled=unmodelled)


def _edition(edition: Edition) -> schema.Edition:
    return schema.Edition(id=edition.id, title=edition.title, dated=edition.dated, source=edition.source)


def _crossing(judged: JudgedCrossing) -> schema.Crossing:
    crossing, case = judged.crossing, judged.case
    client = crossing.client
    return schema.Crossing(
        id=crossing.id,
        title=crossing.title,
        client=(*client.networks, *client.hosts, *client.services),
        service=crossing.service,
        state=crossing.state,
        case=case.id if case else None,
        case_because=judged.classified.because,
        decision=judged.decision,
        on_evidence_at_hand=judged.so_far,
        owners_to_ask=judged.owners_to_ask,
        requirements=tuple(_requirement(each) for each in judged.requirements),
        where=_place(crossing.where),
    )


def _requirement(judged: JudgedRequirement) -> schema.Requirement:
    requirement = judged.requirement
    return schema.Requirement(
        code=requirement.code,
        name=requirement.name,
        level=requirement.level,
        finding=judged.finding,
        asked=judged.is_asked,
        excused_by=judged.excused_by,
        waits_for=judged.waits_for,
        evidence=tuple(_evidence(each) for each in judged.evidence),
    )


def _evidence(evidence: Evidence) -> schema.Evidence:
    answer = evidence.answer
    return schema.Evidence(
        kind=evidence.kind,
        finding=answer.finding,
        absent=evidence.absent,
        because=answer.because,
        remark=answer.remark or None,
        where=_place(answer.where) if answer.where else None,
        packet=answer.exhibit.packet if answer.exhibit else None,
        path=tuple(_waypoint(each) for each in answer.exhibit.path) if answer.exhibit else (),
    )


def _waypoint(waypoint: Waypoint) -> schema.Waypoint:
    return schema.Waypoint(text=waypoint.text, where=_place(waypoint.where) if waypoint.where else None)


def _diagnostic(diagnostic: Diagnostic) -> schema.Diagnostic:
    return schema.Diagnostic(
        code=diagnostic.code,
        severity=diagnostic.severity,
        message=diagnostic.message,
        help=diagnostic.help or None,
        where=_place(diagnostic.where),
    )


def _finding(diagnostic: Diagnostic) -> schema.EstateFinding:
    return schema.EstateFinding(**dict(_diagnostic(diagnostic)), packet=diagnostic.packet or None)


def _place(span: Span) -> schema.Place:
    return schema.Place(file=span.file, line=span.line, column=span.column)

"""The judgement as SARIF 2.1.0, for code hosts and editors: they show each result at the line it speaks of.

Not met is an ``error`` where the requirement decides, a ``warning`` or ``note`` where it does not. A deviation that
an exception excuses is a ``note`` with an accepted suppression that names the exception. A requirement that decides
and of which nobody can tell is ``open``. What is met or does not apply is no result, nor is anything about a retired
crossing; the rules list every requirement that was judged.

File names stay as the program read them: run it in the root of the repository, and hosts find the lines.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from posixpath import normpath
from typing import Any
from urllib.parse import quote

from isthmus.decide import Edition, JudgedRequirement, Judgement, Level, Requirement
from isthmus.diagnostics import Code, Diagnostic, Severity, Span
from isthmus.evidence import Finding
from isthmus.report.digest import EXIT_MEANINGS, counts, every_requirement, one_line, places, reasons, remarks
from isthmus.report.report import Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

Object = dict[str, Any]

_OF_LEVEL = {Level.MUST: "error", Level.SHOULD: "warning", Level.NOTE: "note"}
_OF_SEVERITY = {Severity.ERROR: "error", Severity.FINDING: "error", Severity.WARNING: "warning"}


def write(report: Report) -> str:
    """The report as one SARIF log with one run."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report)]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class _Result:
    """One result before it is spelled out."""

    rule: str
    level: str
    text: str
    places: tuple[Span, ...]
    """Where it is shown, then where more can be looked up."""
    identity: tuple[str, ...]
    """What makes it the same result in the next run, wherever it stands by then."""
    kind: str = "fail"
    excused_by: str = ""
    crossing: str = ""


@dataclass(frozen=True)
class _About:
    """Whom results speak of: one crossing, or the estate as a whole."""

    estate: str
    where: Span
    crossing: str = ""

    def __str__(self) -> str:
        return f"crossing `{self.crossing}`" if self.crossing else f"estate `{self.estate}`"


def _run(report: Report) -> Object:
    judgement = report.judgement
    if judgement is None:
        rules = list(_rules_of(report.problems))
        results = [_of_diagnostic(each) for each in report.problems]
    else:
        rules = [*_requirement_rules(judgement), *_rules_of(judgement.findings)]
        results = list(_results(judgement, report))
    driver = {"name": "Isthmus", "semanticVersion": report.version, "rules": rules}
    run: Object = {
        "tool": {"driver": driver},
        "invocations": [_invocation(report)],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The folder in which the program ran."}}},
        "results": _spelled(results, [rule["id"] for rule in rules]),
    }
    if judgement is not None:
        run["properties"] = _properties(judgement)
    return run


def _invocation(report: Report) -> Object:
    return {
        "executionSuccessful": report.judgement is not None,
        "exitCode": report.exit_code,
        "exitCodeDescription": EXIT_MEANINGS[report.exit_code],
    }


def _properties(judgement: Judgement) -> Object:
    edition = judgement.edition
    return {
        "estate": one_line(judgement.estate),
        "edition": f"{edition.id} of {edition.dated}",
        "askedOn": judgement.asked_on.isoformat(),
        "decision": judgement.decision.value,
        "onEvidenceAtHand": judgement.so_far.value,
    }


def _requirement_rules(judgement: Judgement) -> Iterator[Object]:
    """A rule for every requirement that was judged, in the order of the page."""
    judged = {each.requirement.code for each in every_requirement(judgement)}
    for requirement, _ in judgement.edition.requirements():
        if requirement.code in judged:
            yield _requirement_rule(requirement, judgement.edition)


def _requirement_rule(requirement: Requirement, edition: Edition) -> Object:
    applies = f" It applies if {one_line(requirement.applies)}." if requirement.applies else ""
    rule: Object = {
        "id": requirement.code,
        "name": requirement.name,
        "shortDescription": _text(requirement.says),
        "fullDescription": _text(f"{requirement.says}{applies}"),
        "help": _text(
            f"{requirement.says}{applies} {edition.title} ({edition.dated}) says: “{requirement.quote}” "
            f"`isthmus explain {requirement.code}` tells how it is judged."
        ),
        "defaultConfiguration": {"level": _OF_LEVEL[requirement.level]},
        "properties": {"tags": [requirement.level.value, *(kind.value for kind in requirement.judged_by)]},
    }
    if edition.source.startswith(("https://", "http://")):
        rule["helpUri"] = quote(edition.source, safe=":/?#[]@!$&'()*+,;=%~")
    return rule


def _rules_of(diagnostics: Iterable[Diagnostic]) -> Iterator[Object]:
    """A rule for every code that occurs."""
    for code in sorted({each.kind for each in diagnostics}, key=str):
        yield _diagnostic_rule(code)


def _diagnostic_rule(code: Code) -> Object:
    return {
        "id": code.code,
        "shortDescription": _text(code.title),
        "fullDescription": _text(code.explanation),
        "help": _text(f"{code.explanation} `isthmus explain {code.code}` prints this page."),
        "defaultConfiguration": {"level": _OF_SEVERITY[code.severity]},
    }


def _results(judgement: Judgement, report: Report) -> Iterator[_Result]:
    for crossing in judgement.crossings:
        if counts(crossing, judgement):
            about = _About(judgement.estate, crossing.crossing.where, crossing.crossing.id)
            yield from _of_requirements(crossing.requirements, about)
    about = _About(judgement.estate, _place_of_estate(judgement, report))
    yield from _of_requirements(judgement.requirements, about)
    for finding in judgement.findings:
        yield _of_diagnostic(finding)


def _of_requirements(requirements: Iterable[JudgedRequirement], about: _About) -> Iterator[_Result]:
    """The results that findings are; none where nothing is left to say or do."""
    for judged in requirements:
        unmet = judged.finding is Finding.NOT_MET
        if unmet and judged.excused_by:
            yield _of_requirement(judged, about, "fail", "note")
        elif unmet:
            yield _of_requirement(judged, about, "fail", _OF_LEVEL[judged.requirement.level])
        elif judged.finding is Finding.UNKNOWN and judged.decides:
            yield _of_requirement(judged, about, "open", "none")


def _of_requirement(judged: JudgedRequirement, about: _About, kind: str, level: str) -> _Result:
    requirement = judged.requirement
    named = f"{requirement.code} ({requirement.name})"
    if kind == "open":
        told = f"nobody can tell whether {about} meets {named}"
    else:
        excuse = f", excused by exception `{judged.excused_by}`" if judged.excused_by else ""
        told = f"{about} does not meet {named}{excuse}"
    because = ". ".join([*reasons(judged), *(f"Remark: {each}" for each in remarks(judged))])
    return _Result(
        requirement.code,
        level,
        f"{told}: {because}",
        places=tuple(dict.fromkeys((*places(judged), about.where))),
        identity=(requirement.code, about.estate, about.crossing),
        kind=kind,
        excused_by=judged.excused_by or "",
        crossing=about.crossing,
    )


def _of_diagnostic(diagnostic: Diagnostic) -> _Result:
    help_ = f". Help: {diagnostic.help}" if diagnostic.help else ""
    return _Result(
        diagnostic.code,
        _OF_SEVERITY[diagnostic.severity],
        f"{diagnostic.message}{help_}",
        (diagnostic.where,),
        (diagnostic.code, diagnostic.where.file, diagnostic.message),
    )


def _place_of_estate(judgement: Judgement, report: Report) -> Span:
    """Where to show what speaks of the estate as a whole: where its edition is named, else its first file."""
    named = (place for each in judgement.requirements for place in places(each))
    return next(named, None) or Span(next(iter(report.texts), ""))


def _spelled(results: Iterable[_Result], rules: list[str]) -> list[Object]:
    """The results as SARIF spells them; equal ones are told apart by their order."""
    seen: dict[tuple[str, ...], int] = {}
    index = {rule: at for at, rule in enumerate(rules)}
    spelled = []
    for result in results:
        seen[result.identity] = seen.get(result.identity, 0) + 1
        spelled.append(_spell(result, index[result.rule], seen[result.identity]))
    return spelled


def _spell(result: _Result, rule: int, nth: int) -> Object:
    first, *rest = result.places
    location = _location(first)
    if result.crossing:
        location["logicalLocations"] = [{"name": result.crossing, "fullyQualifiedName": f"crossings/{result.crossing}"}]
    identity = "\0".join((*result.identity, str(nth)))
    spelled: Object = {
        "ruleId": result.rule,
        "ruleIndex": rule,
        "kind": result.kind,
        "level": result.level,
        "message": _text(result.text),
        "locations": [location],
        "partialFingerprints": {"identity/v1": sha256(identity.encode(errors="replace")).hexdigest()[:32]},
        "suppressions": [_suppression(result.excused_by)] if result.excused_by else [],
    }
    if rest:
        spelled["relatedLocations"] = [{"id": at, **_location(each)} for at, each in enumerate(rest, 1)]
    return spelled


def _suppression(exception: str) -> Object:
    return {"kind": "external", "status": "accepted", "justification": f"exception `{one_line(exception)}`"}


def _location(span: Span) -> Object:
    if not span.file:
        return {}
    region = {"startLine": span.line, "startColumn": span.column, "endColumn": span.column + span.width}
    return {"physicalLocation": {"artifactLocation": _artifact(span.file), "region": region}}


def _artifact(file: str) -> Object:
    """A file as a URI: relative names keep their place under the folder in which the program ran."""
    path = quote(normpath(file), errors="replace")
    return {"uri": f"file://{path}"} if file.startswith("/") else {"uri": path, "uriBaseId": "SRCROOT"}


def _text(text: str) -> Object:
    """A message; user text cannot make a link of it, because SARIF's links are ``[text](target)``."""
    return {"text": one_line(text).replace("](", "] (")}

"""The judgement as JUnit XML, for the test pages of CI servers: a suite for each crossing, a case for each requirement.

What turns red there is what decides here, so that the page and the exit code never contradict each other:

* ``failure``: a requirement that decides is not met and not excused, or a finding says that the estate does not
  conform. Exit code 1; Jenkins marks the build unstable, GitLab lists it among the failed tests.
* ``error``: the input cannot be used. Exit code 2.
* ``skipped``: nobody can tell, or nobody was asked; the message says what is waited for. Exit code 3 where it decides.
  No server turns red for it: unknown is neither a failure nor ever a pass. A retired crossing's deviations are
  skipped too.
* Everything else passes: met, not applicable, excepted, and deviations from what only should be; the case's output
  says which.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from isthmus.decide import JudgedCrossing, JudgedRequirement, Judgement
from isthmus.diagnostics import Diagnostic, Severity, Span
from isthmus.evidence import Finding
from isthmus.report.digest import counts, one_line, outcome, places, reasons, remarks, waiting
from isthmus.report.report import Report


def write(report: Report) -> str:
    """The report as one XML document."""
    if report.judgement is None:
        suites = [_Suite("input", tuple(_of_diagnostic(each) for each in report.problems))]
    else:
        suites = [each for each in _suites(report.judgement) if each.cases]
    every = [case for suite in suites for case in suite.cases]
    root = Element("testsuites", {"name": "isthmus check"} | _counts(every))
    for suite in suites:
        _add(root, suite, report.judgement)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


@dataclass(frozen=True)
class _Case:
    """One test case before it is spelled out; ``element`` is empty where it passes."""

    name: str
    element: str
    message: str
    lines: tuple[str, ...]
    where: Span | None
    type: str = ""


@dataclass(frozen=True)
class _Suite:
    """The cases of one crossing, of the estate, of the findings or of the input."""

    name: str
    cases: tuple[_Case, ...]


def _suites(judgement: Judgement) -> Iterator[_Suite]:
    for each in judgement.crossings:
        is_counted = counts(each, judgement)
        cases = (_of_requirement(judged, each.crossing.where, is_counted=is_counted) for judged in each.requirements)
        yield _Suite(_name(each), tuple(cases))
    yield _Suite(
        "the estate as a whole",
        tuple(_of_requirement(judged, None, is_counted=True) for judged in judgement.requirements),
    )
    yield _Suite("findings", tuple(_of_diagnostic(each) for each in judgement.findings))


def _name(judged: JudgedCrossing) -> str:
    return f"crossing {judged.crossing.id}" + ("" if judged.counts else " (retired)")


def _of_requirement(judged: JudgedRequirement, where: Span | None, *, is_counted: bool) -> _Case:
    requirement = judged.requirement
    found = places(judged)
    message = f"{outcome(judged)}: {'; '.join(reasons(judged))}"
    lines = [f"{requirement.code} ({requirement.level}): {requirement.says}"]
    lines += [
        f"{each.kind}: {each.answer.finding}: {each.answer.because}" for each in judged.evidence if not each.absent
    ]
    lines += [waiting(judged)] if judged.waits_for else []
    lines += [f"remark: {each}" for each in remarks(judged)]
    lines += [f"excused by {judged.excused_by}"] if judged.excused_by else []
    lines += [f"at {each}" for each in found]
    return _Case(
        f"{requirement.code} {requirement.name}",
        _element(judged, is_counted=is_counted),
        message,
        tuple(lines),
        found[0] if found else where,
        outcome(judged),
    )


def _element(judged: JudgedRequirement, *, is_counted: bool) -> str:
    if judged.finding is Finding.UNKNOWN:
        return "skipped"
    if judged.finding is not Finding.NOT_MET or judged.excused_by or not judged.decides:
        return ""
    return "failure" if is_counted else "skipped"


def _of_diagnostic(diagnostic: Diagnostic) -> _Case:
    element = {Severity.ERROR: "error", Severity.FINDING: "failure", Severity.WARNING: ""}[diagnostic.severity]
    help_ = (f"help: {diagnostic.help}",) if diagnostic.help else ()
    lines = (diagnostic.headline(), *help_)
    name = f"{diagnostic.code} {diagnostic.message}"
    return _Case(name, element, diagnostic.message, lines, diagnostic.where, diagnostic.kind.title)


def _add(root: Element, suite: _Suite, judgement: Judgement | None) -> None:
    element = SubElement(root, "testsuite", {"name": one_line(suite.name)} | _counts(suite.cases, "skipped"))
    prefix = f"{judgement.estate}." if judgement else ""
    for case in suite.cases:
        _add_case(element, case, one_line(prefix + suite.name))


def _add_case(suite: Element, case: _Case, class_name: str) -> None:
    attributes = {"name": one_line(case.name), "classname": class_name}
    if case.where and case.where.file:
        attributes |= {"file": one_line(case.where.file), "line": str(case.where.line)}
    element = SubElement(suite, "testcase", attributes)
    told = "\n".join(one_line(line) for line in case.lines)
    if case.element == "skipped":
        SubElement(element, "skipped", message=one_line(case.message))
    elif case.element:
        problem = SubElement(element, case.element, message=one_line(case.message), type=one_line(case.type))
        problem.text = told
    else:
        SubElement(element, "system-out").text = told


def _counts(cases: Collection[_Case], *more: str) -> dict[str, str]:
    """How many cases there are, and how many of each kind that is no pass."""
    found = Counter(case.element for case in cases)
    numbers = {"tests": len(cases), "failures": found["failure"], "errors": found["error"]}
    numbers |= {each: found[each] for each in more}
    return {key: str(number) for key, number in numbers.items()}

"""What is said beside the requirements: exceptions that do not excuse, expectations that are not kept."""

from collections.abc import Iterable, Iterator

from isthmus.decide import codes
from isthmus.decide.edition import Edition, Level
from isthmus.decide.exceptions import Standing, standings
from isthmus.decide.judgement import Decision, JudgedCrossing
from isthmus.diagnostics import Diagnostic
from isthmus.estate import Expectation
from isthmus.evidence import Facts, Finding, Kind


def about_exceptions(judged: JudgedCrossing, facts: Facts, edition: Edition) -> Iterator[Diagnostic]:
    """Why exceptions of a crossing excuse nothing."""
    for standing in standings(judged.crossing, facts, edition):
        yield from _flaws(standing)
        yield from _excusable(standing, edition)
        yield from _needed(standing, judged)


def _flaws(standing: Standing) -> Iterator[Diagnostic]:
    exception = standing.exception
    name = f"exception `{exception.id}`"
    if standing.expired:
        help_ = f"{exception.owner} renews it with both owners, or ends the deviation ({exception.task})"
        yield Diagnostic(codes.EXPIRED, f"{name} {standing.expired}", exception.span("review"), help_)
    if standing.not_yet:
        yield Diagnostic(codes.NOT_YET, f"{name} {standing.not_yet}", exception.span("since"))
    if standing.not_running:
        message = f"{name}: {standing.not_running}"
        yield Diagnostic(codes.NOT_RUNNING, message, exception.span("crossing"))
    if standing.missing_owners:
        message = f"{name} is not agreed by {', '.join(standing.missing_owners)}"
        yield Diagnostic(codes.NOT_AGREED, message, exception.where)


def _excusable(standing: Standing, edition: Edition) -> Iterator[Diagnostic]:
    for at, code in enumerate(standing.exception.requirements):
        found = edition.find(code)
        if found and not found[0].excusable:
            message = f"{code} ({found[0].name}) cannot be excused"
            yield Diagnostic(codes.NOT_EXCUSABLE, message, standing.exception.span("requirements", at))


def _needed(standing: Standing, judged: JudgedCrossing) -> Iterator[Diagnostic]:
    findings = {each.requirement.code: each.finding for each in judged.requirements}
    codes_named = standing.exception.requirements
    if not any(findings.get(code) in (Finding.NOT_MET, Finding.UNKNOWN) for code in codes_named):
        message = f"exception `{standing.exception.id}` excuses nothing: no requirement that it names is not met"
        yield Diagnostic(codes.NOT_NEEDED, message, standing.exception.where)


def about_statements(judged: JudgedCrossing) -> Iterator[Diagnostic]:
    """Statements about requirements that are not asked of the crossing, or that no statement can judge."""
    if not judged.classified.is_known:
        return
    judges = {each.requirement.code for each in judged.requirements if Kind.ATTESTED in each.requirement.judged_by}
    crossing = judged.crossing
    for at, each in enumerate(crossing.attestations):
        if each.requirement not in judges:
            message = f"statement about {each.requirement} counts for nothing in the judgement of `{crossing.id}`"
            yield Diagnostic(codes.IDLE_STATEMENT, message, crossing.span("attestations", at, "requirement"))


def about_expectations(crossings: Iterable[JudgedCrossing], facts: Facts) -> Iterator[Diagnostic]:
    """Which expectations the judgement does not keep."""
    judged = {each.crossing.id: each for each in crossings}
    for expectation in facts.estate.expectations.values():
        if expectation.crossing in judged:
            yield from _compared(expectation, judged[expectation.crossing])


def _compared(expectation: Expectation, judged: JudgedCrossing) -> Iterator[Diagnostic]:
    name = f"expectation `{expectation.id}`"
    wanted = (expectation.decision or "").replace("-", " ")
    if not wanted or judged.decision.value == wanted:
        pass
    elif judged.decision is Decision.CANNOT_TELL and judged.so_far.value == wanted:
        message = f"{name}: `{judged.crossing.id}` {wanted} on the evidence at hand, which is not all"
        yield Diagnostic(codes.UNSETTLED, message, expectation.where)
    else:
        message = f"{name} says that `{judged.crossing.id}` {wanted}; the decision is `{judged.decision}`"
        yield Diagnostic(codes.UNEXPECTED, message, expectation.span("decision"), expectation.why or "")
    if expectation.not_met is not None:
        yield from _compared_codes(expectation, judged)


def _compared_codes(expectation: Expectation, judged: JudgedCrossing) -> Iterator[Diagnostic]:
    """Compare the codes; one that waits for evidence which nobody gathered is neither found nor refuted."""
    wanted = set(expectation.not_met or ())
    decisive = [each for each in judged.requirements if each.requirement.level is Level.MUST]
    found = {each.requirement.code for each in decisive if each.finding is Finding.NOT_MET}
    waiting = {each.requirement.code for each in decisive if each.waits_for}
    name = f"expectation `{expectation.id}`"
    if found - wanted or wanted - found - waiting:
        message = (
            f"{name} says that `{judged.crossing.id}` does not meet "
            f"{_listed(wanted)}; it does not meet {_listed(found)}"
        )
        yield Diagnostic(codes.UNEXPECTED, message, expectation.span("not_met"), expectation.why or "")
    elif wanted != found:
        message = f"{name}: whether `{judged.crossing.id}` meets {_listed(wanted - found)} waits for evidence"
        yield Diagnostic(codes.UNSETTLED, message, expectation.span("not_met"))


def _listed(words: set[str]) -> str:
    return ", ".join(sorted(words)) or "nothing"

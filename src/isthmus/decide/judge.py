"""The engine: asks every witness about every requirement and concludes. It knows no case and no code by name."""

from collections.abc import Collection, Iterable

from isthmus.decide.about_agreements import about_agreements, about_edition
from isthmus.decide.cases import Classified, classify
from isthmus.decide.edition import Edition, Scope
from isthmus.decide.exceptions import Standing, excuse, standings
from isthmus.decide.judgement import JudgedCrossing, JudgedRequirement, Judgement
from isthmus.decide.owners import consents, parties
from isthmus.decide.question import Question
from isthmus.decide.remarks import about_exceptions, about_expectations, about_statements
from isthmus.diagnostics import Diagnostic
from isthmus.estate import Attestation, Crossing
from isthmus.evidence import Answer, Evidence, Facts, Finding, Kind, Subject, met, unknown, unmet, weigh

EVERY_KIND = tuple(Kind)


def judge(
    facts: Facts,
    edition: Edition,
    *,
    only: Collection[str] = (),
    kinds: tuple[Kind, ...] = EVERY_KIND,
    remarks: Iterable[Diagnostic] = (),
    remarks_of_chosen: Iterable[Diagnostic] = (),
) -> Judgement:
    """Judge an estate's crossings (``only`` some of them) on some ``kinds`` of evidence.

    ``remarks`` are findings made before, such as overlapping realms; they speak of the estate as a whole, as some
    requirements do, and are left out with them where only some crossings are asked for. ``remarks_of_chosen`` speak
    of the crossings that were asked for, or of what was read to judge them, and always count.
    """
    chosen = [each for each in facts.estate.crossings.values() if not only or each.id in only]
    crossings = tuple(judge_crossing(each, facts, edition, kinds) for each in chosen)
    estate_wide = [] if only else [each for each in edition.general if each.scope is Scope.ESTATE]
    whole = tuple(_judged(Question(each, facts, edition), kinds) for each in estate_wide)
    findings = [
        *(() if only else remarks),
        *remarks_of_chosen,
        *(remark for each in crossings for remark in about_exceptions(each, facts, edition)),
        *(remark for each in crossings for remark in about_statements(each)),
        *(remark for each in crossings for remark in about_agreements(each, facts)),
        *(() if only else about_edition(edition, facts)),
        *about_expectations(crossings, facts),
    ]
    findings.sort(key=Diagnostic.sort_key)
    estate = facts.estate.name
    return Judgement(estate, edition, facts.today, kinds, crossings, whole, tuple(findings), bool(only))


def judge_crossing(
    crossing: Crossing, facts: Facts, edition: Edition, kinds: tuple[Kind, ...] = EVERY_KIND
) -> JudgedCrossing:
    """Classify one crossing and judge it by the demands of its case."""
    classified = classify(crossing, facts, edition)
    demands = edition.demands(classified.case)
    every = standings(crossing, facts, edition)
    judged: dict[str, JudgedRequirement] = {}
    for requirement in sorted(demands, key=lambda each: each.check.reads_findings):
        findings = tuple((each.requirement, each.finding) for each in judged.values())
        question = Question(requirement, facts, edition, classified, crossing, findings)
        judged[requirement.code] = _excused(_judged(question, kinds), every)
    requirements = tuple(judged[each.code] for each in demands)
    return JudgedCrossing(crossing, classified, requirements, _to_ask(crossing, classified, facts, edition))


def _to_ask(crossing: Crossing, classified: Classified, facts: Facts, edition: Edition) -> tuple[str, ...]:
    everybody = parties(crossing, classified.case, facts, edition)
    given = consents(Subject.CROSSING, crossing, facts)
    return (*everybody.without(given), *(f"{word} (nobody is named)" for word in everybody.unnamed))


def _excused(judged: JudgedRequirement, every: Iterable[Standing]) -> JudgedRequirement:
    """The same finding, marked if an exception excuses it."""
    if judged.finding is not Finding.NOT_MET or not judged.requirement.excusable:
        return judged
    standing = excuse(judged.requirement.code, every)
    name = standing.exception.id if standing else None
    return JudgedRequirement(judged.requirement, judged.finding, judged.evidence, name, judged.is_asked)


def _judged(question: Question, kinds: tuple[Kind, ...]) -> JudgedRequirement:
    requirement = question.requirement
    asked = [kind for kind in requirement.judged_by if kind in kinds]
    evidence = tuple(each for kind in asked for each in _ask(kind, question))
    return JudgedRequirement(requirement, weigh(evidence), evidence, is_asked=bool(asked))


def _ask(kind: Kind, question: Question) -> Iterable[Evidence]:
    """What the witnesses of one kind say; one absent witness where there are none."""
    if kind is Kind.DECLARED and question.requirement.check.declared is not None:
        return [Evidence(kind, question.requirement.check.declared(question))]
    if kind is Kind.ATTESTED:
        ask = question.requirement.check.attested or stated
        return [Evidence(kind, ask(question))]
    told = [each for each in question.facts.heard(question.requirement.code, question.asked_of) if each.kind is kind]
    return told or [
        Evidence(kind, unknown(f"no {kind.value} evidence is at hand; {kind.source} fills this"), absent=True)
    ]


def stated(question: Question) -> Answer:
    """The plain rule for attested evidence: every voice's latest statement counts, and one no settles the matter."""
    statements = question.facts.statements(question.requirement.code, question.asked_of)
    where = question.asked_of.where if question.asked_of else question.facts.estate.where
    if not statements:
        return unknown(f"nobody has stated {question.requirement.code} ({question.requirement.name})", where)
    against = [each for each in statements if not each.holds]
    if against:
        return unmet(_told(against[-1]), question.place_of(against[-1]))
    return met(_told(statements[-1]), question.place_of(statements[-1]))


def _told(statement: Attestation) -> str:
    task = f", {statement.task}" if statement.task else ""
    return f"{statement.by} on {statement.on}{task}: {statement.says}"

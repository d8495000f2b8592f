"""The engine as a whole: kinds of evidence, chosen crossings, retired ones, and the estate as a whole."""

import pytest

from isthmus.decide import Decision, JudgedCrossing, Judgement, Scope
from isthmus.diagnostics import Code, Diagnostic, Severity, Span
from isthmus.evidence import Answer, Evidence, Finding, Kind
from tests.guidelines.requirements.judging import edition, judged

BOTH = "agreed: [{owner: sre, by: Ann, on: 2026-11-24}, {owner: wmcs, by: Ben, on: 2026-11-24}]"
ESTATE = f"""
{BOTH}
services:
  db:
    realm: cloud
    project: tools
    hosts: [vm]
    endpoints: {{mysql: {{addresses: [172.16.0.5], port: 3306}}}}
    audience: [cloud]
    capacity: {{cores: 4}}
  old: {{realm: production, endpoints: {{mysql: {{addresses: [10.0.0.7], port: 3306}}}}, audience: [cloud]}}
  web: {{realm: production, endpoints: {{https: {{addresses: [203.0.113.130], port: 443}}}}, audience: [internet]}}
crossings:
  db: {{client: {{networks: [instances]}}, service: db, state: running, {BOTH}}}
  old: {{client: {{networks: [instances]}}, service: old, state: retired, {BOTH}}}
"""
WEB = """
  web: {client: {networks: [instances]}, arrives_as: [198.51.100.1], service: web, state: running}
"""


def by_id(judgement: Judgement) -> dict[str, JudgedCrossing]:
    return {each.crossing.id: each for each in judgement.crossings}


def finding(judgement: Judgement, crossing: str, code: str) -> Finding:
    return next(e.finding for e in by_id(judgement)[crossing].requirements if e.requirement.code == code)


def told(kind: Kind, found: Finding) -> tuple[Evidence, ...]:
    return (Evidence(kind, Answer(found, "told")),)


def test_a_retired_crossing_is_judged_and_not_counted() -> None:
    judgement = judged(ESTATE)
    assert by_id(judgement)["old"].decision is Decision.DOES_NOT_CONFORM
    assert not by_id(judgement)["old"].counts
    assert judgement.so_far is Decision.CONFORMS


def test_a_retired_crossing_that_is_asked_for_counts() -> None:
    assert judged(ESTATE, only=["old"]).decision is Decision.DOES_NOT_CONFORM


def test_what_is_at_hand_and_what_is_not() -> None:
    judgement = judged(ESTATE)
    # the estate as a whole waits for configurations or flow records
    assert (judgement.so_far, judgement.decision) == (Decision.CONFORMS, Decision.CANNOT_TELL)
    settled = judged(ESTATE, {("XR003", ""): told(Kind.CONFIGURED, Finding.MET)})
    assert (settled.so_far, settled.decision) == (Decision.CONFORMS, Decision.CONFORMS)
    refuted = judged(ESTATE, {("XR003", ""): told(Kind.OBSERVED, Finding.NOT_MET)})
    assert (refuted.so_far, refuted.decision) == (Decision.DOES_NOT_CONFORM, Decision.DOES_NOT_CONFORM)


def test_what_nobody_said_is_not_what_nobody_gathered() -> None:
    """Consent is at hand or missing; configurations may come. Only the latter is left out of what is at hand."""
    web = by_id(judged(ESTATE + WEB))["web"]
    waiting = {each.requirement.code for each in web.requirements if each.waits_for}
    assert waiting == {"XR206"}
    assert web.so_far is Decision.CANNOT_TELL


def test_some_crossings_say_nothing_of_the_estate() -> None:
    grave = Diagnostic(Code("XXX001", Severity.FINDING, "title", "explanation"), "two realms overlap", Span("a.yaml"))
    whole = judged(ESTATE, remarks=[grave])
    assert whole.decision is Decision.DOES_NOT_CONFORM
    assert whole.findings == (grave,)
    part = judged(ESTATE, only=["db"], remarks=[grave])
    assert list(by_id(part)) == ["db"]
    assert (part.is_partial, part.requirements, part.findings) == (True, (), ())
    assert part.decision is by_id(whole)["db"].decision is Decision.CONFORMS


def test_estate_wide_requirements_are_asked_once() -> None:
    judgement = judged(ESTATE + WEB)
    wide = [each.code for each in edition().general if each.scope is Scope.ESTATE]
    assert [each.requirement.code for each in judgement.requirements] == wide == ["XR003", "XR005"]
    for crossing in judgement.crossings:
        assert not set(wide) & {each.requirement.code for each in crossing.requirements}


def test_an_empty_estate_is_judged_as_a_whole() -> None:
    assert judged("").decision is Decision.CANNOT_TELL
    assert judged(BOTH).so_far is Decision.CONFORMS


@pytest.mark.parametrize(
    ("kinds", "asked"),
    [
        ((Kind.DECLARED,), {"XR001", "XR004", "XR101", "XR102", "XR103"}),
        ((Kind.ATTESTED,), {"XR002", "XR004"}),
        ((Kind.OBSERVED,), {"XR102"}),
        ((), set()),
        (tuple(Kind), {"XR001", "XR002", "XR004", "XR101", "XR102", "XR103"}),
    ],
)
def test_only_the_kinds_that_are_asked_for_decide(kinds: tuple[Kind, ...], asked: set[str]) -> None:
    db = by_id(judged(ESTATE, kinds=kinds))["db"]
    assert {each.requirement.code for each in db.requirements if each.is_asked} == asked
    assert {kind for each in db.requirements for kind in {e.kind for e in each.evidence}} <= set(kinds)
    for each in db.requirements:
        assert each.is_asked or (each.finding is Finding.UNKNOWN and not each.decides)


def test_a_kind_that_is_not_asked_is_not_heard() -> None:
    against = {("XR102", "db"): told(Kind.OBSERVED, Finding.NOT_MET)}
    assert finding(judged(ESTATE, against), "db", "XR102") is Finding.NOT_MET
    assert finding(judged(ESTATE, against, kinds=(Kind.DECLARED,)), "db", "XR102") is Finding.MET


def test_a_witness_whom_the_row_does_not_name_is_not_heard() -> None:
    assert (
        finding(judged(ESTATE, {("XR101", "db"): told(Kind.OBSERVED, Finding.NOT_MET)}), "db", "XR101") is Finding.MET
    )


def test_every_witness_of_a_kind_is_heard() -> None:
    several = (*told(Kind.CONFIGURED, Finding.MET), *told(Kind.CONFIGURED, Finding.NOT_MET))
    assert finding(judged(ESTATE, {("XR102", "db"): several}), "db", "XR102") is Finding.NOT_MET


def test_what_is_unknown_is_told_with_what_would_fill_it() -> None:
    web = by_id(judged(ESTATE + WEB))["web"]
    [edge] = [each for each in web.requirements if each.requirement.code == "XR206"]
    assert [each.answer.because for each in edge.evidence] == [
        "no configured evidence is at hand; `isthmus collect` fills this",
        "no exercised evidence is at hand; `isthmus lab test` fills this",
    ]


def test_requirements_stand_in_the_order_of_the_page() -> None:
    codes = [each.requirement.code for each in by_id(judged(ESTATE + WEB))["web"].requirements]
    assert codes == sorted(codes)
    assert "XR004" in codes  # it reads the other findings, and is asked last


def test_where_no_case_fits_the_general_demands_are_asked() -> None:
    judgement = judged(f"{ESTATE}\n  odd: {{client: {{networks: [instances, public]}}, service: web}}")
    odd = by_id(judgement)["odd"]
    assert odd.case is None
    assert [each.requirement.code for each in odd.requirements] == ["XR001", "XR002", "XR004"]
    assert odd.decision is Decision.DOES_NOT_CONFORM


def test_a_running_crossing_that_fits_no_case_can_be_excepted() -> None:
    [odd] = judged(
        f"""
services:
  web: {{realm: production, endpoints: {{https: {{addresses: [203.0.113.130], port: 443}}}}}}
crossings:
  odd: {{client: {{networks: [instances, public]}}, service: web, state: running, {BOTH}}}
exceptions:
  odd: {{crossing: odd, requirements: [XR001], why: It is old., task: T1, owner: sre, review: 2027-01-01, {BOTH}}}
"""
    ).crossings
    assert odd.decision is Decision.EXCEPTED

"""What is said beside the requirements: expectations, and statements that judge nothing."""

import pytest

from isthmus.decide import Decision, Judgement
from isthmus.evidence import Answer, Evidence, Finding, Kind, Testimony
from tests.guidelines.requirements.judging import judged


def expecting(fields: str, *, arrives: str, finding: Finding | None = None) -> list[str]:
    """The codes that an expectation brings; ``finding`` is what configurations say of the way of the packets."""
    testimony = {("XR206", "wiki"): (Evidence(Kind.CONFIGURED, Answer(finding, "proved")),)} if finding else {}
    return [
        each.code for each in wiki(f"expectations:\n  it: {{crossing: wiki, {fields}}}", arrives, testimony).findings
    ]


def wiki(more: str, arrives: str, testimony: Testimony | None = None) -> Judgement:
    return judged(
        f"""
services:
  wiki: {{realm: production, endpoints: {{https: {{addresses: [203.0.113.130], port: 443}}}}, audience: [internet]}}
crossings:
  wiki:
    client: {{networks: [instances]}}
    arrives_as: [{arrives}]
    service: wiki
    state: running
    agreed: [{{owner: sre, by: Ann, on: 2026-05-04}}, {{owner: wmcs, by: Ben, on: 2026-05-06}}]
    attestations: [{{requirement: XR204, by: Ann, on: 2026-05-04, says: It serves everybody.}}]
{more}
""",
        testimony,
    )


TRANSLATED, UNTRANSLATED, V6 = "198.51.100.1", "172.16.0.0/21", '"2001:db8:c::/48"'
KEPT, BROKEN, UNSETTLED = [], ["EXP001"], ["EXP002"]  # type: tuple[list[str], list[str], list[str]]


@pytest.mark.parametrize(
    ("fields", "arrives", "finding", "expected"),
    [
        # all evidence is there
        ("decision: conforms", TRANSLATED, Finding.MET, KEPT),
        ("decision: does-not-conform", TRANSLATED, Finding.MET, BROKEN),
        ("decision: does-not-conform", TRANSLATED, Finding.NOT_MET, KEPT),
        ("decision: conforms", TRANSLATED, Finding.NOT_MET, BROKEN),
        ("decision: cannot-tell", TRANSLATED, Finding.UNKNOWN, KEPT),
        ("decision: cannot-tell", TRANSLATED, Finding.MET, BROKEN),
        # what is at hand settles it
        ("decision: does-not-conform", UNTRANSLATED, None, KEPT),
        ("decision: conforms", UNTRANSLATED, None, BROKEN),
        # what is at hand agrees, and more may come
        ("decision: conforms", TRANSLATED, None, UNSETTLED),
        ("decision: cannot-tell", TRANSLATED, None, KEPT),
        # what is at hand does not agree
        ("decision: does-not-conform", TRANSLATED, None, BROKEN),
        ("decision: conforms", V6, None, BROKEN),
        # codes: exactly those that must be met and are not
        ("not_met: []", TRANSLATED, None, KEPT),
        ("not_met: [XR202, XR004]", UNTRANSLATED, None, KEPT),
        ("not_met: [XR202]", UNTRANSLATED, None, BROKEN),
        ("not_met: []", UNTRANSLATED, None, BROKEN),
        ("not_met: [XR202]", TRANSLATED, None, BROKEN),
        # a code that waits for evidence is neither found nor refuted
        ("not_met: [XR206]", TRANSLATED, None, UNSETTLED),
        ("not_met: [XR206, XR004]", TRANSLATED, Finding.NOT_MET, KEPT),
        ("not_met: [XR206]", TRANSLATED, Finding.MET, BROKEN),
        ("not_met: [XR202, XR206]", TRANSLATED, None, BROKEN),
        # what should be, and is not, is no deviation: the service has no load balancer
        ("not_met: [XR205]", TRANSLATED, None, BROKEN),
        # both at once
        ("decision: does-not-conform, not_met: [XR202, XR004]", UNTRANSLATED, None, KEPT),
        ("decision: conforms, not_met: []", UNTRANSLATED, None, ["EXP001", "EXP001"]),
    ],
)
def test_expectations(fields: str, arrives: str, finding: Finding | None, expected: list[str]) -> None:
    assert expecting(fields, arrives=arrives, finding=finding) == expected


def test_a_broken_expectation_makes_the_estate_not_conform() -> None:
    broken = wiki("expectations:\n  it: {crossing: wiki, decision: excepted, why: Because.}", TRANSLATED)
    assert broken.crossings[0].so_far is Decision.CONFORMS
    assert (broken.so_far, broken.decision) == (Decision.DOES_NOT_CONFORM, Decision.DOES_NOT_CONFORM)
    assert [each.help for each in broken.findings] == ["Because."]


def test_an_unsettled_one_decides_nothing() -> None:
    assert (
        wiki("expectations:\n  it: {crossing: wiki, decision: conforms}", TRANSLATED).decision is Decision.CANNOT_TELL
    )


@pytest.mark.parametrize(
    ("code", "client", "is_idle"),
    [
        # asked of the case, and for people to judge
        ("XR204", "networks: [instances]", False),
        ("XR002", "networks: [instances]", False),
        # for files and configurations to judge
        ("XR201", "networks: [instances]", True),
        # of another case
        ("XR305", "networks: [instances]", True),
        ("XR204", "networks: [instances, public]", True),
        # as long as the case cannot be told, any statement may be the right one
        ("XR305", "hosts: [server]", False),
    ],
)
def test_a_statement_that_judges_nothing_is_told(code: str, client: str, is_idle: bool) -> None:
    judgement = judged(f"""
services:
  wiki: {{realm: production, endpoints: {{https: {{addresses: [203.0.113.130], port: 443}}}}}}
crossings:
  wiki:
    client: {{{client}}}
    service: wiki
    attestations: [{{requirement: {code}, by: Ann, on: 2026-05-04, says: So it is.}}]
""")
    assert [each.code for each in judgement.findings] == (["ATT001"] if is_idle else [])

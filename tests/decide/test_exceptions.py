"""Exceptions: each flaw keeps one from excusing, and each is told."""

import pytest

from isthmus.decide import Decision, Judgement
from tests.guidelines.requirements.judging import judged

AGREED = "agreed: [{owner: sre, by: Ann, on: 2026-05-04}, {owner: wmcs, by: Ben, on: 2026-05-06}]"
STATED = "attestations: [{requirement: XR204, by: Ann, on: 2026-05-04, says: It serves everybody.}]"


def with_exception(fields: str, *, state: str = "running", arrives: str = "172.16.0.0/21") -> Judgement:
    """A production service that instances reach untranslated (XR202), under an exception with these ``fields``."""
    return judged(f"""
services:
  wiki: {{realm: production, endpoints: {{https: {{addresses: [203.0.113.130], port: 443}}}}, audience: [internet]}}
crossings:
  wiki:
    client: {{networks: [instances]}}
    arrives_as: [{arrives}]
    service: wiki
    state: {state}
    {AGREED}
    {STATED}
exceptions:
  limits: {{crossing: wiki, why: Rate limits., task: T1, owner: wmcs, {fields}}}
""")


def findings(judgement: Judgement) -> list[str]:
    return [each.code for each in judgement.findings]


GOOD = f"requirements: [XR202], since: 2026-05-04, review: 2027-01-01, {AGREED}"


def test_a_good_exception_excuses_the_deviation() -> None:
    judgement = with_exception(GOOD)
    [wiki] = judgement.crossings
    excused = {each.requirement.code: each.excused_by for each in wiki.requirements if each.excused_by}
    assert excused == {"XR202": "limits"}
    assert wiki.so_far is Decision.EXCEPTED
    assert wiki.decision is Decision.CANNOT_TELL  # the way of the packets waits for evidence
    assert findings(judgement) == []


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        # it ends, and its last day is its review
        (GOOD.replace("2027-01-01", "2026-11-30"), ["EXC001"]),
        # it has not begun
        (GOOD.replace("since: 2026-05-04", "since: 2026-12-02"), ["EXC006"]),
        # one owner has not agreed, or will tomorrow
        (GOOD.replace("{owner: sre, by: Ann, on: 2026-05-04}, ", ""), ["EXC002"]),
        (GOOD.replace("by: Ann, on: 2026-05-04", "by: Ann, on: 2026-12-02"), ["EXC002"]),
        (GOOD.replace("owner: sre", "owner: shop"), ["EXC002"]),
        # it names something else, which is met
        (GOOD.replace("XR202", "XR201"), ["EXC003"]),
        # everything at once
        ("requirements: [XR202], since: 2026-01-01, review: 2026-02-01", ["EXC001", "EXC002"]),
    ],
)
def test_a_flawed_exception_excuses_nothing(fields: str, codes: list[str]) -> None:
    judgement = with_exception(fields)
    [wiki] = judgement.crossings
    assert wiki.decision is Decision.DOES_NOT_CONFORM
    assert not any(each.excused_by for each in wiki.requirements)
    assert sorted(findings(judgement)) == codes


@pytest.mark.parametrize(
    "fields", [GOOD.replace("2027-01-01", "2026-12-01"), GOOD.replace("2026-05-04, r", "2026-12-01, r")]
)
def test_the_first_and_the_last_day_count(fields: str) -> None:
    assert with_exception(fields).so_far is not Decision.DOES_NOT_CONFORM


@pytest.mark.parametrize("state", ["proposed", "retired"])
def test_only_what_is_running_is_excused(state: str) -> None:
    judgement = with_exception(GOOD, state=state)
    [wiki] = judgement.crossings
    assert wiki.decision is Decision.DOES_NOT_CONFORM
    assert findings(judgement) == ["EXC004"]


def test_some_requirements_cannot_be_excused() -> None:
    judgement = with_exception(GOOD.replace("XR202", "XR202, XR002"))
    assert findings(judgement) == ["EXC005"]
    assert judgement.crossings[0].so_far is Decision.EXCEPTED


def test_what_follows_the_guidelines_needs_no_exception() -> None:
    judgement = with_exception(GOOD, arrives="198.51.100.1")
    assert findings(judgement) == ["EXC003"]
    assert judgement.crossings[0].so_far is Decision.CONFORMS


def test_an_exception_for_something_unknown_may_be_needed() -> None:
    assert findings(with_exception(GOOD, arrives='"2001:db8:c::/48"')) == []


def test_warnings_about_exceptions_decide_nothing() -> None:
    judgement = with_exception(GOOD, arrives="198.51.100.1")
    assert {each.severity.value for each in judgement.findings} == {"warning"}
    assert judgement.crossings[0].decision is Decision.CANNOT_TELL

"""Every example of every requirement comes out as its page says."""

import pytest

from isthmus.decide import JudgedRequirement, Requirement, Scope
from isthmus.evidence import Evidence, Finding, Kind, unknown, unmet
from tests.guidelines.requirements.examples import Example, pages
from tests.guidelines.requirements.judging import edition, estate_of, judged, witnesses

EXAMPLES = [example for page in pages() for example in page.examples]


def row(example: Example) -> Requirement:
    found = edition().find(example.code)
    assert found is not None, f"the edition has no {example.code}"
    return found[0]


def outcome(example: Example, *more: Evidence) -> JudgedRequirement:
    """What the engine finds of the requirement in the estate of an example, where ``more`` witnesses are heard."""
    evidence = (*witnesses(example.evidence), *more)
    if row(example).scope is Scope.ESTATE:
        whole = judged(example.estate, {(example.code, ""): evidence})
        return next(each for each in whole.requirements if each.requirement.code == example.code)
    crossings = list(estate_of(example.estate).crossings)
    assert example.crossing or len(crossings) == 1, f"name the crossing that is judged: {', '.join(crossings)}"
    name = example.crossing or crossings[0]
    [crossing] = judged(example.estate, {(example.code, name): evidence}, only=[name]).crossings
    asked = {each.requirement.code: each for each in crossing.requirements}
    assert example.code in asked, f"{example.code} is not asked: {crossing.classified.because}"
    return asked[example.code]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_example(example: Example) -> None:
    found = outcome(example)
    told = [f"{each.kind}: {each.answer.finding} because {each.answer.because}" for each in found.evidence]
    assert found.finding == example.finding, told
    decisive = [each.answer for each in found.evidence if each.answer.finding == example.finding]
    assert any(example.because in answer.because for answer in decisive), told
    assert any(example.remark in each.answer.remark for each in found.evidence), "the remark is not made"


def test_every_finding_has_an_example() -> None:
    assert {example.finding for example in EXAMPLES} == {finding.value for finding in Finding}


GATHERED = (Kind.CONFIGURED, Kind.OBSERVED, Kind.EXERCISED)
WITNESSED = [
    pytest.param(example, kind, id=f"{example.id} / {kind}")
    for example in EXAMPLES
    for kind in row(example).judged_by
    if kind in GATHERED
]


@pytest.mark.parametrize(("example", "kind"), WITNESSED)
def test_one_more_witness_only_ever_weighs_against(example: Example, kind: Kind) -> None:
    """Whatever an estate declares: a witness against makes it not met, and one who cannot tell never helps."""
    assert outcome(example, Evidence(kind, unmet("a packet got through"))).finding is Finding.NOT_MET
    cannot_tell = outcome(example, Evidence(kind, unknown("a rule is not modelled"))).finding
    assert cannot_tell is (Finding.NOT_MET if example.finding == Finding.NOT_MET else Finding.UNKNOWN)

"""The decision that follows from findings: every combination of what matters."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.decide import Check, Decision, JudgedRequirement, Level, Requirement
from isthmus.decide.judgement import decide, worst
from isthmus.evidence import Answer, Evidence, Finding, Kind, unknown

CONFORMS, EXCEPTED = Decision.CONFORMS, Decision.EXCEPTED
CANNOT_TELL, DOES_NOT = Decision.CANNOT_TELL, Decision.DOES_NOT_CONFORM
M, N, U, A = Finding.MET, Finding.NOT_MET, Finding.UNKNOWN, Finding.NOT_APPLICABLE


def found(
    finding: Finding, level: Level = Level.MUST, *, excused: bool = False, asked: bool = True
) -> JudgedRequirement:
    row = Requirement("XX001", "name", "says", "quote", level, (Kind.DECLARED,), Check("check", "page"), None)
    evidence = (Evidence(Kind.DECLARED, Answer(finding, "told")),) if asked else ()
    return JudgedRequirement(row, finding, evidence, "an-exception" if excused else None, asked)


EXCUSED = found(N, excused=True)


@pytest.mark.parametrize(
    ("requirements", "expected"),
    [
        ([], CONFORMS),
        ([found(M)], CONFORMS),
        ([found(A)], CONFORMS),
        ([found(M), found(A)], CONFORMS),
        # one that is not met decides, whatever else is found
        ([found(N)], DOES_NOT),
        ([found(M), found(N), found(U)], DOES_NOT),
        # an excused one weighs less than what is unknown, and more than nothing
        ([EXCUSED], EXCEPTED),
        ([EXCUSED, found(M)], EXCEPTED),
        ([EXCUSED, found(U)], CANNOT_TELL),
        ([EXCUSED, found(N)], DOES_NOT),
        # what is unknown is never rounded up
        ([found(U)], CANNOT_TELL),
        ([found(M), found(A), found(U)], CANNOT_TELL),
    ],
)
def test_decision(requirements: list[JudgedRequirement], expected: Decision) -> None:
    assert decide(requirements) is expected


@pytest.mark.parametrize(("finding", "level"), list(product(Finding, [Level.SHOULD, Level.NOTE])))
def test_only_what_must_be_decides(finding: Finding, level: Level) -> None:
    assert decide([found(M), found(finding, level)]) is CONFORMS
    assert decide([found(N), found(finding, level)]) is DOES_NOT


@pytest.mark.parametrize("finding", Finding)
def test_what_was_not_asked_does_not_decide(finding: Finding) -> None:
    assert decide([found(M), found(finding, asked=False)]) is CONFORMS


@given(st.lists(st.sampled_from([found(each) for each in Finding] + [EXCUSED])))
def test_a_decision_is_the_gravest_of_its_parts(requirements: list[JudgedRequirement]) -> None:
    assert decide(requirements) is worst(decide([each]) for each in requirements)


@given(st.lists(st.sampled_from(Decision)), st.lists(st.sampled_from(Decision)))
def test_the_worst_of_parts_is_the_worst_of_all(some: list[Decision], others: list[Decision]) -> None:
    assert worst([worst(some), worst(others)]) is worst([*some, *others])


def test_grave_and_graver() -> None:
    order = [CONFORMS, EXCEPTED, CANNOT_TELL, DOES_NOT]
    for at, graver in enumerate(order):
        for milder in order[: at + 1]:
            assert worst([graver, milder]) is graver
    assert worst([]) is CONFORMS


@pytest.mark.parametrize(
    ("absent", "waits_for"),
    [
        ([], ()),
        ([Kind.CONFIGURED], (Kind.CONFIGURED,)),
        ([Kind.CONFIGURED, Kind.EXERCISED], (Kind.CONFIGURED, Kind.EXERCISED)),
    ],
)
def test_a_finding_waits_where_nobody_was_heard(absent: list[Kind], waits_for: tuple[Kind, ...]) -> None:
    silent = tuple(Evidence(kind, unknown("nothing at hand"), absent=True) for kind in absent)
    judged = JudgedRequirement(found(U).requirement, U, silent)
    assert judged.waits_for == waits_for
    spoken = (*silent, Evidence(Kind.DECLARED, unknown("not declared")))
    assert JudgedRequirement(judged.requirement, U, spoken).waits_for == ()

"""How the answers of several witnesses weigh together, and which of several answers one witness gives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.evidence import Answer, Evidence, Finding, Kind, gravest, met, unknown, unmet, weigh

M, N, U, A = Finding.MET, Finding.NOT_MET, Finding.UNKNOWN, Finding.NOT_APPLICABLE


def heard(finding: Finding, kind: Kind = Kind.DECLARED) -> Evidence:
    return Evidence(kind, Answer(finding, "told"))


def silent(kind: Kind = Kind.CONFIGURED) -> Evidence:
    return Evidence(kind, unknown("nothing was collected"), absent=True)


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        # one witness is believed
        ([M], M),
        ([N], N),
        ([U], U),
        ([A], A),
        # not met if any witness says so
        ([M, N], N),
        ([U, N], N),
        ([A, N], N),
        ([M, U, A, N], N),
        # what one of them cannot tell stays unknown
        ([M, U], U),
        ([A, U], U),
        ([M, A, U], U),
        # met where at least one says so and nobody objects
        ([M, M], M),
        ([M, A], M),
        # not applicable where nobody says anything else
        ([A, A], A),
        # nobody was heard
        ([], U),
    ],
)
def test_witnesses_weigh(findings: list[Finding], expected: Finding) -> None:
    assert weigh([heard(each) for each in findings]) is expected
    assert weigh([heard(each) for each in reversed(findings)]) is expected


findings = st.lists(st.sampled_from(Finding), max_size=6)
witnesses = st.builds(
    Evidence,
    st.sampled_from(Kind),
    st.builds(Answer, st.sampled_from(Finding), st.just("told")),
    absent=st.booleans(),
)


@given(st.lists(witnesses))
def test_a_witness_against_settles_it(several: list[Evidence]) -> None:
    """Adding a heard `not met` to anything makes it not met."""
    assert weigh([*several, heard(N)]) is N


@given(st.lists(witnesses))
def test_unknown_never_rounds_up(several: list[Evidence]) -> None:
    """Adding a heard `unknown` never leaves or makes anything met or not applicable."""
    assert weigh([*several, heard(U)]) in (U, N)


@given(st.lists(witnesses))
def test_met_needs_somebody_who_says_so(several: list[Evidence]) -> None:
    if weigh(several) is M:
        assert any(each.answer.finding is M and not each.absent for each in several)


@given(st.lists(witnesses), witnesses)
def test_one_more_witness_never_takes_an_objection_away(several: list[Evidence], another: Evidence) -> None:
    if weigh(several) is N:
        assert weigh([*several, another]) is N


@given(st.lists(witnesses))
def test_silence_counts_for_nothing(several: list[Evidence]) -> None:
    assert weigh([*several, silent()]) is weigh(several)


@given(st.permutations([heard(each) for each in Finding] + [silent()]), st.integers(0, 5))
def test_order_does_not_matter(shuffled: list[Evidence], size: int) -> None:
    some = shuffled[:size]
    assert weigh(some) is weigh(sorted(some, key=lambda each: each.answer.finding))


@given(st.lists(witnesses), st.lists(witnesses))
def test_weighing_in_parts_is_weighing_at_once(some: list[Evidence], others: list[Evidence]) -> None:
    """Provided that each part has a witness that was heard: an empty part knows nothing."""
    parts = [part for part in (some, others) if any(not each.absent for each in part)]
    assert weigh([heard(weigh(part)) for part in parts]) is weigh([*some, *others])


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([], "fine"),
        ([unknown("first doubt"), unknown("second doubt")], "first doubt"),
        ([unknown("doubt"), unmet("wrong"), unmet("worse")], "wrong"),
        ([met("good"), unmet("wrong")], "wrong"),
        ([met("good")], "fine"),
    ],
)
def test_the_gravest_answer_is_given(answers: list[Answer], told: str) -> None:
    assert gravest(answers, met("fine")).because == told


@pytest.mark.parametrize(("kind", "letter"), list(zip(Kind, "DCOXA", strict=True)))
def test_kinds_have_the_letters_of_the_catalogue(kind: Kind, letter: str) -> None:
    assert kind.letter == letter
    assert kind.source

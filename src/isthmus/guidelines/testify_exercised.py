"""Exercised evidence: every check that can read an exercise is asked about every crossing that it judges."""

from collections.abc import Collection

from isthmus.decide import Edition, Question, classify
from isthmus.evidence import Answer, Evidence, Facts, Kind, Testimony, unknown
from isthmus.guidelines import checks
from isthmus.guidelines.exercise import Exercise


def exercised_evidence(
    facts: Facts, edition: Edition, exercise: Exercise | None, only: Collection[str] = (), *, doubt: str = ""
) -> Testimony:
    """What real packets say of each requirement that lists this kind; ``only`` some crossings.

    With a ``doubt`` about the exercise as a whole (it is of another state of the estate), every answer is unknown.
    """
    testimony: dict[tuple[str, str], tuple[Evidence, ...]] = {}
    for crossing in facts.estate.crossings.values():
        if only and crossing.id not in only:
            continue
        classified = classify(crossing, facts, edition)
        for requirement in edition.demands(classified.case):
            answer = _asked(Question(requirement, facts, edition, classified, crossing), exercise, doubt)
            if answer is not None:
                testimony[requirement.code, crossing.id] = (Evidence(Kind.EXERCISED, answer),)
    return testimony


def _asked(question: Question, exercise: Exercise | None, doubt: str) -> Answer | None:
    """The answer of a row's check; None where the row, or the check, does not speak of real packets."""
    if Kind.EXERCISED not in question.requirement.judged_by:
        return None
    found = checks.find(question.requirement.check.name)
    if found is None or found.exercised is None:
        return None
    if exercise is None or doubt:
        return unknown(doubt or "there is no exercise")
    answer: Answer = found.exercised(question, exercise)
    return answer

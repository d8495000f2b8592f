"""Configured evidence: every check that can read a network is asked about every crossing that it judges."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from isthmus.decide import Edition, Question, Scope, classify
from isthmus.evidence import Answer, Evidence, Facts, Kind, Testimony, unknown
from isthmus.guidelines import checks
from isthmus.packetset import TooLargeError

if TYPE_CHECKING:
    from isthmus.prove import Prover


def configured_evidence(facts: Facts, edition: Edition, prover: Prover, only: Collection[str] = ()) -> Testimony:
    """What the configured network says of each requirement that lists this kind; ``only`` some crossings."""
    testimony: dict[tuple[str, str], tuple[Evidence, ...]] = {}
    for crossing in facts.estate.crossings.values():
        if only and crossing.id not in only:
            continue
        classified = classify(crossing, facts, edition)
        for requirement in edition.demands(classified.case):
            answer = _asked(Question(requirement, facts, edition, classified, crossing), prover)
            if answer is not None:
                testimony[requirement.code, crossing.id] = (Evidence(Kind.CONFIGURED, answer),)
    for requirement in edition.general if not only else ():
        if requirement.scope is Scope.ESTATE:
            answer = _asked(Question(requirement, facts, edition), prover)
            if answer is not None:
                testimony[requirement.code, ""] = (Evidence(Kind.CONFIGURED, answer),)
    return testimony


def _asked(question: Question, prover: Prover) -> Answer | None:
    """The answer of a row's check; None where the row, or the check, does not speak of configurations."""
    from isthmus.prove import TooLongError

    if Kind.CONFIGURED not in question.requirement.judged_by:
        return None
    found = checks.find(question.requirement.check.name)
    if found is None or found.configured is None:
        return None
    try:
        answer: Answer = found.configured(question, prover)
    except (TooLargeError, TooLongError) as error:
        return unknown(f"the question is too large: {error}")
    return answer

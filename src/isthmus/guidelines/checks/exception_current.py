"""Every deviation of a running service is covered by an exception that is current and agreed by both owners.

An exception names the crossing, the requirements, the reason, a task, an owner and a review date. It covers a
deviation until the review date has passed, only while the service is running, and only once both owners agreed. What
is not running cannot be excepted, so there the requirement does not apply: its deviations speak for themselves.
"""

from isthmus.decide import Level, Question, Standing, standings
from isthmus.estate import State
from isthmus.evidence import Answer, Finding, gravest, met, not_applicable, unknown, unmet

READS_FINDINGS = True


def declared(question: Question) -> Answer:
    """Whether each deviation has a current exception."""
    deviations = _deviations(question)
    state = question.crossing.state
    if not deviations:
        return not_applicable("no deviation is found")
    if state is not State.RUNNING:
        return not_applicable(f"the crossing is {state}, and exceptions are for what is running")
    every = _standings(question)
    problems = [problem for code in deviations if (problem := _problem(code, every))]
    if problems:
        return unmet("; ".join(problems), question.crossing.where)
    covering = [each for each in every if not each.flaw and set(each.exception.requirements) & set(deviations)]
    told = ", ".join(f"`{each.exception.id}` until {each.exception.review}" for each in covering)
    return met(f"{', '.join(deviations)} excepted by {told}", covering[0].exception.where)


def attested(question: Question) -> Answer:
    """Whether both owners agreed to a current exception from each requirement that is not met."""
    every = [each for each in _standings(question) if not each.flaw]
    covered = [
        current
        for code in _deviations(question)
        if (current := [each for each in every if code in each.exception.requirements])
    ]
    if not covered:
        return not_applicable("there is no exception to agree to")
    return gravest((_consent(current) for current in covered), _consent(covered[0]))


def _consent(current: list[Standing]) -> Answer:
    """Whether one of the exceptions that cover a deviation is agreed."""
    agreed = next((each for each in current if not each.missing_owners), None)
    if agreed is not None:
        return met(f"agreed: {', '.join(str(each) for each in agreed.given)}", agreed.exception.where)
    first = current[0]
    return unknown(f"`{first.exception.id}` is not agreed by {', '.join(first.missing_owners)}", first.exception.where)


def _standings(question: Question) -> tuple[Standing, ...]:
    return standings(question.crossing, question.facts, question.edition)


def _deviations(question: Question) -> list[str]:
    """The codes of requirements that decide and are not met, apart from what no exception can excuse."""
    return [
        requirement.code
        for requirement, finding in question.findings
        if finding is Finding.NOT_MET and requirement.level is Level.MUST and requirement.excusable
    ]


def _problem(code: str, every: tuple[Standing, ...]) -> str:
    """Why no exception covers a deviation, whoever has agreed; empty where one does."""
    named = [each for each in every if code in each.exception.requirements]
    if not named:
        return f"{code} is not met and no exception names it"
    if any(not each.flaw for each in named):
        return ""
    return f"{code} is not met and `{named[0].exception.id}` {named[0].flaw}"

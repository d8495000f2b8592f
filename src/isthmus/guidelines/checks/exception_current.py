"""Every deviation of a running service is covered by an exception that is current and agreed by both owners.

An exception names the crossing, the requirements, the reason, a task, an owner and a review date. It covers a
deviation until the review date has passed, only while the service is running, and only once both owners agreed.
"""

from isthmus.decide import Level, Question, Standing, standings
from isthmus.evidence import Answer, Finding, met, not_applicable, unknown, unmet

READS_FINDINGS = True


def declared(question: Question) -> Answer:
    """Whether each deviation has a current exception."""
    deviations = _deviations(question)
    if not deviations:
        return not_applicable("no deviation is found")
    every = standings(question.crossing, question.facts, question.edition)
    problems = [problem for code in deviations if (problem := _problem(code, every))]
    if problems:
        return unmet("; ".join(problems), question.crossing.where)
    covering = [each for each in every if set(each.exception.requirements) & set(deviations)]
    told = ", ".join(f"`{each.exception.id}` until {each.exception.review}" for each in covering)
    return met(f"{', '.join(deviations)} excepted by {told}", covering[0].exception.where)


def attested(question: Question) -> Answer:
    """Whether both owners agreed to the exceptions that cover the deviations."""
    deviations = set(_deviations(question))
    every = standings(question.crossing, question.facts, question.edition)
    named = [each for each in every if deviations & set(each.exception.requirements)]
    if not named:
        return not_applicable("there is no exception to agree to")
    unsigned = [each for each in named if each.missing_owners]
    if unsigned:
        first = unsigned[0]
        owners = ", ".join(first.missing_owners)
        return unknown(f"`{first.exception.id}` is not agreed by {owners}", first.exception.where)
    told = ", ".join(f"{each.owner} ({each.by}, {each.on})" for each in named[0].exception.agreed)
    return met(f"agreed: {told}", named[0].exception.where)


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
    flaws = [(each, each.expired or each.not_yet or each.not_running) for each in named]
    if not named:
        return f"{code} is not met and no exception names it"
    if any(not flaw for _, flaw in flaws):
        return ""
    standing, flaw = flaws[0]
    return f"{code} is not met and `{standing.exception.id}` {flaw}"

"""The project has the capacity that the service asks for: cores, memory, storage, public addresses.

For a proposed crossing what is used and what is asked must fit into the quota together; for a running one the
service is part of the use already, and the use must fit. What `capacity` does not name is not asked for; if it names
nothing, or quota or use of what it names is not declared, the finding is unknown.
"""

from collections.abc import Iterator

from isthmus.decide import Question
from isthmus.estate import Project, State, show_size
from isthmus.evidence import Answer, gravest, met, unknown, unmet

_AMOUNTS = ("cores", "memory", "storage", "addresses")
_SIZES = ("memory", "storage")


def declared(question: Question) -> Answer:
    """Whether quota and use leave room."""
    service = question.service
    asked = {name: getattr(service.capacity, name, None) for name in _AMOUNTS}
    wanted = {name: value for name, value in asked.items() if value is not None}
    if not wanted:
        return unknown(f"what `{service.id}` asks for is not declared (`capacity`)", service.where)
    if service.project is None:
        return unknown(f"the project of `{service.id}` is not declared", service.where)
    project = question.facts.estate.projects[service.project]
    covered = met(f"the quota of `{project.id}` covers it", project.span("quota"))
    return gravest(_shortages(question, project, wanted), covered)


def _shortages(question: Question, project: Project, wanted: dict[str, int]) -> Iterator[Answer]:
    """The amounts for which there is no room, or may be none."""
    is_built = question.crossing.state is not State.PROPOSED
    for amount, value in wanted.items():
        quota, used = getattr(project.quota, amount, None), getattr(project.used, amount, None)
        if quota is None or used is None:
            yield unknown(f"quota or use of `{project.id}` is not declared: {amount}", project.where)
            continue
        needed = max(used, value) if is_built else used + value
        if needed > quota:
            told = f"{amount}: {_show(amount, needed)} needed, quota of `{project.id}` is {_show(amount, quota)}"
            yield unmet(told, project.span("quota", amount))


def _show(amount: str, value: int) -> str:
    return show_size(value) if amount in _SIZES else str(value)

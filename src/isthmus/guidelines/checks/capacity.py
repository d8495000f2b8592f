"""The project has the capacity that the service asks for: cores, memory, storage, public addresses.

For a proposed crossing what is used and what is asked must fit into the quota together; for a running one the
service is part of the use already, and the use must fit. An amount that is not declared is unknown.
"""

from isthmus.decide import Question
from isthmus.estate import State, show_size
from isthmus.evidence import Answer, met, unknown, unmet

_AMOUNTS = ("cores", "memory", "storage", "addresses")
_SIZES = ("memory", "storage")


def declared(question: Question) -> Answer:
    """Whether quota and use leave room."""
    service = question.service
    asked = service.capacity
    if asked is None:
        return unknown(f"what `{service.id}` asks for is not declared (`capacity`)", service.where)
    if service.project is None:
        return unknown(f"the project of `{service.id}` is not declared", service.where)
    project = question.facts.estate.projects[service.project]
    is_running = question.crossing.state is not State.PROPOSED
    unclear = []
    for amount in _AMOUNTS:
        wanted = getattr(asked, amount)
        if wanted is None:
            continue
        quota, used = getattr(project.quota, amount, None), getattr(project.used, amount, None)
        if quota is None or used is None:
            unclear.append(amount)
            continue
        needed = max(used, wanted) if is_running else used + wanted
        if needed > quota:
            told = f"{amount}: {_show(amount, needed)} needed, quota of `{project.id}` is {_show(amount, quota)}"
            return unmet(told, project.span("quota", amount))
    if unclear:
        return unknown(f"quota or use of `{project.id}` is not declared: {', '.join(unclear)}", project.where)
    return met(f"the quota of `{project.id}` covers it", project.span("quota"))


def _show(amount: str, value: int) -> str:
    return show_size(value) if amount in _SIZES else str(value)

"""A flow that manages cloud hardware belongs to one of the facilities that the edition lists.

The crossing names its `facility`; services with one of the `excluded_tags` (such as the public wiki endpoints)
are none, whatever is named.
"""

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.evidence import Answer, met, unmet


class Params(BaseModel):
    """What is never a facility."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    excluded_tags: tuple[str, ...] = ()


def declared(question: Question) -> Answer:
    """Whether a listed facility is named, for a service that may be one."""
    crossing, service = question.crossing, question.service
    excluded = [tag for tag in service.tags if tag in question.params.excluded_tags]
    if excluded:
        return unmet(f"`{service.id}` is tagged `{excluded[0]}`, which is excluded", service.span("tags"))
    if crossing.facility is None:
        return unmet("no facility is named, and only the listed ones are allowed", crossing.where)
    return met(f"facility `{crossing.facility}`", crossing.span("facility"))

"""The service runs in the realm, and on the kind of host, that the row names.

What it runs on is told by its declared hosts, or, where none are declared, by the roles of the networks of its
addresses.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.evidence import Answer, met, unknown, unmet


class Params(BaseModel):
    """Where it must run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    realm: str
    kind: Literal["instance", "hardware"]


def declared(question: Question) -> Answer:
    """Where the service is declared to run."""
    service = question.service
    place = question.facts.service_place(service, question.facts.endpoints(question.crossing))
    wanted = question.params
    if place.realm != wanted.realm:
        return unmet(f"`{service.id}` runs in realm {place.realm}, not {wanted.realm}", service.span("realm"))
    if place.kind is None:
        return unknown(f"what `{service.id}` runs on is not declared", service.where)
    where = service.span("hosts")
    if place.kind != wanted.kind:
        return unmet(f"`{service.id}` runs on {place.kind}, not on {wanted.kind}", where)
    return met(f"`{service.id}` runs on {place.kind} of realm {place.realm}", where)

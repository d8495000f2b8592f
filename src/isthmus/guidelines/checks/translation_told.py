"""Tells whether clients are translated on their way to the service; both are allowed.

It applies if the clients belong to the realm and kind that the row names.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.evidence import Answer, met, not_applicable, unknown


class Params(BaseModel):
    """Whose translation is told, and the roles of translated addresses."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    realm: str
    kind: Literal["instance", "hardware"]
    roles: tuple[str, ...]


def declared(question: Question) -> Answer:
    """As what the clients are declared to arrive."""
    crossing, facts, params = question.crossing, question.facts, question.params
    places = facts.client_places(crossing)
    if not any(place.realm == params.realm and place.kind in (params.kind, "any") for place in places):
        return not_applicable("no client is an instance", crossing.span("client"))
    if not crossing.arrives_as:
        return unknown("as what address clients arrive is not declared (`arrives_as`)", crossing.where)
    networks = facts.networks_of(crossing.arrives_as)
    is_translated = all(network.role in params.roles for network in networks)
    told = ", ".join(str(prefix) for prefix in crossing.arrives_as)
    word = "translated" if is_translated else "untranslated"
    return met(f"clients arrive {word}, as {told}", crossing.span("arrives_as"))

"""Tells whether clients are translated on their way to the service; both are allowed.

It applies if the clients belong to the realm and kind that the row names.

Configured evidence: whether packets of the flow arrive with such a source, with another one, or with both.
"""

from typing import TYPE_CHECKING

from isthmus.guidelines.asking import arriving, is_seen_as

if TYPE_CHECKING:
    from isthmus.prove import Prover

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
    places = [each for each in facts.client_places(crossing) if each.realm == params.realm]
    if not any(place.kind == params.kind for place in places):
        unclear = [place.name for place in places if place.kind is None]
        if unclear:
            return unknown(f"what {unclear[0]} runs on is not declared", crossing.span("client"))
        return not_applicable(f"no client is an {params.kind}", crossing.span("client"))
    if not crossing.arrives_as:
        return unknown("as what address clients arrive is not declared (`arrives_as`)", crossing.where)
    found = [each.lies_in(lambda network: network.role in params.roles) for each in facts.arrivals(crossing)]
    if None in found:
        return unknown("clients arrive as addresses that several networks claim", crossing.span("arrives_as"))
    word = "translated" if all(found) else "both ways" if any(found) else "untranslated"
    told = ", ".join(str(prefix) for prefix in crossing.arrives_as)
    return met(f"clients arrive {word}, as {told}", crossing.span("arrives_as"))


def configured(question: Question, prover: "Prover") -> Answer:
    """As what the clients can arrive."""
    crossing, params = question.crossing, question.params
    places = [each for each in question.facts.client_places(crossing) if each.realm == params.realm]
    if not any(place.kind == params.kind for place in places):
        return not_applicable(f"no client is an {params.kind}", crossing.span("client"))
    journey = arriving(question, prover, crossing)
    if isinstance(journey, Answer):
        return journey
    zones = prover.zones
    own = zones.sent_from(zones.where(lambda network: network.realm == params.realm))
    translated = zones.sent_from(zones.where(lambda network: network.role in params.roles))
    is_translated, is_own = is_seen_as(journey, own & translated), is_seen_as(journey, own - translated)
    word = "both ways" if is_translated and is_own else "translated" if is_translated else "untranslated"
    return met(f"the network lets clients arrive {word}")

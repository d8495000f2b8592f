"""Both ends of the flow, and every address on its way, belong to one realm.

Declared evidence: the client's networks, the service's realm, the networks of its addresses and the addresses that
clients arrive as.
"""

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.evidence import Answer, met, unknown, unmet


class Params(BaseModel):
    """The realm that the flow stays in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    realm: str


def declared(question: Question) -> Answer:
    """Whether every declared end lies in the realm."""
    facts, crossing, service = question.facts, question.crossing, question.service
    realm = question.params.realm
    for place in facts.client_places(crossing):
        if place.realm != realm:
            return unmet(f"{place.name} is of realm {place.realm}", crossing.span("client"))
    if service.realm != realm:
        return unmet(f"the flow leaves realm {realm}: `{service.id}` is of realm {service.realm}", service.where)
    listeners = facts.listeners(service, facts.endpoints(crossing))
    for listener in listeners:
        strangers = [network for network in listener.networks if network.realm != realm]
        if strangers:
            told = f"{listener.text} belongs to `{strangers[0].id}` of realm {strangers[0].realm}"
            return unmet(told, listener.where)
    for network in facts.networks_of(crossing.arrives_as):
        if network.realm != realm:
            told = f"clients arrive as `{network.id}` of realm {network.realm}"
            return unmet(told, crossing.span("arrives_as"))
    unplaced = [listener for listener in listeners if not listener.networks]
    if unplaced:
        return unknown(f"the network of {unplaced[0].text} is not known", unplaced[0].where)
    return met(f"both ends lie in realm {realm}", crossing.where)

"""A service that is not HTTP is reached on an address of the role that the row names (a floating IP).

It applies to endpoints whose `application` is neither `http` nor `https`, and to those that do not say.
"""

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.evidence import Answer, met, not_applicable, unknown, unmet


class Params(BaseModel):
    """The role of the network that the address must belong to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: str


def declared(question: Question) -> Answer:
    """Whether every endpoint that is not HTTP has such an address."""
    service, facts, role = question.service, question.facts, question.params.role
    endpoints = facts.endpoints(question.crossing)
    others = {name: each for name, each in endpoints.items() if not each.is_web}
    if not others:
        return not_applicable("every endpoint speaks HTTP", service.span("endpoints"))
    listeners = facts.listeners(service, others)
    for listener in listeners:
        strangers = [network for network in listener.networks if network.role != role]
        if strangers:
            told = f"{listener.text} of `{strangers[0].id}` has role {strangers[0].role}, not {role}"
            return unmet(told, listener.where)
    unplaced = [each for each in listeners if not each.networks]
    if unplaced:
        return unknown(f"the network of {unplaced[0].text} is not known", unplaced[0].where)
    return met(f"reached on {listeners[0].text} (role {role})", listeners[0].where)

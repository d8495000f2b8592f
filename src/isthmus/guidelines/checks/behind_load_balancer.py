"""The service stands behind a load balancer of the realm that the row names, which holds its addresses."""

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.evidence import Answer, met, unknown, unmet


class Params(BaseModel):
    """Whose load balancer it must be."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    realm: str


def declared(question: Question) -> Answer:
    """Whether the declared load balancer holds the service's addresses."""
    return balanced(question, question.params.realm)


def balanced(question: Question, realm: str) -> Answer:
    """Whether a load balancer of ``realm`` holds every address on which the service is reached."""
    service, facts = question.service, question.facts
    if service.load_balancer is None:
        return unmet(f"`{service.id}` is not behind a load balancer", service.where)
    balancer = facts.estate.load_balancers[service.load_balancer]
    if balancer.realm != realm:
        told = f"load balancer `{balancer.id}` is of realm {balancer.realm}, not {realm}"
        return unmet(told, service.span("load_balancer"))
    held = {address for written in balancer.addresses for address in facts.estate.resolve(written)}
    listeners = facts.listeners(service, facts.endpoints(question.crossing))
    for listener in listeners:
        if listener.address is None:
            return unknown(f"whether `{balancer.id}` holds {listener.text} is not known", listener.where)
        if listener.address not in held:
            return unmet(f"{listener.text} is not an address of load balancer `{balancer.id}`", listener.where)
    return met(f"behind load balancer `{balancer.id}`", service.span("load_balancer"))

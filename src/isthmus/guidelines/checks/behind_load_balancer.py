"""The service stands behind a load balancer of the realm that the row names, which holds its addresses.

Configured evidence: a load balancer or proxy of the snapshot takes connections on each of the addresses. Where no
device of the snapshot holds an address, the finding is unknown.
"""

from typing import TYPE_CHECKING

from isthmus.guidelines.asking import held_by_balancer

if TYPE_CHECKING:
    from isthmus.prove import Prover

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.estate import LoadBalancer
from isthmus.evidence import Answer, gravest, met, unknown, unmet


class Params(BaseModel):
    """Whose load balancer it must be."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    realm: str


def declared(question: Question) -> Answer:
    """Whether the declared load balancer holds the service's addresses."""
    return balanced(question, question.params.realm)


def balanced(question: Question, realm: str) -> Answer:
    """Whether a load balancer of ``realm`` holds every address on which the service is reached."""
    service = question.service
    if service.load_balancer is None:
        return unmet(f"`{service.id}` is not behind a load balancer", service.where)
    balancer = question.facts.estate.load_balancers[service.load_balancer]
    if balancer.realm != realm:
        told = f"load balancer `{balancer.id}` is of realm {balancer.realm}, not {realm}"
        return unmet(told, service.span("load_balancer"))
    through = met(f"behind load balancer `{balancer.id}`", service.span("load_balancer"))
    return gravest(_beside(question, balancer), through)


def _beside(question: Question, balancer: LoadBalancer) -> Iterator[Answer]:
    """The addresses that the load balancer does not hold, or may not hold."""
    held = question.facts.held_by(balancer)
    for listener in question.facts.reached(question.crossing):
        is_held = held.holds(listener)
        if is_held is False:
            yield unmet(f"{listener.text} is not an address of load balancer `{balancer.id}`", listener.where)
        elif is_held is None:
            yield unknown(f"whether `{balancer.id}` holds {listener.text} is not known", listener.where)


def configured(question: Question, prover: "Prover") -> Answer:
    """Whether a load balancer of the snapshot takes connections on every address of the service."""
    return held_by_balancer(question, prover)

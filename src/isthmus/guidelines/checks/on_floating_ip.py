"""A service that is not HTTP is reached on an address of the role that the row names (a floating IP).

It applies to endpoints whose `application` is neither `http` nor `https`. An endpoint that does not say what it speaks
meets it by such an address; on any other address the finding is unknown.

Configured evidence: no packet that was sent to an address of another role arrives.
"""

from typing import TYPE_CHECKING

from isthmus.guidelines.asking import arriving

if TYPE_CHECKING:
    from isthmus.prove import Prover

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.evidence import Answer, gravest, met, not_applicable, unknown, unmet


class Params(BaseModel):
    """The role of the network that the address must belong to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: str


def declared(question: Question) -> Answer:
    """Whether every endpoint that is not HTTP has such an address."""
    service, facts = question.service, question.facts
    others = {name: each for name, each in facts.endpoints(question.crossing).items() if not each.is_web}
    if not others:
        return not_applicable("every endpoint speaks HTTP", service.span("endpoints"))
    first = facts.listeners(service, others)[0]
    reached = met(f"reached on {first.text} (role {question.params.role})", first.where)
    return gravest(_elsewhere(question), reached)


def _elsewhere(question: Question) -> Iterator[Answer]:
    """The addresses that are of another role, or may be."""
    service, role = question.service, question.params.role
    for name, endpoint in question.facts.endpoints(question.crossing).items():
        if endpoint.is_web:
            continue
        for listener in question.facts.listeners(service, {name: endpoint}):
            is_floating = listener.lies_in(lambda network: network.role == role)
            if is_floating is None:
                yield unknown(f"the network of {listener.text} is not known", listener.where)
            elif not is_floating:
                network = listener.networks[0]
                told = f"{listener.text} of `{network.id}` has role {network.role}, not {role}"
                if endpoint.application is None:
                    yield unknown(f"{told}, and what `{name}` speaks is not declared (`application`)", listener.where)
                else:
                    yield unmet(told, listener.where)


def configured(question: Question, prover: "Prover") -> Answer:
    """Whether packets sent to any other address arrive."""
    others = {name: each for name, each in question.facts.endpoints(question.crossing).items() if not each.is_web}
    if not others:
        return not_applicable("every endpoint speaks HTTP", question.service.span("endpoints"))
    journey = arriving(question, prover, question.crossing, others)
    if isinstance(journey, Answer):
        return journey
    role = question.params.role
    floating = prover.zones.sent_to(prover.zones.where(lambda network: network.role == role))
    beside = prover.journey(journey.packets - floating)
    told = f"arrives that was sent to an address of another role than {role}"
    return prover.claims.never_arrives(beside, prover.space.everything, told)

"""Both ends of the flow, and every address on its way, belong to one realm.

Declared evidence: the client's networks, the service's realm, the networks of its addresses and the addresses that
clients arrive as. An address that no declared network covers belongs to the internet.

Configured evidence: no packet of the flow comes to an interface in a network of another realm, or leaves the network.

Observed evidence: both ends of a record lie in the realm, and no exporter of another realm saw it.

Exercised evidence: the interfaces by which the packets of the flow came in, hop by hop, in the lab.
"""

from typing import TYPE_CHECKING

from isthmus.guidelines.asking import arriving, passes_only
from isthmus.guidelines.asking_exercise import stayed_inside

if TYPE_CHECKING:
    from isthmus.guidelines.exercise import Exercise
    from isthmus.prove import Prover

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.estate import Network
from isthmus.evidence import Answer, Finding, gravest, met, unknown, unmet
from isthmus.observe.policy import Seen
from isthmus.observe.words import Side


class Params(BaseModel):
    """The realm that the flow stays in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    realm: str


def declared(question: Question) -> Answer:
    """Whether every declared end lies in the realm."""
    inside = met(f"both ends lie in realm {question.params.realm}", question.crossing.where)
    return gravest([*_ends(question), *_addresses(question)], inside)


def _ends(question: Question) -> Iterator[Answer]:
    crossing, service, realm = question.crossing, question.service, question.params.realm
    for place in question.facts.client_places(crossing):
        if place.realm != realm:
            yield unmet(f"{place.name} is of realm {place.realm}", crossing.span("client"))
    if service.realm != realm:
        yield unmet(f"the flow leaves realm {realm}: `{service.id}` is of realm {service.realm}", service.where)


def _addresses(question: Question) -> Iterator[Answer]:
    facts, crossing = question.facts, question.crossing
    realm: str = question.params.realm

    def is_inside(network: Network) -> bool:
        return network.realm == realm

    for listener in facts.reached(crossing):
        stays = listener.lies_in(is_inside)
        if stays is None:
            yield unknown(f"the network of {listener.text} is not known", listener.where)
        elif not stays:
            network = listener.networks[0]
            yield unmet(f"{listener.text} belongs to `{network.id}` of realm {network.realm}", listener.where)
    for arrival in facts.arrivals(crossing):
        stays = arrival.lies_in(is_inside)
        if stays is None:
            yield unknown(f"clients arrive as {arrival.prefix}, which networks of several realms claim", arrival.where)
        elif not stays:
            strangers = [network.realm for network in arrival.networks if not is_inside(network)]
            realm_told = strangers[0] if strangers else "internet"
            yield unmet(f"clients arrive as {arrival.prefix} of realm {realm_told}", arrival.where)


def configured(question: Question, prover: "Prover") -> Answer:
    """Whether any packet of the flow comes to a network of another realm."""
    journey = arriving(question, prover, question.crossing)
    if isinstance(journey, Answer):
        return journey
    realm: str = question.params.realm
    return passes_only(
        prover, journey, lambda network: network.realm == realm, f"comes to a network outside realm {realm}"
    )


def exercised(question: Question, exercise: "Exercise") -> Answer:
    """Whether any packet came by a network of another realm."""
    return stayed_inside(question, exercise, question.params.realm)


def observed(params: Params, seen: Seen) -> Finding:
    """Whether a flow was seen outside the realm."""
    is_inside = seen.client.realm == seen.service.realm == params.realm
    return Finding.MET if is_inside and seen.side is not Side.ELSEWHERE else Finding.NOT_MET

"""A backend connection of the service to the other realm crosses the normal border.

It applies if a declared crossing has the service (or one of its hosts) as client and a service of `realm` as
target, and is not a facility. Each such crossing must arrive as an address of one of the roles, at a public address.
"""

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.estate import Crossing, Sphere
from isthmus.evidence import Answer, met, not_applicable, unknown, unmet


class Params(BaseModel):
    """The realm of the backends, and the roles of the addresses as which the service must arrive there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    realm: str
    roles: tuple[str, ...]


def declared(question: Question) -> Answer:
    """Whether every declared backend connection crosses at the border."""
    service, facts = question.service, question.facts
    backends = [
        each
        for each in facts.estate.crossings.values()
        if each.facility is None and _is_client(each, question) and facts.service(each).realm == question.params.realm
    ]
    if not backends:
        return not_applicable(f"no backend in realm {question.params.realm} is declared", service.where)
    answers = [_backend(each, question) for each in backends]
    return next((each for each in answers if each is not None), met(_told(backends), backends[0].where))


def _is_client(crossing: Crossing, question: Question) -> bool:
    service = question.service
    return service.id in crossing.client.services or bool(set(crossing.client.hosts) & set(service.hosts))


def _told(backends: list[Crossing]) -> str:
    return f"backends cross at the border: {', '.join(each.id for each in backends)}"


def _backend(crossing: Crossing, question: Question) -> Answer | None:
    """What is wrong with one backend connection; None where nothing is."""
    facts, roles = question.facts, question.params.roles
    if not crossing.arrives_as:
        return unknown(f"as what backend connection `{crossing.id}` arrives is not declared", crossing.where)
    for network in facts.networks_of(crossing.arrives_as):
        if network.role not in roles:
            told = f"backend connection `{crossing.id}` arrives as `{network.id}` (role {network.role})"
            return unmet(told, crossing.span("arrives_as"))
    for listener in facts.listeners(facts.service(crossing), facts.endpoints(crossing)):
        if any(network.sphere is Sphere.PRIVATE for network in listener.networks):
            return unmet(f"backend `{crossing.service}` is reached on private {listener.text}", listener.where)
        if not listener.networks:
            return unknown(f"whether backend address {listener.text} is public is not known", listener.where)
    return None

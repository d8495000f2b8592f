"""A backend connection of the service to the other realm crosses the normal border.

It applies if a crossing that stands beside this one has the service (or one of its hosts) as client and a service of
`realm` as target, and is not a facility. Each such crossing must arrive as an address of one of the roles, at a public
address. A backend that is not behind a load balancer of its realm is remarked.

Configured evidence: no packet of a backend connection arrives as anything else.

Observed evidence: a record from hardware of another realm to the backends' realm goes to a public address, and one made
in the backends' realm has a source in those roles.

Exercised evidence: as what the packets of backend connections arrived in the lab.
"""

from typing import TYPE_CHECKING

from isthmus.guidelines.asking import arrives_only_as
from isthmus.guidelines.asking_exercise import arrived_only_as

if TYPE_CHECKING:
    from isthmus.guidelines.exercise import Exercise
    from isthmus.prove import Prover

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.estate import Crossing, Sphere
from isthmus.evidence import Answer, Finding, gravest, met, not_applicable, unknown, unmet
from isthmus.observe.policy import Seen
from isthmus.observe.words import Side


class Params(BaseModel):
    """The realm of the backends, and the roles of the addresses as which the service must arrive there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    realm: str
    roles: tuple[str, ...]


def declared(question: Question) -> Answer:
    """Whether every declared backend connection crosses at the border."""
    facts, realm = question.facts, question.params.realm
    backends = _backends(question)
    if not backends:
        return not_applicable(f"no backend in realm {realm} is declared", question.service.where)
    bare = [each.service for each in backends if facts.service(each).load_balancer is None]
    remark = f"backend `{bare[0]}` is not behind a load balancer" if bare else ""
    told = f"backends cross at the border: {', '.join(each.id for each in backends)}"
    doubts = (doubt for each in backends for doubt in _doubts(each, question))
    return gravest(doubts, met(told, backends[0].where, remark))


def _backends(question: Question) -> list[Crossing]:
    """The backend connections that stand beside the crossing."""
    facts, realm = question.facts, question.params.realm
    return [
        each
        for each in facts.beside(question.crossing)
        if each.facility is None and _is_client(each, question) and facts.service(each).realm == realm
    ]


def _is_client(crossing: Crossing, question: Question) -> bool:
    service = question.service
    return service.id in crossing.client.services or bool(set(crossing.client.hosts) & set(service.hosts))


def _doubts(crossing: Crossing, question: Question) -> Iterator[Answer]:
    """What speaks against one backend connection, on the client's side and on the backend's."""
    facts, roles = question.facts, question.params.roles
    name = f"backend connection `{crossing.id}`"
    if not crossing.arrives_as:
        yield unknown(f"as what {name} arrives is not declared (`arrives_as`)", crossing.where)
    for arrival in facts.arrivals(crossing):
        is_translated = arrival.lies_in(lambda network: network.role in roles)
        told = f"{name} arrives as {arrival.prefix}"
        if arrival.prefix.version == 6:
            yield unknown(f"{told}, and the page speaks of IPv4 only", arrival.where)
        elif is_translated is False:
            yield unmet(f"{told}, not as {' or '.join(roles)}", arrival.where)
        elif is_translated is None:
            yield unknown(f"{told}, which several networks claim", arrival.where)
    for listener in facts.reached(crossing):
        is_public = listener.lies_in(lambda network: network.sphere is Sphere.PUBLIC)
        if is_public is False:
            yield unmet(f"backend `{crossing.service}` is reached on {listener.text}, which is private", listener.where)
        elif is_public is None:
            yield unknown(f"whether backend address {listener.text} is public is not known", listener.where)


def configured(question: Question, prover: "Prover") -> Answer:
    """As what the service can arrive at each of its declared backends, and on what addresses those are reached."""
    backends = _backends(question)
    realm = question.facts.service(backends[0]).realm if backends else question.params.realm
    if not backends:
        return not_applicable(f"no backend in realm {realm} is declared", question.service.where)
    arriving = (
        arrives_only_as(question, prover, each, question.service.realm, question.params.roles) for each in backends
    )
    crossing = ", ".join(each.id for each in backends)
    return gravest(arriving, met(f"backends are reached across the border: {crossing}", backends[0].where))


def exercised(question: Question, exercise: "Exercise") -> Answer:
    """As what the service arrived at each of its declared backends."""
    backends, realm = _backends(question), question.service.realm
    if not backends:
        return not_applicable(f"no backend in realm {question.params.realm} is declared", question.service.where)
    arrived = (arrived_only_as(question, exercise, each, realm, question.params.roles) for each in backends)
    told = ", ".join(each.id for each in backends)
    return gravest(arrived, met(f"backends were reached across the border: {told}", backends[0].where))


OBSERVES_EVERY_CASE = True


def observed(params: Params, seen: Seen) -> Finding:
    """How a backend connection was seen to cross."""
    is_backend = seen.client.kind == "hardware" and seen.service.realm == params.realm != seen.client.realm
    if not is_backend or seen.client.role in params.roles:
        return Finding.NOT_APPLICABLE
    if seen.version == 6:
        return Finding.UNKNOWN
    is_bare = seen.side is Side.SERVICE or (seen.side is Side.CLIENT and seen.service.sphere == Sphere.PRIVATE)
    return Finding.NOT_MET if is_bare else Finding.UNKNOWN

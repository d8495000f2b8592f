"""What is exposed is reached on public IPv4 addresses of the realm's own pool, by names in the realm's own domains.

It applies if the audience includes one of `exposed_to`, or a client of the crossing belongs to one of them. A name
whose addresses the estate knows must stand for an address on which the service is reached.

Configured evidence: no packet of the flow that was sent to an address outside that pool arrives.
"""

from typing import TYPE_CHECKING

from isthmus.guidelines.asking import arriving, devices_holding

if TYPE_CHECKING:
    from isthmus.prove import Prover

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.estate import Network, Sphere
from isthmus.evidence import Answer, gravest, met, not_applicable, unknown, unmet


class Params(BaseModel):
    """The realm that exposes it by means of its own, and to whom a service counts as exposed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    realm: str
    exposed_to: tuple[str, ...]


def declared(question: Question) -> Answer:
    """Whether declared addresses and names are the realm's own."""
    hidden = exposed(question, question.params.exposed_to)
    if hidden is not None:
        return hidden
    service = question.service
    told = f"public address of the pool, named {', '.join(service.names)}"
    return gravest([*_addresses(question), *_names(question)], met(told, service.span("names")))


def exposed(question: Question, exposed_to: tuple[str, ...]) -> Answer | None:
    """None if the service is exposed to one of the realms named; else the answer that settles the matter."""
    service = question.service
    realms = {place.realm for place in question.facts.client_places(question.crossing)} | set(service.audience)
    if realms & set(exposed_to):
        return None
    if not service.audience:
        return unknown(f"for whom `{service.id}` is meant is not declared (`audience`)", service.where)
    return not_applicable(f"meant for {', '.join(service.audience)}, so not exposed", service.span("audience"))


def _addresses(question: Question) -> Iterator[Answer]:
    """The addresses that are not of the pool, or may not be."""
    realm: str = question.params.realm
    listeners = question.facts.reached(question.crossing)

    def is_pool(network: Network) -> bool:
        return network.realm == realm and network.sphere is Sphere.PUBLIC

    for listener in listeners:
        in_pool = listener.lies_in(is_pool)
        if in_pool is None:
            yield unknown(f"the network of {listener.text} is not known", listener.where)
        elif not in_pool:
            network = listener.networks[0]
            told = f"{listener.text} of `{network.id}` ({network.sphere}, realm {network.realm})"
            yield unmet(f"{told} is not of the public pool of realm {realm}", listener.where)
    if not any(4 in listener.families for listener in listeners):
        yield unknown("no IPv4 address is declared, and the page speaks of IPv4", listeners[0].where)


def _names(question: Question) -> Iterator[Answer]:
    """What is wrong with the service's names."""
    service, estate, realm = question.service, question.facts.estate, question.params.realm
    domains = estate.realms[realm].domains
    reached = {listener.address for listener in question.facts.listeners(service)}
    if not service.names:
        yield unmet(f"`{service.id}` has no DNS name", service.where)
    for at, name in enumerate(service.names):
        where = service.span("names", at)
        if not any(name == domain or name.endswith(f".{domain}") for domain in domains):
            known = ", ".join(domains) or "none is declared"
            yield unmet(f"`{name}` is not in a domain of realm {realm} ({known})", where)
        found = estate.resolve(name)
        if found and None not in reached and not reached & set(found):
            yield unmet(f"`{name}` stands for {found[0]}, where `{service.id}` is not reached", where)


def configured(question: Question, prover: "Prover") -> Answer:
    """Whether a device of the snapshot takes packets on the exposed addresses, and which."""
    hidden = exposed(question, question.params.exposed_to)
    if hidden is not None:
        return hidden
    journey = arriving(question, prover, question.crossing)
    if isinstance(journey, Answer):
        return journey
    realm: str = question.params.realm
    zones = prover.zones
    pool = zones.where(lambda network: network.realm == realm and network.sphere is Sphere.PUBLIC)
    told = f"arrives that was sent to an address outside the public pool of realm {realm}"
    dialled = prover.journey(prover.declared(question.crossing) - zones.sent_to(pool))
    elsewhere = prover.claims.never_arrives(dialled, prover.space.everything, told)
    holders = sorted(devices_holding(prover, [each.address for each in question.facts.reached(question.crossing)]))
    return gravest([elsewhere], met(f"packets go to pool addresses only, on {', '.join(holders) or 'hosts'}"))

"""What is exposed is reached on public IPv4 addresses of the realm's own pool, by names in the realm's own domains.

It applies if the audience includes one of `exposed_to`.
"""

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.estate import Sphere
from isthmus.evidence import Answer, met, not_applicable, unknown, unmet


class Params(BaseModel):
    """Whose pool and domains, and to whom a service counts as exposed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    realm: str
    exposed_to: tuple[str, ...]


def declared(question: Question) -> Answer:
    """Whether declared addresses and names are the realm's own."""
    hidden = exposed(question, question.params.exposed_to)
    return hidden or _address(question) or _name(question)


def exposed(question: Question, exposed_to: tuple[str, ...]) -> Answer | None:
    """None if the service is exposed to one of the realms named; else the answer that settles the matter."""
    service = question.service
    if not service.audience:
        return unknown(f"for whom `{service.id}` is meant is not declared (`audience`)", service.where)
    if not set(service.audience) & set(exposed_to):
        told = f"meant for {', '.join(service.audience)}, so not exposed"
        return not_applicable(told, service.span("audience"))
    return None


def _address(question: Question) -> Answer | None:
    facts, realm = question.facts, question.params.realm
    listeners = facts.listeners(question.service, facts.endpoints(question.crossing))
    for listener in listeners:
        for network in listener.networks:
            if network.realm != realm or network.sphere is not Sphere.PUBLIC:
                told = f"{listener.text} of `{network.id}` ({network.sphere}, realm {network.realm})"
                return unmet(f"{told} is not of the public pool of realm {realm}", listener.where)
    unplaced = [each for each in listeners if not each.networks]
    if unplaced:
        return unknown(f"the network of {unplaced[0].text} is not known", unplaced[0].where)
    if all(each.address is not None and each.address.version == 6 for each in listeners):
        return unknown("no IPv4 address is declared, and the page speaks of IPv4", listeners[0].where)
    return None


def _name(question: Question) -> Answer:
    service = question.service
    domains = question.facts.estate.realms[question.params.realm].domains
    if not service.names:
        return unmet(f"`{service.id}` has no DNS name", service.where)
    for at, name in enumerate(service.names):
        if not any(name == domain or name.endswith(f".{domain}") for domain in domains):
            known = ", ".join(domains) or "none is declared"
            told = f"`{name}` is not in a domain of realm {question.params.realm} ({known})"
            return unmet(told, service.span("names", at))
    return met(f"public address of the pool, named {', '.join(service.names)}", service.span("names"))

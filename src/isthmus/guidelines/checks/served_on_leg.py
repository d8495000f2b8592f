"""The service is reached on its realm's own leg, and on no other: address, binding and firewall alike.

Every address must belong to a network with one of the roles `on`; a listener bound to every address of a host
listens on the leg `never_on` as well, if the host has one; the firewall may not admit that leg's network, and clients
may not arrive from it.
"""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.estate import Bind
from isthmus.evidence import Answer, gravest, met, unknown, unmet


class Params(BaseModel):
    """The roles of networks on which it may be reached, and the one on which it must not."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    on: tuple[str, ...]
    never_on: str


def declared(question: Question) -> Answer:
    """Whether the declared addresses, binding, firewall and clients keep to the leg."""
    listeners = question.facts.reached(question.crossing)
    told = ", ".join(dict.fromkeys(each.text for each in listeners[:4]))
    doubts = (doubt for ask in (_addresses, _binding, _firewall, _clients) for doubt in ask(question))
    return gravest(doubts, met(f"reached on {told}", listeners[0].where))


def _addresses(question: Question) -> Iterator[Answer]:
    on = question.params.on
    for listener in question.facts.reached(question.crossing):
        is_on_leg = listener.lies_in(lambda network: network.role in on)
        if is_on_leg is None:
            yield unknown(f"the network of {listener.text} is not known", listener.where)
        elif not is_on_leg:
            network = listener.networks[0]
            told = f"{listener.text} of `{network.id}` has role {network.role}, not {' or '.join(on)}"
            yield unmet(told, listener.where)


def _binding(question: Question) -> Iterator[Answer]:
    service, facts, never_on = question.service, question.facts, question.params.never_on
    balancer = facts.estate.load_balancers.get(service.load_balancer or "")
    hosts = balancer.hosts if balancer else service.hosts
    for name, endpoint in facts.endpoints(question.crossing).items():
        if endpoint.bind is not Bind.ANY:
            continue
        where = service.span("endpoints", name, "bind")
        told = f"`{name}` is bound to every address"
        if not hosts:
            yield unknown(f"{told}, and its hosts are not declared", where)
        for host in hosts:
            legs = facts.legs(facts.estate.hosts[host])
            if any(network.role == never_on for network in legs):
                yield unmet(f"{told} of `{host}`, so also on {never_on}", where)
            elif not legs:
                yield unknown(f"{told} of `{host}`, whose networks are not declared", where)


def _firewall(question: Question) -> Iterator[Answer]:
    service, never_on = question.service, question.params.never_on
    for at, prefix in enumerate(service.admits or ()):
        for network in question.facts.estate.plan.inside(prefix):
            if network.role == never_on:
                told = f"the firewall admits {prefix}, and with it `{network.id}` (role {network.role})"
                yield unmet(told, service.span("admits", at))


def _clients(question: Question) -> Iterator[Answer]:
    facts, crossing, never_on = question.facts, question.crossing, question.params.never_on
    for arrival in facts.arrivals(crossing):
        for network in arrival.networks:
            if network.role == never_on:
                told = f"clients arrive as {arrival.prefix} of `{network.id}` (role {network.role})"
                yield unmet(told, arrival.where)
    for place in facts.client_places(crossing):
        if never_on in place.roles and place.doubt:
            yield unknown(f"{place.doubt} is not declared", crossing.span("client"))
        elif never_on in place.roles:
            yield unmet(f"{place.name} comes by {never_on}", crossing.span("client"))

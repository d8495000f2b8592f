"""The service is reached on its realm's own leg, and on no other: address, binding and firewall alike.

Every address must belong to a network with one of the roles `on`; a listener bound to every address of a host
listens on the leg `never_on` as well, if the host has one; and the firewall may not admit that leg's network.
"""

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.estate import Bind
from isthmus.evidence import Answer, Listener, met, unknown, unmet


class Params(BaseModel):
    """The roles of networks on which it may be reached, and the one on which it must not."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    on: tuple[str, ...]
    never_on: str


def declared(question: Question) -> Answer:
    """Whether the declared addresses, binding and firewall keep to the leg."""
    service, facts, params = question.service, question.facts, question.params
    endpoints = facts.endpoints(question.crossing)
    listeners = facts.listeners(service, endpoints)
    for answer in (_addresses(listeners, params), _binding(question), _firewall(question)):
        if answer is not None:
            return answer
    unplaced = [each for each in listeners if not each.networks]
    if unplaced:
        return unknown(f"the network of {unplaced[0].text} is not known", unplaced[0].where)
    told = ", ".join(dict.fromkeys(each.text for each in listeners[:4]))
    return met(f"reached on {told}", listeners[0].where)


def _addresses(listeners: tuple[Listener, ...], params: Params) -> Answer | None:
    for listener in listeners:
        for network in listener.networks:
            if network.role not in params.on:
                told = f"{listener.text} of `{network.id}` has role {network.role}, not {' or '.join(params.on)}"
                return unmet(told, listener.where)
    return None


def _binding(question: Question) -> Answer | None:
    service, facts = question.service, question.facts
    any_bound = [name for name, each in facts.endpoints(question.crossing).items() if each.bind is Bind.ANY]
    if not any_bound:
        return None
    where = service.span("endpoints", any_bound[0], "bind")
    hosts = facts.estate.load_balancers[service.load_balancer].hosts if service.load_balancer else service.hosts
    if not hosts:
        return unknown(f"`{any_bound[0]}` is bound to every address, and its hosts are not declared", where)
    for name in hosts:
        if question.params.never_on in _legs(question, name):
            told = f"`{any_bound[0]}` is bound to every address of `{name}`, so also on {question.params.never_on}"
            return unmet(told, where)
    return None


def _legs(question: Question, host: str) -> set[str]:
    """The roles of the networks that a host is on."""
    estate = question.facts.estate
    interfaces = estate.hosts[host].interfaces.values()
    named = {name for each in interfaces for name in (each.native, *each.tagged) if name is not None}
    found = {network.role for address in estate.hosts[host].addresses for network in estate.plan.find(address)}
    return found | {estate.networks[name].role for name in named}


def _firewall(question: Question) -> Answer | None:
    for at, prefix in enumerate(question.service.admits or ()):
        for network in question.facts.estate.plan.inside(prefix):
            if network.role == question.params.never_on:
                told = f"the firewall admits {prefix}, and with it `{network.id}` (role {network.role})"
                return unmet(told, question.service.span("admits", at))
    return None

"""The service is reached on its realm's own leg, and on no other: address, binding and firewall alike.

Every address must belong to a network with one of the roles `on`; a listener bound to every address of a host
listens on the leg `never_on` as well, if the host has one; the firewall may not admit that leg's network, and clients
may not arrive from it.

Configured evidence: packets to the service's ports on its hosts' addresses of that leg do not get past the
firewalls, and packets from that leg do not reach the service.

Observed evidence: no end of a record of the service has an address of that leg.

Exercised evidence: who got in on the other leg's addresses, or from that leg, in the lab.
"""

from typing import TYPE_CHECKING

from isthmus.guidelines.asking import arriving, to_addresses
from isthmus.guidelines.asking_exercise import kept_off_leg

if TYPE_CHECKING:
    from isthmus.guidelines.exercise import Exercise
    from isthmus.prove import Prover

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.estate import Bind, IPAddress
from isthmus.evidence import Answer, Finding, gravest, met, unknown, unmet
from isthmus.observe.policy import Seen


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


def configured(question: Question, prover: "Prover") -> Answer:
    """Whether the service can be reached on the other leg, or from it."""
    journey = arriving(question, prover, question.crossing)
    if isinstance(journey, Answer):
        return journey
    never_on: str = question.params.never_on
    leg = prover.zones.where(lambda network: network.role == never_on)
    on_leg = prover.journey(to_addresses(question, prover, _leg_addresses(question)))
    target = prover.target(question.service, question.facts.endpoints(question.crossing))
    from_leg = prover.journey(target.packets & prover.zones.sent_from(leg))
    everything, claims = prover.space.everything, prover.claims
    return gravest(
        [
            claims.never_gets_in(on_leg, everything, f"reaches the service on its {never_on} address"),
            claims.never_gets_in(from_leg, everything, f"reaches the service from {never_on}"),
        ],
        met(f"nothing reaches the service on {never_on}, or from there"),
    )


def _leg_addresses(question: Question) -> list[IPAddress]:
    """The addresses on that leg of the hosts that listen for the service."""
    service, facts, never_on = question.service, question.facts, question.params.never_on
    balancer = facts.estate.load_balancers.get(service.load_balancer or "")
    hosts = balancer.hosts if balancer else service.hosts
    every = [address for host in hosts for address in facts.estate.hosts[host].addresses]
    return [each for each in every if any(network.role == never_on for network in facts.estate.plan.find(each))]


def exercised(question: Question, exercise: "Exercise") -> Answer:
    """Whether the service was reached on the other leg, or from it."""
    return kept_off_leg(question, exercise, question.params.never_on, _leg_addresses(question))


def observed(params: Params, seen: Seen) -> Finding:
    """On which leg the service was used."""
    if params.never_on in (seen.client.role, seen.service.role):
        return Finding.NOT_MET
    return Finding.MET if seen.service.role in params.on else Finding.UNKNOWN

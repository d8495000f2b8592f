"""The management leg of the service's hosts carries listed facilities and nothing else.

Declared evidence: every crossing that stands beside this one and uses the leg of one of the hosts, as client or as
service. Each must name a facility and may not lead to a service with one of the `excluded_tags`. Where it is not
declared whether such a crossing uses the leg, the finding is unknown.

Configured evidence: no packet from those hosts' networks of that leg reaches a service with an excluded tag. Routers
have an address there too, and what they send themselves is not the leg's.

Observed evidence: every record between that leg and a network of a realm belongs to a declared crossing.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isthmus.prove import Prover

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.estate import INTERNET, Crossing
from isthmus.evidence import Answer, Finding, gravest, met, unknown, unmet
from isthmus.observe.policy import Seen


class Params(BaseModel):
    """The role of the management leg, and the tags of services that it must not carry."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    leg: str
    excluded_tags: tuple[str, ...] = ()


def declared(question: Question) -> Answer:
    """Whether the declared crossings on the leg are facilities."""
    service = question.service
    if not service.hosts:
        return unknown(f"the hosts of `{service.id}` are not declared", service.where)
    beside = question.facts.beside(question.crossing)
    carried = [each.facility for each in beside if each.facility is not None and _uses_leg(each, question)]
    told = ", ".join(dict.fromkeys(carried)) or "nothing else that is declared"
    clean = met(f"the management leg carries {told}", service.span("hosts"))
    return gravest((doubt for each in beside for doubt in _doubts(each, question)), clean)


def _doubts(crossing: Crossing, question: Question) -> Iterator[Answer]:
    """What speaks against a crossing that uses the leg, or may use it."""
    target = question.facts.service(crossing)
    excluded = [tag for tag in target.tags if tag in question.params.excluded_tags]
    if crossing.facility is not None and not excluded:
        return
    wrong = f"leads to `{target.id}` (tagged `{excluded[0]}`)" if excluded else "names no facility"
    is_used = _uses_leg(crossing, question)
    if is_used:
        yield unmet(f"crossing `{crossing.id}` uses the management leg and {wrong}", crossing.where)
    elif is_used is None:
        yield unknown(f"crossing `{crossing.id}` {wrong}, and which leg it uses is not declared", crossing.where)


def _uses_leg(crossing: Crossing, question: Question) -> bool | None:
    """Whether a crossing leaves or reaches one of the service's hosts by the management leg; None: not declared."""
    answers = (_leaves_by_leg(crossing, question), _reaches_leg(crossing, question))
    return True if True in answers else None if None in answers else False


def _leaves_by_leg(crossing: Crossing, question: Question) -> bool | None:
    facts, service, leg = question.facts, question.service, question.params.leg
    hosts = [facts.estate.hosts[name] for name in service.hosts]
    legs = {network.id for host in hosts for network in facts.legs(host) if network.role == leg}
    if legs & set(crossing.client.networks):
        return True
    if not set(crossing.client.hosts) & set(service.hosts) and service.id not in crossing.client.services:
        return False
    if crossing.arrives_as:
        return any(network.role == leg for network in facts.networks_of(crossing.arrives_as))
    return None if legs or not any(facts.legs(host) for host in hosts) else False


def _reaches_leg(crossing: Crossing, question: Question) -> bool | None:
    facts = question.facts
    if not set(facts.service(crossing).hosts) & set(question.service.hosts):
        return False
    found = [each.lies_in(lambda network: network.role == question.params.leg) for each in facts.reached(crossing)]
    return True if True in found else None if None in found else False


def configured(question: Question, prover: "Prover") -> Answer:
    """Whether the leg's addresses can reach a service that it must not carry."""
    facts, params = question.facts, question.params
    hosts = [facts.estate.hosts[name] for name in question.service.hosts]
    legs = [network for host in hosts for network in facts.legs(host) if network.role == params.leg]
    excluded = [each for each in facts.estate.services.values() if set(each.tags) & set(params.excluded_tags)]
    if not legs:
        return unknown(f"no host of `{question.service.id}` is declared on a network of role {params.leg}")
    if not excluded:
        return met("no service that the leg must not carry is declared")
    clean = met(f"the network lets the management leg reach none of {', '.join(each.id for each in excluded)}")
    own = {device.name for device in map(prover.device_of, hosts) if device is not None}
    routers = (each.name for each in prover.network.devices.values() if each.forwards and each.name not in own)
    sent = prover.zones.sent_from(legs) - prover.sent_by(prover.addresses_of(routers))
    answers = []
    for service in excluded:
        journey = prover.journey(sent & prover.target(service).packets)
        told = f"from {params.leg} reaches `{service.id}`"
        answers.append(prover.claims.never_arrives(journey, prover.space.everything, told))
        if not journey.begun:
            answers.append(unknown(f"the snapshot holds no place where packets from {params.leg} begin"))
    return gravest(answers, clean)


OBSERVES_EVERY_CASE = True


def observed(params: Params, seen: Seen) -> Finding:
    """Whether what the leg was seen to carry is declared."""
    if params.leg not in (seen.client.role, seen.service.role):
        return Finding.NOT_APPLICABLE
    if INTERNET in (seen.client.realm, seen.service.realm):
        return Finding.UNKNOWN
    return Finding.MET if seen.is_declared else Finding.NOT_MET

"""The management leg of the service's hosts carries listed facilities and nothing else.

Declared evidence: every crossing whose client is one of the hosts, or the leg's network, on that leg. Each must name
a facility and may not lead to a service with one of the `excluded_tags`.
"""

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.estate import Crossing
from isthmus.evidence import Answer, met, unknown, unmet


class Params(BaseModel):
    """The role of the management leg, and the tags of services that it must not carry."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    leg: str
    excluded_tags: tuple[str, ...] = ()


def declared(question: Question) -> Answer:
    """Whether the declared crossings on the leg are facilities."""
    service, facts = question.service, question.facts
    if not service.hosts:
        return unknown(f"the hosts of `{service.id}` are not declared", service.where)
    carried = [each for each in facts.estate.crossings.values() if _is_on_leg(each, question)]
    for crossing in carried:
        target = facts.service(crossing)
        excluded = [tag for tag in target.tags if tag in question.params.excluded_tags]
        if excluded:
            told = f"crossing `{crossing.id}` leads to `{target.id}` (tagged `{excluded[0]}`) over the management leg"
            return unmet(told, crossing.where)
        if crossing.facility is None:
            told = f"crossing `{crossing.id}` uses the management leg and names no facility"
            return unmet(told, crossing.where)
    told = ", ".join(dict.fromkeys(each.facility or "" for each in carried)) or "nothing else that is declared"
    return met(f"the management leg carries {told}", service.span("hosts"))


def _is_on_leg(crossing: Crossing, question: Question) -> bool:
    """Whether a crossing leaves one of the service's hosts by the management leg."""
    estate = question.facts.estate
    leg = question.params.leg
    arrives = {network.role for network in question.facts.networks_of(crossing.arrives_as)}
    from_host = set(crossing.client.hosts) & set(question.service.hosts)
    if (from_host or question.service.id in crossing.client.services) and leg in arrives:
        return True
    legs = {
        name
        for host in question.service.hosts
        for each in estate.hosts[host].interfaces.values()
        for name in (each.native, *each.tagged)
        if name is not None and estate.networks[name].role == leg
    }
    return bool(legs & set(crossing.client.networks))

"""The firewall of a service that is not for everybody admits its audience and nobody else.

It applies unless the audience includes the internet (with `alone`: only if `realm` is the whole audience). Of
`realm`, only networks of the sphere named may be admitted; of other realms in the audience, any. Addresses outside
every declared network belong to the internet and may not be admitted. Whom the service's own load balancer or web
proxy admits in its turn is not declared, so a firewall that admits it leaves the finding unknown. An admission wider
than the addresses that clients arrive as is remarked and decides nothing.

Configured evidence: packets from everywhere to the service; those from outside its audience do not get past the
firewalls. Where what the host itself admits was not read, the finding is unknown.

Exercised evidence: from a client of each network, and from the internet, who got in to the service in the lab.
"""

from typing import TYPE_CHECKING

from isthmus.guidelines.asking import admitted_only
from isthmus.guidelines.asking_exercise import let_in_only

if TYPE_CHECKING:
    from isthmus.guidelines.exercise import Exercise
    from isthmus.prove import Prover

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, StrictBool

from isthmus.decide import Question
from isthmus.estate import INTERNET, Front, IPPrefix, Network, holds
from isthmus.evidence import Answer, gravest, met, not_applicable, unknown, unmet


class Params(BaseModel):
    """The realm that the service is meant for, and which of its addresses may be admitted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    realm: str
    sphere: Literal["public", "private"] | None = None
    alone: StrictBool = False


def declared(question: Question) -> Answer:
    """Whether the declared firewall fits the declared audience."""
    service = question.service
    outside = _not_meant(question)
    if outside is not None:
        return outside
    if service.admits is None:
        return unknown(f"what the firewall of `{service.id}` admits is not declared (`admits`)", service.where)
    told = ", ".join(str(prefix) for prefix in service.admits) or "nothing"
    admitted = met(f"the firewall admits {told}", service.span("admits"), _wider(question))
    return gravest(_doubts(question, service.admits), admitted)


def _not_meant(question: Question) -> Answer | None:
    """The answer where the demand does not apply, or nobody knows whether it does."""
    service, params = question.service, question.params
    audience = set(service.audience)
    if not audience:
        return unknown(f"for whom `{service.id}` is meant is not declared (`audience`)", service.where)
    if INTERNET in audience or params.realm not in audience or (params.alone and audience != {params.realm}):
        return not_applicable(f"meant for {', '.join(service.audience)}", service.span("audience"))
    return None


def _doubts(question: Question, admits: tuple[IPPrefix, ...]) -> Iterator[Answer]:
    """What speaks against each prefix that is admitted."""
    service, plan = question.service, question.facts.estate.plan
    for at, prefix in enumerate(admits):
        where = service.span("admits", at)
        front = _front(question, prefix)
        if front is not None:
            yield unknown(f"the firewall admits `{front.id}`, and whom that admits is not declared", where)
            continue
        if not plan.covers(prefix):
            yield unmet(f"the firewall admits {prefix}, which reaches into the internet", where)
        for each in plan.inside(prefix):
            if not _allowed(each, question):
                of = f"`{each.id}` (realm {each.realm}, role {each.role})"
                yield unmet(f"the firewall admits {prefix} of {of}", where)


def _front(question: Question, prefix: IPPrefix) -> Front | None:
    """The load balancer or web proxy in front of the service, if the prefix is one of its addresses."""
    service, facts = question.service, question.facts
    named = (
        facts.estate.load_balancers.get(service.load_balancer or ""),
        facts.estate.web_proxies.get(service.web_proxy or ""),
    )
    fronts = [front for front in named if front is not None]
    if prefix.num_addresses > 1:
        return None
    return next((front for front in fronts if prefix.network_address in facts.addresses_of(front)), None)


def _allowed(network: Network, question: Question) -> bool:
    params = question.params
    if network.realm != params.realm:
        return network.realm in question.service.audience
    return params.sphere in (None, network.sphere.value)


def _wider(question: Question) -> str:
    """What of the realm is admitted beyond the addresses that clients arrive as."""
    crossing, plan = question.crossing, question.facts.estate.plan
    if not crossing.arrives_as:
        return ""
    for prefix in question.service.admits or ():
        realms = {network.realm for network in plan.inside(prefix)}
        covered = any(holds(each, prefix) for each in crossing.arrives_as)
        if question.params.realm in realms and not covered:
            arrives = ", ".join(str(each) for each in crossing.arrives_as)
            return f"the firewall admits {prefix}, wider than what clients arrive as ({arrives})"
    return ""


def configured(question: Question, prover: "Prover") -> Answer:
    """Whether the network lets anybody outside the audience through to the service."""
    outside = _not_meant(question)
    if outside is not None:
        return outside
    allowed = prover.zones.where(lambda network: _allowed(network, question))
    estate, service = question.facts.estate, question.service
    fronts: list[Front | None] = [estate.load_balancers.get(service.load_balancer or "")]
    fronts.append(estate.web_proxies.get(service.web_proxy or ""))
    front = [address for each in fronts if each for address in question.facts.addresses_of(each)]
    return admitted_only(question, prover, allowed, front)


def exercised(question: Question, exercise: "Exercise") -> Answer:
    """Whether anybody outside the audience got in."""
    outside = _not_meant(question)
    if outside is not None:
        return outside
    return let_in_only(question, exercise, lambda network: _allowed(network, question))

"""What is exposed stands behind a load balancer dedicated to the realm, and its backends listen to nobody else.

It applies if the audience includes one of `exposed_to`. The load balancer must hold the public addresses, and the
firewall of the service's hosts (`admits`) may admit the load balancer's addresses and those of its hosts only.
"""

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.estate import IPAddress
from isthmus.evidence import Answer, Finding, met, unknown, unmet
from isthmus.guidelines.checks.behind_load_balancer import balanced
from isthmus.guidelines.checks.pool_address_and_name import exposed


class Params(BaseModel):
    """Whose load balancer it must be, and to whom a service counts as exposed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    realm: str
    exposed_to: tuple[str, ...]


def declared(question: Question) -> Answer:
    """Whether the exposure is declared to go through the realm's load balancer."""
    hidden = exposed(question, question.params.exposed_to)
    if hidden is not None:
        return hidden
    answer = balanced(question, question.params.realm)
    if answer.finding is not Finding.MET:
        return answer
    service = question.service
    if service.admits is None:
        return unknown(f"what the backends of `{service.id}` admit is not declared (`admits`)", service.where)
    allowed = _balancer_addresses(question)
    for at, prefix in enumerate(service.admits):
        if prefix.num_addresses > 1 or prefix.network_address not in allowed:
            told = f"the backends admit {prefix}, which is not the load balancer"
            return unmet(told, service.span("admits", at))
    return met(f"{answer.because}; the backends admit it only", answer.where)


def _balancer_addresses(question: Question) -> set[IPAddress]:
    estate = question.facts.estate
    balancer = estate.load_balancers[question.service.load_balancer or ""]
    own = {address for written in balancer.addresses for address in estate.resolve(written)}
    return own | {address for host in balancer.hosts for address in estate.hosts[host].addresses}

"""What is exposed stands behind a load balancer dedicated to the realm, and its backends listen to nobody else.

It applies to what is exposed (as `pool_address_and_name` says). The load balancer must hold the public addresses, and
the firewall of the service's hosts (`admits`) may admit the load balancer's addresses and those of its hosts only.

Configured evidence: a load balancer of the snapshot takes connections on each exposed address, and no packet from
elsewhere gets to the servers behind it.

Exercised evidence: who answered on each exposed address, and who got in to the servers behind, in the lab.
"""

from typing import TYPE_CHECKING

from isthmus.guidelines.asking import backends_admit_only, held_by_balancer
from isthmus.guidelines.asking_exercise import balanced_and_alone

if TYPE_CHECKING:
    from isthmus.guidelines.exercise import Exercise
    from isthmus.prove import Prover

from collections.abc import Iterator

from isthmus.decide import Question
from isthmus.evidence import Answer, Finding, gravest, met, unknown, unmet
from isthmus.guidelines.checks.behind_load_balancer import balanced
from isthmus.guidelines.checks.pool_address_and_name import Params, exposed

__all__ = ["Params", "declared"]


def declared(question: Question) -> Answer:
    """Whether the exposure is declared to go through the realm's load balancer."""
    hidden = exposed(question, question.params.exposed_to)
    if hidden is not None:
        return hidden
    answer = balanced(question, question.params.realm)
    if answer.finding is Finding.NOT_MET:
        return answer
    alone = met(f"{answer.because}; the backends admit it only", answer.where)
    return gravest([answer, *_admissions(question)], alone)


def _admissions(question: Question) -> Iterator[Answer]:
    """What the backends' firewall admits beside the load balancer, or may admit."""
    service, facts = question.service, question.facts
    if service.admits is None:
        yield unknown(f"what the backends of `{service.id}` admit is not declared (`admits`)", service.where)
    balancer = facts.estate.load_balancers[service.load_balancer or ""]
    own = facts.addresses_of(balancer)
    is_told = all(facts.estate.hosts[host].addresses for host in balancer.hosts) and balancer.hosts
    for at, prefix in enumerate(service.admits or ()):
        where = service.span("admits", at)
        if prefix.num_addresses <= len(own) and own.issuperset(prefix):
            continue
        if prefix.num_addresses == 1 and not is_told:
            yield unknown(f"whether {prefix} is an address of `{balancer.id}` is not declared", where)
        else:
            yield unmet(f"the backends admit {prefix}, which is not the load balancer", where)


def configured(question: Question, prover: "Prover") -> Answer:
    """Whether a load balancer holds what is exposed, and its servers are reached by nobody else."""
    hidden = exposed(question, question.params.exposed_to)
    if hidden is not None:
        return hidden
    held = held_by_balancer(question, prover)
    alone = backends_admit_only(question, prover)
    return gravest([held, alone], met(f"{held.because}; {alone.because}", held.where))


def exercised(question: Question, exercise: "Exercise") -> Answer:
    """Whether a proxy answered for what is exposed, and its servers let nobody else in."""
    hidden = exposed(question, question.params.exposed_to)
    if hidden is not None:
        return hidden
    return balanced_and_alone(question, exercise)

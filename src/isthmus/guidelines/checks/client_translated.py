"""The client arrives as an address of the roles that the row names; its private address never arrives.

Declared evidence: `arrives_as`, the source addresses that the service sees. The page speaks of IPv4, where addresses
are translated; what IPv6 clients should arrive as is not covered by its text, so a public IPv6 source is unknown.

Configured evidence: no packet of the flow arrives with a source outside the networks of those roles.

Observed evidence: a record that shows the flow as the service sees it (made in the service's realm, or telling the
translation itself) has a source in those roles. One that was made in the clients' realm, before translation, shows
nothing.

Exercised evidence: as what the packets of the flow arrived in the lab.
"""

from typing import TYPE_CHECKING

from isthmus.guidelines.asking import arrives_only_as
from isthmus.guidelines.asking_exercise import arrived_only_as

if TYPE_CHECKING:
    from isthmus.guidelines.exercise import Exercise
    from isthmus.prove import Prover

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.estate import Sphere
from isthmus.evidence import Answer, Arrival, Finding, gravest, met, unknown, unmet
from isthmus.observe.policy import Seen
from isthmus.observe.words import Side


class Params(BaseModel):
    """The realm of the clients, and the roles of the addresses that they may arrive as."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    realm: str
    roles: tuple[str, ...]


def declared(question: Question) -> Answer:
    """As what clients are declared to arrive."""
    crossing = question.crossing
    if not crossing.arrives_as:
        return unknown("as what address the client arrives is not declared (`arrives_as`)", crossing.where)
    told = ", ".join(str(prefix) for prefix in crossing.arrives_as)
    doubts = (doubt for each in question.facts.arrivals(crossing) for doubt in _doubts(each, question.params))
    return gravest(doubts, met(f"clients arrive as {told}", crossing.span("arrives_as")))


def _doubts(arrival: Arrival, params: Params) -> Iterator[Answer]:
    """What speaks against one of the prefixes that clients arrive as."""
    strangers = [each for each in arrival.networks if each.realm != params.realm or each.role not in params.roles]
    told = f"clients arrive as {arrival.prefix}"
    if arrival.prefix.version == 6 and not any(each.sphere is Sphere.PRIVATE for each in strangers):
        yield unknown(f"{told}, and the page speaks of IPv4 only", arrival.where)
    elif not arrival.is_covered and not strangers:
        yield unmet(f"{arrival.prefix} is not an address of realm {params.realm}", arrival.where)
    elif arrival.is_contested and len(strangers) < len(arrival.networks):
        names = " and ".join(f"`{each.id}`" for each in arrival.networks)
        yield unknown(f"{told}, which both {names} claim", arrival.where)
    elif strangers:
        of = f"of `{strangers[0].id}` (role {strangers[0].role})"
        yield unmet(f"{told} {of}, not as {' or '.join(params.roles)}", arrival.where)


def configured(question: Question, prover: "Prover") -> Answer:
    """As what clients can arrive, by every way that the network leaves open."""
    return arrives_only_as(question, prover, question.crossing, question.params.realm, question.params.roles)


def exercised(question: Question, exercise: "Exercise") -> Answer:
    """As what clients arrived."""
    return arrived_only_as(question, exercise, question.crossing, question.params.realm, question.params.roles)


def observed(params: Params, seen: Seen) -> Finding:
    """As what the client of a flow was seen."""
    if seen.client.realm != params.realm:
        return Finding.NOT_APPLICABLE
    if seen.version == 6:
        return Finding.UNKNOWN
    if seen.client.role in params.roles:
        return Finding.MET
    return Finding.NOT_MET if seen.side is Side.SERVICE else Finding.UNKNOWN

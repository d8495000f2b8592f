"""The client arrives as an address of the roles that the row names; its private address never arrives.

Declared evidence: `arrives_as`, the source addresses that the service sees. The page speaks of IPv4, where addresses
are translated; what IPv6 clients should arrive as is not covered by its text, so an IPv6 source is unknown.
"""

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.evidence import Answer, met, unknown, unmet


class Params(BaseModel):
    """The realm of the clients, and the roles of the addresses that they may arrive as."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    realm: str
    roles: tuple[str, ...]


def declared(question: Question) -> Answer:
    """As what clients are declared to arrive."""
    facts, crossing = question.facts, question.crossing
    allowed = " or ".join(question.params.roles)
    if not crossing.arrives_as:
        return unknown("as what address the client arrives is not declared (`arrives_as`)", crossing.where)
    uncovered = []
    for at, prefix in enumerate(crossing.arrives_as):
        where = crossing.span("arrives_as", at)
        networks = facts.estate.plan.inside(prefix)
        strangers = [
            each for each in networks if each.realm != question.params.realm or each.role not in question.params.roles
        ]
        if prefix.version == 6:
            uncovered.append((prefix, where))
        elif strangers:
            told = f"clients arrive as {prefix} of `{strangers[0].id}` (role {strangers[0].role}), not as {allowed}"
            return unmet(told, where)
        elif not networks or not facts.estate.plan.covers(prefix):
            return unmet(f"{prefix} is not an address of realm {question.params.realm}", where)
    if uncovered:
        return unknown(f"clients arrive as {uncovered[0][0]}, and the page speaks of IPv4 only", uncovered[0][1])
    told = ", ".join(str(prefix) for prefix in crossing.arrives_as)
    return met(f"clients arrive as {told}", crossing.span("arrives_as"))

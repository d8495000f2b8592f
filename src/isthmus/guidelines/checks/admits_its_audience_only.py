"""The firewall of a service that is not for everybody admits its audience and nobody else.

It applies unless the audience includes the internet (with `alone`: only if `realm` is the whole audience). Of
`realm`, only networks with the named roles and sphere may be admitted; of other realms in the audience, any.
Addresses outside every declared network belong to the internet and may not be admitted. An admission wider than
the addresses that clients arrive as is remarked and decides nothing.
"""

from pydantic import BaseModel, ConfigDict, StrictBool

from isthmus.decide import Question
from isthmus.estate import INTERNET, Network, holds
from isthmus.evidence import Answer, met, not_applicable, unknown, unmet


class Params(BaseModel):
    """The realm that the service is meant for, and which of its addresses may be admitted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    realm: str
    roles: tuple[str, ...] = ()
    sphere: str | None = None
    alone: StrictBool = False


def declared(question: Question) -> Answer:
    """Whether the declared firewall fits the declared audience."""
    service, facts, params = question.service, question.facts, question.params
    audience = set(service.audience)
    if not audience:
        return unknown(f"for whom `{service.id}` is meant is not declared (`audience`)", service.where)
    if INTERNET in audience or params.realm not in audience or (params.alone and audience != {params.realm}):
        return not_applicable(f"meant for {', '.join(service.audience)}", service.span("audience"))
    if service.admits is None:
        return unknown(f"what the firewall of `{service.id}` admits is not declared (`admits`)", service.where)
    for at, prefix in enumerate(service.admits):
        where = service.span("admits", at)
        if not facts.estate.plan.covers(prefix):
            return unmet(f"the firewall admits {prefix}, which reaches into the internet", where)
        strangers = [each for each in facts.estate.plan.inside(prefix) if not _allowed(each, audience, params)]
        if strangers:
            first = strangers[0]
            told = f"the firewall admits {prefix} of `{first.id}` (realm {first.realm}, role {first.role})"
            return unmet(told, where)
    told = ", ".join(str(prefix) for prefix in service.admits) or "nothing"
    return met(f"the firewall admits {told}", service.span("admits"), _wider(question))


def _allowed(network: Network, audience: set[str], params: Params) -> bool:
    if network.realm not in audience:
        return False
    if network.realm != params.realm:
        return True
    return (not params.roles or network.role in params.roles) and params.sphere in (
        None,
        network.sphere.value,
    )


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

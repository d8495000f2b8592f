"""Every address on which the service is reached is public, and at least one is of the family that the page names.

Whether an address is public is the estate's word for its network (`sphere`), not a guess from the number. A service
that is reached over IPv6 alone is not covered by the page's text, so the finding is unknown.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.estate import Sphere
from isthmus.evidence import Answer, Listener, met, unknown, unmet


class Params(BaseModel):
    """The address family that must be there: 4 or 6."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    family: Literal[4, 6] = 4


def declared(question: Question) -> Answer:
    """Whether the declared addresses are public."""
    facts = question.facts
    listeners = facts.listeners(question.service, facts.endpoints(question.crossing))
    for listener in listeners:
        private = [network for network in listener.networks if network.sphere is Sphere.PRIVATE]
        if private:
            return unmet(f"{listener.text} is private (`{private[0].id}`)", listener.where)
    for listener in listeners:
        if not listener.networks:
            return unknown(f"whether {listener.text} is public is not known", listener.where)
    family = question.params.family
    of_family = [each for each in listeners if family in _families(each)]
    if not of_family:
        return unknown(f"no IPv{family} address is declared, and the page speaks of IPv{family}", listeners[0].where)
    told = ", ".join(dict.fromkeys(each.text for each in of_family[:3]))
    return met(f"public IPv{family}: {told}", of_family[0].where)


def _families(listener: Listener) -> set[int]:
    if listener.address is not None:
        return {listener.address.version}
    return {prefix.version for network in listener.networks for prefix in network.prefixes}

"""Every address on which the service is reached is public, and at least one is of the family that the page names.

Whether an address is public is the estate's word for its network (`sphere`), not a guess from the number. A service
that is reached over IPv6 alone is not covered by the page's text, so the finding is unknown.

Configured evidence: no packet of the flow that was sent to a private address arrives. What a load balancer makes of a
public address on the way to its servers is its own affair.
"""

from typing import TYPE_CHECKING

from isthmus.guidelines.asking import arriving

if TYPE_CHECKING:
    from isthmus.prove import Prover

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.estate import Sphere
from isthmus.evidence import Answer, Listener, gravest, met, unknown, unmet


class Params(BaseModel):
    """The address family that must be there: 4 or 6."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    family: Literal[4, 6] = 4


def declared(question: Question) -> Answer:
    """Whether the declared addresses are public."""
    listeners = question.facts.reached(question.crossing)
    family = question.params.family
    of_family = [each for each in listeners if family in each.families]
    told = ", ".join(dict.fromkeys(each.text for each in of_family[:3]))
    public = met(f"public IPv{family}: {told}", listeners[0].where)
    doubts = [doubt for each in listeners for doubt in _doubts(each)]
    if not of_family:
        message = f"no IPv{family} address is declared, and the page speaks of IPv{family}"
        doubts.append(unknown(message, listeners[0].where))
    return gravest(doubts, public)


def _doubts(listener: Listener) -> Iterator[Answer]:
    """What speaks against one address."""
    is_public = listener.lies_in(lambda network: network.sphere is Sphere.PUBLIC)
    if is_public is None:
        yield unknown(f"whether {listener.text} is public is not known", listener.where)
    elif not is_public:
        yield unmet(f"{listener.text} is private (`{listener.networks[0].id}`)", listener.where)


def configured(question: Question, prover: "Prover") -> Answer:
    """Whether packets reach the service at public addresses only."""
    journey = arriving(question, prover, question.crossing)
    if isinstance(journey, Answer):
        return journey
    private = prover.zones.where(lambda network: network.sphere is not Sphere.PUBLIC)
    dialled = prover.journey(prover.declared(question.crossing) & prover.zones.sent_to(private))
    return prover.claims.never_arrives(dialled, prover.space.everything, "arrives that was sent to a private address")

"""The flow passes the edges of both realms, where it is seen like any internet peer; the realms are not bridged.

Declarations cannot show the path of a packet: only configurations (proved) and real packets (in the lab) can judge
this, so without them the finding is unknown.

Configured evidence: with every interface in a network of the roles `edge` shut, no packet of the flow arrives.

Exercised evidence: whether each packet that arrived in the lab came by an interface in such a network.
"""

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.evidence import Answer, gravest, met, unknown
from isthmus.guidelines.asking import arriving
from isthmus.guidelines.asking_exercise import passed_by

if TYPE_CHECKING:
    from isthmus.guidelines.exercise import Exercise
    from isthmus.prove import Prover


class Params(BaseModel):
    """The roles of the networks at which a realm meets the outside."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    edge: tuple[str, ...]


def configured(question: Question, prover: "Prover") -> Answer:
    """Whether packets can go round the edge."""
    journey = arriving(question, prover, question.crossing)
    if isinstance(journey, Answer):
        return journey
    ports = prover.ports_in(lambda network: network.role in question.params.edge)
    if not ports:
        return unknown(f"the snapshot holds no interface in a network of role {' or '.join(question.params.edge)}")
    round_about = prover.without(ports)
    told = "arrives without passing an edge network"
    answer = round_about.claims.never_arrives(round_about.crossing(question.crossing), prover.space.everything, told)
    passed = sorted({str(port) for port in ports if port in journey.there.entered})
    return gravest([answer], met(f"every packet passes an edge network, by {', '.join(passed[:4])}"))


def exercised(question: Question, exercise: "Exercise") -> Answer:
    """Whether every packet that arrived had passed the edge."""
    return passed_by(question, exercise, question.params.edge)

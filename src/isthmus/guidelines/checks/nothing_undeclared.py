"""The configured network admits no flow between the realms that is not declared, and none is observed.

The estate's files cannot tell what a network admits: only configurations (read and proved) and flow records can
judge this, so without them the finding is unknown.

Configured evidence: of the packets between networks of two realms, those that no running crossing declares do not
arrive on any host. Where what a host itself admits was not read, the finding is unknown.
"""

from typing import TYPE_CHECKING

from isthmus.decide import Question
from isthmus.evidence import Answer
from isthmus.guidelines.asking import undeclared

if TYPE_CHECKING:
    from isthmus.prove import Prover


def configured(question: Question, prover: "Prover") -> Answer:
    """Whether the network admits a flow between realms that no running crossing declares."""
    return undeclared(question, prover)

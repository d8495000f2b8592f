"""The configured network admits no flow between the realms that is not declared, and none is observed.

The estate's files cannot tell what a network admits: only configurations (read and proved) and flow records can
judge this, so without them the finding is unknown.

Configured evidence: of the packets between networks of two realms, those that no running crossing declares do not
arrive on any host. Where what a host itself admits was not read, the finding is unknown.

Observed evidence: every record between networks of two realms belongs to a running crossing. The guidelines speak of
IPv4, so IPv6 flows that nobody declared are unknown.
"""

from typing import TYPE_CHECKING

from isthmus.decide import Question
from isthmus.estate import INTERNET
from isthmus.evidence import Answer, Finding
from isthmus.guidelines.asking import undeclared
from isthmus.observe.policy import Seen

if TYPE_CHECKING:
    from isthmus.prove import Prover


def configured(question: Question, prover: "Prover") -> Answer:
    """Whether the network admits a flow between realms that no running crossing declares."""
    return undeclared(question, prover)


def observed(_params: object, seen: Seen) -> Finding:
    """Whether what was seen between realms is declared."""
    realms = {seen.client.realm, seen.service.realm}
    if len(realms) == 1 or INTERNET in realms:
        return Finding.NOT_APPLICABLE
    if seen.is_declared:
        return Finding.MET
    return Finding.UNKNOWN if seen.version == 6 else Finding.NOT_MET

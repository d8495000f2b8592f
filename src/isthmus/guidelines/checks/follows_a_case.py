"""Some case covers where the client and the service live.

The case follows from the places of both ends (realm, instance or hardware, role of the network) as the edition
describes them; a flow that fits none is rejected. Where it is not declared what an end runs on, the case is
unknown.
"""

from isthmus.decide import Question
from isthmus.evidence import Answer, met, unknown, unmet


def declared(question: Question) -> Answer:
    """Whether a case fits."""
    classified = question.classified
    assert classified is not None
    where = question.crossing.where
    if classified.case is not None:
        return met(f"case {classified.case.id}: {classified.because}", where)
    return unmet(classified.because, where) if classified.is_known else unknown(classified.because, where)

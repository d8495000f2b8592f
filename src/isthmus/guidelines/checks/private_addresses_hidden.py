"""Neither side sees a private address of the other.

Declared evidence: every address on which the service is reached and every address that clients arrive as lies in a
public network.
"""

from isthmus.decide import Question
from isthmus.estate import Sphere
from isthmus.evidence import Answer, met, unknown, unmet


def declared(question: Question) -> Answer:
    """Whether both sides are declared to show public addresses only."""
    facts, crossing = question.facts, question.crossing
    listeners = facts.listeners(question.service, facts.endpoints(crossing))
    for listener in listeners:
        private = [network for network in listener.networks if network.sphere is Sphere.PRIVATE]
        if private:
            told = f"clients see {listener.text}, a private address of `{private[0].id}`"
            return unmet(told, listener.where)
    for at, prefix in enumerate(crossing.arrives_as):
        private = [each for each in facts.estate.plan.inside(prefix) if each.sphere is Sphere.PRIVATE]
        if private:
            told = f"the service sees {prefix}, private addresses of `{private[0].id}`"
            return unmet(told, crossing.span("arrives_as", at))
    unplaced = [each for each in listeners if not each.networks]
    if unplaced:
        return unknown(f"whether {unplaced[0].text} is public is not known", unplaced[0].where)
    if not crossing.arrives_as:
        return unknown("as what address the client arrives is not declared (`arrives_as`)", crossing.where)
    return met("both sides show public addresses only", crossing.where)

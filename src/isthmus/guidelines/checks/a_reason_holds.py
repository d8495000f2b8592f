"""At least one of the case's reasons for dedicated hardware holds, by the service's declared placement facts.

The reasons are rows of the edition; each names a fact and, for sizes, from how many bytes on it counts. Facts that
are not declared are unknown, not false. That no other case can reasonably cover the service is for a person to say.
"""

from isthmus.decide import Question, reasons_that_hold
from isthmus.evidence import Answer, met, unknown, unmet


def declared(question: Question) -> Answer:
    """Which reasons the placement facts show."""
    service = question.service
    case = question.classified.case if question.classified else None
    reasons = case.reasons if case else ()
    holding = reasons_that_hold(service.placement, reasons)
    if holding:
        told = "; ".join(dict.fromkeys(each.says for each in holding))
        return met(f"`{service.id}`: {told}", service.span("placement"))
    facts = service.placement
    silent = [each.fact for each in reasons if facts is None or getattr(facts, each.fact) is None]
    silent = [fact for fact in dict.fromkeys(silent) if fact != "other"]
    if silent:
        return unknown(f"not declared of `{service.id}`: {', '.join(silent)} (`placement`)", service.where)
    return unmet("none of the reasons for dedicated hardware holds", service.span("placement"))

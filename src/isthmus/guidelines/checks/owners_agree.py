"""Everybody whose consent the case asks for has agreed to this crossing.

The parties come from the edition: the owners of both realms always, for some cases the maintainers of both ends.
An agreement counts from its date on. Where a party is not named in the estate, nobody can be asked, and the
finding is unknown. Following the guidelines never replaces the agreement.
"""

from isthmus.decide import Question, parties
from isthmus.evidence import Answer, met, unknown


def attested(question: Question) -> Answer:
    """Who has agreed, or who has not."""
    crossing = question.crossing
    case = question.classified.case if question.classified else None
    everybody = parties(crossing, case, question.facts, question.edition)
    given = [each for each in crossing.agreed if each.on <= question.facts.today]
    missing = (*everybody.without(given), *(f"the {word} (nobody is named)" for word in everybody.unnamed))
    if missing:
        return unknown(f"still to agree: {', '.join(missing)}", crossing.where)
    told = ", ".join(f"{each.owner} ({each.by}, {each.on})" for each in given if each.owner in everybody.owners)
    return met(f"agreed: {told}", crossing.span("agreed"))

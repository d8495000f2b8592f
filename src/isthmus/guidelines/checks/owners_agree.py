"""Everybody whose consent the case asks for has agreed to this crossing.

The parties come from the edition: the owners of both realms always, for some cases the maintainers of both ends.
An agreement is a signature over the crossing's canonical content where the estate says who may sign
(`owners/allowed_signers`), so that any change voids it; otherwise it is what the estate records (`agreed`). It counts
from its date on. Where a party is not named in the estate, nobody can be asked, and where the
case cannot be told, nobody knows who else is a party: the finding is unknown. It is not met once a party states
(`attestations`, with `holds: false`) that it does not agree. Following the guidelines never replaces the agreement.
"""

from isthmus.decide import Question, consents, parties, refusal, still_to_agree
from isthmus.evidence import Answer, Subject, met, unknown, unmet


def attested(question: Question) -> Answer:
    """Who has agreed, or who has not."""
    crossing, facts, classified = question.crossing, question.facts, question.classified
    assert classified is not None
    everybody = parties(crossing, classified.case, facts, question.edition)
    given = consents(Subject.CROSSING, crossing, facts)
    against = refusal(everybody.owners, given, facts.statements(question.requirement.code, crossing))
    if against is not None:
        return unmet(f"{against.by} for {against.owner} on {against.on}: {against.says}", question.place_of(against))
    missing = still_to_agree(everybody.without(given), Subject.CROSSING, crossing.id, facts)
    unnamed = (f"the {word} (nobody is named)" for word in everybody.unnamed)
    told = ", ".join(each for each in (missing, *unnamed) if each)
    if told:
        return unknown(f"still to agree: {told}", crossing.where)
    told = ", ".join(f"{owner} ({given[owner].by}, {given[owner].on})" for owner in everybody.owners)
    if not classified.is_known:
        return unknown(f"agreed: {told}; who else must agree depends on the case", crossing.where)
    return met(f"agreed: {told}", next(iter(given.values())).where)

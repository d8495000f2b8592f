"""The owners of both realms agreed to the edition of the guidelines that is in force.

The agreements stand in the estate's own `agreed` list. An edition that is not agreed is not refused: the finding
is unknown, and with it the decision about the estate. It is not met once an owner states (`attestations`, with
`holds: false`) that it does not agree.
"""

from isthmus.decide import Question, consents, realm_owners, refusal
from isthmus.evidence import Answer, met, unknown, unmet


def attested(question: Question) -> Answer:
    """Which owners agreed to the edition."""
    facts = question.facts
    given = consents(facts.estate.agreed, facts.today)
    owners = realm_owners(facts, question.edition)
    against = refusal(owners, given, facts.statements(question.requirement.code, None))
    if against is not None:
        return unmet(f"{against.by} for {against.owner} on {against.on}: {against.says}", question.place_of(against))
    missing = [owner for owner in owners if owner not in given]
    name = f"edition `{question.edition.id}` of {question.edition.dated}"
    if missing:
        return unknown(f"{name} is not agreed by {', '.join(missing)}", facts.estate.where)
    told = ", ".join(f"{owner} ({given[owner].by}, {given[owner].on})" for owner in owners)
    return met(f"{name} is agreed: {told}", given[owners[0]].where if owners else None)

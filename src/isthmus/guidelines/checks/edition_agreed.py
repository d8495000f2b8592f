"""The owners of both realms agreed to the edition of the guidelines that is in force.

The agreements stand in the estate's own `agreed` list. An edition that is not agreed is not refused: the finding
is unknown, and with it the decision about the estate.
"""

from isthmus.decide import Question, realm_owners
from isthmus.evidence import Answer, met, unknown


def attested(question: Question) -> Answer:
    """Which owners agreed to the edition."""
    facts = question.facts
    given = {each.owner: each for each in facts.estate.agreed if each.on <= facts.today}
    owners = realm_owners(facts, question.edition)
    missing = [owner for owner in owners if owner not in given]
    name = f"edition `{question.edition.id}` of {question.edition.dated}"
    if missing:
        return unknown(f"{name} is not agreed by {', '.join(missing)}", facts.estate.where)
    told = ", ".join(f"{owner} ({given[owner].by}, {given[owner].on})" for owner in owners)
    return met(f"{name} is agreed: {told}", given[owners[0]].where if owners else None)

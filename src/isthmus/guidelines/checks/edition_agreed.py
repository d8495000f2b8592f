"""The owners of both realms agreed to the edition of the guidelines that is in force.

The agreements are signatures where the estate says who may sign, otherwise its own `agreed` list. What of an edition
a signature covers is everything that can change a decision; wording and order do not void it.

An edition that is not agreed is not refused: the finding is unknown, and with it the decision about the estate. It is
not met once an owner states (`attestations`, with `holds: false`) that it does not agree.
"""

from isthmus.decide import Question, edition_consents, realm_owners, refusal, still_to_agree
from isthmus.evidence import Answer, Subject, met, unknown, unmet


def attested(question: Question) -> Answer:
    """Which owners agreed to the edition."""
    facts = question.facts
    given = edition_consents(question.edition, facts)
    owners = realm_owners(facts, question.edition)
    against = refusal(owners, given, facts.statements(question.requirement.code, None))
    if against is not None:
        return unmet(f"{against.by} for {against.owner} on {against.on}: {against.says}", question.place_of(against))
    missing = [owner for owner in owners if owner not in given]
    name = f"edition `{question.edition.id}` of {question.edition.dated}"
    if missing:
        told = still_to_agree(missing, Subject.EDITION, question.edition.id, facts)
        return unknown(f"{name} is not agreed by {told}", facts.estate.where)
    told = ", ".join(f"{owner} ({given[owner].by}, {given[owner].on})" for owner in owners)
    return met(
        f"{name} is agreed: {told}",
        given[owners[0]].where if owners else None,
        "" if facts.signed is not None else "agreements are recorded, not signed",
    )

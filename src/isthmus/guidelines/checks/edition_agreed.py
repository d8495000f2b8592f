"""The owners of both realms agreed to the edition of the guidelines that is in force.

The agreements are signatures where the estate says who may sign, otherwise its own `agreed` list. What of an edition
a signature covers is everything that can change a decision; wording and order do not void it.

Where signatures count, an edition that an owner has not signed, or that was altered since, is not met. Where they do
not, silence is no refusal: the finding is unknown, and with it the decision about the estate. It is not met, too, once
an owner states (`attestations`, with `holds: false`) that it does not agree.
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
        told = f"{name} is not agreed by {told}"
        where = facts.estate.where
        return unknown(told, where) if facts.signed is None else unmet(told, where)
    told = ", ".join(f"{owner} ({given[owner].by}, {given[owner].on})" for owner in owners)
    return met(
        f"{name} is agreed: {told}",
        given[owners[0]].where if owners else None,
        "" if facts.signed is not None else "agreements are recorded, not signed",
    )

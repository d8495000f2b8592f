"""Each party that the edition names stated, for itself, that the requirement is met.

`parties` are words such as `client-maintainers`; an attestation speaks for a party through its `owner`. One voice
that says no makes the requirement not met, whoever it speaks for; a party that is silent, or that the estate does not
name, leaves it unknown.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question, named_parties
from isthmus.evidence import Answer, met, unknown, unmet


class Params(BaseModel):
    """Which parties must have spoken."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    parties: tuple[Literal["realm-owners", "client-maintainers", "service-maintainers"], ...]


def attested(question: Question) -> Answer:
    """What each party stated."""
    crossing, facts = question.crossing, question.facts
    everybody = named_parties(question.params.parties, crossing, facts, question.edition)
    statements = facts.statements(question.requirement.code, crossing)
    against = next((each for each in statements if not each.holds), None)
    if against is not None:
        speaker = f"{against.by} for {against.owner}" if against.owner else against.by
        return unmet(f"{speaker} on {against.on}: {against.says}", question.place_of(against))
    spoken = {each.owner: each for each in statements}
    silent = [owner for owner in everybody.owners if owner not in spoken]
    silent += [f"the {word} (nobody is named)" for word in everybody.unnamed]
    if silent:
        return unknown(f"not yet stated by {', '.join(silent)}", crossing.where)
    told = "; ".join(f"{spoken[owner].by} for {owner} on {spoken[owner].on}" for owner in everybody.owners)
    return met(told, crossing.span("attestations"))

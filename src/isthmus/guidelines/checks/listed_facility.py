"""A flow that manages cloud hardware belongs to one of the facilities that the edition lists.

The crossing names its `facility`; services with one of the `excluded_tags` (such as the public wiki endpoints)
are none, whatever is named.

Configured evidence: from the crossing's clients to its service's addresses, no packet of a flow that no crossing
declares gets past the firewalls.

Observed evidence: every record that fits the case belongs to a declared crossing, whose facility is judged as declared.
"""

from typing import TYPE_CHECKING

from isthmus.guidelines.asking import facility_only

if TYPE_CHECKING:
    from isthmus.prove import Prover

from pydantic import BaseModel, ConfigDict

from isthmus.decide import Question
from isthmus.evidence import Answer, Finding, met, unmet
from isthmus.observe.policy import Seen


class Params(BaseModel):
    """What is never a facility."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    excluded_tags: tuple[str, ...] = ()


def declared(question: Question) -> Answer:
    """Whether a listed facility is named, for a service that may be one."""
    crossing, service = question.crossing, question.service
    excluded = [tag for tag in service.tags if tag in question.params.excluded_tags]
    if excluded:
        return unmet(f"`{service.id}` is tagged `{excluded[0]}`, which is excluded", service.span("tags"))
    if crossing.facility is None:
        return unmet("no facility is named, and only the listed ones are allowed", crossing.where)
    return met(f"facility `{crossing.facility}`", crossing.span("facility"))


def configured(question: Question, prover: "Prover") -> Answer:
    """Whether the client can reach the same hosts by anything that is not declared."""
    return facility_only(question, prover)


def observed(_params: object, seen: Seen) -> Finding:
    """Whether what was seen is declared."""
    return Finding.MET if seen.is_declared else Finding.NOT_MET

"""What a check is asked: one requirement, of one crossing (or of the estate), with the facts to answer from."""

from dataclasses import dataclass
from typing import Any

from isthmus.decide.cases import Classified
from isthmus.decide.edition import Edition, Requirement
from isthmus.diagnostics import Span
from isthmus.estate import Attestation, Crossing, Service
from isthmus.evidence import Facts, Finding


@dataclass(frozen=True)
class Question:
    """Is this requirement met?"""

    requirement: Requirement
    facts: Facts
    edition: Edition
    classified: Classified | None = None
    asked_of: Crossing | None = None
    findings: tuple[tuple[Requirement, Finding], ...] = ()
    """The findings of the requirements that were asked before, for a check that reads findings."""

    @property
    def crossing(self) -> Crossing:
        """The crossing; only requirements of scope ``crossing`` may ask for it."""
        assert self.asked_of is not None, "an estate-wide requirement has no crossing"
        return self.asked_of

    @property
    def service(self) -> Service:
        """The service that the crossing leads to."""
        return self.facts.service(self.crossing)

    @property
    def params(self) -> Any:  # noqa: ANN401 - each check has its own shape of parameters
        """The row's parameters, in the shape that its check declares."""
        return self.requirement.params

    def place_of(self, statement: Attestation) -> Span:
        """Where a statement about this requirement stands."""
        if self.asked_of is None:
            return statement.where
        return self.asked_of.span("attestations", self.asked_of.attestations.index(statement))

"""What the engine concludes: a finding per requirement, a decision per crossing and for the estate."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from isthmus.decide.cases import Classified
from isthmus.decide.edition import Case, Edition, Level, Requirement
from isthmus.diagnostics import Diagnostic
from isthmus.estate import Crossing, State
from isthmus.evidence import Evidence, Finding, Kind


class Decision(StrEnum):
    """Whether a crossing follows the guidelines. Following them grants nothing: the owners decide."""

    CONFORMS = "conforms"
    EXCEPTED = "excepted"
    """It deviates, under an exception that is current and agreed."""
    CANNOT_TELL = "cannot tell"
    DOES_NOT_CONFORM = "does not conform"


_WEIGHT = {decision: weight for weight, decision in enumerate(Decision)}


def gravity(decision: Decision) -> int:
    """How grave a decision is: 0 for one that conforms, growing."""
    return _WEIGHT[decision]


def worst(decisions: Iterable[Decision]) -> Decision:
    """The gravest of several decisions; none at all conforms.

    >>> worst([Decision.CONFORMS, Decision.CANNOT_TELL])
    <Decision.CANNOT_TELL: 'cannot tell'>
    """
    return max(decisions, key=_WEIGHT.__getitem__, default=Decision.CONFORMS)


@dataclass(frozen=True, slots=True)
class JudgedRequirement:
    """One requirement, what each witness said of it, and the finding that follows."""

    requirement: Requirement
    finding: Finding
    evidence: tuple[Evidence, ...]
    excused_by: str | None = None
    """The exception that excuses the deviation."""
    is_asked: bool = True
    """False where the caller asked for other kinds of evidence only."""

    @property
    def waits_for(self) -> tuple[Kind, ...]:
        """The kinds of evidence without which nothing can be said: nobody else was there to ask."""
        if any(not each.absent for each in self.evidence):
            return ()
        return tuple(each.kind for each in self.evidence)

    @property
    def decides(self) -> bool:
        """Whether the finding has a say in the decision."""
        return self.requirement.level is Level.MUST and self.is_asked


def decide(requirements: Iterable[JudgedRequirement]) -> Decision:
    """The decision that follows from the findings of every requirement that decides."""
    decisive = [each for each in requirements if each.decides]
    unmet = [each for each in decisive if each.finding is Finding.NOT_MET]
    if any(each.excused_by is None for each in unmet):
        return Decision.DOES_NOT_CONFORM
    if any(each.finding is Finding.UNKNOWN for each in decisive):
        return Decision.CANNOT_TELL
    return Decision.EXCEPTED if unmet else Decision.CONFORMS


@dataclass(frozen=True, slots=True)
class JudgedCrossing:
    """One crossing: its case, its requirements and the decision."""

    crossing: Crossing
    classified: Classified
    requirements: tuple[JudgedRequirement, ...]
    owners_to_ask: tuple[str, ...]

    @property
    def case(self) -> Case | None:
        """The case, where one fits."""
        return self.classified.case

    @property
    def decision(self) -> Decision:
        """What all the evidence that the guidelines demand says."""
        return decide(self.requirements)

    @property
    def so_far(self) -> Decision:
        """What the evidence at hand says, leaving out requirements whose only witnesses were never heard."""
        return decide(each for each in self.requirements if not each.waits_for)

    @property
    def counts(self) -> bool:
        """Whether the estate's decision depends on it: a retired crossing is judged for its story only."""
        return self.crossing.state is not State.RETIRED


@dataclass(frozen=True, slots=True)
class Judgement:
    """An estate, judged on one day by one edition."""

    estate: str
    edition: Edition
    asked_on: date
    kinds: tuple[Kind, ...]
    crossings: tuple[JudgedCrossing, ...]
    requirements: tuple[JudgedRequirement, ...]
    """Requirements that speak of the estate as a whole."""
    findings: tuple[Diagnostic, ...]
    """What was found beside the requirements; those of severity ``finding`` make the estate not conform."""
    is_partial: bool = False
    """Only some of the crossings were asked for, so nothing is said of the estate as a whole."""

    @property
    def decision(self) -> Decision:
        """The gravest decision of everything that counts."""
        return worst((*self._of_findings(), *(each.decision for each in self._counted()), self._of_estate()))

    @property
    def so_far(self) -> Decision:
        """The same, on the evidence at hand."""
        whole = decide(each for each in self.requirements if not each.waits_for)
        return worst((*self._of_findings(), *(each.so_far for each in self._counted()), whole))

    def _counted(self) -> list[JudgedCrossing]:
        return [each for each in self.crossings if each.counts or self.is_partial]

    def _of_estate(self) -> Decision:
        return decide(self.requirements)

    def _of_findings(self) -> list[Decision]:
        grave = any(each.severity == "finding" for each in self.findings)
        return [Decision.DOES_NOT_CONFORM] if grave else []

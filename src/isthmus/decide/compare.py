"""Two judgements side by side: which crossings change their decision, by which requirement, and why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from isthmus.decide.judgement import Decision, JudgedCrossing, JudgedRequirement, Judgement, gravity
from isthmus.diagnostics import Diagnostic
from isthmus.estate import Difference, Estate, crossing_content, differences
from isthmus.evidence import Finding, TrafficChange


class Fate(StrEnum):
    """What became of a crossing."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class RequirementChange:
    """A requirement whose finding differs; a side on which it does not hold is None."""

    code: str
    name: str
    before: Finding | None
    after: Finding | None
    because: str


@dataclass(frozen=True, slots=True)
class CrossingChange:
    """A crossing that differs in what it says or in how it is judged."""

    id: str
    fate: Fate
    before: JudgedCrossing | None
    after: JudgedCrossing | None
    fields: tuple[Difference, ...]
    requirements: tuple[RequirementChange, ...]

    @property
    def is_graver(self) -> bool:
        """Whether its decision is graver than before (a new crossing: graver than conforming)."""
        before = self.before.so_far if self.before else Decision.CONFORMS
        return self.after is not None and gravity(self.after.so_far) > gravity(before)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two judgements."""

    before: Judgement
    after: Judgement
    crossings: tuple[CrossingChange, ...]
    edition: tuple[Difference, ...]
    """What differs between the editions, apart from wording."""
    whole: tuple[RequirementChange, ...]
    """Requirements that speak of the estate as a whole."""
    appeared: tuple[Diagnostic, ...]
    vanished: tuple[Diagnostic, ...]
    signers: tuple[str, ...] = ()
    """What changed in the lists of who may sign, in words."""
    traffic: tuple[TrafficChange, ...] = ()
    """Which packets between realms get through on one side only, where both sides have a snapshot."""

    @property
    def differs(self) -> bool:
        """Whether there is anything to tell."""
        told = (self.crossings, self.edition, self.whole, self.appeared, self.vanished, self.signers, self.traffic)
        return any(told)

    @property
    def is_graver(self) -> bool:
        """Whether some crossing's decision is graver than before, or a grave finding appeared."""
        return any(each.is_graver for each in self.crossings) or any(
            each.severity == "finding" for each in self.appeared
        )


def compare(
    before: Judgement, after: Judgement, estates: tuple[Estate, Estate], edition: tuple[Difference, ...]
) -> Comparison:
    """Compare two judgements of an estate (of two versions of it, or by two editions)."""
    old = {each.crossing.id: each for each in before.crossings}
    new = {each.crossing.id: each for each in after.crossings}
    changes = [_crossing(name, old.get(name), new.get(name), estates) for name in dict.fromkeys([*old, *new])]
    return Comparison(
        before,
        after,
        tuple(each for each in changes if each is not None),
        edition,
        tuple(_requirements(before.requirements, after.requirements)),
        tuple(_missing_from(before.findings, after.findings)),
        tuple(_missing_from(after.findings, before.findings)),
    )


def _crossing(
    name: str, old: JudgedCrossing | None, new: JudgedCrossing | None, estates: tuple[Estate, Estate]
) -> CrossingChange | None:
    fields = _fields(old, new, estates)
    requirements = tuple(_requirements(old.requirements if old else (), new.requirements if new else ()))
    if old is None or new is None:
        fate = Fate.ADDED if old is None else Fate.REMOVED
        return CrossingChange(name, fate, old, new, (), requirements)
    if fields or requirements or old.decision is not new.decision or _case(old) != _case(new):
        return CrossingChange(name, Fate.CHANGED, old, new, fields, requirements)
    return None


def _fields(
    old: JudgedCrossing | None, new: JudgedCrossing | None, estates: tuple[Estate, Estate]
) -> tuple[Difference, ...]:
    if old is None or new is None:
        return ()
    return differences(crossing_content(estates[0], old.crossing), crossing_content(estates[1], new.crossing))


def _case(judged: JudgedCrossing) -> str | None:
    return judged.case.id if judged.case else None


def _requirements(old: Iterable[JudgedRequirement], new: Iterable[JudgedRequirement]) -> Iterator[RequirementChange]:
    """Requirements whose findings differ; of a new crossing, those that are not met or unknown."""
    before = {each.requirement.code: each for each in old}
    after = {each.requirement.code: each for each in new}
    for code in dict.fromkeys([*before, *after]):
        was, now = before.get(code), after.get(code)
        told = now or was
        assert told is not None, "the code is on one of the sides"
        pair = (was.finding if was else None, now.finding if now else None)
        if pair[0] is not pair[1] and not _is_idle(pair):
            yield RequirementChange(code, told.requirement.name, *pair, _because(told))


def _is_idle(pair: tuple[Finding | None, Finding | None]) -> bool:
    """Whether a finding of a new crossing, or one that came with another case, says nothing to act on."""
    return pair[0] is None and pair[1] in (Finding.MET, Finding.NOT_APPLICABLE)


def _because(judged: JudgedRequirement) -> str:
    """What the witnesses who decided the finding said."""
    deciding = [each for each in judged.evidence if each.answer.finding is judged.finding and not each.absent]
    return "; ".join(f"{each.kind}: {each.answer.because}" for each in deciding)


def _missing_from(known: Iterable[Diagnostic], these: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Those diagnostics that the others do not hold, whatever line they stand on."""
    told = {(each.code, each.message) for each in known}
    yield from (each for each in these if (each.code, each.message) not in told)

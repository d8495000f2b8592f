"""One witness's answer, and how the answers of several witnesses weigh together."""

from collections.abc import Iterable
from dataclasses import dataclass

from isthmus.diagnostics import Span
from isthmus.evidence.kinds import Finding, Kind


@dataclass(frozen=True, slots=True)
class Answer:
    """What one witness says about one requirement, in a sentence, and where that can be looked up."""

    finding: Finding
    because: str
    where: Span | None = None
    remark: str = ""
    """Something worth saying that decides nothing."""


def met(because: str, where: Span | None = None, remark: str = "") -> Answer:
    """The witness says that the requirement is met."""
    return Answer(Finding.MET, because, where, remark)


def unmet(because: str, where: Span | None = None, remark: str = "") -> Answer:
    """The witness says that the requirement is not met."""
    return Answer(Finding.NOT_MET, because, where, remark)


def unknown(because: str, where: Span | None = None) -> Answer:
    """The witness was asked and cannot tell."""
    return Answer(Finding.UNKNOWN, because, where)


def not_applicable(because: str, where: Span | None = None) -> Answer:
    """The requirement does not speak of this crossing."""
    return Answer(Finding.NOT_APPLICABLE, because, where)


@dataclass(frozen=True, slots=True)
class Evidence:
    """An answer with the kind of witness that gave it; ``absent``: that witness was never heard."""

    kind: Kind
    answer: Answer
    absent: bool = False


def weigh(evidence: Iterable[Evidence]) -> Finding:
    """The finding that several witnesses give together.

    Not met if any witness says so; otherwise what the witnesses that were heard agree on: unknown if
    one of them cannot tell, met if at least one says so. Witnesses that were not heard count for nothing,
    and where nobody was heard the finding is unknown.

    >>> heard = Evidence(Kind.DECLARED, met("the address is public"))
    >>> silent = Evidence(Kind.CONFIGURED, unknown("nothing was collected"), absent=True)
    >>> weigh([heard, silent]), weigh([silent])
    (<Finding.MET: 'met'>, <Finding.UNKNOWN: 'unknown'>)
    """
    heard = {each.answer.finding for each in evidence if not each.absent}
    if Finding.NOT_MET in heard:
        return Finding.NOT_MET
    if Finding.NOT_APPLICABLE in heard and Finding.MET not in heard:
        return Finding.NOT_APPLICABLE
    if Finding.UNKNOWN in heard or not heard:
        return Finding.UNKNOWN
    return Finding.MET

"""One witness's answer, and how the answers of several witnesses weigh together."""

from collections.abc import Iterable
from dataclasses import dataclass

from isthmus.diagnostics import Span
from isthmus.evidence.exhibit import Exhibit
from isthmus.evidence.kinds import Finding, Kind


@dataclass(frozen=True, slots=True)
class Answer:
    """What one witness says about one requirement, in a sentence, and where that can be looked up."""

    finding: Finding
    because: str
    where: Span | None = None
    remark: str = ""
    """Something worth saying that decides nothing."""
    exhibit: Exhibit | None = None
    """The packet that shows it."""


def met(because: str, where: Span | None = None, remark: str = "") -> Answer:
    """The witness says that the requirement is met."""
    return Answer(Finding.MET, because, where, remark)


def unmet(because: str, where: Span | None = None, remark: str = "", exhibit: Exhibit | None = None) -> Answer:
    """The witness says that the requirement is not met."""
    return Answer(Finding.NOT_MET, because, where, remark, exhibit)


def unknown(because: str, where: Span | None = None, exhibit: Exhibit | None = None) -> Answer:
    """The witness was asked and cannot tell."""
    return Answer(Finding.UNKNOWN, because, where, exhibit=exhibit)


def not_applicable(because: str, where: Span | None = None) -> Answer:
    """The requirement does not speak of this crossing."""
    return Answer(Finding.NOT_APPLICABLE, because, where)


@dataclass(frozen=True, slots=True)
class Evidence:
    """An answer with the kind of witness that gave it; ``absent``: that witness was never heard."""

    kind: Kind
    answer: Answer
    absent: bool = False


def gravest(answers: Iterable[Answer], otherwise: Answer) -> Answer:
    """The first ``not met`` among ``answers``, else the first ``unknown``, else ``otherwise``.

    >>> gravest([unknown("a name is not resolved"), unmet("an address is private")], met("public")).because
    'an address is private'
    """
    doubt = None
    for answer in answers:
        if answer.finding is Finding.NOT_MET:
            return answer
        if answer.finding is Finding.UNKNOWN and doubt is None:
            doubt = answer
    return doubt or otherwise


def weigh(evidence: Iterable[Evidence]) -> Finding:
    """The finding that several witnesses give together: the gravest of those that were heard.

    Not met if any witness says so; else unknown if any cannot tell; else met if any says so; not applicable
    where all of them say that. Witnesses that were not heard count for nothing, and where nobody was heard the
    finding is unknown.

    >>> heard = Evidence(Kind.DECLARED, met("the address is public"))
    >>> silent = Evidence(Kind.CONFIGURED, unknown("nothing was collected"), absent=True)
    >>> weigh([heard, silent]), weigh([silent])
    (<Finding.MET: 'met'>, <Finding.UNKNOWN: 'unknown'>)
    """
    heard = {each.answer.finding for each in evidence if not each.absent}
    return next((finding for finding in _GRAVEST_FIRST if finding in heard), Finding.UNKNOWN)


_GRAVEST_FIRST = (Finding.NOT_MET, Finding.UNKNOWN, Finding.MET, Finding.NOT_APPLICABLE)

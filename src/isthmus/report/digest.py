"""What several writers tell alike: the words for an outcome, the sentences behind it, what is missing."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from isthmus.decide import Decision, JudgedCrossing, JudgedRequirement, Judgement, Level
from isthmus.diagnostics import Span
from isthmus.diagnostics.quote import printable
from isthmus.evidence import Evidence, Finding, Kind

EXIT_MEANINGS = {
    0: "conforms",
    1: "does not conform",
    2: "wrong input: nothing was judged",
    3: "cannot tell: evidence or consent is missing",
}

_GRAVEST_FIRST = tuple(reversed(Decision))


def one_line(text: str) -> str:
    r"""Other people's text on one line: a run of white space is one space, and nothing in it acts or hides.

    What is left is allowed in UTF-8, in XML 1.0 and on a terminal.

    >>> one_line("two\n  lines\t\x1b[2J")
    'two lines �[2J'
    """
    return printable(" ".join(text.split()))


def counted(number: int, what: str) -> str:
    """A number of things.

    >>> counted(1, "problem"), counted(2, "problem")
    ('1 problem', '2 problems')
    """
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def outcome(judged: JudgedRequirement) -> str:
    """What came of a requirement, in one or two words."""
    if judged.excused_by:
        return "excepted"
    return judged.finding.value if judged.is_asked else "not asked"


def deciding(judged: JudgedRequirement) -> tuple[Evidence, ...]:
    """The witnesses that were heard and say what the finding says."""
    return tuple(each for each in judged.evidence if not each.absent and each.answer.finding is judged.finding)


def reasons(judged: JudgedRequirement) -> tuple[str, ...]:
    """Why the finding is what it is, one sentence for each witness; never empty."""
    heard = tuple(each.answer.because for each in deciding(judged))
    if heard:
        return heard
    return (waiting(judged) if judged.waits_for else "no kind of evidence that could tell was asked",)


def waiting(judged: JudgedRequirement) -> str:
    """What a finding waits for, and what would fill that."""
    return "waits for " + " or ".join(f"{kind.value} evidence ({kind.source})" for kind in judged.waits_for)


def remarks(judged: JudgedRequirement) -> tuple[str, ...]:
    """What witnesses say beside their answers."""
    return tuple(each.answer.remark for each in judged.evidence if each.answer.remark)


def places(judged: JudgedRequirement) -> tuple[Span, ...]:
    """Where the sentences behind a finding can be looked up."""
    return tuple(dict.fromkeys(each.answer.where for each in deciding(judged) if each.answer.where))


def unmet_codes(judged: JudgedCrossing) -> tuple[str, ...]:
    """The requirements that decide and that a crossing does not meet, excused or not."""
    return tuple(
        each.requirement.code
        for each in judged.requirements
        if each.finding is Finding.NOT_MET and each.requirement.level is Level.MUST
    )


def every_requirement(judgement: Judgement) -> Iterator[JudgedRequirement]:
    """Every judged requirement: of the estate as a whole, then of each crossing."""
    yield from judgement.requirements
    for crossing in judgement.crossings:
        yield from crossing.requirements


def gravest_first(judgement: Judgement) -> list[JudgedCrossing]:
    """The crossings, those that need somebody first; among equals in the order of the estate."""
    return sorted(
        judgement.crossings, key=lambda each: (not counts(each, judgement), _GRAVEST_FIRST.index(each.decision))
    )


def counts(judged: JudgedCrossing, judgement: Judgement) -> bool:
    """Whether the overall decision depends on a crossing."""
    return judged.counts or judgement.is_partial


@dataclass(frozen=True, slots=True)
class Missing:
    """Which kinds of evidence nobody has gathered: how often each was asked for, and how many findings wait."""

    kinds: tuple[tuple[Kind, int], ...]
    findings: int


def missing(judgement: Judgement) -> Missing:
    """The evidence that is not at hand."""
    every = list(every_requirement(judgement))
    absent = Counter(each.kind for judged in every for each in judged.evidence if each.absent)
    return Missing(tuple(absent.items()), sum(1 for judged in every if judged.waits_for))

"""Which crossings may be built: what everybody has agreed to, and what conforms or is excused today.

The judgement to decide by asks the estate and people alone (kinds *declared* and *attested*). What is configured today
is no argument: it is what the generated configuration replaces.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from isthmus.decide import Decision, JudgedCrossing, Judgement
from isthmus.diagnostics import Diagnostic
from isthmus.estate import ExceptionEntry, State
from isthmus.evidence import Facts, Finding, Kind
from isthmus.generate.codes import NOT_AGREED, NOT_CONFORMING, RETIRED

KINDS = (Kind.DECLARED, Kind.ATTESTED)
"""The kinds of evidence by which crossings are judged before they are built."""


@dataclass(frozen=True, slots=True)
class Buildable:
    """A crossing that may be built, and what every rule that serves it says of it."""

    judged: JudgedCrossing
    says: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The crossings that may be built, in the estate's order, and why the others are left out."""

    built: tuple[Buildable, ...]
    left_out: tuple[Diagnostic, ...]


def choose(judgement: Judgement, facts: Facts) -> Choice:
    """Decide of every judged crossing whether it is built."""
    built: list[Buildable] = []
    left_out: list[Diagnostic] = []
    for each in judgement.crossings:
        reason = _against(each)
        if reason is None:
            built.append(Buildable(each, _says(each, facts)))
        else:
            left_out.append(reason)
    return Choice(tuple(built), tuple(left_out))


def _against(judged: JudgedCrossing) -> Diagnostic | None:
    crossing = judged.crossing
    if crossing.state is State.RETIRED:
        return Diagnostic(RETIRED, f"`{crossing.id}` is left out: it is retired", crossing.where)
    if judged.owners_to_ask:
        owners = ", ".join(judged.owners_to_ask)
        message = f"`{crossing.id}` is left out: {owners} have not agreed"
        return Diagnostic(NOT_AGREED, message, crossing.where, "record their consent with `isthmus agree`")
    if judged.decision in (Decision.CONFORMS, Decision.EXCEPTED):
        return None
    against = [each for each in judged.requirements if each.decides and each.excused_by is None]
    unmet = [each.requirement.code for each in against if each.finding is Finding.NOT_MET]
    open_ = [each.requirement.code for each in against if each.finding is Finding.UNKNOWN]
    reason = f"{', '.join(unmet)} not met" if unmet else f"{', '.join(open_)} cannot be told"
    message = f"`{crossing.id}` is left out: it {_VERBS[judged.decision]}, {reason}"
    return Diagnostic(NOT_CONFORMING, message, crossing.where, f"`isthmus explain {crossing.id}` tells why")


_VERBS = {Decision.DOES_NOT_CONFORM: "does not conform", Decision.CANNOT_TELL: "cannot be judged"}


def _says(judged: JudgedCrossing, facts: Facts) -> str:
    """The crossing's id; with an exception its task and its last day."""
    names = sorted({each.excused_by for each in judged.requirements if each.excused_by is not None})
    excused = [_excuse(facts.estate.exceptions[name]) for name in names]
    return "; ".join((f"crossing {judged.crossing.id}", *excused))


def _excuse(exception: ExceptionEntry) -> str:
    return f"exception {exception.id} until {exception.review} ({exception.task})"


def remarks(choice: Choice, more: Iterable[Diagnostic] = ()) -> tuple[Diagnostic, ...]:
    """Everything that was left out, in the order of the estate's files."""
    return tuple(sorted((*choice.left_out, *more), key=Diagnostic.sort_key))

"""What waits for somebody: unsigned and voided agreements, exceptions that ended or soon will, by owner."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from isthmus.decide.edition import Edition
from isthmus.decide.exceptions import standings
from isthmus.decide.judgement import JudgedCrossing, Judgement
from isthmus.decide.owners import edition_consents, realm_owners
from isthmus.estate import State
from isthmus.evidence import Facts, Subject


class Waiting(StrEnum):
    """What is due; the order is that of urgency."""

    VOID = "void"
    """Consent was given, and what it was given to has changed."""
    REFUSED = "refused"
    """A signature lies there that does not count."""
    EXPIRED = "expired"
    """An exception has ended."""
    UNSIGNED = "unsigned"
    """Consent was never given."""
    ENDING = "ending"
    """An exception ends soon."""


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that waits for one owner."""

    owner: str
    what: Waiting
    subject: Subject
    id: str
    told: str
    day: date | None = None
    """The day on which an exception ends or ended."""


def due(judgement: Judgement, facts: Facts, edition: Edition, within: timedelta) -> tuple[Due, ...]:
    """Everything that waits, the most urgent first for each owner; exceptions that end ``within`` that time too."""
    found = [*_edition(facts, edition)]
    for judged in judgement.crossings:
        if judged.crossing.state is not State.RETIRED:
            found += _crossing(judged, facts)
            found += _exceptions(judged, facts, edition, within)
    order = list(Waiting)
    return tuple(sorted(found, key=lambda each: (each.owner, order.index(each.what), each.subject, each.id)))


def _edition(facts: Facts, edition: Edition) -> Iterator[Due]:
    given = edition_consents(edition, facts)
    for owner in realm_owners(facts, edition):
        if owner not in given:
            yield _missing(owner, Subject.EDITION, edition.id, facts)


def _crossing(judged: JudgedCrossing, facts: Facts) -> Iterator[Due]:
    for owner in judged.owners_to_ask:
        yield _missing(owner, Subject.CROSSING, judged.crossing.id, facts)


def _exceptions(judged: JudgedCrossing, facts: Facts, edition: Edition, within: timedelta) -> Iterator[Due]:
    for standing in standings(judged.crossing, facts, edition):
        exception = standing.exception
        if standing.expired:
            told = f"ended on {exception.review} ({exception.task})"
            yield Due(exception.owner, Waiting.EXPIRED, Subject.EXCEPTION, exception.id, told, exception.review)
            continue
        for owner in standing.missing_owners:
            yield _missing(owner, Subject.EXCEPTION, exception.id, facts)
        if exception.review - facts.today <= within:
            told = f"ends on {exception.review} ({exception.task})"
            yield Due(exception.owner, Waiting.ENDING, Subject.EXCEPTION, exception.id, told, exception.review)


def _missing(owner: str, subject: Subject, id_: str, facts: Facts) -> Due:
    """Why an owner's consent is missing: it is void, its signature does not count, or it was never given."""
    flawed = facts.signed.flawed(subject, id_) if facts.signed else ()
    for each in flawed:
        if each.owner == owner and each.is_void:
            return Due(owner, Waiting.VOID, subject, id_, "; ".join(each.changed))
        if each.owner == owner:
            return Due(owner, Waiting.REFUSED, subject, id_, each.flaw)
    return Due(owner, Waiting.UNSIGNED, subject, id_, "not agreed yet")

"""Exceptions: when one excuses a deviation, and why it does not."""

from collections.abc import Iterable
from dataclasses import dataclass

from isthmus.decide.edition import Edition
from isthmus.decide.owners import consents, realm_owners
from isthmus.estate import Crossing, ExceptionEntry, State
from isthmus.evidence import Consent, Facts, Subject


@dataclass(frozen=True, slots=True)
class Standing:
    """An exception as it stands on one day: what speaks against its excusing anything."""

    exception: ExceptionEntry
    expired: str = ""
    not_yet: str = ""
    missing_owners: tuple[str, ...] = ()
    not_running: str = ""
    given: tuple[Consent, ...] = ()
    """The consents that count."""

    @property
    def flaw(self) -> str:
        """Why it does not hold today, whoever has agreed to it; empty where it does."""
        return self.expired or self.not_yet or self.not_running

    @property
    def excuses(self) -> bool:
        """Whether it excuses the deviations that it names."""
        return not self.flaw and not self.missing_owners


def standings(crossing: Crossing, facts: Facts, edition: Edition) -> tuple[Standing, ...]:
    """How every exception of a crossing stands today."""
    return tuple(_standing(each, crossing, facts, edition) for each in facts.exceptions_of(crossing))


def _standing(exception: ExceptionEntry, crossing: Crossing, facts: Facts, edition: Edition) -> Standing:
    given = consents(Subject.EXCEPTION, exception, facts)
    since = exception.since
    return Standing(
        exception,
        expired=f"ended on {exception.review}" if exception.review < facts.today else "",
        not_yet=f"begins on {since}" if since and since > facts.today else "",
        missing_owners=tuple(owner for owner in realm_owners(facts, edition) if owner not in given),
        not_running="only a running service can be excused" if crossing.state is not State.RUNNING else "",
        given=tuple(given.values()),
    )


def excuse(code: str, every: Iterable[Standing]) -> Standing | None:
    """The exception that excuses a deviation from requirement ``code``, if one does."""
    return next((each for each in every if each.excuses and code in each.exception.requirements), None)

"""Reasons for dedicated hardware: which of a case's reasons a service's placement facts show."""

from collections.abc import Iterable

from isthmus.decide.edition import Reason
from isthmus.estate import PlacementFacts


def reasons_that_hold(facts: PlacementFacts | None, reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """The reasons whose fact is declared and weighs enough; a fact that is not declared shows nothing."""
    return tuple(each for each in reasons if facts is not None and _holds(getattr(facts, each.fact), each))


def _holds(value: object, reason: Reason) -> bool:
    if reason.at_least is not None:
        return isinstance(value, int) and value >= reason.at_least
    return bool(value)

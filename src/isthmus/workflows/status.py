"""`isthmus status`: what is unsigned, voided, expired or about to expire, by owner."""

from datetime import date, timedelta
from pathlib import Path

from isthmus.decide import Due, due, judge
from isthmus.workflows.agreements import facts_of
from isthmus.workflows.load import load


def status(path: Path, *, within: timedelta, today: date) -> tuple[Due, ...]:
    """Everything in the estate at ``path`` that waits for an owner. Raises Refused if it cannot be used."""
    loaded = load(path)
    _, edition = loaded.usable()
    facts = facts_of(loaded, today)
    return due(judge(facts, edition), facts, edition, within)

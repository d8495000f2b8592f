"""Facts and how we know them: findings, kinds of evidence, and the questions that a check may ask."""

from isthmus.evidence.answer import Answer, Evidence, met, not_applicable, unknown, unmet, weigh
from isthmus.evidence.facts import Facts, Listener, Place, Testimony
from isthmus.evidence.kinds import Finding, Kind

__all__ = [
    "Answer",
    "Evidence",
    "Facts",
    "Finding",
    "Kind",
    "Listener",
    "Place",
    "Testimony",
    "met",
    "not_applicable",
    "unknown",
    "unmet",
    "weigh",
]

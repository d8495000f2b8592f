"""Facts and how we know them: findings, kinds of evidence, and the questions that a check may ask."""

from isthmus.evidence.agreements import Agreements, Consent, Subject
from isthmus.evidence.answer import Answer, Evidence, gravest, met, not_applicable, unknown, unmet, weigh
from isthmus.evidence.ends import Arrival, Held, Listener, Place
from isthmus.evidence.facts import Facts, Testimony
from isthmus.evidence.kinds import Finding, Kind

__all__ = [
    "Agreements",
    "Answer",
    "Arrival",
    "Consent",
    "Evidence",
    "Facts",
    "Finding",
    "Held",
    "Kind",
    "Listener",
    "Place",
    "Subject",
    "Testimony",
    "gravest",
    "met",
    "not_applicable",
    "unknown",
    "unmet",
    "weigh",
]

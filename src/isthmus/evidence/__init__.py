"""Facts and how we know them: findings, kinds of evidence, and the questions that a check may ask."""

from isthmus.evidence.agreements import Agreements, Consent, Subject
from isthmus.evidence.answer import Answer, Evidence, gravest, met, not_applicable, unknown, unmet, weigh
from isthmus.evidence.ends import Arrival, Held, Listener, Place
from isthmus.evidence.exhibit import Exhibit, Waypoint
from isthmus.evidence.facts import Facts, Testimony
from isthmus.evidence.kinds import Finding, Kind
from isthmus.evidence.traffic import TrafficChange

__all__ = [
    "Agreements",
    "Answer",
    "Arrival",
    "Consent",
    "Evidence",
    "Exhibit",
    "Facts",
    "Finding",
    "Held",
    "Kind",
    "Listener",
    "Place",
    "Subject",
    "Testimony",
    "TrafficChange",
    "Waypoint",
    "gravest",
    "met",
    "not_applicable",
    "unknown",
    "unmet",
    "weigh",
]

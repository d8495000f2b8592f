"""The engine: crossing + facts + guidelines → decision. It knows no case by name."""

from isthmus.decide.cases import Classified, classify
from isthmus.decide.codes import CODES
from isthmus.decide.edition import (
    Case,
    Check,
    Edition,
    Example,
    Fit,
    Level,
    Placement,
    Reason,
    Requirement,
    Scope,
    Selector,
)
from isthmus.decide.exceptions import Standing, standings
from isthmus.decide.judge import EVERY_KIND, judge, judge_crossing, stated
from isthmus.decide.judgement import (
    Decision,
    JudgedCrossing,
    JudgedRequirement,
    Judgement,
)
from isthmus.decide.owners import PARTIES, Parties, maintainers, named_parties, parties, realm_owners
from isthmus.decide.question import Question
from isthmus.decide.reasons import reasons_that_hold

__all__ = [
    "CODES",
    "EVERY_KIND",
    "PARTIES",
    "Case",
    "Check",
    "Classified",
    "Decision",
    "Edition",
    "Example",
    "Fit",
    "JudgedCrossing",
    "JudgedRequirement",
    "Judgement",
    "Level",
    "Parties",
    "Placement",
    "Question",
    "Reason",
    "Requirement",
    "Scope",
    "Selector",
    "Standing",
    "classify",
    "judge",
    "judge_crossing",
    "maintainers",
    "named_parties",
    "parties",
    "realm_owners",
    "reasons_that_hold",
    "standings",
    "stated",
]  # fmt: skip

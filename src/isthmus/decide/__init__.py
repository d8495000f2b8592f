"""The engine: crossing + facts + guidelines → decision. It knows no case by name."""

from isthmus.decide.advise import Advice, Change, Objection, Option, advise, changes
from isthmus.decide.cases import Classified, classify
from isthmus.decide.codes import CODES
from isthmus.decide.compare import Comparison, CrossingChange, Fate, RequirementChange, compare
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
from isthmus.decide.edition_content import edition_content
from isthmus.decide.exceptions import Standing, standings
from isthmus.decide.judge import EVERY_KIND, judge, judge_crossing, stated
from isthmus.decide.judgement import (
    Decision,
    JudgedCrossing,
    JudgedRequirement,
    Judgement,
)
from isthmus.decide.owners import (
    Parties,
    consents,
    edition_consents,
    latest,
    maintainers,
    named_parties,
    parties,
    realm_owners,
    refusal,
    still_to_agree,
)
from isthmus.decide.question import Question
from isthmus.decide.reasons import reasons_that_hold
from isthmus.decide.status import Due, Waiting, due
from isthmus.decide.wish import Wish, wish_of

__all__ = [
    "CODES",
    "EVERY_KIND",
    "Advice",
    "Case",
    "Change",
    "Check",
    "Classified",
    "Comparison",
    "CrossingChange",
    "Decision",
    "Due",
    "Edition",
    "Example",
    "Fate",
    "Fit",
    "JudgedCrossing",
    "JudgedRequirement",
    "Judgement",
    "Level",
    "Objection",
    "Option",
    "Parties",
    "Placement",
    "Question",
    "Reason",
    "Requirement",
    "RequirementChange",
    "Scope",
    "Selector",
    "Standing",
    "Waiting",
    "Wish",
    "advise",
    "changes",
    "classify",
    "compare",
    "consents",
    "due",
    "edition_consents",
    "edition_content",
    "judge",
    "judge_crossing",
    "latest",
    "maintainers",
    "named_parties",
    "parties",
    "realm_owners",
    "reasons_that_hold",
    "refusal",
    "standings",
    "stated",
    "still_to_agree",
    "wish_of",
]  # fmt: skip

"""Lists of rules as sets of packets: what a list accepts, which rules are dead, how two lists differ, what a rule does.

Every answer lies between two sets where something was not modelled, and is exact where nothing was in doubt.
"""

from isthmus.prove.lists.compiler import Compiler
from isthmus.prove.lists.dead import DeadRule, DeadRules, dead_rules
from isthmus.prove.lists.difference import Difference, difference
from isthmus.prove.lists.effect import remainder, rule_effect
from isthmus.prove.lists.limits import LimitError, Limits, TooLarge
from isthmus.prove.lists.outcome import Fate, Mark, Outcome, Share, Translated
from isthmus.prove.lists.pieces import Place
from isthmus.prove.lists.ruleset import Ruleset
from isthmus.prove.lists.stretches import Method
from isthmus.prove.lists.tell import Told

__all__ = [
    "Compiler",
    "DeadRule",
    "DeadRules",
    "Difference",
    "Fate",
    "LimitError",
    "Limits",
    "Mark",
    "Method",
    "Outcome",
    "Place",
    "Ruleset",
    "Share",
    "Told",
    "TooLarge",
    "Translated",
    "dead_rules",
    "difference",
    "remainder",
    "rule_effect",
]

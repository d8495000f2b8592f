"""What generating has to say: what was left out, and why."""

from isthmus.diagnostics import Code, Severity

NOT_AGREED = Code(
    "GEN001",
    Severity.WARNING,
    "a crossing is left out because owners have not agreed",
    "Nothing is built before everybody who has to be asked has agreed. Ask those who are named, record their consent "
    "and generate again.",
)
NOT_CONFORMING = Code(
    "GEN002",
    Severity.WARNING,
    "a crossing is left out because it does not follow the guidelines",
    "By what the estate declares and people have stated, the crossing does not conform, or nobody can tell, and no "
    "current exception excuses it. What is configured today is not asked: the generated configuration replaces it.",
)
RETIRED = Code(
    "GEN003",
    Severity.WARNING,
    "a crossing is left out because it is retired",
    "A retired crossing is kept for its story. No rule serves it.",
)
UNRESOLVED = Code(
    "GEN004",
    Severity.WARNING,
    "a crossing is left out because an address is not known",
    "A rule needs addresses. The name is not resolved by the estate, or no address is assigned yet.",
)
NO_POINT = Code(
    "GEN005",
    Severity.WARNING,
    "nothing is generated for a part of the estate, because its place is not known",
    "Where a rule has to stand follows from the estate's hosts and from the devices of the snapshot. Neither tells "
    "where this one is, so its configuration is not among the generated files.",
)
CANNOT_WRITE = Code(
    "GEN006",
    Severity.WARNING,
    "a part is not written because its format cannot say it",
    "What an enforcement point needs asks for something that its configuration language has no words for, and an "
    "approximation would admit more or less than what is declared. Nothing is written for this device in this format.",
)
UNTOLD_NAME = Code(
    "GEN007",
    Severity.WARNING,
    "a DNS record is not written because nothing tells the name's addresses",
    "The service has several names and several addresses, and the estate does not say which name stands for which. Say "
    "it in `names`.",
)
CODES = (NOT_AGREED, NOT_CONFORMING, RETIRED, UNRESOLVED, NO_POINT, CANNOT_WRITE, UNTOLD_NAME)

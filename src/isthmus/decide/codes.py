"""Findings about exceptions, expectations and statements, which belong to no single requirement."""

from isthmus.diagnostics import Code, Severity

EXPIRED = Code(
    "EXC001",
    Severity.WARNING,
    "an exception has ended",
    "Its review date has passed, so it excuses nothing. Renew it with both owners, or remove the deviation.",
)
NOT_AGREED = Code(
    "EXC002",
    Severity.WARNING,
    "an exception is not agreed by both owners",
    "An exception excuses a deviation only once the owners of both realms have agreed to it.",
)
NOT_NEEDED = Code(
    "EXC003",
    Severity.WARNING,
    "an exception excuses nothing",
    "No requirement that it names is found not met. It may have outlived its purpose.",
)
NOT_RUNNING = Code(
    "EXC004",
    Severity.WARNING,
    "an exception for something that is not running",
    "The page reviews deviations of running services case by case; a new crossing that deviates is rejected.",
)
NOT_EXCUSABLE = Code(
    "EXC005",
    Severity.WARNING,
    "a requirement that cannot be excused",
    "The edition marks a few requirements as ones that no exception can stand in for, such as the consent of "
    "both owners itself.",
)
NOT_YET = Code(
    "EXC006",
    Severity.WARNING,
    "an exception has not begun",
    "It begins on a later day and excuses nothing before.",
)
UNEXPECTED = Code(
    "EXP001",
    Severity.FINDING,
    "the judgement is not the expected one",
    "The estate's owners wrote down what they expect of a crossing, and the judgement differs: either the "
    "crossing changed, or what is known about it.",
)
UNSETTLED = Code(
    "EXP002",
    Severity.WARNING,
    "an expectation cannot be compared yet",
    "The decision is `cannot tell`, so the expectation is neither kept nor broken.",
)
IDLE_STATEMENT = Code(
    "ATT001",
    Severity.WARNING,
    "a statement that judges nothing",
    "The requirement is not one of the crossing's case, or the edition does not leave it to statements. Either "
    "the crossing has become another case, or the statement belongs elsewhere.",
)

VOID = Code(
    "AGR001",
    Severity.WARNING,
    "an agreement is void",
    "What was agreed to has changed since, field by field as shown, so the consent no longer counts. The owner looks "
    "at the change and agrees anew (`isthmus agree`), or the change is taken back.",
)
REFUSED = Code(
    "AGR002",
    Severity.WARNING,
    "a signature does not count",
    "A statement of consent lies beside the estate, and its signature cannot be accepted: it is missing, damaged, of "
    "other content, made for another purpose, or by a key that may not sign for this owner on that day.",
)
UNSIGNED = Code(
    "AGR003",
    Severity.WARNING,
    "an agreement is recorded and not signed",
    "The estate says who may sign (`owners/allowed_signers`), so only signatures count. What is written under `agreed` "
    "is anybody's word.",
)

CODES = (
    VOID,
    REFUSED,
    UNSIGNED,
    EXPIRED, NOT_AGREED, NOT_NEEDED, NOT_RUNNING, NOT_EXCUSABLE, NOT_YET, UNEXPECTED, UNSETTLED, IDLE_STATEMENT,
)  # fmt: skip

"""Diagnostics of flow audits."""

from isthmus.diagnostics import Code, Severity

CONTESTED = Code(
    "OBS001",
    Severity.ERROR,
    "two networks have the same prefix",
    "A flow record tells addresses alone, so every address must have one label. Where two networks claim the "
    "very same prefix, nobody can say whose its flows are. Join the entries or correct one prefix.",
)
UNSEEABLE = Code(
    "OBS002",
    Severity.WARNING,
    "a declared crossing cannot be seen in flow records",
    "No address is known of its client or of its service, so no record can be recognised as its own: whether it is "
    "used cannot be told. Resolve the name or write the address.",
)
DECLARED_NEVER_SEEN = Code(
    "OBS101",
    Severity.WARNING,
    "a declared crossing was not seen",
    "No record of the window belongs to it. That is no proof that nobody uses it: sampling misses small flows, an "
    "exporter may not stand on its way, and a yearly job does not run every week. The report says the window, the "
    "sampling and the chance of having missed it.",
)
SEEN_UNDECLARED = Code(
    "OBS102",
    Severity.FINDING,
    "a flow was seen that no crossing declares",
    "It runs between realms, or over a leg that only declared flows may use. Declare it (the report has a draft to "
    "review), or end it.",
)
SEEN_DEVIATING = Code(
    "OBS103",
    Severity.FINDING,
    "a declared flow was seen breaking a demand",
    "What records show of the crossing breaks a requirement, and no exception excused that on the day of the flow.",
)
STALE = Code(
    "OBS104",
    Severity.WARNING,
    "observations were made against another state of the estate",
    "Each observation is kept with the content of the declarations that it was judged by. Those have changed, so it "
    "says nothing of today's. Run `isthmus audit` again over the same flows.",
)
UNREADABLE = Code(
    "OBS105",
    Severity.WARNING,
    "flow records could not be read",
    "Some input was set aside. What it held is not known, so nothing that was not seen can be said to be absent.",
)

CODES = (CONTESTED, UNSEEABLE, DECLARED_NEVER_SEEN, SEEN_UNDECLARED, SEEN_DEVIATING, STALE, UNREADABLE)

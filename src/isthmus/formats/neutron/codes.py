"""What reading a controller's folder can say about it."""

from isthmus.diagnostics import Code, Severity

NOT_THE_LIST = Code(
    "NEU001",
    Severity.ERROR,
    "a file of a Neutron controller is not the list that the API answers",
    "Records are read in the shape of the API's answer to a list request: one object whose key names the kind, such as "
    "`security_groups`, and holds the list. The openstack client prints something else with `-f json`: column titles "
    "for keys, and only some of the fields. Save the API's own answer.",
)
CUT_OFF = Code(
    "NEU002",
    Severity.ERROR,
    "a list of a Neutron controller goes on elsewhere",
    "The API answers long lists in pages, and a link in the answer leads to the next one. Records that are not in the "
    "folder would be missing from every answer: group members, ports, rules. Put all pages into one list.",
)
UNKNOWN_LIST = Code(
    "NEU003",
    Severity.WARNING,
    "a kind of Neutron record is not modelled",
    "The file holds records of a kind whose effect on packets is not modelled. Answers that they may change are "
    "unknown. Kinds that cannot touch packets, such as quotas and RBAC policies, are not told.",
)
NO_ID = Code(
    "NEU004",
    Severity.ERROR,
    "a Neutron record has no id",
    "Records refer to each other by their `id`, which the API gives to every one. Without it the file is damaged, or "
    "was not written by the API.",
)
TOLD_TWICE = Code(
    "NEU005",
    Severity.ERROR,
    "two records of one id differ",
    "The folder holds a record twice, and the two differ in what packets see: they are of different times. Collect all "
    "files of the folder anew.",
)
MISSING_LIST = Code(
    "NEU006",
    Severity.WARNING,
    "a list of the controller is missing",
    "The lists refer to each other. What the missing one would tell is unknown, and so is every answer that needs it. "
    "A list that has no entries is an answer too: keep it in the folder.",
)
DANGLING = Code(
    "NEU007",
    Severity.WARNING,
    "a Neutron record refers to one that is not in the folder",
    "The record was deleted between two requests, or the credentials that were used could not see it. What it holds is "
    "unknown.",
)
NOT_UNDERSTOOD = Code(
    "NEU008",
    Severity.WARNING,
    "a value of a Neutron record is not understood",
    "The API would not give this value, or its meaning depends on the driver that enforces it. What depends on it is "
    "unknown.",
)
UNKNOWN_FIELD = Code(
    "NEU009",
    Severity.WARNING,
    "a field of a Neutron record is not known",
    "The field may change what happens to packets, and its meaning is not modelled: answers that the record takes part "
    "in are unknown. Fields that are empty, and those that cannot touch packets, are not told.",
)
CODES = (
    NOT_THE_LIST, CUT_OFF, UNKNOWN_LIST, NO_ID, TOLD_TWICE, MISSING_LIST, DANGLING, NOT_UNDERSTOOD, UNKNOWN_FIELD,
)  # fmt: skip

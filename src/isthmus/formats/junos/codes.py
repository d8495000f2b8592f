"""What reading a Junos configuration can have to say, each with the page that ``isthmus explain`` shows."""

from isthmus.diagnostics import Code, Severity

SYNTAX = Code(
    "JUN001",
    Severity.ERROR,
    "a Junos configuration is not well formed",
    "Statements end in `;` or hold a block in braces, lists stand in brackets, texts in quotation marks; in the other "
    "form each line is a `set` or `deactivate` command. A text that breaks these rules was cut off or edited by hand, "
    "and what the device does cannot be told from it. Copy it again: `show configuration | no-more`.",
)
EDITS = Code(
    "JUN002",
    Severity.ERROR,
    "a command changes a configuration instead of stating it",
    "`delete`, `rename`, `insert` and their like change what a device already has, which is not in the file, so the "
    "outcome is not known. Give the outcome: `show configuration`, or `show configuration | display set`.",
)
UNKNOWN_STATEMENT = Code(
    "JUN003",
    Severity.WARNING,
    "a statement is not known here",
    "The statement is not one that Junos has at this place, or one that Isthmus has not met. What it does to packets "
    "is unknown: a condition may or may not hold, an action may do anything, and answers that depend on it are "
    "unknown.",
)
BAD_VALUE = Code(
    "JUN004",
    Severity.WARNING,
    "a value is not understood",
    "An address, a port, a protocol or another value cannot be read, or does not belong to the IP version of its "
    "filter. Until it is corrected, the condition may match any value, and answers that depend on it are unknown.",
)
HOST_BITS = Code(
    "JUN005",
    Severity.WARNING,
    "a prefix has bits set behind its length",
    "Junos compares only the bits that the length covers, so `10.1.2.3/16` means all of `10.1.0.0/16`. It is read like "
    "that here too. Often one host was meant: then its length is missing or wrong.",
)
NO_PREFIX_LIST = Code(
    "JUN006",
    Severity.WARNING,
    "a prefix list is used and not defined",
    "A filter refers to a prefix list that no file of the device defines. The snapshot is incomplete or the name is "
    "wrong, so the addresses are not known, and answers that depend on them are unknown.",
)
IMPLICIT_ACCEPT = Code(
    "JUN007",
    Severity.WARNING,
    "a term accepts without saying so",
    "A term that has no `then`, or whose `then` only counts, logs or marks, accepts what it matches, and the terms "
    "below never see it. If the next term was to decide, write `next term`; if not, write `accept`.",
)
ANY_PROTOCOL = Code(
    "JUN008",
    Severity.WARNING,
    "a term tests a port, type or flag of packets that have none",
    "Junos looks at the place in the packet where a port, an ICMP type or TCP flags would be, and does not ask which "
    "protocol it is. So such a term also matches packets of other protocols that happen to carry the same bits. Those "
    "matches are counted as possible. Name the protocols in the same term.",
)
MATCHES_NOTHING = Code(
    "JUN009",
    Severity.WARNING,
    "a list of addresses names none that can match",
    "Every list of addresses ends in an implicit exception of all others. A list of exceptions alone therefore matches "
    "nothing, and so does one without any address of the filter's IP version; as releases differ, the term is counted "
    "as one that may match. State what is meant, for instance `0.0.0.0/0` beside the exceptions.",
)
NO_GROUP = Code(
    "JUN010",
    Severity.WARNING,
    "a configuration group is applied that cannot be followed",
    "`apply-groups` names a group that no file of the device defines, or one whose statements depend on something "
    "outside the configuration. What it adds is not known, so every answer through the device is unknown.",
)
STANDS_TWICE = Code(
    "JUN011",
    Severity.WARNING,
    "a term stands twice in its filter",
    "Junos keeps one term of a name: conditions and actions of both become one term, at the place of the first. Most "
    "often the second was copied and its name not changed.",
)
CONTRADICTION = Code(
    "JUN012",
    Severity.WARNING,
    "statements of one term exclude each other",
    "A device would refuse to commit this: two actions that both end the filter, or conditions or actions beside a "
    "reference to another filter. What was meant cannot be told, so what the term does is unknown.",
)
UNKNOWN_FILTER = Code(
    "JUN013",
    Severity.WARNING,
    "a filter is used in a family that does not define it",
    "Filters belong to a family: one of `family inet` cannot be applied to `family inet6`. The device would refuse to "
    "commit this. Define the filter in the family where it is used, or correct the name.",
)
ROUTE_NOT_READ = Code(
    "JUN014",
    Severity.WARNING,
    "a static route is not understood",
    "The route's prefix or next hop cannot be read. Where packets go that it would carry is not known, so every answer "
    "through the device is unknown.",
)

TOLD_TWICE = Code(
    "JUN015",
    Severity.WARNING,
    "two files define one thing differently",
    "All texts of a device's folder are one configuration. Two of them hold a filter or a prefix list of one name with "
    "different content, most often because one is out of date. Which of them the device has is not known, so every "
    "answer through it is unknown. Remove the file that is out of date.",
)

CODES = (
    SYNTAX, EDITS, UNKNOWN_STATEMENT, BAD_VALUE, HOST_BITS, NO_PREFIX_LIST, IMPLICIT_ACCEPT, ANY_PROTOCOL,
    MATCHES_NOTHING, NO_GROUP, STANDS_TWICE, CONTRADICTION, UNKNOWN_FILTER, ROUTE_NOT_READ, TOLD_TWICE,
)  # fmt: skip

"""The diagnostics of Aerleon's policies and definitions."""

from isthmus.diagnostics import Code, Severity

NOT_A_POLICY = Code(
    "AER001",
    Severity.ERROR,
    "a policy or definition file cannot be understood",
    "A policy is a list of filters, each with a header that names its targets and with terms that have names; a "
    "definition file is a mapping of tokens. This file has another shape, so nothing of it is used.",
)
TWICE = Code(
    "AER002",
    Severity.WARNING,
    "a key is written twice in a term",
    "Aerleon's YAML reader silently keeps the last of two equal keys, so a term can do something else than its first "
    "lines say. Where the two say the same, the term is read; otherwise what it does is unknown.",
)
NO_ACTION = Code(
    "AER003",
    Severity.WARNING,
    "a term says nothing about what to do",
    "A term needs `action`, or something that stands for one, such as `filter-term`. Aerleon refuses to render a "
    "policy with such a term, so the device has an older state, and what the term does is unknown.",
)
UNKNOWN_KEY = Code(
    "AER004",
    Severity.WARNING,
    "a key of a term or header is not known",
    "Aerleon passes over keys of a YAML policy that it does not know: a misspelt condition is a condition that is "
    "not there. The term matches perhaps.",
)
BAD_VALUE = Code(
    "AER005",
    Severity.WARNING,
    "a value cannot stand where it is written",
    "The value is not one that its key takes: an address in place of a token, an action or protocol that does not "
    "exist, a date that is none. The term matches perhaps.",
)
UNDEFINED_ADDRESS = Code(
    "AER006",
    Severity.WARNING,
    "an address token is not defined in the device's folder",
    "Definitions may come from an inventory that is not part of a snapshot, so this is allowed: every term that uses "
    "the token matches perhaps, beyond the addresses that are known. It is told once for each token.",
)
UNDEFINED_SERVICE = Code(
    "AER007",
    Severity.WARNING,
    "a service token is not defined in the device's folder",
    "Ports are written as tokens that `*.svc` or the `services` of a YAML definition file define. Every term that "
    "uses this one matches perhaps. It is told once for each token.",
)
HOST_BITS = Code(
    "AER008",
    Severity.WARNING,
    "a prefix has host bits set",
    "Aerleon drops the host bits and uses the whole prefix, which may not be what was meant. It is read as Aerleon "
    "reads it.",
)
DEFINED_TWICE = Code(
    "AER009",
    Severity.WARNING,
    "a token is defined twice",
    "Aerleon refuses two definitions of one token. Where they differ, what the token stands for is unknown.",
)
NESTS_IN_ITSELF = Code(
    "AER010",
    Severity.WARNING,
    "a token leads back to itself",
    "Tokens may hold other tokens, but not themselves. What is known without the circle is used, and terms that use "
    "the token match perhaps beyond it.",
)
BAD_DEFINITION = Code(
    "AER011",
    Severity.WARNING,
    "a part of a definition is not understood",
    "A definition holds prefixes (`10.0.0.0/8`), or ports with their protocol (`53/udp`, `6800-7100/tcp`), or names "
    "of other tokens. Terms that use this token match perhaps beyond what is understood.",
)
REFUSED = Code(
    "AER012",
    Severity.WARNING,
    "Aerleon does not render a term as it is written",
    "Aerleon stops with an error at this term, so the policy as it stands is on no device. The term is read as it "
    "was meant, and matches perhaps.",
)
LEFT_OUT = Code(
    "AER013",
    Severity.WARNING,
    "Aerleon leaves a condition of a term out",
    "The Juniper generator renders some conditions only beside others, and drops them without a word where they "
    "stand alone: the term then matches more than it says. It is read as Aerleon renders it.",
)
NO_INCLUDE = Code(
    "AER014",
    Severity.WARNING,
    "an included file is not in the device's folder",
    "What the included file holds is not known, so a packet that comes to this place of the filter may meet any "
    "term. Add the file to the folder; the end of its path is enough.",
)
BAD_TARGET = Code(
    "AER015",
    Severity.WARNING,
    "a target is not rendered as written",
    "A juniper target names the filter, then its address family: `inet`, `inet6` or `mixed`. Of two targets for one "
    "platform in a header, Aerleon uses the first.",
)
SAME_FILTER = Code(
    "AER016",
    Severity.WARNING,
    "two policies render to a filter of one name",
    "The later one replaces the earlier one on the device, and which is later is not written anywhere: what the "
    "filter does is unknown.",
)
NOWHERE = Code(
    "AER017",
    Severity.WARNING,
    "a term is in none of its filters",
    "Aerleon leaves a term out of a filter for IPv4 or IPv6 where its tokens have no address of that family, or "
    "where it names the ICMP of the other one. This term is left out of every filter of its policy.",
)
DOTTED = Code(
    "AER018",
    Severity.WARNING,
    "a token inside a definition has a dot in its name",
    "Aerleon passes over names with a dot where they stand inside a definition, without a word, so the addresses of "
    "that token are missing on the device. Terms that use the definition match perhaps beyond the rest.",
)
WIDER = Code(
    "AER019",
    Severity.WARNING,
    "an excluded prefix is wider than an included one",
    "Routers let the longest prefix win, so an address that a wider prefix excludes can match after all, and whether "
    "Aerleon strikes it out depends on how it puts prefixes together. What nothing excludes matches surely, the rest "
    "of the included addresses perhaps.",
)
NO_FILTER = Code(
    "AER020",
    Severity.WARNING,
    "a term leads through a filter that is not here",
    "`filter-term` names a filter of the router for the same IP version. No policy of the device's folder renders "
    "one of that name, or it comes back to itself, so what it decides is unknown.",
)
NOT_TOGETHER = Code(
    "AER021",
    Severity.WARNING,
    "two conditions of a term do not go together",
    "Junos does not take `address` beside `source-address` or `destination-address`, `port` beside `source-port` or "
    "`destination-port`, nor `protocol` beside `protocol-except`. Aerleon renders such a term all the same, and what "
    "the router makes of it is unknown.",
)
CODES = (
    NOT_A_POLICY, TWICE, NO_ACTION, UNKNOWN_KEY, BAD_VALUE, UNDEFINED_ADDRESS, UNDEFINED_SERVICE, HOST_BITS,
    DEFINED_TWICE, NESTS_IN_ITSELF, BAD_DEFINITION, REFUSED, LEFT_OUT, NO_INCLUDE, BAD_TARGET, SAME_FILTER, NOWHERE,
    DOTTED, WIDER, NO_FILTER, NOT_TOGETHER,
)  # fmt: skip

"""What reading the JSON of ``ip`` and texts of ``sysctl`` can have to say."""

from isthmus.diagnostics import Code, Severity

NOT_A_LISTING = Code(
    "IPR001",
    Severity.ERROR,
    "a text is not what `ip -j` prints",
    "`ip -j link`, `ip -j addr`, `ip -j route` and `ip -j rule` print one list of objects, all of one kind. What else "
    "stands in the text is not known, so it cannot be used. Collect it again.",
)
BAD_VALUE = Code(
    "IPR002",
    Severity.ERROR,
    "a value is not of the kind that `ip` prints there",
    "An address, a number or a name is expected and something else stands there, so what is configured is not known. "
    "Collect the text again.",
)
NOT_MODELLED = Code(
    "IPR003",
    Severity.WARNING,
    "a link, route or rule has something that is not modelled",
    "The effect of this on packets is not known: what concerns one rule makes that rule uncertain, what concerns a "
    "route or a link makes every answer through the device unknown.",
)
NO_VERSION = Code(
    "IPR004",
    Severity.WARNING,
    "it cannot be told whether a route or rule is for IPv4 or IPv6",
    "`ip` prints `default` and `all` for both versions, and neither an address nor the file's name tells which is "
    "meant. Name the files `ip-route.json`, `ip6-route.json`, `ip-rule.json` and `ip6-rule.json`.",
)
NO_TABLE = Code(
    "IPR005",
    Severity.WARNING,
    "a routing table is used whose routes were not read",
    "A VRF or a rule sends packets to a routing table of which no route is in the device's folder, because `ip route` "
    "prints the main table alone. Where packets go is not known. Collect `ip -j route show table all`.",
)
NO_KIND = Code(
    "IPR006",
    Severity.WARNING,
    "the kind of an interface's master is not told",
    "An interface belongs to another one, which may be a bridge, a bond or a VRF. Without that, neither its routing "
    "table nor its segment is known. Collect `ip -j -d link`.",
)
NO_ROUTES = Code(
    "IPR007",
    Severity.WARNING,
    "a device forwards packets, and its routes were not read",
    "Where the device sends packets is not known, so answers through it are unknown. Collect "
    "`ip -j route show table all`.",
)
BAD_SETTING = Code(
    "IPR008",
    Severity.ERROR,
    "a setting of the kernel has a value that it cannot have",
    "Settings that decide whether packets are forwarded hold a small number. Collect the text again with `sysctl -a`.",
)
TOLD_TWICE = Code(
    "IPR009",
    Severity.ERROR,
    "two texts tell one interface or setting differently",
    "The device's folder holds two listings that contradict each other. Keep the newer one.",
)

CODES = (
    NOT_A_LISTING, BAD_VALUE, NOT_MODELLED, NO_VERSION, NO_TABLE, NO_KIND, NO_ROUTES, BAD_SETTING, TOLD_TWICE,
)  # fmt: skip

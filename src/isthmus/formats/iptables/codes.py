"""What reading iptables-save and ipset save texts can have to say."""

from isthmus.diagnostics import Code, Severity

NOT_A_LINE = Code(
    "IPT001",
    Severity.ERROR,
    "a line is none that iptables-save or ipset save writes",
    "A text of iptables-save consists of tables (`*filter` to `COMMIT`) with chains (`:INPUT DROP [0:0]`) and rules "
    "(`-A INPUT …`), one of ipset save of `create` and `add` lines. What another line does is not known, so the text "
    "cannot be used. Collect it again with `iptables-save`, `ip6tables-save` or `ipset save`.",
)
CUT_OFF = Code(
    "IPT002",
    Severity.ERROR,
    "a table does not end with COMMIT",
    "iptables-save ends each table with `COMMIT`, and iptables-restore loads no table without it: the text was cut "
    "off, and rules may be missing. Collect it again.",
)
TABLE_TWICE = Code(
    "IPT003",
    Severity.ERROR,
    "a device has one table twice",
    "Two texts of one device, or two parts of one text, hold the same table of the same IP version. Which of them "
    "counts cannot be told. Keep the newer one.",
)
BAD_VALUE = Code(
    "IPT004",
    Severity.ERROR,
    "a rule has a value that iptables does not accept",
    "An address, port, number or state in the rule is none, or an option stands where iptables refuses it. The tool "
    "would not load the line, so it does not tell what the device does. Correct it, or collect the text again.",
)
UNKNOWN_MATCH = Code(
    "IPT005",
    Severity.WARNING,
    "a match is not known",
    "The rule asks for something with an extension of iptables that is not known here. It may match or not, so "
    "answers that need it are unknown.",
)
UNKNOWN_OPTION = Code(
    "IPT006",
    Severity.WARNING,
    "an option of a match or target is not known",
    "The rule has an option that is not known here. It may match or not, or do anything, so answers that need it are "
    "unknown.",
)
UNKNOWN_TARGET = Code(
    "IPT007",
    Severity.WARNING,
    "a target is neither a chain of the table nor known",
    "The rule hands packets to something that is neither a chain of the same table nor a known extension of iptables. "
    "What happens to them is not known, so answers that need it are unknown.",
)
NO_VERSION = Code(
    "IPT008",
    Severity.WARNING,
    "it cannot be told whether a text is for IPv4 or IPv6",
    "iptables-save and ip6tables-save write the same language, and neither the first line, nor an address, nor the "
    "file's name tells which of them wrote the text. Its rules are read for both, and each may apply or not. Name the "
    "file `iptables-save.txt` or `ip6tables-save.txt`.",
)
NO_SET = Code(
    "IPT009",
    Severity.WARNING,
    "a rule asks for a set that no text of the device holds",
    "The rule matches packets by an ipset, whose entries are not in the device's folder. It may match any packet, so "
    "answers that need it are unknown. Add the output of `ipset save`.",
)
CIRCLE = Code(
    "IPT010",
    Severity.ERROR,
    "chains jump in a circle",
    "A rule jumps to a chain from which the packet would come back to the rule. iptables refuses such chains, so the "
    "text does not tell what the device does.",
)
NO_CHAIN = Code(
    "IPT011",
    Severity.ERROR,
    "a rule is added to a chain that the table does not have",
    "Chains are declared at the head of a table (`:NAME - [0:0]`); iptables-restore refuses a rule in any other.",
)
NO_POLICY = Code(
    "IPT012",
    Severity.WARNING,
    "the policy of a built-in chain is not told",
    "The text has rules in a built-in chain but does not declare it (`:INPUT DROP [0:0]`), so the policy is what it "
    "was before. Packets that no rule decides may pass or not.",
)
TOO_FEW_DIRECTIONS = Code(
    "IPT013",
    Severity.WARNING,
    "a set is asked with fewer directions than it has parts",
    "The set's entries have several parts, such as an address and a port, and `--match-set` names a direction (`src` "
    "or `dst`) for each. Linux finds nothing in the set where one is missing: the rule never matches.",
)
BAD_ENTRY = Code(
    "IPT014",
    Severity.ERROR,
    "an entry of a set cannot be read",
    "The entry is none of the set's type. Correct it, or collect the text again with `ipset save`.",
)
OTHER_VERSION_MISSING = Code(
    "IPT015",
    Severity.WARNING,
    "the rules of one IP version are missing",
    "The device's folder holds the rules of one IP version only. What the device does to packets of the other is not "
    "known, so answers about them are unknown. Add the output of `iptables-save` or `ip6tables-save`, also where it "
    "is almost empty.",
)
SET_TWICE = Code(
    "IPT016",
    Severity.ERROR,
    "a set is created twice",
    "Two texts of the device, or two parts of one, create a set of the same name. Keep the newer one.",
)
NOT_FOLLOWED = Code(
    "IPT017",
    Severity.WARNING,
    "a command is not followed",
    "iptables-save writes chains and rules, and nothing that deletes or replaces them. What the command leaves of the "
    "chain is not known, so answers that need it are unknown. Load the text on a device and collect it again.",
)

CODES = (
    NOT_A_LINE, CUT_OFF, TABLE_TWICE, BAD_VALUE, UNKNOWN_MATCH, UNKNOWN_OPTION, UNKNOWN_TARGET, NO_VERSION, NO_SET,
    CIRCLE, NO_CHAIN, NO_POLICY, TOO_FEW_DIRECTIONS, BAD_ENTRY, OTHER_VERSION_MISSING, SET_TWICE, NOT_FOLLOWED,
)  # fmt: skip

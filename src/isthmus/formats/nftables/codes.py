"""What we tell about rulesets."""

from isthmus.diagnostics import Code, Severity

NOT_UNDERSTOOD = Code(
    "NFT001",
    Severity.WARNING,
    "a statement of a ruleset is not understood",
    "The text does not follow the grammar of nft(8) as far as this program knows it. The statement stays: as a rule "
    "that may match and may do anything, or as a part of the table that is not modelled. Answers that need it are "
    "unknown. Where `nft -c -f` accepts the file, please report the statement.",
)
UNKNOWN_NAME = Code(
    "NFT002",
    Severity.WARNING,
    "a rule refers to a set, map or variable that no file defines",
    "What the name stands for is not in the device's files, so whether the rule matches is not known. Add the file "
    "that defines it, or take the whole ruleset with `nft list ruleset`.",
)
BAD_VALUE = Code(
    "NFT003",
    Severity.WARNING,
    "a value does not fit the field that it stands beside",
    "The value is no address, port, protocol or flag of the kind that the field holds, or it is the name of a host or "
    "service that only the device itself can resolve. Packets that only this value could match match perhaps.",
)
INCLUDE = Code(
    "NFT004",
    Severity.WARNING,
    "an included file is not among the device's files",
    "The ruleset goes on in another file. Files of the device's folder are put in where they are included; this one is "
    "missing, so everything about the device is unknown. Add it, or take the whole ruleset with `nft list ruleset`.",
)
BAD_CHAIN = Code(
    "NFT005",
    Severity.WARNING,
    "where a base chain stands is not understood",
    "The hook, the priority, the policy or the device of a base chain is not one that this program knows. Which "
    "packets meet the chain is not known, so everything about the device is unknown.",
)
NO_IP_PACKETS = Code(
    "NFT006",
    Severity.WARNING,
    "a table decides nothing about IP packets",
    "Chains of family arp see ARP messages only. The model has IP packets only, so the table changes no answer; a "
    "neighbour that it hides is not noticed either.",
)
FRAMES = Code(
    "NFT007",
    Severity.WARNING,
    "a table of family bridge is not modelled",
    "Chains of family bridge judge frames on their way between ports of one bridge. The model has no such place, and "
    "the table may refuse packets, so everything about the device is unknown.",
)
AFTER_THE_END = Code(
    "NFT008",
    Severity.WARNING,
    "a statement stands behind a verdict",
    "A verdict or a translation ends the rule, so nothing behind it has an effect; nft refuses such a rule. Remove it.",
)
NO_TARGET = Code(
    "NFT009",
    Severity.WARNING,
    "a command is about something that the files do not hold",
    "The command changes or deletes a table, chain, set or rule that no earlier line made, or names a rule by its "
    "handle, which only the kernel knows. What it leaves behind is not known.",
)
NEVER = Code(
    "NFT010",
    Severity.WARNING,
    "no packet can pass all tests of a rule",
    "Two tests of the rule exclude each other, such as an IPv4 source with an IPv6 destination. The rule has no "
    "effect.",
)
CUT_OFF = Code(
    "NFT011",
    Severity.WARNING,
    "a block of a ruleset is never closed",
    "A `{` has no `}`: the file is cut off, or a brace is missing. What was to follow is not known, so everything "
    "about the device is unknown.",
)

CODES = (
    NOT_UNDERSTOOD, UNKNOWN_NAME, BAD_VALUE, INCLUDE, BAD_CHAIN, NO_IP_PACKETS, FRAMES, AFTER_THE_END, NO_TARGET, NEVER,
    CUT_OFF,
)  # fmt: skip

"""The diagnostics of hiera that configures a cloud gateway."""

from isthmus.diagnostics import Code, Severity

NO_MAPPING = Code(
    "CGW001",
    Severity.ERROR,
    "a hiera file holds no keys",
    "Hiera data is a mapping from key to value. This file is something else, so nothing of it is used.",
)
BAD_ENTRY = Code(
    "CGW002",
    Severity.WARNING,
    "an entry of a list of addresses is not understood",
    "An entry is an address, a prefix or a range; in a list of exceptions it may have the sources before it: "
    "`172.16.0.0/21 . 10.0.0.1`, or `172.16.0.0/21:10.0.0.1` as older lists have it. The rule that stands for this "
    "entry matches perhaps.",
)
BAD_VALUE = Code(
    "CGW003",
    Severity.WARNING,
    "a value of the gateway is not understood",
    "Addresses of legs, lengths of their prefixes and numbers of VLANs must be such. What depends on this one is "
    "unknown.",
)
HOST_BITS = Code(
    "CGW004",
    Severity.WARNING,
    "a prefix has host bits set",
    "The gateway uses the whole prefix, which may not be what was meant. It is read as the gateway reads it.",
)
UNRESOLVED = Code(
    "CGW005",
    Severity.WARNING,
    "a mark in a value cannot be followed",
    "`%{lookup('key')}` stands for the value of another key, which none of the device's files holds, or which is no "
    "text. What depends on the value is unknown.",
)
MISSING = Code(
    "CGW006",
    Severity.WARNING,
    "a key of the gateway is in none of the device's files",
    "The ruleset needs a value that no file tells, and what Puppet uses instead is not in the snapshot. The part that "
    "it stands for is unknown: add the file that has the key.",
)
TWICE = Code(
    "CGW007",
    Severity.WARNING,
    "two files of one level have the same key",
    "Hiera asks one file of each level. Which of these two a device gets is not told by their paths, so the value is "
    "unknown where they differ.",
)
MANY_SITES = Code(
    "CGW008",
    Severity.WARNING,
    "the files speak of several sites",
    "Files below `role/SITE/` and `SITE/` count for the devices of that site alone. More than one site is there, and "
    "none of them lists this device, so none of their files is used.",
)
UNKNOWN_KEY = Code(
    "CGW009",
    Severity.WARNING,
    "a key of the gateway's profile is not known",
    "The profile of the gateway has no parameter of this name that Isthmus knows of. If it concerns packets, what it "
    "does is not modelled.",
)
CODES = (
    NO_MAPPING, BAD_ENTRY, BAD_VALUE, HOST_BITS, UNRESOLVED, MISSING, TWICE, MANY_SITES, UNKNOWN_KEY,
)  # fmt: skip

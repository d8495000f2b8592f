"""Diagnostics about estates: what an estate's files get wrong, and what they describe that cannot be right."""

from isthmus.diagnostics import Code, Severity
from isthmus.documents import ShapeCodes

_ERROR, _FINDING, _WARNING = Severity.ERROR, Severity.FINDING, Severity.WARNING

NOT_A_MAPPING = Code(
    "EST100",
    _ERROR,
    "a file or section is not a mapping",
    "A file of an estate is a mapping from section names to entries, and a section is a mapping from ids to entries.",
)
UNKNOWN_KEY = Code(
    "EST101",
    _ERROR,
    "unknown key",
    "A key that Isthmus does not know would be ignored by a lenient reader, and what it says would be lost. "
    "`isthmus schema` prints every key that there is.",
)
MISSING_KEY = Code(
    "EST102",
    _ERROR,
    "a key is missing",
    "The entry cannot be understood without this key. Nothing is guessed.",
)
UNKNOWN_WORD = Code(
    "EST103",
    _ERROR,
    "unknown word",
    "The value must be one of a few words: those of Isthmus (such as a host's `kind`) or those of the edition "
    "in force (such as a network's `role`).",
)
UNKNOWN_REFERENCE = Code(
    "EST104",
    _ERROR,
    "a reference leads nowhere",
    "The value names an entry that no file of the estate defines.",
)
DEFINED_TWICE = Code(
    "EST105",
    _ERROR,
    "defined twice",
    "Two files define the same id in the same section, or both name the estate or its edition.",
)
WRONG_KIND = Code(
    "EST106",
    _ERROR,
    "wrong kind of value",
    "The value has another kind than the key asks for, such as a list where one word is expected.",
)
BAD_VALUE = Code(
    "EST107",
    _ERROR,
    "a value cannot be read",
    "An address, prefix, port, size, date, name or id is not spelled in a way that means one thing.",
)
HOST_BITS = Code(
    "EST108",
    _ERROR,
    "host bits set in a prefix",
    "A prefix such as `10.0.0.1/24` names an address and a prefix at once. Write the prefix (`10.0.0.0/24`) or "
    "the address (`10.0.0.1/32`), whichever is meant.",
)
CONTRADICTION = Code(
    "EST109",
    _ERROR,
    "an entry contradicts itself",
    "Two fields of one entry cannot both hold, such as a port for a protocol that has none.",
)
NO_HEADER = Code(
    "EST110",
    _ERROR,
    "the estate is not named",
    "One file of an estate says `estate: NAME` and `edition: NAME`, so that a report can say what was judged by "
    "which edition of the guidelines.",
)
REALM_OVERLAP = Code(
    "EST201",
    _FINDING,
    "an address range belongs to two realms",
    "A prefix of one realm holds or equals a prefix of another, so the same address has two owners. Longest "
    "prefix still gives an answer for nested prefixes, and no answer at all for equal ones; either way two "
    "owners believe that they decide. Move one of them, or split the outer prefix so that each part has one owner.",
)
SAME_PREFIX = Code(
    "EST202",
    _ERROR,
    "two networks of one realm have the same prefix",
    "Every address belongs to one network. Join the two entries or correct one prefix.",
)
ADDRESS_OUTSIDE = Code(
    "EST203",
    _WARNING,
    "an interface's address lies outside its networks",
    "The interface names the networks of its VLANs, and this address belongs to none of them and to no address "
    "that the estate knows as a load balancer's or service's own.",
)
SAME_VLAN = Code(
    "EST204",
    _WARNING,
    "two networks of one site have the same VLAN",
    "A VLAN identifier names one layer-2 segment of a site; two networks on it share a wire.",
)
SAME_ADDRESS = Code(
    "EST205",
    _WARNING,
    "two hosts have the same address",
    "Apart from a load balancer's or service's own addresses, an address belongs to one host.",
)
UNKNOWN_ENDPOINT = Code(
    "EST206",
    _ERROR,
    "the service has no such endpoint",
    "A crossing may name only endpoints of the service that it leads to.",
)
REALM_MISMATCH = Code(
    "EST207",
    _ERROR,
    "an entry and what it is made of belong to different realms",
    "A service, load balancer or web proxy belongs to the realm of its hosts; a host's interfaces may lie in other "
    "realms' networks, the host itself has one realm.",
)
MIXED_KINDS = Code(
    "EST208",
    _ERROR,
    "a service runs on instances and on hardware",
    "The case of a crossing follows from what the service runs on, so a service is one or the other. Declare two.",
)
WRONG_REALMS = Code(
    "EST209",
    _ERROR,
    "the estate lacks a realm of the edition",
    "The edition in force speaks of realms by name; an estate that is judged by it declares them.",
)
OUTSIDE_PLAN = Code(
    "EST210",
    _WARNING,
    "an address is outside every declared network",
    "An address that no network covers belongs to the internet. For a service of a realm that is rarely meant.",
)
ALIAS_LOOP = Code(
    "EST211",
    _ERROR,
    "names stand for each other",
    "Following the aliases of a name leads back to it.",
)

CODES = (
    NOT_A_MAPPING,
    UNKNOWN_KEY,
    MISSING_KEY,
    UNKNOWN_WORD,
    UNKNOWN_REFERENCE,
    DEFINED_TWICE,
    WRONG_KIND,
    BAD_VALUE,
    HOST_BITS,
    CONTRADICTION,
    NO_HEADER,
    REALM_OVERLAP,
    SAME_PREFIX,
    ADDRESS_OUTSIDE,
    SAME_VLAN,
    SAME_ADDRESS,
    UNKNOWN_ENDPOINT,
    REALM_MISMATCH,
    MIXED_KINDS,
    WRONG_REALMS,
    OUTSIDE_PLAN,
    ALIAS_LOOP,
)

SHAPE = ShapeCodes(UNKNOWN_KEY, MISSING_KEY, UNKNOWN_WORD, WRONG_KIND, BAD_VALUE, HOST_BITS, CONTRADICTION)

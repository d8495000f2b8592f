"""What reading HAProxy's configuration can tell its writer.

ERROR is what HAProxy itself refuses to start with. What we only do not understand is a WARNING: another version of
HAProxy may know it, and answers through it are unknown.
"""

from isthmus.diagnostics import Code, Severity

BROKEN_LINE = Code(
    "HAP001",
    Severity.ERROR,
    "a line cannot be cut into words",
    "A quote or a brace is opened and never closed, or an escape is incomplete. HAProxy does not start with such a "
    "line, so what the whole configuration does is not known.",
)
UNKNOWN_KEYWORD = Code(
    "HAP002",
    Severity.WARNING,
    "a keyword is not known",
    "The first words of a statement, or an option of it, are none that we know. Where the statement stands in a proxy, "
    "what that proxy does with clients is unknown.",
)
NO_SECTION = Code(
    "HAP003",
    Severity.ERROR,
    "a statement stands outside every section",
    "Statements belong to a section such as `global`, `defaults` or `frontend`. Each file starts without one, also "
    "those of a folder, so the first line of every file opens a section.",
)
NO_BACKEND = Code(
    "HAP004",
    Severity.ERROR,
    "a backend is used that no file defines",
    "`default_backend` and `use_backend` name a `backend` or `listen` section. HAProxy does not start where it is "
    "missing; in a snapshot, a file may have been left out.",
)
SAME_NAME = Code(
    "HAP005",
    Severity.ERROR,
    "two things have one name",
    "Two frontends, two backends, or two servers of a backend share a name. A frontend and a backend may share one; "
    "a `listen` section is both.",
)
BAD_ADDRESS = Code(
    "HAP006",
    Severity.ERROR,
    "an address or a port is malformed",
    "A place to listen is written `192.0.2.1:443`, `[2001:db8::1]:443`, `:443` for every IPv4 address, `:::443` for "
    "every address, with ports 1 to 65535 or a range of them. A server may go without port.",
)
NO_ACL = Code(
    "HAP007",
    Severity.ERROR,
    "a condition names an ACL that its section does not define",
    "ACLs are known in the section that defines them and nowhere else: those of a `defaults` section only to rules of "
    "that section. The predefined ones are written in capitals, such as `LOCALHOST`.",
)
BAD_CONDITION = Code(
    "HAP008",
    Severity.ERROR,
    "a condition is malformed",
    "After `if` or `unless` stand names of ACLs and expressions in braces, with spaces around each brace; `or` parts "
    "alternatives. Addresses are written with or without a mask, numbers as `443`, `1:1023` or `ge 1024`.",
)
IGNORED = Code(
    "HAP009",
    Severity.WARNING,
    "a statement has no effect where it stands",
    "HAProxy ignores the statement: it belongs to another kind of section, or its rules need `mode http`. It is "
    "ignored here too; whoever wrote it expected something else.",
)
NO_VARIABLE = Code(
    "HAP010",
    Severity.WARNING,
    "a value comes from the environment",
    "The word holds a variable that no `setenv` of the configuration sets, so what it stands for is not in the "
    "snapshot. Places to listen and servers that need it are unknown.",
)
NO_PATTERNS = Code(
    "HAP011",
    Severity.WARNING,
    "a file of patterns is not in the snapshot",
    "An ACL reads its values from a file that was not collected, so whom it matches is unknown. Put the file into the "
    "device's folder under the same name, ending in `.lst` or `.acl`.",
)
BROKEN_BLOCK = Code(
    "HAP012",
    Severity.ERROR,
    "a conditional block is not well-formed",
    "`.if` opens a block, `.elif` and `.else` go on with it and `.endif` closes it, each on a line of its own and in "
    "the same file.",
)
UNDECIDED_BLOCK = Code(
    "HAP013",
    Severity.WARNING,
    "whether a conditional block counts is not known",
    "The condition asks about HAProxy's version, its features or its environment, which the snapshot does not tell. "
    "Statements in the block are treated both ways.",
)
NO_DEFAULTS = Code(
    "HAP014",
    Severity.ERROR,
    "a section takes its settings from a `defaults` section that is not there",
    "`from NAME` names a `defaults` section further up, in the same file or in one that is read before.",
)
INCOMPLETE = Code(
    "HAP015",
    Severity.ERROR,
    "a statement lacks a word, or has one that cannot stand there",
    "HAProxy does not start with such a statement. The message tells what it expects.",
)
NO_LAST_NEWLINE = Code(
    "HAP016",
    Severity.WARNING,
    "the last line has no end",
    "HAProxy takes a file whose last line does not end for a truncated one, and does not start. The file may have "
    "been cut when it was copied.",
)
MODES = Code(
    "HAP017",
    Severity.ERROR,
    "a frontend of mode http uses a backend of mode tcp",
    "HTTP requests can only be handed to backends that speak HTTP. The other way round is allowed.",
)
HOST_BITS = Code(
    "HAP018",
    Severity.WARNING,
    "an address under a mask has host bits set",
    "HAProxy leaves out the bits behind the mask without a word: `10.0.0.1/8` is every address from 10.0.0.0 to "
    "10.255.255.255, which is seldom what was meant by whoever wrote one host's address.",
)
REMOVED = Code(
    "HAP019",
    Severity.WARNING,
    "a keyword was removed from HAProxy",
    "Versions that still run do not start with it. It is read as the last versions that knew it did.",
)
NO_SERVER = Code(
    "HAP020",
    Severity.ERROR,
    "a rule names a server that its backend does not have",
    "`use-server` picks one of the servers of its own section.",
)

CODES = (
    BROKEN_LINE, UNKNOWN_KEYWORD, NO_SECTION, NO_BACKEND, SAME_NAME, BAD_ADDRESS, NO_ACL, BAD_CONDITION, IGNORED,
    NO_VARIABLE, NO_PATTERNS, BROKEN_BLOCK, UNDECIDED_BLOCK, NO_DEFAULTS, INCOMPLETE, NO_LAST_NEWLINE, MODES,
    HOST_BITS, REMOVED, NO_SERVER,
)  # fmt: skip

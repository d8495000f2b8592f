"""What reading a table of IPVS can tell its writer."""

from isthmus.diagnostics import Code, Severity

NOT_UNDERSTOOD = Code(
    "IPV001",
    Severity.WARNING,
    "a line of an IPVS table is not understood",
    "A line adds a service (`-A -t 192.0.2.1:80 -s wrr`) or a server to one (`-a -t 192.0.2.1:80 -r 10.0.0.1:80 -g`). "
    "What any other does to the table is unknown, and so is what an option does that we do not know.",
)
NO_SERVICE = Code(
    "IPV002",
    Severity.ERROR,
    "a server is added to a service that no line above adds",
    "The table was cut, or its lines have been put into another order: `ipvsadm --restore` fails at this line.",
)
TOLD_TWICE = Code(
    "IPV003",
    Severity.ERROR,
    "a service or a server of it is added twice",
    "Two tables have been put into one file, perhaps of two hosts. `ipvsadm --restore` fails at the second line.",
)
BAD_PLACE = Code(
    "IPV004",
    Severity.ERROR,
    "an address, a port or a mark is malformed",
    "A service or server is written `192.0.2.1:80` or `[2001:db8::1]:80`; a mark is a number from 1. Port 0 stands for "
    "every port, and only a persistent service may have it.",
)
NAMED = Code(
    "IPV005",
    Severity.WARNING,
    "a host stands in the table by its name",
    "The table was saved without `-n`, so addresses were turned into names, and a snapshot does not tell them back. "
    "Save it with `ipvsadm --save --numeric`.",
)
OTHER_PORT = Code(
    "IPV006",
    Severity.WARNING,
    "a server has another port than its service, which cannot be",
    "Only masquerading (`-m`) translates. Packets that are handed on by gatewaying or tunnels keep their port, so the "
    "port of the service counts.",
)
CODES = (NOT_UNDERSTOOD, NO_SERVICE, TOLD_TWICE, BAD_PLACE, NAMED, OTHER_PORT)

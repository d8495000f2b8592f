"""What reading a service catalogue can tell its writer, apart from mistakes of spelling (`isthmus.documents`)."""

from isthmus.diagnostics import Code, Severity

MALFORMED = Code(
    "CAT001",
    Severity.ERROR,
    "an entry of a service catalogue is malformed",
    "Each entry of `service::catalog` is a mapping with `ip`, addresses by site and label, `port`, `sites` and "
    "`state`; `lvs` is there where load balancers stand before it. The message tells what was expected.",
)
UNKNOWN_FIELD = Code(
    "CAT002",
    Severity.WARNING,
    "a field of a service catalogue is not known",
    "The field may say something about who is served where. The balancers of its service are taken as possible, not "
    "as sure.",
)
UNKNOWN_STATE = Code(
    "CAT003",
    Severity.WARNING,
    "the state of a service is not known",
    "States are `service_setup` (no load balancer has it yet), `lvs_setup` and `monitoring_setup` (load balancers are "
    "being set up) and `production`.",
)
UNRESOLVED = Code(
    "CAT004",
    Severity.WARNING,
    "a value is looked up elsewhere",
    "The value is a mark of Hiera, `%{...}`, that only Puppet can resolve. The balancers that need it are unknown.",
)
SITES = Code(
    "CAT005",
    Severity.WARNING,
    "a service has a site without addresses, or addresses at a site that is not its own",
    "Load balancers serve a service at the sites that `sites` lists, at the addresses that `ip` gives for each. What "
    "stands in one only has no effect.",
)
TOLD_TWICE = Code(
    "CAT006",
    Severity.ERROR,
    "two services are balanced at one address and port",
    "A load balancer has one service for an address, port and protocol, and refuses to start with two. Services that "
    "share a port by the name that clients ask for have `lvs` in one entry only.",
)
CODES = (MALFORMED, UNKNOWN_FIELD, UNKNOWN_STATE, UNRESOLVED, SITES, TOLD_TWICE)

"""Targets that end the matter, and those after which the next rule follows with the packet as it was."""

from isthmus.formats.iptables.refused import RefusedError
from isthmus.formats.iptables.targets.outcome import Options, Outcome, Setting, Target, always, unclear
from isthmus.formats.iptables.values import number
from isthmus.network import Continue, Return, Verdict

GOES_ON = Outcome((Continue(),))


def _hops(options: Options, _: Setting) -> Outcome:
    """Packets with few hops left do not arrive; a greater number does no harm."""
    for name, value in options.items():
        hops = number(value, 255)
        if name.endswith("-dec") or (name.endswith("-set") and hops < 2):
            return unclear(f"`{name} {value}`, after which packets may not get far")
    if not options:
        raise RefusedError("a number of hops is missing")
    return GOES_ON


_LOG = ("level", "prefix", "tcp-sequence", "tcp-options", "ip-options", "uid", "macdecode")
_NFLOG = ("group", "prefix", "range", "size", "threshold", "nlgroup", "cprange", "qthreshold")

TARGETS = {
    "ACCEPT": always(Outcome((Verdict.ACCEPT,))),
    "DROP": always(Outcome((Verdict.DROP,))),
    "REJECT": always(Outcome((Verdict.REJECT,)), "--reject-with"),
    "RETURN": always(Outcome((Return(),))),
    "LOG": always(GOES_ON, *(f"--log-{each}" for each in _LOG)),
    "NFLOG": always(GOES_ON, *(f"--nflog-{each}" for each in _NFLOG)),
    "ULOG": always(GOES_ON, *(f"--ulog-{each}" for each in _NFLOG)),
    "TRACE": always(GOES_ON),
    "AUDIT": always(GOES_ON, "--type"),
    "CHECKSUM": always(GOES_ON, "--checksum-fill"),
    "CLASSIFY": always(GOES_ON, "--set-class"),
    "DSCP": always(GOES_ON, "--set-dscp", "--set-dscp-class"),
    "ECN": always(GOES_ON, "--ecn-tcp-remove", "--ecn-tcp-cwr", "--ecn-tcp-ece", "--ecn-ip-ect"),
    "TOS": always(GOES_ON, "--set-tos", "--and-tos", "--or-tos", "--xor-tos"),
    "TCPMSS": always(GOES_ON, "--set-mss", "--clamp-mss-to-pmtu"),
    "TCPOPTSTRIP": always(GOES_ON, "--strip-options"),
    "IDLETIMER": always(GOES_ON, "--timeout", "--label", "--alarm", "--send_nl_msg"),
    "LED": always(GOES_ON, "--led-trigger-id", "--led-delay", "--led-always-blink"),
    "RATEEST": always(GOES_ON, "--rateest-name", "--rateest-interval", "--rateest-ewmalog"),
    "SET": always(
        GOES_ON, "--add-set", "--del-set", "--timeout", "--exist"
    ),  # what it does to the set is for those who ask for the set
    "TTL": Target(_hops, frozenset({"--ttl-set", "--ttl-dec", "--ttl-inc"})),
    "HL": Target(_hops, frozenset({"--hl-set", "--hl-dec", "--hl-inc"})),
}

"""The words of Aerleon's policies: keys of terms, what the Juniper generator makes of them, names of numbers."""

from collections.abc import Mapping
from types import MappingProxyType

from isthmus.network import Action, Continue, Verdict

VERSIONS = MappingProxyType({"inet": 4, "inet6": 6})
"""Address families, and the IP version of each."""

ACTIONS: Mapping[str, Action] = MappingProxyType({
    "accept": Verdict.ACCEPT,
    "deny": Verdict.DROP,
    "reject": Verdict.REJECT,
    "reject-with-tcp-rst": Verdict.REJECT,
    "next": Continue(),
})  # fmt: skip

ELSEWHERE = ("routing-instance", "next-ip", "encapsulate")
"""Keys that send a packet another way than its routing table would."""

INSTEAD_OF_ACTION = frozenset({*ELSEWHERE, "filter-term", "port-mirror", "verbatim"})
"""Keys that stand for an action: a term with one of them needs no other."""

SILENT = frozenset({
    "name", "comment", "owner", "counter", "traffic-class-count", "logging", "log-limit", "log-name", "policer", "qos",
    "loss-priority", "dscp-set", "port-mirror", "source-tag", "destination-tag",
})  # fmt: skip
"""Keys that change nothing of which packets a term decides: they count, log, mark, limit the rate."""

OPAQUE: Mapping[str, frozenset[int]] = MappingProxyType({
    "ttl": frozenset({4}),
    "hop-limit": frozenset({6}),
    **dict.fromkeys(
        ("fragment-offset", "packet-length", "precedence", "dscp-match", "dscp-except", "forwarding-class",
         "forwarding-class-except", "traffic-type", "ether-type", "flexible-match-range"),
        frozenset({4, 6}),
    ),
})  # fmt: skip
"""Conditions on what packets of ours do not have, and the IP versions for which they are rendered."""

ENDS = MappingProxyType({"source": ("source",), "destination": ("destination",), "address": ("source", "destination")})

FOREIGN = frozenset({
    "address-exclude", "source-fqdn", "destination-fqdn", "pan-application", "priority", "profile-settings",
    "source-interface", "destination-interface", "target-resources", "target-service-accounts", "tags", "timeout",
    "vpn", "source-zone", "destination-zone", "log-limit", "log-name",
})  # fmt: skip
"""Keys that other platforms know, and at which the Juniper generator stops."""

CRITERIA = frozenset({
    "address", "source-address", "destination-address", "source-prefix", "source-prefix-except", "destination-prefix",
    "destination-prefix-except", "port", "source-port", "destination-port", "protocol", "protocol-except",
    "encapsulate", "next-ip", *OPAQUE,
}) - {"packet-length"}  # fmt: skip
"""Keys of which one must be there for any condition to be rendered."""

OTHER_CONDITIONS = frozenset({
    "option", "icmp-type", "icmp-code", "packet-length", "source-exclude", "destination-exclude",
    "restrict-address-family", "expiration", "platform", "platform-exclude", "action",
})  # fmt: skip

KEYS = SILENT | FOREIGN | CRITERIA | OTHER_CONDITIONS | INSTEAD_OF_ACTION
"""Every key of a term."""

HEADER_KEYS = frozenset({"comment", "target", "targets", "apply-groups", "apply-groups-except"})

PROTOCOLS: Mapping[str, int] = MappingProxyType({
    "hopopt": 0, "icmp": 1, "igmp": 2, "ggp": 3, "ipip": 4, "tcp": 6, "egp": 8, "igp": 9, "udp": 17, "rdp": 27,
    "ipv6": 41, "ipv6-route": 43, "fragment": 44, "rsvp": 46, "gre": 47, "esp": 50, "ah": 51, "icmpv6": 58,
    "ipv6-nonxt": 59, "ipv6-opts": 60, "ospf": 89, "pim": 103, "vrrp": 112, "l2tp": 115, "sctp": 132, "udplite": 136,
})  # fmt: skip
"""The protocols that Aerleon knows by name; `ipip` is the number 4 to it."""

WITH_PORTS = frozenset({"tcp", "udp", "udplite", "sctp"})
"""The protocols beside which Aerleon allows ports."""

_TYPES = {
    4: """echo-reply 0 unreachable 3 source-quench 4 redirect 5 alternate-address 6 echo-request 8
        router-advertisement 9 router-solicitation 10 time-exceeded 11 parameter-problem 12 timestamp-request 13
        timestamp-reply 14 information-request 15 information-reply 16 mask-request 17 mask-reply 18
        conversion-error 31 mobile-redirect 32""",
    6: """destination-unreachable 1 packet-too-big 2 time-exceeded 3 parameter-problem 4 echo-request 128
        echo-reply 129 multicast-listener-query 130 multicast-listener-report 131 multicast-listener-done 132
        router-solicit 133 router-advertisement 134 neighbor-solicit 135 neighbor-advertisement 136
        redirect-message 137 router-renumbering 138 icmp-node-information-query 139
        icmp-node-information-response 140 inverse-neighbor-discovery-solicitation 141
        inverse-neighbor-discovery-advertisement 142 version-2-multicast-listener-report 143
        home-agent-address-discovery-request 144 home-agent-address-discovery-reply 145
        mobile-prefix-solicitation 146 mobile-prefix-advertisement 147 certification-path-solicitation 148
        certification-path-advertisement 149 multicast-router-advertisement 151 multicast-router-solicitation 152
        multicast-router-termination 153""",
}


def _named(table: str) -> Mapping[str, int]:
    words = table.split()
    return MappingProxyType({name: int(number) for name, number in zip(words[::2], words[1::2], strict=True)})


ICMP_TYPES: Mapping[int, Mapping[str, int]] = MappingProxyType({each: _named(table) for each, table in _TYPES.items()})
"""ICMP message types by IP version, as Aerleon names them."""


CODES_OF: Mapping[str, frozenset[int]] = MappingProxyType({
    "unreachable": frozenset(range(16)),
    "redirect": frozenset(range(4)),
    "router-advertisement": frozenset({0, 16}),
    "time-exceeded": frozenset({0, 1}),
    "destination-unreachable": frozenset(range(8)),
    "parameter-problem": frozenset(range(4)),
    "router-renumbering": frozenset({0, 1, 255}),
    "icmp-node-information-query": frozenset(range(3)),
    "icmp-node-information-response": frozenset(range(3)),
})  # fmt: skip
"""The codes that Aerleon lets a term name beside an ICMP type; beside other types, none."""


def protocol_number(word: str) -> int | None:
    """The number of a protocol that a term names, by name or number; None where there is none.

    >>> protocol_number("tcp"), protocol_number("89"), protocol_number("tpc")
    (6, 89, None)
    """
    if word in PROTOCOLS:
        return PROTOCOLS[word]
    return octet(word)


def octet(word: str) -> int | None:
    """A number from 0 to 255; None for any other word.

    >>> octet("255"), octet("256"), octet("\u00b2")
    (255, None, None)
    """
    is_number = word.isascii() and word.isdigit() and len(word) <= 3
    return int(word) if is_number and int(word) <= 255 else None

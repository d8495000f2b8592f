"""Words of the language that stand for numbers (nft(8), ``nft describe``)."""

from collections.abc import Mapping
from types import MappingProxyType

from isthmus.formats.services import PROTOCOLS
from isthmus.packetset import State

ICMP_TYPES: Mapping[str, int] = MappingProxyType({
    "echo-reply": 0, "destination-unreachable": 3, "source-quench": 4, "redirect": 5, "echo-request": 8,
    "router-advertisement": 9, "router-solicitation": 10, "time-exceeded": 11, "parameter-problem": 12,
    "timestamp-request": 13, "timestamp-reply": 14, "info-request": 15, "info-reply": 16,
    "address-mask-request": 17, "address-mask-reply": 18,
})  # fmt: skip

ICMPV6_TYPES: Mapping[str, int] = MappingProxyType({
    "destination-unreachable": 1, "packet-too-big": 2, "time-exceeded": 3, "parameter-problem": 4,
    "echo-request": 128, "echo-reply": 129, "mld-listener-query": 130, "mld-listener-report": 131,
    "mld-listener-done": 132, "mld-listener-reduction": 132, "nd-router-solicit": 133, "nd-router-advert": 134,
    "nd-neighbor-solicit": 135, "nd-neighbor-advert": 136, "nd-redirect": 137, "router-renumbering": 138,
    "ind-neighbor-solicit": 141, "ind-neighbor-advert": 142, "mld2-listener-report": 143,
})  # fmt: skip

ICMP_CODES: Mapping[str, int] = MappingProxyType({
    "net-unreachable": 0, "host-unreachable": 1, "prot-unreachable": 2, "port-unreachable": 3, "frag-needed": 4,
    "net-prohibited": 9, "host-prohibited": 10, "admin-prohibited": 13,
})  # fmt: skip

ICMPV6_CODES: Mapping[str, int] = MappingProxyType({
    "no-route": 0, "admin-prohibited": 1, "addr-unreachable": 3, "port-unreachable": 4, "policy-fail": 5,
    "reject-route": 6,
})  # fmt: skip

TCP_FLAGS: Mapping[str, int] = MappingProxyType({
    "fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32, "ecn": 64, "cwr": 128,
})  # fmt: skip

STATES: Mapping[str, int] = MappingProxyType({
    "invalid": 1, "established": 2, "related": 4, "new": 8, "untracked": 64,
})  # fmt: skip

STATE_BITS: Mapping[State, int] = MappingProxyType({State(name): bit for name, bit in STATES.items()})
"""The bit that each state is in ``ct state``: a packet has exactly one."""

NFPROTO: Mapping[str, int] = MappingProxyType({"ipv4": 2, "ipv6": 10})
ETHERTYPE: Mapping[str, int] = MappingProxyType({
    "ip": 0x0800, "arp": 0x0806, "ip6": 0x86DD, "8021q": 0x8100, "8021ad": 0x88A8, "vlan": 0x8100,
})  # fmt: skip

VERSIONS: Mapping[int, int] = MappingProxyType({2: 4, 10: 6, 0x0800: 4, 0x86DD: 6})
"""The IP version that a number of ``meta nfproto`` or ``meta protocol`` stands for."""

PRIORITIES: Mapping[str, int] = MappingProxyType({
    "raw": -300, "mangle": -150, "dstnat": -100, "filter": 0, "security": 50, "srcnat": 100,
})  # fmt: skip
"""Names of priorities, but for those of the bridge family, whose chains see frames."""

FAMILIES: Mapping[str, frozenset[int]] = MappingProxyType({
    "ip": frozenset({4}), "ip6": frozenset({6}), "inet": frozenset({4, 6}), "netdev": frozenset({4, 6}),
    "arp": frozenset(), "bridge": frozenset({4, 6}),
})  # fmt: skip
"""The IP versions of the packets that chains of each family see."""

EXTENSION_HEADERS = frozenset(PROTOCOLS[name] for name in ("hopopt", "ipv6-route", "ipv6-frag", "ipv6-opts"))
"""Numbers that ``ip6 nexthdr`` sees in front of the protocol that a packet carries (RFC 8200 section 4.1)."""

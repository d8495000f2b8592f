"""The statements that cannot touch packets, place by place: the one list that decides what counts as understood unread.

Whatever stands in none of these lists, and is read by no other file here, is named as not modelled.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SECTIONS = _words("""
    access accounting-options applications chassis class-of-service event-options fabric multicast-snooping-options
    poe policy-options snmp system version virtual-chassis
""")
"""Top level: the box itself, queues (which delay packets and choose none), and definitions that others use."""

PARTS = {
    "protocols": _words("""
        bfd igmp igmp-snooping l2-learning lacp layer2-control link-management lldp lldp-med loop-detect mld
        mld-snooping mstp neighbor-discovery oam ptp router-advertisement rstp sflow stp vrrp vstp
    """),
    "forwarding-options": _words("""
        accounting analyzer dhcp-relay enhanced-hash-key hash-key helpers load-balance packet-capture port-mirroring
        sampling storm-control storm-control-profiles
    """),
    "services": _words("analytics flow-monitoring rpm"),
    "security": _words("alarms authentication-key-chains certificates log pki ssh-known-hosts"),
    "switch-options": _words("interface-mac-limit mac-notification mac-table-size no-mac-learning"),
}
"""Of sections that may touch packets, the statements that do not."""

LEARNING = _words("""
    bgp dvmrp esis evpn isis l2circuit ldp mpls msdp ospf ospf3 pim rip ripng rsvp segment-routing
    source-packet-routing vpls
""")
"""Protocols that add routes which the file does not hold: told, without doubting the routes that it does hold."""

PORT = _words("""
    accounting-profile aggregated-ether-options clocking damping description disable enable encapsulation esi
    ether-options fastether-options flexible-vlan-tagging framing gigether-options hierarchical-scheduler hold-time
    keepalives link-mode mac mtu native-vlan-id no-keepalives no-traps number-of-sub-ports optics-options
    per-unit-scheduler speed stacked-vlan-tagging traps unit unused vlan-tagging
""")
"""``interfaces NAME``: the wire. Some are read as well."""

UNIT = _words("""
    accounting-profile bandwidth description disable enable encapsulation family keepalives mac no-keepalives
    no-traps point-to-point proxy-arp statistics traps virtual-gateway-accept-data virtual-gateway-v4-mac
    virtual-gateway-v6-mac vlan-id
""")
"""``interfaces NAME unit N``."""

FAMILY = _words("""
    accounting address arp-max-cache dad-disable filter interface-mode maximum-labels mtu native-vlan-id
    nd6-stale-time no-neighbor-learn no-redirects port-mode primary recovery-timeout sampling storm-control tcp-mss
    vlan vlan-id vlan-id-list
""")
"""``interfaces NAME unit N family F``."""

LABELS = _words("iso mpls tcc")
"""Families that carry no IP packets of their own; what leads packets into labels is told with its protocol."""

FILTER = _words("""
    accounting-profile enhanced-mode fast-filter-lookup instance-shared interface-shared interface-specific
    physical-interface-filter
""")
"""A filter: its counters, and its place in hardware."""

ACTIONS = _words("""
    analyzer bgp-output-queue-priority clear-policy-map count dont-fragment dscp exclude-accounting force-premium
    forwarding-class log loss-priority policy-map port-mirror port-mirror-instance sample service-accounting
    service-accounting-deferred service-filter-hit syslog traffic-class
""")
"""``then``: what decides nothing about the packet."""

FIREWALL = _words("""
    atm-policer hierarchical-policer interface-set load-balance-group policer prefix-action three-color-policer
""")
"""``firewall``: definitions that filters use."""

VLAN = _words("""
    bridge-options description domain-type interface l3-interface mac-limit mac-table-size mcae-mac-synchronize
    no-mac-learning routing-interface switch-options vlan-id vlan-id-list
""")
"""``vlans NAME`` and ``bridge-domains NAME``."""

INSTANCE = _words("""
    description forwarding-options instance-type interface no-local-switching no-vrf-advertise protocols
    route-distinguisher routing-options vrf-export vrf-import vrf-table-label vrf-target
""")
"""``routing-instances NAME``."""

ROUTING_OPTIONS = _words("""
    aggregate autonomous-system bmp confederation fate-sharing forwarding-table graceful-restart martians
    maximum-paths maximum-prefixes multicast multipath nonstop-routing options ppm resolution rib
    route-distinguisher-id route-record router-id static topologies traceoptions validation
""")
"""``routing-options``."""

ROUTE = _words("""
    active as-path bfd-liveness-detection color community discard install metric metric2 next-hop next-table
    no-readvertise no-resolve no-retain passive preference qualified-next-hop readvertise receive reject resolve
    retain tag tag2
""")
"""``routing-options static route P``."""

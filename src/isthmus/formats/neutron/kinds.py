"""Which kinds of records there are, and which of their fields touch packets: the one list of what may be passed over.

A field that is neither read nor idle is unknown, and what it stands in is not modelled.
"""

from dataclasses import dataclass

_EVERYWHERE = frozenset({
    "created_at", "description", "project_id", "qos_network_policy_id", "qos_policy_id", "revision_number", "shared",
    "standard_attr_id", "status", "tags", "tenant_id", "updated_at",
})  # fmt: skip
"""Fields of every kind that cannot touch packets. Quality of service slows packets down; it refuses none for good."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record: the key of its list, the file that a folder keeps it in, and its fields."""

    key: str
    file: str
    reads: frozenset[str]
    known: frozenset[str]
    """Those that are read, and those that cannot touch packets."""

    @property
    def title(self) -> str:
        """How a message calls one of them."""
        return self.key.removesuffix("s").replace("_", " ")


def _kind(key: str, file: str, reads: str, idle: str = "") -> Kind:
    fields = frozenset(reads.split())
    return Kind(key, file, fields, fields | frozenset(idle.split()) | _EVERYWHERE)


GROUPS = _kind(
    "security_groups", "security-groups.json", "id name security_group_rules stateful", "is_default"
)  # fmt: skip
RULES = _kind(
    "security_group_rules",
    "security-group-rules.json",
    "id direction ethertype normalized_cidr port_range_max port_range_min protocol remote_address_group_id"
    " remote_group_id remote_ip_prefix security_group_id",
    "belongs_to_default_sg",
)
ADDRESS_GROUPS = _kind("address_groups", "address-groups.json", "id addresses name")
PORTS = _kind(
    "ports",
    "ports.json",
    "id admin_state_up allowed_address_pairs device_id device_owner dns_name extra_dhcp_opts fixed_ips mac_address name"
    " network_id port_security_enabled security_groups trunk_details",
    "binding:host_id binding:profile binding:vif_details binding:vif_type binding:vnic_type data_plane_status"
    " device_profile dns_assignment dns_domain hardware_offload_type hints ip_allocation numa_affinity_policy"
    " propagate_uplink_status pvlan_community pvlan_type resource_request trusted",
)
NETWORKS = _kind(
    "networks",
    "networks.json",
    "id admin_state_up ipv4_address_scope ipv6_address_scope name pvlan",
    "availability_zone_hints availability_zones dns_domain is_default l2_adjacency mtu port_security_enabled"
    " project_default provider:network_type provider:physical_network provider:segmentation_id qinq router:external"
    " segments subnets vlan_transparent",
)
SUBNETS = _kind(
    "subnets",
    "subnets.json",
    "id cidr gateway_ip host_routes name network_id segment_id",
    "allocation_pools dns_nameservers dns_publish_fixed_ip enable_dhcp ip_version ipv6_address_mode ipv6_ra_mode"
    " router:external service_types subnetpool_id",
)
ROUTERS = _kind(
    "routers",
    "routers.json",
    "id admin_state_up conntrack_helpers enable_ndp_proxy enable_snat external_gateway_info external_gateways name"
    " routes",
    "availability_zone_hints availability_zones distributed enable_default_route_bfd enable_default_route_ecmp"
    " flavor_id ha service_type_id",
)
"""``distributed`` and ``ha`` say where a router runs; the packets that leave it are the same."""
FLOATING = _kind(
    "floatingips",
    "floatingips.json",
    "id fixed_ip_address floating_ip_address port_forwardings port_id router_id",
    "distributed dns_domain dns_name floating_network_id port_details",
)
TRUNKS = _kind("trunks", "trunks.json", "id port_id sub_ports", "admin_state_up name")

KINDS = {
    each.key: each
    for each in (GROUPS, RULES, ADDRESS_GROUPS, PORTS, NETWORKS, SUBNETS, ROUTERS, FLOATING, TRUNKS)
}  # fmt: skip
"""Every kind that is modelled, by the key of its list."""

EXPECTED = (PORTS, NETWORKS, SUBNETS, GROUPS, ROUTERS, FLOATING)
"""The kinds that every controller has, be the list empty."""

IDLE_LISTS = frozenset({
    "address_scopes", "agents", "auto_allocated_topologies", "availability_zones", "default_security_group_rules",
    "extensions", "firewall_policies", "firewall_rules", "flavors", "floatingip_pools", "loggable_resources", "logs",
    "metering_label_rules", "metering_labels", "network_ip_availabilities", "network_segment_ranges", "policies",
    "quotas", "rbac_policies", "rule_types", "segments", "service_profiles", "service_providers", "subnetpools",
})  # fmt: skip
"""Lists that cannot touch packets, or only by records of other lists that refer to theirs."""

OPAQUE_LISTS = frozenset({
    "bgp_peers", "bgp_speakers", "bgpvpns", "conntrack_helpers", "endpoint_groups", "firewall_groups",
    "flow_classifiers", "ipsec_site_connections", "local_ips", "ndp_proxies",
    "port_chains", "port_forwardings", "port_pair_groups", "port_pairs", "tap_flows", "tap_mirrors", "tap_services",
    "vpnservices",
})  # fmt: skip
"""Lists that touch packets, or copy them, in ways that are not modelled."""

SINGULAR = {each.key.removesuffix("s"): each for each in KINDS.values()}
"""The key of an answer about one record, and its kind."""

"""Random lists of Neutron's API: groups with rules of every kind, ports that have them, ports elsewhere that belong."""

from ipaddress import ip_address, ip_network
from random import Random
from typing import Any

from tests.neutron_referee.plant import MACS, NETWORK, PORTS

Record = dict[str, Any]
SUBNETS = {4: "172.16.5.0/24", 6: "2001:db8:5::/64"}
ELSEWHERE = ("4444dddd-0000-4000-8000-000000000004", "5555eeee-0000-4000-8000-000000000005")
"""Ports on other hypervisors: members of groups, and not plugged in here."""
PREFIXES = {
    4: ("0.0.0.0/0", "10.0.0.0/8", "10.1.2.3/32", "172.16.5.0/24", "172.16.5.64/26", "198.51.100.0/25", "192.0.2.7/32"),
    6: ("::/0", "2001:db8:5::/64", "2001:db8:5::40/122", "2001:db8:9::/48", "2001:db8:9::1/128"),
}
NUMBERS = (22, 53, 67, 68, 80, 443, 546, 547, 1024, 8080, 65535)
_ETHERTYPES = {4: "IPv4", 6: "IPv6"}


def fixed_addresses(at: int) -> dict[int, str]:
    """The addresses that a port may have."""
    return {4: str(ip_network(SUBNETS[4])[at * 7 + 4]), 6: str(ip_network(SUBNETS[6])[at * 7 + 4])}


def draw_folder(random: Random) -> Record:
    """One answer of everything that the reader asks for."""
    is_stateful = random.random() > 0.15
    groups = [f"g-{at}" for at in range(random.randint(1, 3))]
    address_groups = [{"id": "a-1", "name": "partners", "addresses": ["198.51.100.0/25", "2001:db8:9::1/128"]}]
    fewest = 0 if is_stateful else 1  # Neutron takes a stateless group without any rule for a stateful one
    rules = {
        each: [_rule(random, f"{each}-{at}", groups) for at in range(random.randint(fewest, 6))] for each in groups
    }
    return {
        "networks": [{"id": NETWORK, "name": "instances"}],
        "subnets": [
            {"id": f"s-{version}", "network_id": NETWORK, "cidr": cidr, "gateway_ip": str(ip_network(cidr)[1])}
            for version, cidr in SUBNETS.items()
        ],
        "address_groups": address_groups,
        "security_groups": [
            {"id": each, "name": each, "stateful": is_stateful, "security_group_rules": rules[each]} for each in groups
        ],
        "ports": [_port(random, at, id_, groups) for at, id_ in enumerate((*PORTS, *ELSEWHERE))],
        "routers": [],
        "floatingips": [],
    }


def _rule(random: Random, id_: str, groups: list[str]) -> Record:
    version = random.choice((4, 4, 6))
    direction = random.choice(("ingress", "ingress", "egress"))
    rule: Record = {"id": id_, "direction": direction, "ethertype": _ETHERTYPES[version]}
    protocol = random.choice((None, "tcp", "tcp", "udp", "udp", "icmp" if version == 4 else "ipv6-icmp", "89", "6"))
    rule["protocol"] = protocol
    if protocol in ("tcp", "udp", "6") and random.random() < 0.8:
        first, last = sorted(random.choices(NUMBERS, k=2))
        rule |= {"port_range_min": first, "port_range_max": random.choice((first, last))}
    if protocol in ("icmp", "ipv6-icmp") and random.random() < 0.6:
        rule["port_range_min"] = random.choice((8, 0, 3) if version == 4 else (128, 129, 135))
        if random.random() < 0.5:
            rule["port_range_max"] = 0
    kind = random.random()
    if kind < 0.45:
        rule["remote_ip_prefix"] = random.choice(PREFIXES[version])
    elif kind < 0.7:
        rule["remote_group_id"] = random.choice(groups)
    elif kind < 0.8:
        rule["remote_address_group_id"] = "a-1"
    return rule


def _port(random: Random, at: int, id_: str, groups: list[str]) -> Record:
    held = fixed_addresses(at)
    versions = random.choice(((4, 6), (4, 6), (4,), (6,)))
    pairs = []
    if random.random() < 0.3:
        pairs.append({"ip_address": random.choice(("172.16.5.200", "10.1.2.3", "2001:db8:5::200"))})
    is_secured = random.random() > 0.12
    return {
        "id": id_,
        "name": f"vm-{at}",
        "device_id": f"i-{at}",
        "device_owner": "compute:nova",
        "network_id": NETWORK,
        "mac_address": MACS[at] if at < len(MACS) else f"fa:16:3e:00:01:0{at}",
        "fixed_ips": [{"ip_address": held[version], "subnet_id": f"s-{version}"} for version in versions],
        "security_groups": random.sample(groups, random.randint(1, len(groups))) if is_secured else [],
        "port_security_enabled": is_secured,
        "allowed_address_pairs": pairs if is_secured else [],
    }


def strangers(version: int) -> list[str]:
    """Addresses that no port of ours holds, at the edges of what rules ask for."""
    found = set()
    for each in PREFIXES[version][1:]:
        prefix = ip_network(each)
        first, last = int(prefix.network_address), int(prefix.broadcast_address)
        found |= {first - 1, first + 1, last - 1, last + 1}
    own = ip_network(SUBNETS[version])
    made = {type(own.network_address)(number) for number in found}
    held = {fixed_addresses(at)[version] for at in range(5)} | {str(own[0]), str(own[1]), str(own[-1])}
    return sorted(str(each) for each in made if str(each) not in held and ip_address(str(each)) != own[-1])

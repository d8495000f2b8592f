"""Random routers: as the API tells them, and as the server tells the same to the L3 agent."""

import uuid
from dataclasses import dataclass
from ipaddress import ip_network
from random import Random
from typing import Any

Record = dict[str, Any]
OUTSIDE = "203.0.113.0/24"
FLOATING = "198.51.100.0/28"
"""The prefixes of the external network: the gateway's own, and one for floating addresses."""
INSIDE = ("172.16.0.0/24", "172.17.0.0/25", "10.40.0.0/16")
HOSTS = (10, 11, 12)
_MTU = 1500


@dataclass(frozen=True, slots=True)
class Drawn:
    """One router: what the API answers, what the agent gets, and where its wires lead."""

    folder: Record
    router: Record
    devices: tuple[str, ...]
    """Its devices, the outer one first."""
    macs: tuple[str, ...]
    neighbours: dict[str, list[str]]
    floating: tuple[str, ...]
    has_gateway: bool


def draw_router(random: Random) -> Drawn:
    """A router with one to three inner networks, mostly with a gateway, now and then with floating addresses."""
    router_id = _id(random)
    has_gateway, has_snat = random.random() < 0.9, random.random() < 0.7
    inner = INSIDE[: random.randint(1, 3)]
    gateway = _port(random, router_id, "network:router_gateway", "n-out", "s-out", str(ip_network(OUTSIDE)[2]), 0)
    ports = [
        _port(random, router_id, "network:router_interface", f"n-{at}", f"s-{at}", str(ip_network(cidr)[1]), at + 1)
        for at, cidr in enumerate(inner)
    ]
    instances = [
        _port(random, _id(random), "compute:nova", f"n-{at}", f"s-{at}", str(ip_network(cidr)[host]), at * 16 + host)
        | {"port_security_enabled": False}
        for at, cidr in enumerate(inner)
        for host in HOSTS
    ]
    floating = _floating(random, router_id, instances) if has_gateway else []
    routes = []
    if random.random() < 0.3:
        routes = [{"destination": "10.99.0.0/16", "nexthop": str(ip_network(inner[0])[HOSTS[2]])}]
    info = None
    if has_gateway:
        held = [{"subnet_id": "s-out", "ip_address": gateway["fixed_ips"][0]["ip_address"]}]
        info = {"network_id": "n-out", "enable_snat": has_snat, "external_fixed_ips": held}
    networks = [{"id": f"n-{at}", "name": f"inside-{at}"} for at in range(len(inner))]
    subnets = [_subnet(f"s-{at}", f"n-{at}", cidr) for at, cidr in enumerate(inner)]
    outer = [_subnet("s-out", "n-out", OUTSIDE), _subnet("s-float", "n-out", FLOATING) | {"gateway_ip": None}]
    folder = {
        "networks": [{"id": "n-out", "name": "outside", "router:external": True}, *networks],
        "subnets": [*outer, *subnets],
        "routers": [
            {
                "id": router_id, "name": "gate", "admin_state_up": True, "distributed": False, "ha": False,
                "external_gateway_info": info, "routes": routes,
            }
        ],
        "ports": [*([gateway] if has_gateway else []), *ports, *instances],
        "security_groups": [],
        "floatingips": floating,
    }  # fmt: skip
    agent: Record = {
        "id": router_id, "enable_snat": has_snat, "distributed": False, "ha": False, "routes": routes,
        "_interfaces": [_for_agent(each, {f"s-{at}": inner[at]}) for at, each in enumerate(ports)],
        "_floatingips": [
            {
                "id": each["id"], "floating_ip_address": each["floating_ip_address"], "port_id": each["port_id"],
                "fixed_ip_address": each["fixed_ip_address"], "floating_network_id": "n-out", "status": "DOWN",
                "router_id": router_id, "fixed_ip_address_scope": None, "host": None,
            }
            for each in floating
        ],
    }  # fmt: skip
    if has_gateway:
        agent["gw_port"] = _for_agent(gateway, {"s-out": OUTSIDE})
    names = [f"qg-{gateway['id']}"[:14]] * has_gateway + [f"qr-{each['id']}"[:14] for each in ports]
    macs = [gateway["mac_address"]] * has_gateway + [each["mac_address"] for each in ports]
    known = [[str(ip_network(OUTSIDE)[at]) for at in (1, 30, 31)]] * has_gateway
    known += [[str(ip_network(cidr)[host]) for host in (*HOSTS, 30)] for cidr in inner]
    return Drawn(
        folder, agent, tuple(names), tuple(macs), dict(zip(names, known, strict=True)),
        tuple(each["floating_ip_address"] for each in floating), has_gateway,
    )  # fmt: skip


def _id(random: Random) -> str:
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def _subnet(id_: str, network: str, cidr: str) -> Record:
    return {"id": id_, "network_id": network, "cidr": cidr, "gateway_ip": str(ip_network(cidr)[1])}


def _port(random: Random, device: str, owner: str, network: str, subnet: str, address: str, number: int) -> Record:
    return {
        "id": _id(random), "name": "", "device_id": device, "device_owner": owner, "network_id": network,
        "mac_address": f"fa:16:3e:00:02:{number:02x}", "fixed_ips": [{"subnet_id": subnet, "ip_address": address}],
        "security_groups": [], "allowed_address_pairs": [],
    }  # fmt: skip


def _floating(random: Random, router: str, instances: list[Record]) -> list[Record]:
    chosen = random.sample(instances, random.randint(0, min(3, len(instances))))
    return [
        {
            "id": _id(random), "router_id": router, "floating_ip_address": str(ip_network(FLOATING)[at + 2]),
            "fixed_ip_address": each["fixed_ips"][0]["ip_address"], "port_id": each["id"],
            "floating_network_id": "n-out", "port_forwardings": [],
        }
        for at, each in enumerate(chosen)
    ]  # fmt: skip


def _for_agent(port: Record, cidrs: dict[str, str]) -> Record:
    """A port of the router as the server tells it to the agent."""
    fixed = [each | {"prefixlen": ip_network(cidrs[each["subnet_id"]]).prefixlen} for each in port["fixed_ips"]]
    subnets: list[Record] = [
        {"id": id_, "cidr": cidr, "gateway_ip": str(ip_network(cidr)[1]), "ipv6_ra_mode": None, "dns_nameservers": []}
        for id_, cidr in cidrs.items()
    ]
    return {
        "id": port["id"], "mac_address": port["mac_address"], "network_id": port["network_id"], "mtu": _MTU,
        "admin_state_up": True, "fixed_ips": fixed, "subnets": subnets, "extra_subnets": [],
        "address_scopes": {"4": None, "6": None}, "binding:host_id": "here",
    }  # fmt: skip

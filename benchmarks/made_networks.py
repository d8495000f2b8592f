"""Networks of any size, made the same way every time: sites behind four cores, instances behind security groups."""

import json
import random
from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

from isthmus.diagnostics import Span
from isthmus.formats import Text
from isthmus.network import (
    Chain,
    Device,
    DeviceKind,
    FilterUse,
    Interface,
    NextHop,
    Route,
    RouteKind,
    Rule,
    Verdict,
)
from isthmus.packetset import Match, only

MADE = Span("generated")
CORES = 4
PORTS = (22, 25, 53, 80, 443, 3306, 5432, 8080, 8443, 9200)


def interface(name: str, address: str, *filters: str) -> Interface:
    """An interface; its filters are one in and one out."""
    uses = [(FilterUse(each, MADE),) for each in filters] or [(), ()]
    return Interface(name, MADE, (ip_interface(address),), filters_in=uses[0], filters_out=uses[1])


def route(prefix: str, via: object) -> Route:
    """A static route."""
    return Route(ip_network(prefix), RouteKind.FORWARD, MADE, (NextHop(ip_address(str(via))),))


def router(name: str, interfaces: list[Interface], routes: list[Route], *chains: Chain) -> Device:
    """A router."""
    by_name = {each.name: each for each in interfaces}
    tables = {"main": tuple(routes)}
    held = {each.name: each for each in chains}
    return Device(name, MADE, DeviceKind.ROUTER, True, by_name, tables=tables, chains=held)


def rules(name: str, count: int, dice: random.Random) -> Chain:
    """A filter: three of four rules accept, most name both ends, all a TCP port."""

    def block() -> Any:
        length = dice.choice([16, 18, 24])
        return ip_network(f"10.{dice.randrange(1, 250)}.{dice.randrange(4) * 64}.0/{length}", strict=False)

    made = []
    for line in range(1, count + 1):
        source = (block(),) if dice.random() < 0.8 else None
        destination = (block(),) if dice.random() < 0.9 else None
        match = Match(source, destination, (only(6),), destination_ports=(only(dice.choice(PORTS)),))
        verdict = Verdict.ACCEPT if dice.random() < 0.75 else Verdict.DROP
        made.append(Rule((match,), verdict, Span(name, line)))
    return Chain(name, tuple(made), MADE, Verdict.DROP)


def sites(count: int, length: int) -> tuple[Device, ...]:
    """Sites behind four cores, each with a filter of ``length`` rules in, and one out."""
    dice = random.Random(1)
    devices, legs, routes = [], [[] for _ in range(CORES)], [[] for _ in range(CORES)]  # type: ignore[var-annotated]
    for number in range(count):
        core, link = number % CORES, ip_address("100.64.0.0") + 4 * number
        lan = interface("lan", f"10.{number + 1}.0.1/16", "in", "out")
        up = [lan, interface("up", f"{link + 2}/30")]
        filters = (rules("in", length, dice), rules("out", length, dice))
        devices.append(router(f"site{number}", up, [route("0.0.0.0/0", link + 1)], *filters))
        legs[core].append(interface(f"site{number}", f"{link + 1}/30"))
        routes[core].append((f"10.{number + 1}.0.0/16", link + 2))
    for core in range(CORES):
        mine, known = list(legs[core]), [route(*each) for each in routes[core]]
        for other in (each for each in range(CORES) if each != core):
            link = ip_address("100.100.0.0") + 4 * (16 * min(core, other) + max(core, other))
            near, far = (link + 1, link + 2) if core < other else (link + 2, link + 1)
            mine.append(interface(f"core{other}", f"{near}/30"))
            known += [route(prefix, far) for prefix, _ in routes[other]]
        devices.append(router(f"core{core}", mine, known))
    return tuple(devices)


def border(lines: int) -> Device:
    """A router between instances and another realm; its filter's lines are about a subnet of instances each, one of
    them about all."""
    dice = random.Random(3)
    made = []
    for line in range(1, lines + 1):
        source = ip_network(f"10.{dice.randrange(256)}.0.0/16")
        destination = ip_network(f"172.16.{dice.randrange(1, 41)}.0/24" if line != lines // 2 else "172.16.0.0/16")
        port = (only(dice.choice(PORTS)),)
        match = Match((source,), (destination,), (only(6),), destination_ports=port)
        made.append(Rule((match,), Verdict.DROP, Span("border", line)))
    private = interface("private", "10.0.0.1/8", "in", "out")
    chains = Chain("in", tuple(made), MADE, Verdict.ACCEPT), Chain("out", (), MADE, Verdict.ACCEPT)
    return router(
        "border", [interface("cloud", "192.0.2.1/29"), private], [route("172.16.0.0/16", "192.0.2.2")], *chains
    )


def groups(ports: int) -> tuple[Text, ...]:
    """An API's answers: ten ports and a hundred rules for each group, a fifth of them naming another group."""
    dice = random.Random(1)
    count = ports // 10
    tenant = {"project_id": "bench"}
    up = {"admin_state_up": True, "status": "ACTIVE", "mac_address": "fa:16:3e:00:00:01", "allowed_address_pairs": []}
    networks = [{"id": name, "name": name, "router:external": name == "wan", **tenant} for name in ("lan", "wan")]
    lan = {"id": "lan4", "network_id": "lan", "ip_version": 4, "cidr": "172.16.0.0/16", "gateway_ip": "172.16.0.1"}
    wan = {"id": "wan4", "network_id": "wan", "ip_version": 4, "cidr": "192.0.2.0/29", "gateway_ip": "192.0.2.1"}
    outside = {"network_id": "wan", "enable_snat": True}
    outside["external_fixed_ips"] = [{"subnet_id": "wan4", "ip_address": "192.0.2.2"}]  # type: ignore[assignment]
    routers = [{"id": "router", "name": "gateway", "routes": [], "external_gateway_info": outside, **up, **tenant}]

    def port(name: str, device: str, owner: str, subnet: str, address: str, *of: str) -> dict[str, Any]:
        fixed = [{"subnet_id": subnet, "ip_address": address}]
        told = {"id": name, "name": name, "device_id": device, "device_owner": owner, "network_id": subnet[:3]}
        return {
            **told,
            "fixed_ips": fixed,
            "security_groups": list(of),
            "port_security_enabled": bool(of),
            **up,
            **tenant,
        }

    held = [
        port("inside", "router", "network:router_interface", "lan4", "172.16.0.1"),
        port("outside", "router", "network:router_gateway", "wan4", "192.0.2.2"),
    ]
    for number in range(ports):
        address = f"172.16.{1 + number // 250}.{1 + number % 250}"
        held.append(port(f"vm{number}", f"vm{number}", "compute:nova", "lan4", address, f"g{number % count}"))
    named = [{"id": f"g{number}", "name": f"g{number}", "stateful": True, **tenant} for number in range(count)]
    listed = [each for number in range(count) for each in _rules(number, count, dice)]
    kinds = {"networks": networks, "subnets": [{**lan, **tenant}, {**wan, **tenant}], "routers": routers}
    kinds |= {"ports": held, "security_groups": named, "security_group_rules": listed, "floatingips": []}
    return tuple(Text(f"openstack/{kind}.json", _answer(kind, records)) for kind, records in kinds.items())


def _answer(kind: str, records: list[dict[str, Any]]) -> str:
    lines = ",\n".join(map(json.dumps, records))
    return f'{{"{kind}": [\n{lines}\n]}}\n'


def _rules(group: int, groups_: int, dice: random.Random) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = [{"direction": "egress", "protocol": None}]
    for _ in range(99):
        first = dice.randrange(1, 40_000)
        asked: dict[str, Any] = {"direction": "ingress", "protocol": dice.choice(["tcp", "udp"])}
        asked |= {"port_range_min": first, "port_range_max": first + dice.choice([0, 0, 0, 100])}
        if dice.random() < 0.2:
            asked["remote_group_id"] = f"g{dice.randrange(groups_)}"
        else:
            asked["remote_ip_prefix"] = f"10.{dice.randrange(256)}.{dice.randrange(256)}.0/24"
        made.append(asked)
    filler = {"ethertype": "IPv4", "remote_ip_prefix": None, "remote_group_id": None, "security_group_id": f"g{group}"}
    return [{"id": f"g{group}-{at}", **filler, **each} for at, each in enumerate(made)]

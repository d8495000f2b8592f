"""Proofs over many devices and many security groups, measured in this process: ``python -m benchmarks.prove_networks``.

The devices are sites with two filters each, behind four cores; the ports are instances of one virtual network, with
groups that refer to one another, read from the answers of Neutron's API.
"""

import gc
import json
import random
import resource
import sys
import time
from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

from isthmus.diagnostics import Span
from isthmus.formats import Text, read
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
    assemble,
)
from isthmus.packetset import Match, Space, only
from isthmus.prove.certainty import Bounds
from isthmus.prove.reach.direction import Direction, first_packets
from isthmus.prove.reach.explore import Exploration
from isthmus.prove.reach.journey import ordinary
from isthmus.prove.reach.places import Explored, Place
from isthmus.prove.reach.reach import Reach

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


def matrix(count: int, length: int) -> str:
    """Which sites reach which, all sources at once; then pair by pair."""
    network = assemble(sites(count, length)).network
    started = time.process_time()
    space = Space(1 << 23)
    exploration = Exploration(Reach(network, space), Direction.THERE, {})
    lans = [ip_network(f"10.{number + 1}.0.0/16") for number in range(count)]
    sent = [first_packets(space) & space.match(Match(source=(each,))) for each in lans]
    for lan, packets in zip(lans, sent, strict=True):
        exploration.begin(Place(segment=str(lan)), Bounds.exactly(packets))
    arrived = [each.possibly for each in exploration.run().arrived.values()]
    pairs = sum(1 for packets in sent for each in arrived if each & packets)
    return f"{time.process_time() - started:6.1f} s  {pairs:,} of {len(sent) * len(arrived):,} pairs reach each other"


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


def realm(ports: int) -> str:
    """Reading, and then everything between a realm of instances and another one, both ways."""
    texts = groups(ports)
    started = time.process_time()
    reading = read("openstack", texts)
    outer = [interface("cloud", "192.0.2.1/29"), interface("private", "10.0.0.1/8")]
    border = router("border", outer, [route("172.16.0.0/16", "192.0.2.2")])
    network = assemble([*reading.devices, border]).network
    read_in = time.process_time() - started
    space = Space(1 << 24)
    reach = Reach(network, space)
    inside, outside = (ip_network("172.16.0.0/16"), ip_network("192.0.2.0/29")), (ip_network("10.0.0.0/8"),)
    inward = _everything(reach, Match(source=outside, destination=inside))
    outward = _everything(reach, Match(source=inside, destination=outside))
    told = f"{len(inward.arrived):,} places inward, {len(outward.arrived):,} outward; reading {read_in:.1f} s of it"
    return f"{time.process_time() - started:6.1f} s  {told}"


def _everything(reach: Reach, match: Match) -> Explored:
    exploration = Exploration(reach, Direction.THERE, {})
    for place, packets in ordinary(reach, first_packets(reach.space) & reach.space.match(match)).items():
        exploration.begin(place, Bounds.exactly(packets))
    return exploration.run()


def main() -> None:
    """Print a row for each size; names of rows choose among them."""
    gc.disable()
    for count, length in ((60, 100), (125, 100), (250, 100)):
        _row(
            "devices", f"{count} sites, twice {length} rules each, all sources", lambda c=count, n=length: matrix(c, n)
        )  # type: ignore[misc]
    for ports in (1_000, 3_000, 10_000):
        _row("groups", f"{ports:,} instance ports, {ports * 10:,} group rules", lambda p=ports: realm(p))  # type: ignore[misc]


def _row(kind: str, name: str, ask: Any) -> None:
    if len(sys.argv) > 1 and kind not in sys.argv[1:]:
        return
    said = ask()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:52}{said}; {peak:,.0f} MB", flush=True)


if __name__ == "__main__":
    main()

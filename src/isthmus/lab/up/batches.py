"""The lines for ``ip -batch`` that make a plan's namespaces, wires and addresses: pure text."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from isthmus.lab.plan.naming import hardware_address
from isthmus.lab.plan.shape import LabPlan, NodePlan, PortPlan, Wire

FIRST_INDEX = 1000
"""Numbers of interfaces. The kernel brings up both ends of a wire at once only where their numbers differ; else, after
up to a second (``linkwatch_urgent_event``): so one end has a number that no other interface has."""


@dataclass(frozen=True, slots=True)
class Batches:
    """The passes: ``links`` are made in place once, ``nodes`` configure each namespace from inside."""

    links: tuple[str, ...]
    nodes: dict[str, tuple[str, ...]]


def batches(plan: LabPlan, prefix: str = "") -> Batches:
    """The lines for a plan; namespaces are called after their nodes, with a prefix."""
    numbers = count(FIRST_INDEX)
    links: list[str] = []
    inside: dict[str, list[str]] = {name: ["link set lo up"] for name in plan.nodes}
    wired: set[tuple[str, str]] = set()
    for wire in plan.wires:
        wired |= set(wire.ports)
        links += _links(plan, wire, prefix, numbers)
        if wire.switch and wire.bridge:
            inside[wire.switch].append(f"link add name {wire.bridge} type bridge forward_delay 0 mcast_snooping 0")
            for each in wire.bridge_ports:
                inside[wire.switch].append(f"link set dev {each} master {wire.bridge} up")
            inside[wire.switch].append(f"link set dev {wire.bridge} up")
    links += _tunnels(plan, prefix, numbers)
    for node in plan.nodes.values():
        inside[node.name] += _interfaces(node, wired, plan)
    return Batches(tuple(links), {name: tuple(lines) for name, lines in inside.items()})


def _port(plan: LabPlan, end: tuple[str, str]) -> PortPlan:
    return next(each for each in plan.nodes[end[0]].ports if each.device == end[1])


def _links(plan: LabPlan, wire: Wire, prefix: str, numbers: Iterator[int]) -> Iterator[str]:
    if wire.switch is None and len(wire.ports) == 2:
        (one, mine), (other, theirs) = wire.ports
        macs = [_port(plan, each).mac for each in wire.ports]
        yield (
            f"link add name {mine} index {next(numbers)} netns {prefix}{one} address {macs[0]} type veth "
            f"peer name {theirs} netns {prefix}{other} address {macs[1]}"
        )
        return
    for end, there in zip(wire.ports, wire.bridge_ports, strict=True):
        node, device = end
        yield (
            f"link add name {device} index {next(numbers)} netns {prefix}{node} address {_port(plan, end).mac} "
            f"type veth peer name {there} netns {prefix}{wire.switch}"
        )


def _tunnels(plan: LabPlan, prefix: str, numbers: Iterator[int]) -> Iterator[str]:
    made: set[frozenset[tuple[str, str]]] = set()
    for node in plan.nodes.values():
        for each in node.tunnels:
            ends = frozenset({(node.name, each.device), (each.peer, each.peer_device)})
            if ends not in made:
                made.add(ends)
                mine = hardware_address(node.name, each.device)
                theirs = hardware_address(each.peer, each.peer_device)
                yield (
                    f"link add name {each.device} index {next(numbers)} netns {prefix}{node.name} address {mine} "
                    f"type veth peer name {each.peer_device} netns {prefix}{each.peer} address {theirs}"
                )


def _interfaces(node: NodePlan, wired: set[tuple[str, str]], plan: LabPlan) -> Iterator[str]:
    """An interface that no wire ends at is a bridge without ports: there is no dummy in every kernel."""
    bridged = {name for wire in plan.wires if wire.switch == node.name for name in (wire.bridge, *wire.bridge_ports)}
    for each in node.loopback:
        yield f"addr replace {each} dev lo"
    for port in node.ports:
        if port.device in bridged:
            continue
        if (node.name, port.device) not in wired:
            yield f"link add name {port.device} type bridge"
        if port.is_up:
            yield f"link set dev {port.device} up"
        for each in port.addresses:
            flags = " nodad" if each.version == 6 else " brd +" if each.network.prefixlen < 31 else ""
            yield f"addr add {each}{flags} dev {port.device}"
    for tunnel in node.tunnels:
        yield f"link set dev {tunnel.device} up"

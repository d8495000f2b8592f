"""What lies beyond the snapshot: neighbours that routes lead to and that no device is.

One node stands for everything behind default routes (``internet``), one for everything behind more specific ones
(``elsewhere``: other sites). Both answer for every address that packets come to them with, and forward nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from isthmus.lab.plan.devices import host_address
from isthmus.lab.plan.draft import Draft, DraftPort, Ground
from isthmus.lab.plan.shape import NodeKind
from isthmus.network import DEFAULT_VRF, Device, Route, RouteKind
from isthmus.packetset import Address, Prefix

INTERNET = "internet"
ELSEWHERE = "elsewhere"

_QUIET = (("net.ipv4.conf.all.arp_ignore", "1"), ("net.ipv4.conf.all.arp_announce", "2"))
"""Whoever takes packets to every address does not tell its neighbours that it has them."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A neighbour's address on a segment that nobody there holds, and the routes that lead to it."""

    draft: Draft
    port: DraftPort
    neighbour: Address
    prefixes: tuple[Prefix, ...]

    @property
    def is_default(self) -> bool:
        """Whether everything else goes there."""
        return any(each.prefixlen == 0 for each in self.prefixes)


def add_outside(ground: Ground) -> None:
    """Add the nodes beyond the edges of the snapshot, with a leg at each of them."""
    edges = list(_edges(ground))
    for wanted, name in ((True, INTERNET), (False, ELSEWHERE)):
        mine = [each for each in edges if each.is_default is wanted]
        if mine:
            _add(ground, name, mine)


def _add(ground: Ground, name: str, edges: list[Edge]) -> None:
    draft = ground.add(name, NodeKind.OUTSIDE)
    draft.answers_for_all = True
    draft.sysctls += _QUIET
    for number, edge in enumerate(edges):
        prefix = next(each for each in edge.port.addresses if edge.neighbour in each.network)
        port = next((each for each in draft.ports.values() if each.segment == edge.port.segment), None)
        if port is None:
            port = draft.add_port(f"edge{len(draft.ports)}", [], edge.port.segment)
        port.addresses.append(host_address(edge.neighbour, prefix.network.prefixlen))
        everything = _everything(prefix.version)
        draft.routes.append(f"route replace {everything} via {prefix.ip} dev {port.device} metric {number + 1}")
        rule = f"{_family(prefix.version)}rule add priority 1 iif {port.device} table local"
        draft.rules += [] if rule in draft.rules else [rule]
    for version in sorted({each.neighbour.version for each in edges}):
        _answer_for_all(draft, version)


def _answer_for_all(draft: Draft, version: int) -> None:
    """Every address is local, for what comes in alone: what it sends itself is routed first."""
    draft.routes.append(f"route replace local {_everything(version)} dev lo table local")
    draft.rules.append(f"{_family(version)}rule add priority 2 table main")
    draft.rules.append(f"{_family(version)}rule add priority 3 table local")
    draft.rules.append(f"{_family(version)}rule del priority 0")


def _family(version: int) -> str:
    return "-6 " if version == 6 else ""


def _everything(version: int) -> str:
    return "0.0.0.0/0" if version == 4 else "::/0"


def _edges(ground: Ground) -> Iterator[Edge]:
    found: dict[tuple[str, Address], tuple[Draft, DraftPort, dict[Prefix, None]]] = {}
    for draft in list(ground.drafts.values()):
        for route in _routes(draft):
            for hop in route.next_hops:
                port = _port(draft, hop.address) if hop.address else None
                if hop.address is None or port is None or port.segment is None:
                    continue
                if not any(
                    held.ip == hop.address for _, each in ground.on_segment(port.segment) for held in each.addresses
                ):
                    edge = found.setdefault((port.segment, hop.address), (draft, port, {}))
                    edge[2][route.prefix] = None
    for (_, neighbour), (draft, port, prefixes) in found.items():
        yield Edge(draft, port, neighbour, tuple(prefixes))


def _routes(draft: Draft) -> Iterator[Route]:
    for routes in own_tables(draft).values():
        yield from (each for each in routes if each.kind is RouteKind.FORWARD)


def own_tables(draft: Draft) -> dict[str, tuple[Route, ...]]:
    """The routing tables of a node's VRF."""
    device: Device | None = draft.model
    if device is None:
        return {}
    names = {each.table for each in device.vrfs.values()}
    if draft.vrf == DEFAULT_VRF:
        return {name: routes for name, routes in device.tables.items() if name not in names}
    own = device.vrfs[draft.vrf].table if draft.vrf in device.vrfs else draft.vrf
    return {own: device.tables.get(own, ())}


def _port(draft: Draft, address: Address) -> DraftPort | None:
    for port in draft.ports.values():
        if any(each.version == address.version and address in each.network for each in port.addresses):
            return port
    return None


def behind(ground: Ground, address: Address) -> Draft | None:
    """The node outside that packets to an address go to by a route of their own (not by a default one)."""
    node = ground.of(ELSEWHERE)
    best, best_node = -1, None
    for draft in ground.drafts.values():
        for route in _routes(draft) if draft.forwards else ():
            prefix = route.prefix
            if prefix.version != address.version or address not in prefix or prefix.prefixlen < max(best, 1):
                continue
            leads_out = node is not None and any(hop.address and _is_held(node, hop.address) for hop in route.next_hops)
            best, best_node = prefix.prefixlen, node if leads_out else best_node if prefix.prefixlen == best else None
    return best_node


def _is_held(draft: Draft, address: Address) -> bool:
    return any(each.ip == address for each in draft.held())

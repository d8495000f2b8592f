"""Wires of the lab's own, that are no segment: what stands for tunnels, and for routes from one VRF into another."""

from ipaddress import IPv4Address, IPv6Address

from isthmus.lab.plan.draft import Draft
from isthmus.lab.plan.naming import hardware_address
from isthmus.lab.plan.shape import Tunnel
from isthmus.packetset import Address

TUNNELS = 900_000
"""Routing tables from this number on are of the lab's own wires."""

_NEIGHBOURS = {4: IPv4Address("169.254.0.1"), 6: IPv6Address("fe80::1")}
"""What the other end of a wire between VRFs is called; nobody holds these addresses there."""


def tunnel(draft: Draft, other: Draft, mine: str, theirs: str) -> Tunnel:
    """A wire between two nodes, by the beginnings of the interfaces' names; made once."""
    for each in draft.tunnels:
        if each.peer == other.name and each.device.startswith(mine):
            return each
    number = sum(each.device.startswith(mine) for each in draft.tunnels)
    back = sum(each.device.startswith(theirs) for each in other.tunnels)
    found = Tunnel(f"{mine}{number}", other.name, f"{theirs}{back}")
    draft.tunnels.append(found)
    other.tunnels.append(Tunnel(found.peer_device, draft.name, found.device))
    return found


def tunnel_to(draft: Draft, holder: Draft, address: Address) -> str:
    """A wire to a server that stands for a tunnel: what is sent by it goes to that server, whatever its destination."""
    wire = tunnel(draft, holder, "ipip", "tunl")
    table = f"table {TUNNELS + draft.tunnels.index(wire)}"
    lines = [
        f"route replace {address}/{address.max_prefixlen} dev {wire.device} {table}",
        f"neigh replace {address} lladdr {hardware_address(holder.name, wire.peer_device)} dev {wire.device}",
    ]
    draft.routes += [each for each in lines if each not in draft.routes]
    rule = f"{'-6 ' if address.version == 6 else ''}rule add priority 1 oif {wire.device} {table}"
    draft.rules += [] if rule in draft.rules else [rule]
    return wire.device


def leading_into(draft: Draft, other: Draft, version: int) -> str:
    """The next hop, as ``ip route`` writes it, of a route from one VRF of a device into another."""
    wire = tunnel(draft, other, "leak", "leak")
    neighbour = _NEIGHBOURS[version]
    line = f"neigh replace {neighbour} lladdr {hardware_address(other.name, wire.peer_device)} dev {wire.device}"
    draft.routes += [] if line in draft.routes else [line]
    return f"via {neighbour} dev {wire.device} onlink"

"""Devices of instances: their ports as interfaces behind filters, and the ways out that DHCP tells them.

What runs inside an instance is not in the API. Ports that Neutron plugs in for itself (DHCP servers) are devices too,
one each, because they hold addresses.
"""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Interface, IPv6Interface, ip_interface, ip_network

from isthmus.formats.neutron.filters import REPLIES, Filters, own_chains
from isthmus.formats.neutron.labels import labels
from isthmus.formats.neutron.ports import TRUSTED, FixedAddress, Port
from isthmus.network import (
    MAIN_TABLE,
    Chain,
    Coverage,
    Definition,
    Device,
    DeviceKind,
    FilterUse,
    Interface,
    NextHop,
    Route,
    RouteKind,
    Unmodelled,
)
from isthmus.packetset import Prefix

EVERYWHERE: Mapping[int, Prefix] = {4: ip_network("0.0.0.0/0"), 6: ip_network("::/0")}
"""The prefix of a default route, by IP version."""

_HOLDS_ADDRESSES = frozenset({"network:dhcp", "network:distributed"})
_SILENT = frozenset({"network:floatingip", "network:floatingip_agent_gateway", "network:router_ha_interface"})
"""Owners of ports that stand for what the router does, or carry only what routers say to each other."""


def plugged(ports: Iterable[Port], routers: Iterable[str]) -> dict[tuple[str, str], list[Port]]:
    """The ports of each device that is no router, by its kind and id; a port that nothing is plugged into has none."""
    known = set(routers)
    found: dict[tuple[str, str], list[Port]] = {}
    for port in ports:
        if not port.owner.startswith(TRUSTED):
            if port.device:
                found.setdefault(("instance", port.device), []).append(port)
        elif port.owner not in _SILENT and port.device not in known:
            found[port.owner, port.id] = [port]
    return found


def wish(key: tuple[str, str], ports: list[Port]) -> str:
    """How people call a device: by the name of its only port, or of all; else by its host name."""
    if key[0] != "instance":
        where = ports[0].segment
        return f"{key[0].removeprefix(TRUSTED)} {where}" if where else ""
    names = {each.name for each in ports}
    hosts = {each.hostname for each in ports}
    return names.pop() if len(names) == 1 and names != {""} else hosts.pop() if len(hosts) == 1 else ""


def device(name: str, key: tuple[str, str], ports: list[Port], filters: Filters) -> Device:
    """One device with all its ports."""
    chains: dict[str, Chain] = {}
    definitions: Mapping[str, Definition] = {}
    interfaces: dict[str, Interface] = {}
    routes: dict[Route, None] = {}
    names = labels([(port.id, f"tap{port.id[:11]}", port.name) for port in ports])
    for port in ports:
        port_name = names[port.id]
        uses: tuple[FilterUse, ...] = ()
        if port.is_secured:
            shared = filters.of(port.groups, port)
            own = own_chains(port, port_name, shared)
            uses = tuple(FilterUse(each.name, each.where, tracks=shared.tracks) for each in own)
            chains |= {each.name: each for each in (*own, *shared.chains.values())}
            definitions = {**definitions, **shared.definitions} if definitions else shared.definitions
        interfaces[port_name] = _interface(port_name, port, uses)
        routes |= dict.fromkeys(_routes(port_name, port))
    told = [doubt for port in ports for doubt in (*port.doubts, *_doubts(key, port))]
    around = [doubt for port in ports for doubt in port.around]
    mixed = [doubt for each in chains.values() for rule in each.rules if rule.name == REPLIES for doubt in rule.doubts]
    return Device(
        name,
        ports[0].record.where,
        DeviceKind.INSTANCE if key[0] == "instance" else DeviceKind.LINUX,
        interfaces=interfaces,
        tables={MAIN_TABLE: tuple(routes)} if routes else {},
        chains=chains,
        definitions=definitions,
        coverage=Coverage(len(ports), tuple(dict.fromkeys((*told, *mixed)))),
        doubts=tuple(dict.fromkeys((*told, *around))),
    )


def _doubts(key: tuple[str, str], port: Port) -> Iterator[Unmodelled]:
    """What a port may do that no field of it tells."""
    for each in port.pairs:
        if each.prefixlen < each.max_prefixlen:
            what = f"allowed address pair `{each}`: the instance may hold, or forward to, any of these addresses"
            yield Unmodelled(port.record.where, what)
    if key[0] != "instance" and key[0] not in _HOLDS_ADDRESSES:
        yield Unmodelled(port.record.where, f"what stands behind a port of `{key[0]}`")


def _interface(name: str, port: Port, uses: tuple[FilterUse, ...]) -> Interface:
    said = [] if port.is_secured or port.owner.startswith(TRUSTED) else ["port security is off: no filter"]
    return Interface(
        name,
        port.record.where,
        addresses=interface_addresses(port),
        segment=port.segment or None,
        is_up=port.is_up,
        description="; ".join([each for each in (port.description,) if each] + said),
        filters_in=uses[:1],
        filters_out=uses[1:],
    )


def interface_addresses(port: Port) -> tuple[IPv4Interface | IPv6Interface, ...]:
    """The addresses of a port: fixed ones in their subnets, and single allowed ones, which other ports may hold too."""
    fixed = [interface_address(each) for each in port.fixed]
    held = {each.ip for each in fixed}
    pairs = (each for each in port.pairs if each.prefixlen == each.max_prefixlen)
    return (*fixed, *(ip_interface(each) for each in pairs if each.network_address not in held))


def interface_address(each: FixedAddress) -> IPv4Interface | IPv6Interface:
    """A fixed address in its subnet; alone where that is not known, or does not hold it."""
    prefix = each.subnet.prefix if each.subnet else None
    if prefix is None or prefix.version != each.address.version or each.address not in prefix:
        return ip_interface(each.address)
    kind = IPv4Interface if prefix.version == 4 else IPv6Interface
    return kind((int(each.address), prefix.prefixlen))


def _routes(name: str, port: Port) -> Iterator[Route]:
    """The ways out that an instance is told: its subnets' gateways and host routes."""
    for each in port.fixed:
        if each.subnet is None:
            continue
        gateway = each.subnet.gateway
        ways = [(EVERYWHERE[gateway.version], gateway)] if gateway is not None else []
        for prefix, via in (*ways, *each.subnet.ways):
            yield Route(prefix, RouteKind.FORWARD, each.subnet.where, (NextHop(via, name),))

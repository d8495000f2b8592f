"""Routing tables and rules of devices, as lines for ``ip -batch``."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network
from itertools import groupby

from isthmus.lab.plan.draft import Draft, DraftPort, Ground
from isthmus.lab.plan.tables import table_numbers
from isthmus.lab.plan.tunnels import leading_into
from isthmus.network import DEFAULT_VRF, MAIN_TABLE, Device, NextHop, Route, RouteKind, TableChoice
from isthmus.packetset import Address, Match

_KINDS = {
    RouteKind.DISCARD: "blackhole",
    RouteKind.REJECT: "unreachable",
    RouteKind.THROW: "throw",
    RouteKind.LOCAL: "local",
}
_KERNELS_OWN = {0: "local", 32766: "main", 32767: "default"}
"""Rules that every namespace is born with."""
_DEEPEST = 4
_PREFIXES = (IPv4Network, IPv6Network)


def add_routes(ground: Ground) -> None:
    """Write the routes and rules of every device; without any address of IPv6, those of IPv4 alone."""
    versions = {4, *(each.version for draft in ground.drafts.values() for each in draft.held())}
    for draft in ground.drafts.values():
        if draft.model is None:
            continue
        for table, routes in _tables(draft, draft.model).items():
            mine = tuple(each for each in routes if each.prefix.version in versions)
            draft.routes += _lines(ground, draft, table, mine)
        if draft.vrf == DEFAULT_VRF:
            for choice in draft.model.choices:
                _add_choice(ground, draft, choice)
            draft.rules += _removed(draft.model)
        draft.rules = [each for each in dict.fromkeys(draft.rules) if 6 in versions or not each.startswith("-6 ")]


def _tables(draft: Draft, device: Device) -> dict[str, tuple[Route, ...]]:
    """The tables of a node by their names there: a VRF's own is the main one of its namespace."""
    if draft.vrf != DEFAULT_VRF:
        own = device.vrfs[draft.vrf].table if draft.vrf in device.vrfs else draft.vrf
        return {MAIN_TABLE: device.tables.get(own, ())}
    taken = {each.table for each in device.vrfs.values()}
    return {name: routes for name, routes in device.tables.items() if name not in taken}


def _lines(ground: Ground, draft: Draft, table: str, routes: tuple[Route, ...]) -> Iterator[str]:
    ordered = sorted(routes, key=_order)
    for _, group in groupby(ordered, key=_order):
        members = list(group)
        first = members[0]
        head = f"{_KINDS[first.kind]} {first.prefix}" if first.kind in _KINDS else f"{first.prefix}"
        tail = f"table {_number(draft, table)}" + (f" metric {first.preference}" if first.preference else "")
        if first.kind is not RouteKind.FORWARD:
            device = " dev lo" if first.kind is RouteKind.LOCAL else ""
            yield f"route replace {head}{device} {tail}"
            continue
        hops = list(dict.fromkeys(_hops(ground, draft, table, members)))
        if len(hops) == 1:
            yield f"route replace {head} {hops[0]} {tail}"
        elif hops:
            yield f"route replace {head} {tail} " + " ".join(f"nexthop {each}" for each in hops)


def _number(draft: Draft, table: str) -> str:
    """What ``ip`` calls a table of a node."""
    if table == MAIN_TABLE or draft.model is None:
        return table
    return table_numbers(draft.model).get(table, table)


def _order(route: Route) -> tuple[int, int, int, int, str]:
    prefix = route.prefix
    return prefix.version, int(prefix.network_address), prefix.prefixlen, route.preference, route.kind


def _hops(ground: Ground, draft: Draft, table: str, routes: list[Route]) -> Iterator[str]:
    for route in routes:
        for hop in route.next_hops:
            found = list(_resolved(draft, hop, route.prefix.version))
            found += _into_another_vrf(ground, draft, hop, route)
            yield from found
            if not found and not _is_of_no_use(draft, hop, route):
                what = f"the route to `{route.prefix}` in table `{table}` leads to `{hop}`, which is on no segment here"
                ground.leave_out(draft, what, route.where)


def _into_another_vrf(ground: Ground, draft: Draft, hop: NextHop, route: Route) -> list[str]:
    """A route that goes on in the table of another VRF leads over a wire to that VRF's namespace."""
    if hop.table is None or draft.model is None or _is_of_no_use(draft, hop, route):
        return []
    names = [name for name, each in draft.model.vrfs.items() if each.table == hop.table]
    other = ground.of(draft.owner, names[0] if names else DEFAULT_VRF)
    is_there = bool(names) or hop.table == MAIN_TABLE
    return [leading_into(draft, other, route.prefix.version)] if other and is_there and other is not draft else []


def _is_of_no_use(draft: Draft, hop: NextHop, route: Route) -> bool:
    """A Linux VRF without a default route goes on with the main table: of a family that the device does not have."""
    is_fallback = hop.table == MAIN_TABLE and not route.prefix.prefixlen and draft.vrf_device is not None
    return is_fallback and not any(each.version == route.prefix.version for each in draft.held())


def _resolved(draft: Draft, hop: NextHop, version: int, depth: int = 0) -> Iterator[str]:
    """The next hop as ``ip route`` writes it; one that is not on a segment is looked up once more."""
    if hop.table is not None:
        return
    if hop.address is None:
        device = draft.device_of(hop.interface or "")
        if device is not None:
            yield f"dev {device}"
        return
    family = "inet6 " if hop.address.version == 6 and version == 4 else ""
    port = draft.ports.get(hop.interface) if hop.interface else _port_towards(draft, hop.address)
    if port is not None:
        onlink = "" if _is_connected(port, hop.address) else " onlink"
        yield f"via {family}{hop.address} dev {port.device}{onlink}"
    elif hop.interface is None and depth < _DEEPEST and draft.model is not None:
        for each in _next(draft, hop.address):
            yield from _resolved(draft, each, version, depth + 1)


def _next(draft: Draft, address: Address) -> tuple[NextHop, ...]:
    assert draft.model is not None
    routes = [
        each
        for each in _tables(draft, draft.model).get(MAIN_TABLE, ())
        if each.prefix.version == address.version and address in each.prefix and each.prefix.prefixlen
    ]
    best = max(routes, key=lambda each: (each.prefix.prefixlen, -each.preference), default=None)
    return best.next_hops if best else ()


def _port_towards(draft: Draft, address: Address) -> DraftPort | None:
    return next((each for each in draft.ports.values() if _is_connected(each, address)), None)


def _is_connected(port: DraftPort, address: Address) -> bool:
    return any(each.version == address.version and address in each.network for each in port.addresses)


def _removed(device: Device) -> Iterator[str]:
    """The rules that every namespace is born with, and that the device has not."""
    for version, family in ((4, ""), (6, "-6 ")):
        told = {(each.priority, each.table) for each in device.choices if each.match.version in (None, version)}
        for priority in (0, 32766) if told else ():
            if (priority, _KERNELS_OWN[priority]) not in told:
                yield f"{family}rule del priority {priority}"


def _add_choice(ground: Ground, draft: Draft, choice: TableChoice) -> None:
    is_plain = choice.match in (Match(), Match(version=4), Match(version=6)) and not choice.arriving and not choice.mark
    if is_plain and _KERNELS_OWN.get(choice.priority) == choice.table:
        return
    line = _choice(draft, choice)
    if line is None:
        ground.leave_out(
            draft, f"the routing rule of priority {choice.priority} asks more than the lab does", choice.where
        )
    else:
        draft.rules.append(line)


def _choice(draft: Draft, choice: TableChoice) -> str | None:
    """A rule for ``ip rule``; None for one that asks what it cannot."""
    match = choice.match
    beyond = (match.protocols, match.source_ports, match.destination_ports, match.icmp, match.flags, match.states)
    blocks = [*(match.source or ()), *(match.destination or ())]
    if (
        choice.doubts
        or any(each is not None for each in beyond)
        or any(not isinstance(each, _PREFIXES) for each in blocks)
    ):
        return None
    if len(match.source or ()) > 1 or len(match.destination or ()) > 1:
        return None
    words = [f"priority {choice.priority}"]
    words += [f"from {each}" for each in match.source or ()] + [f"to {each}" for each in match.destination or ()]
    if choice.arriving is not None:
        device = draft.device_of(choice.arriving.names[0])
        if choice.arriving.negated or len(choice.arriving.names) != 1 or device is None:
            return None
        words.append(f"iif {device}")
    if choice.mark is not None:
        words.append(f"{'not ' if choice.mark.negated else ''}fwmark {choice.mark.value:#x}/{choice.mark.mask:#x}")
    version = match.version or (blocks[0].version if blocks else 4)
    family = "-6 " if version == 6 else ""
    return f"{family}rule add {' '.join(words)} table {_number(draft, choice.table)}"

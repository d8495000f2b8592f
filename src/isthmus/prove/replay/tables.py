"""Routing tables for one packet: longest prefix by plain numbers, compiled once, asked often."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from isthmus.network import (
    DEFAULT_VRF,
    MAIN_TABLE,
    Device,
    Interface,
    NextHop,
    Route,
    RouteKind,
    TableChoice,
    Unmodelled,
    connected,
    own_addresses,
)
from isthmus.packetset import Address, Packet, Prefix
from isthmus.prove.replay.longest import Longest
from isthmus.prove.replay.matching import passes

MOST_LOOK_UPS = 8
"""How often a next hop, or another table, is looked up again before there is none."""


@dataclass(frozen=True, slots=True)
class Hop:
    """Where a packet leaves: by an interface, to a neighbour's address; None: to its own destination."""

    interface: str
    neighbour: Address | None = None

    def __str__(self) -> str:
        return f"via {self.neighbour} dev {self.interface}" if self.neighbour else f"dev {self.interface}"


@dataclass(frozen=True, slots=True)
class Routed:
    """What routing says of a packet: ``kind`` None where no route holds it.

    ``is_here``: it is for the device itself, in the VRF ``vrf``. ``doubts`` say why another answer is possible too.
    """

    kind: RouteKind | None
    hops: tuple[Hop, ...] = ()
    route: Route | None = None
    choice: TableChoice | None = None
    vrf: str = DEFAULT_VRF
    doubts: tuple[Unmodelled, ...] = ()


class Tables:
    """The routing of one device: its own addresses, the rules that pick tables, the tables."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.choices = tuple(sorted(device.choices, key=lambda each: each.priority))
        self.has_routes = any(device.tables.values())
        self._own: dict[str, frozenset[Address]] = {}
        self._tables: dict[str, Longest[Route]] = {}
        self._hops: dict[tuple[str, NextHop], tuple[Hop, ...]] = {}

    def owns(self, address: Address, vrf: str) -> bool:
        """Whether packets to an address are for the device itself in a VRF; loopback addresses are."""
        if address.is_loopback:
            return True
        if vrf not in self._own:
            self._own[vrf] = own_addresses(self.device, vrf)
        return address in self._own[vrf]

    def table_of(self, vrf: str) -> str:
        """The table that a VRF uses."""
        return self.device.vrfs[vrf].table if vrf in self.device.vrfs else MAIN_TABLE

    def vrf_of(self, interface: str) -> str:
        """The VRF that an interface is in."""
        found = self.device.interfaces.get(interface)
        return found.vrf if found else DEFAULT_VRF

    def route(self, packet: Packet, vrf: str, arriving: str, mark: int) -> Iterator[Routed]:
        """Where a packet goes that is not for the device itself; more than one answer where choosing is in doubt.

        Rules that pick tables are those of the default VRF: a VRF's packets use its own table before any of them.
        """
        doubts: tuple[Unmodelled, ...] = ()
        for choice in self.choices if vrf == DEFAULT_VRF else ():
            if self._applies(choice, packet, arriving, mark):
                found = self.look_up(packet.destination, choice.table, choice)
                if found is None:
                    continue
                if not choice.doubts:
                    yield _doubtful(found, doubts)
                    return
                doubts = (*doubts, *choice.doubts)
                yield _doubtful(found, doubts)
        found = self.look_up(packet.destination, self.table_of(vrf))
        yield _doubtful(found or Routed(None), doubts)

    def _applies(self, choice: TableChoice, packet: Packet, arriving: str, mark: int) -> bool:
        if choice.arriving is not None and not choice.arriving.holds(arriving or "lo"):
            return False
        if choice.mark is not None and not choice.mark.holds(mark):
            return False
        return passes(choice.match, packet)

    def look_up(self, address: Address, table: str, choice: TableChoice | None = None) -> Routed | None:
        """What a table says of an address; None where it says nothing, or that another should be asked."""
        for _ in range(MOST_LOOK_UPS):
            if table in self._vrfs and any(self.owns(address, vrf) for vrf in self._vrfs[table]):
                vrf = next(each for each in self._vrfs[table] if self.owns(address, each))
                return Routed(RouteKind.LOCAL, choice=choice, vrf=vrf)
            routes = self._table(table).find(address)
            if not routes or routes[0].kind is RouteKind.THROW:
                return None
            first = routes[0]
            further = next((hop.table for hop in first.next_hops if hop.table), None)
            if first.kind is not RouteKind.FORWARD or further is None:
                return self._routed(routes, table, choice)
            table = further
        return None

    def _routed(self, routes: Sequence[Route], table: str, choice: TableChoice | None) -> Routed:
        first = routes[0]
        vrf = next(iter(self._vrfs.get(table, ())), DEFAULT_VRF)
        if first.kind is not RouteKind.FORWARD:
            return Routed(first.kind, (), first, choice, vrf)
        hops = [found for route in routes for hop in route.next_hops for found in self._resolved(hop, table)]
        return Routed(RouteKind.FORWARD, tuple(dict.fromkeys(hops)), first, choice, vrf)

    @cached_property
    def _vrfs(self) -> dict[str, list[str]]:
        """The VRFs of each table."""
        names: dict[str, list[str]] = {}
        for vrf in dict.fromkeys((DEFAULT_VRF, *self.device.vrfs)):
            names.setdefault(self.table_of(vrf), []).append(vrf)
        return names

    @property
    def names(self) -> tuple[str, ...]:
        """Every table that can say something."""
        return tuple(dict.fromkeys((*self._vrfs, *self.device.tables)))

    def _table(self, name: str) -> Longest[Route]:
        if name not in self._tables:
            told = self.device.tables.get(name, ())
            counting = _counting((*told, *self._connected(name, told)))
            self._tables[name] = Longest((route.prefix, route) for route in counting)
        return self._tables[name]

    def _connected(self, table: str, told: Iterable[Route]) -> Iterator[Route]:
        """Routes for the connected prefixes of a table's interfaces, apart from those that the table tells itself."""
        known = {(route.prefix, hop.interface) for route in told for hop in route.next_hops}
        for interface in self._members(table):
            for prefix in connected(interface):
                if (prefix, interface.name) not in known:
                    hop = NextHop(interface=interface.name)
                    yield Route(prefix, RouteKind.FORWARD, interface.where, (hop,))

    def _members(self, table: str) -> Iterator[Interface]:
        for interface in self.device.interfaces.values():
            if self.table_of(interface.vrf) == table:
                yield interface

    def _resolved(self, hop: NextHop, table: str) -> tuple[Hop, ...]:
        key = (table, hop)
        if key not in self._hops:
            self._hops[key] = tuple(dict.fromkeys(self._hops_of(hop, table, set())))
        return self._hops[key]

    def _hops_of(self, hop: NextHop, table: str, asked: set[Address]) -> Iterator[Hop]:
        """A next hop with its interface; the neighbour that leads to it where it is not a neighbour itself."""
        if hop.interface is not None:
            interface = self.device.interfaces.get(hop.interface)
            if interface is not None and interface.is_up:
                yield Hop(hop.interface, hop.address)
            return
        if hop.address is None or hop.address in asked or len(asked) > MOST_LOOK_UPS:
            return
        asked.add(hop.address)
        if table not in self._vrfs:
            table = MAIN_TABLE  # a table that rules pick has no interfaces of its own
        for interface in self._members(table):
            if any(hop.address.version == each.version and hop.address in each for each in connected(interface)):
                yield Hop(interface.name, hop.address)
                return
        for route in self._table(table).find(hop.address):
            for further in route.next_hops if route.kind is RouteKind.FORWARD else ():
                via = further if further.address else NextHop(hop.address, further.interface)
                yield from self._hops_of(via, table, asked)


def _counting(routes: Iterable[Route]) -> Iterator[Route]:
    """Of the routes to each prefix those that are preferred."""
    best: dict[Prefix, int] = {}
    every = tuple(routes)
    for route in every:
        best[route.prefix] = min(route.preference, best.get(route.prefix, route.preference))
    return (route for route in every if route.preference == best[route.prefix])


def _doubtful(found: Routed, doubts: tuple[Unmodelled, ...]) -> Routed:
    if not doubts:
        return found
    return Routed(found.kind, found.hops, found.route, found.choice, found.vrf, doubts)

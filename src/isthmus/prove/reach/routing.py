"""Routing tables as disjoint sets of packets, each with what happens to them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from isthmus.diagnostics import Span
from isthmus.network import (
    DEFAULT_VRF,
    MAIN_TABLE,
    Device,
    Interface,
    NextHop,
    Route,
    RouteKind,
    connected,
)
from isthmus.packetset import Address, PacketSet, Prefix, Space
from isthmus.prove.reach.direction import Direction

DEEPEST = 8
"""How often a next hop is looked up again before it counts as none."""


@dataclass(frozen=True, slots=True, order=True)
class Hop:
    """Where packets leave a device: by an interface, to a neighbour's address; None: to their own destination."""

    interface: str
    neighbour: Address | None = None


@dataclass(frozen=True, slots=True)
class Fate:
    """What a routing table does with some packets: hops to choose from, another table, or an end."""

    kind: RouteKind
    hops: tuple[Hop, ...] = ()
    table: str | None = None
    where: Span | None = None
    """The route's line, where packets end by it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A prefix of a table with its fate; connected prefixes are entries too."""

    prefix: Prefix
    fate: Fate


@dataclass(frozen=True)
class Routing:
    """The tables of one device."""

    device: Device

    def vrf_of(self, interface: str | None) -> str:
        """The VRF of an interface; the default one for the device's own packets."""
        found = self.device.interfaces.get(interface or "")
        return found.vrf if found else DEFAULT_VRF

    def table_of(self, vrf: str) -> str:
        """The table that a VRF uses."""
        return self.device.vrfs[vrf].table if vrf in self.device.vrfs else MAIN_TABLE

    @cached_property
    def entries(self) -> dict[str, tuple[Entry, ...]]:
        """Every table with its connected prefixes; of several routes to one prefix, those that count."""
        tables: dict[str, list[Route]] = {name: list(routes) for name, routes in self.device.tables.items()}
        for interface in self.device.interfaces.values():
            table = tables.setdefault(self.table_of(interface.vrf), [])
            table += self._connected(interface, table)
        return {name: tuple(self._chosen(routes, name)) for name, routes in tables.items()}

    def _connected(self, interface: Interface, table: Sequence[Route]) -> Iterator[Route]:
        told = {route.prefix for route in table if any(hop.interface == interface.name for hop in route.next_hops)}
        for prefix in connected(interface):
            if prefix not in told:
                yield Route(prefix, RouteKind.FORWARD, interface.where, (NextHop(interface=interface.name),))

    def _chosen(self, routes: Sequence[Route], table: str) -> Iterator[Entry]:
        best: dict[Prefix, list[Route]] = {}
        for route in routes:
            rivals = best.setdefault(route.prefix, [])
            if rivals and route.preference < rivals[0].preference:
                rivals.clear()
            if not rivals or route.preference == rivals[0].preference:
                rivals.append(route)
        for prefix, equals in best.items():
            yield Entry(prefix, self._fate(equals, routes, table))

    def _fate(self, equals: Sequence[Route], routes: Sequence[Route], table: str) -> Fate:
        first = equals[0]
        if first.kind is not RouteKind.FORWARD:
            return Fate(first.kind, where=first.where)
        tables = [hop.table for hop in first.next_hops if hop.table]
        if tables:
            return Fate(RouteKind.FORWARD, table=tables[0])
        hops = [found for route in equals for hop in route.next_hops for found in self._hops(hop, routes, table)]
        return Fate(RouteKind.FORWARD, tuple(dict.fromkeys(hops)))

    def _hops(self, hop: NextHop, routes: Sequence[Route], table: str) -> tuple[Hop, ...]:
        key = (table, hop)
        if key not in self._known:
            self._known[key] = tuple(self._resolved(hop, routes, table))
        return self._known[key]

    @cached_property
    def _known(self) -> dict[tuple[str, NextHop], tuple[Hop, ...]]:
        """Next hops that were looked up already."""
        return {}

    def _resolved(self, hop: NextHop, routes: Sequence[Route], table: str, depth: int = 0) -> Iterator[Hop]:
        """The interfaces by which a next hop is reached; a neighbour's address is looked up until one is found."""
        if hop.interface is not None:
            interface = self.device.interfaces.get(hop.interface)
            if interface is not None and interface.is_up:
                yield Hop(hop.interface, hop.address)
            return
        if hop.address is None or depth > DEEPEST:
            return
        for interface in self.device.interfaces.values():
            is_here = self.table_of(interface.vrf) == table
            if is_here and any(_holds(each, hop.address) for each in connected(interface)):
                yield Hop(interface.name, hop.address)
                return
        through = [each for each in routes if _holds(each.prefix, hop.address) and each.next_hops]
        longest = max(through, key=lambda each: each.prefix.prefixlen, default=None)
        for next_hop in longest.next_hops if longest else ():
            via = next_hop if next_hop.address else NextHop(hop.address, next_hop.interface)
            yield from self._resolved(via, routes, table, depth + 1)


def _holds(prefix: Prefix, address: Address) -> bool:
    return prefix.version == address.version and address in prefix


def partition(entries: Sequence[Entry], space: Space, direction: Direction) -> tuple[tuple[Fate, PacketSet], ...]:
    """The packets of each fate, by longest prefix; packets that no entry covers are in none of the sets.

    Sets grow length by length, so that a table costs as many unions as it has lengths and fates, not routes.
    """
    by_length: dict[tuple[int, int], dict[Fate, list[Prefix]]] = {}
    for entry in entries:
        length = by_length.setdefault((entry.prefix.version, entry.prefix.prefixlen), {})
        length.setdefault(entry.fate, []).append(entry.prefix)
    taken = space.nothing
    sets: dict[Fate, list[PacketSet]] = {}
    for key in sorted(by_length, key=lambda each: -each[1]):
        level = {fate: space.match(direction.toward(prefixes)) for fate, prefixes in by_length[key].items()}
        for fate, packets in level.items():
            sets.setdefault(fate, []).append(packets - taken)
        taken = space.union([taken, *level.values()])
    return tuple((fate, space.union(parts)) for fate, parts in sets.items())

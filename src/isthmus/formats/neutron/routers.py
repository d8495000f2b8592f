"""Devices of routers, as the L3 agent makes them: ``qr-`` interfaces inside, ``qg-`` outside, routes, translation.

A floating address is an address of the outer interface with full length, because the agent puts it there: the router
takes packets to it, and translates them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from isthmus.documents import Record
from isthmus.formats.neutron import gateways
from isthmus.formats.neutron.fields import Fields
from isthmus.formats.neutron.gateways import Way, way_out, with_floating
from isthmus.formats.neutron.instances import interface_addresses
from isthmus.formats.neutron.inventory import Inventory
from isthmus.formats.neutron.kinds import FLOATING, PORTS, ROUTERS, SUBNETS
from isthmus.formats.neutron.ports import Port
from isthmus.formats.neutron.segments import Segments
from isthmus.formats.neutron.translation import Floating, translation
from isthmus.network import MAIN_TABLE, Coverage, Device, Interface, NextHop, Route, RouteKind, Unmodelled

_PREFIXES = {
    "network:router_interface": "qr-",
    "network:router_interface_distributed": "qr-",
    "network:ha_router_replicated_interface": "qr-",
    "network:router_centralized_snat": "sg-",
    gateways.OWNER: "qg-",
}
"""How the agent names the interfaces of a router, by the owner of their ports."""


@dataclass(frozen=True, slots=True)
class Router:
    """A router and the ports that are its own; a router that only ports name has no record of its own."""

    id: str
    fields: Fields
    ports: tuple[Port, ...]

    @property
    def wish(self) -> str:
        """How people call it."""
        return self.fields.text("name")


def read_routers(inventory: Inventory, ports: Iterable[Port]) -> dict[str, Router]:
    """Every router by its id, those too that only ports name."""
    owned: dict[str, list[Port]] = {}
    for port in ports:
        if port.owner in _PREFIXES and port.device:
            owned.setdefault(port.device, []).append(port)
    listed = inventory.all(ROUTERS)
    routers = {}
    for id_ in dict.fromkeys((*listed, *owned)):
        mine = tuple(owned.get(id_, ()))
        record = listed.get(id_) or Record({"id": id_}, mine[0].record.where, mine[0].record.start)
        fields = Fields(record, ROUTERS, inventory.notes)
        if id_ not in listed:
            missing = inventory.missing.get(ROUTERS.key)
            fields.doubts.append(missing or inventory.notes.dangling(mine[0].record, ("device_id",), "router", id_))
        routers[id_] = Router(id_, fields, mine)
    return routers


def device(
    name: str, router: Router, floatings: Sequence[Floating], inventory: Inventory, segments: Segments
) -> Device:
    """One router."""
    fields, where = router.fields, router.fields.record.where
    scopes = list(_scopes(router, segments))
    is_up = fields.flag("admin_state_up", default=True)
    port = next((each for each in router.ports if each.owner == gateways.OWNER), None)
    way = way_out(fields, port, inventory, segments, is_scoped=len(set(scopes)) == 1 and scopes[0] != "")
    interfaces = {each.name: each for each in _inner(router)}
    routes = list(_static(fields, inventory))
    if way is not None:
        interfaces[way.interface.name] = with_floating(way.interface, floatings)
        routes += way.routes
    nat = translation(where, way.gateway if way else None, floatings)
    doubts = [*_doubts(router, way, inventory, segments)]
    told = [*fields.doubts, *(doubt for each in router.ports for doubt in each.doubts)]
    told += _own_doubts(router, scopes, inventory, segments)
    return Device(
        name,
        where,
        forwards=is_up,
        interfaces={key: each if is_up else replace(each, is_up=False) for key, each in interfaces.items()},
        tables={MAIN_TABLE: tuple(dict.fromkeys(routes))} if routes else {},
        chains={each.name: each for each in nat.chains},
        hooks=nat.hooks,
        coverage=Coverage(1 + len(router.ports), tuple(dict.fromkeys(told))),
        doubts=tuple(dict.fromkeys((*told, *doubts))),
    )


def _inner(router: Router) -> Iterator[Interface]:
    for port in router.ports:
        if port.owner != gateways.OWNER:
            name = f"{_PREFIXES[port.owner]}{port.id[:11]}"
            yield Interface(
                name,
                port.record.where,
                interface_addresses(port),
                segment=port.segment or None,
                is_up=port.is_up,
                description=port.description,
            )


def _static(fields: Fields, inventory: Inventory) -> Iterator[Route]:
    for path in fields.entries("routes"):
        to, via = fields.prefix(*path, "destination"), fields.address(*path, "nexthop")
        if to is None or via is None or to.version != via.version:
            fields.fault("a route without a destination and next hop of one family", *path)
            continue
        where = inventory.notes.place(fields.record, *path)
        yield Route(to, RouteKind.FORWARD, where, (NextHop(via),))


def _scopes(router: Router, segments: Segments) -> Iterator[str]:
    """The IPv4 address scope of each network that the router has an IPv4 address in; empty for none."""
    for port in router.ports:
        if any(each.address.version == 4 for each in port.fixed) and port.network in segments.networks:
            yield segments.networks[port.network].scopes[0]


def _doubts(router: Router, way: Way | None, inventory: Inventory, segments: Segments) -> Iterator[Unmodelled]:
    """What else may change any packet at the router, and is counted where it is told."""
    yield from (inventory.missing[kind.key] for kind in (FLOATING, PORTS, SUBNETS) if kind.key in inventory.missing)
    yield from inventory.touched.get(router.id, ())
    yield from inventory.loose
    yield from (doubt for each in router.ports for doubt in each.around)
    if way and way.network in segments.networks:
        yield from segments.networks[way.network].doubts


def _own_doubts(router: Router, scopes: list[str], inventory: Inventory, segments: Segments) -> Iterator[Unmodelled]:
    """What the router itself says that is not modelled and may change any packet."""
    fields = router.fields
    sixes = {segments.networks[each.network].scopes[1] for each in router.ports if each.network in segments.networks}
    if len(set(scopes)) > 1 or len(sixes) > 1:
        yield Unmodelled(fields.record.where, "networks of several address scopes, between which routers drop packets")
    if len(fields.places("external_gateways")) > 1:
        yield Unmodelled(inventory.notes.place(fields.record, "external_gateways"), "a router with several gateways")
    if fields.flag("enable_ndp_proxy", default=False):
        where = inventory.notes.place(fields.record, "enable_ndp_proxy")
        yield Unmodelled(where, "a router that answers for IPv6 addresses behind it")

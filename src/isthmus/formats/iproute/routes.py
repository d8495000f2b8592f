"""Records of ``ip -j route`` → routing tables.

The kernel keeps entries of its own for each address of an interface (type ``local`` and ``broadcast``, in table
``local`` or in that of the VRF). Where the addresses are known they say the same twice and are left out, as is what
concerns one link alone: loopback addresses, ``fe80::/10``, multicast. Packets to those are never forwarded.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from isthmus.diagnostics import Diagnostic
from isthmus.formats.iproute.codes import NOT_MODELLED
from isthmus.formats.iproute.fields import Fields
from isthmus.network import MAIN_TABLE, NextHop, Route, RouteKind, Unmodelled
from isthmus.packetset import Address, Prefix
from isthmus.packetset.addresses import prefix as made_prefix

LOCAL_TABLE = "local"

_UNKNOWN = "answers that need it are unknown"

_KINDS = {
    "unicast": RouteKind.FORWARD,
    "local": RouteKind.LOCAL,
    "anycast": RouteKind.LOCAL,
    "blackhole": RouteKind.DISCARD,
    "unreachable": RouteKind.REJECT,
    "prohibit": RouteKind.REJECT,
    "throw": RouteKind.THROW,
}
_OF_A_LINK = frozenset({"broadcast", "multicast"})

_READ = ("type", "dst", "gateway", "via", "dev", "table", "metric", "nexthops", "flags", "nhid", "encap")
_HARMLESS = (
    "protocol", "scope", "prefsrc", "metrics", "pref", "expires", "error", "cache", "age", "used", "users",
    "ttl-propagate", "offload", "trap", "weight", "flow_to", "flow_from",
)  # fmt: skip
"""What says nothing about where packets go: how the route came, which source address the device's own packets get."""


@dataclass(slots=True)
class Routes:
    """The routing tables of a device, each route once."""

    tables: dict[str, dict[tuple[object, ...], Route]] = field(default_factory=dict)
    doubts: list[Unmodelled] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    is_whole: bool = False
    """Whether tables beside the main one were printed."""


def read_routes(records: Iterable[Fields], own: Collection[Address]) -> Routes:
    """Read every route; ``own`` are the addresses of the device's interfaces."""
    routes = Routes()
    for fields in records:
        _route(fields, routes, own)
        routes.doubts += fields.doubts
        routes.problems += fields.problems
    return routes


def _route(fields: Fields, routes: Routes, own: Collection[Address]) -> None:
    kind = fields.text("type") or "unicast"
    table = fields.name("table") or MAIN_TABLE
    routes.is_whole |= table != MAIN_TABLE
    if kind in _OF_A_LINK:
        return
    prefix = _prefix(fields)
    if (
        prefix is None
        or _concerns_a_link(prefix)
        or (kind == "local" and prefix.network_address in own and _is_host(prefix))
    ):
        return
    if kind not in _KINDS:
        fields.doubt(NOT_MODELLED, f"routes of type `{kind}` are not modelled", _UNKNOWN, "type")
        return
    fields.unknown(_READ, _HARMLESS)
    hops = tuple(_hops(fields)) if _KINDS[kind] is RouteKind.FORWARD else ()
    if _KINDS[kind] is RouteKind.FORWARD and not hops:
        if not fields.doubts and not _is_dead(fields):
            fields.doubt(NOT_MODELLED, f"where the route to `{prefix}` leads is not told", "collect it again", "dst")
        return
    route = Route(prefix, _KINDS[kind], fields.where, hops, fields.number("metric") or 0)
    routes.tables.setdefault(table, {}).setdefault(_nowhere(route), route)


def _nowhere(route: Route) -> tuple[object, ...]:
    return route.prefix, route.kind, route.next_hops, route.preference


def _prefix(fields: Fields) -> Prefix | None:
    if fields.value("dst") != "default":
        return fields.prefix("dst")
    version = fields.listing.version or _version(fields)
    return made_prefix(version, 0, 0) if version is not None else None


def _version(fields: Fields) -> int | None:
    """The IP version of a route to everywhere; the kernel tells a preference of IPv6 routes alone."""
    for path in (("gateway",), ("prefsrc",), ("nexthops", 0, "gateway")):
        if fields.value(*path) is not None:
            found = fields.address(*path)
            return found.version if found is not None else None
    return 6 if fields.has("pref") else 4


def _hops(fields: Fields) -> Iterable[NextHop]:
    if not fields.has("nexthops"):
        yield from _hop(fields)
        return
    for place in fields.objects("nexthops"):
        yield from _hop(fields, "nexthops", place)


def _hop(fields: Fields, *path: str | int) -> Iterable[NextHop]:
    if fields.value(*path, "encap") is not None:
        fields.doubt(NOT_MODELLED, "routes that wrap packets are not modelled", _UNKNOWN, *path, "encap")
        return
    address = fields.address(*path, "gateway")
    if address is None and isinstance(fields.value(*path, "via"), dict):
        address = fields.address(*path, "via", "host")
    interface = fields.text(*path, "dev")
    if (address is not None or interface is not None) and "dead" not in _flags(fields, *path):
        yield NextHop(address, interface)


def _flags(fields: Fields, *path: str | int) -> tuple[object, ...]:
    found = fields.value(*path, "flags")
    return tuple(found) if isinstance(found, list) else ()


def _is_dead(fields: Fields) -> bool:
    """Whether every way of the route is out of use, so that the kernel passes over it."""
    hops = fields.value("nexthops")
    count = len(hops) if isinstance(hops, list) else 0
    return "dead" in _flags(fields) or (
        count > 0 and all("dead" in _flags(fields, "nexthops", at) for at in range(count))
    )


def _concerns_a_link(prefix: Prefix) -> bool:
    return prefix.is_loopback or prefix.is_multicast or (prefix.version == 6 and prefix.is_link_local)


def _is_host(prefix: Prefix) -> bool:
    return prefix.prefixlen == prefix.max_prefixlen

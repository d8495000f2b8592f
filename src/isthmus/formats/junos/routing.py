"""Routing instances and static routes.

Routes that protocols learn are not in a configuration; `sections.py` says so. Routes to the networks of interfaces
follow from their addresses and are not repeated here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

from isthmus.diagnostics import shown
from isthmus.formats.junos import silent
from isthmus.formats.junos.codes import ROUTE_NOT_READ
from isthmus.formats.junos.reading import Reading
from isthmus.formats.junos.sections import lower_part
from isthmus.formats.junos.tree import Node
from isthmus.network import MAIN_TABLE, NextHop, Route, RouteKind, Vrf
from isthmus.packetset import Prefix

STATIC = 5
"""Preference of static routes (Junos documentation, "Default Route Preference Values"); connected networks have 0."""

_MANAGEMENT = "mgmt_junos"
"""The instance that ``system management-instance`` puts the management port into."""

AGGREGATE = 130
"""The same of aggregates."""

_ROUTED = frozenset({"vrf", "virtual-router", "forwarding", "no-forwarding"})
_LEADS = ("discard", "reject", "receive", "next-hop", "qualified-next-hop", "next-table")
_ENDS = {"discard": RouteKind.DISCARD, "reject": RouteKind.REJECT, "receive": RouteKind.LOCAL}


@dataclass(slots=True)
class Routing:
    """The routing instances of a device, and the routes of each table."""

    reading: Reading
    vrfs: dict[str, Vrf] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    """The instance of an interface, by its name."""
    tables: dict[str, list[Route]] = field(default_factory=dict)

    def lower(self, root: Node) -> None:
        """Read the instances, and the routes of all tables."""
        options = root.get("routing-options")
        if options is not None:
            self._options(options, MAIN_TABLE)
        for instance in root.below("routing-instances"):
            self._instance(instance)
        management = root.get("system", "management-instance")
        if management is not None:
            self.vrfs.setdefault(_MANAGEMENT, Vrf(_MANAGEMENT, _MANAGEMENT, management.where))
            for port in ("fxp0", "em0", "me0", "vme"):
                self.members.setdefault(f"{port}.0", _MANAGEMENT)

    def _instance(self, node: Node) -> None:
        self.vrfs[node.word] = Vrf(node.word, node.word, node.where)
        kind = node.value("instance-type")
        if kind is not None and kind.word not in _ROUTED:
            self.reading.unmodelled(kind, f"routing instance `{shown(node.word)}` of type `{shown(kind.word)}`")
        for interface in node.below("interface"):
            self.members[interface.word] = node.word
        options = node.get("routing-options")
        if options is not None:
            self._options(options, node.word)
        for section in ("protocols", "forwarding-options"):
            for each in node.below(section):
                lower_part(each, section, self.reading)
        for each in node.statements():
            if each.word not in silent.INSTANCE:
                self.reading.unmodelled(each, f"`{shown(each.word)}` of routing instance `{shown(node.word)}`")

    def _options(self, node: Node, table: str) -> None:
        self._routes(node, table)
        for rib in node.below("rib"):
            if table_of(rib.word) is None:
                self.reading.unmodelled(rib, f"table `{shown(rib.word)}`")
            else:
                self._routes(rib, table_of(rib.word) or table)
        for each in node.statements():
            if each.word == "flow":
                self.reading.doubt_everything(each, "`routing-options flow` filters packets")
            elif each.word not in silent.ROUTING_OPTIONS:
                self.reading.unmodelled(each, f"`routing-options {shown(each.word)}` may add routes")

    def _routes(self, options: Node, table: str) -> None:
        defaults = options.get("static", "defaults")
        preference = self._preference(defaults, STATIC) if defaults is not None else STATIC
        routes = self.tables.setdefault(table, [])
        for node in options.below("static", "route"):
            routes += self._static(node, preference)
        for node in options.below("aggregate", "route"):
            self._aggregate(node, routes)
        if not routes:
            del self.tables[table]

    def _static(self, node: Node, default: int) -> Iterator[Route]:
        """The routes of one prefix: one through its next hops, one for each next hop of another preference."""
        prefix = self._prefix(node)
        if prefix is None or node.get("no-install") is not None:
            return
        preference = self._preference(node, default)
        for each in node.statements():
            if each.word in _ENDS:
                yield Route(prefix, _ENDS[each.word], each.where, preference=preference)
            elif each.word not in silent.ROUTE:
                self._lost(each, f"`{shown(each.word)}` of route `{prefix}`")
        if not any(word in node for word in _LEADS):
            self._lost(node, f"route `{prefix}` leads nowhere")
        hops = [hop for each in node.below("next-hop") for hop in self._hop(each)]
        hops += [hop for each in node.below("next-table") for hop in self._table(each)]
        if hops:
            yield Route(prefix, RouteKind.FORWARD, node.where, tuple(hops), preference)
        for each in node.below("qualified-next-hop"):
            for hop in self._hop(each):
                yield Route(prefix, RouteKind.FORWARD, each.where, (hop,), self._preference(each, preference))

    def _aggregate(self, node: Node, routes: list[Route]) -> None:
        """An aggregate stands while a route inside it does; a static one is enough, learnt ones are not known."""
        prefix = self._prefix(node)
        if prefix is None:
            return
        if any(_is_inside(each.prefix, prefix) for each in routes):
            kind = RouteKind.DISCARD if node.get("discard") is not None else RouteKind.REJECT
            routes.append(Route(prefix, kind, node.where, preference=self._preference(node, AGGREGATE)))
        else:
            self.reading.unmodelled(node, f"aggregate `{prefix}` stands only while a route inside it does")

    def _prefix(self, node: Node) -> Prefix | None:
        try:
            return ip_network(node.word, strict=False)
        except ValueError:
            self._lost(node, f"`{shown(node.word)}` is no prefix of a route")
            return None

    def _hop(self, node: Node) -> Iterator[NextHop]:
        interface = node.value("interface")
        try:
            yield NextHop(ip_address(node.word.replace("%", " ")), interface.word if interface is not None else None)
        except ValueError:
            if "." in node.word and ":" not in node.word and not node.word[0].isdigit():
                yield NextHop(interface=node.word)
            else:
                self._lost(node, f"`{shown(node.word)}` is no next hop")

    def _table(self, node: Node) -> Iterator[NextHop]:
        table = table_of(node.word)
        if table is None:
            self._lost(node, f"`{shown(node.word)}` is no table that packets are forwarded by")
        else:
            yield NextHop(table=table)

    def _preference(self, node: Node, default: int) -> int:
        number = node.value("preference")
        if number is None:
            return default
        if number.word.isascii() and number.word.isdigit() and len(number.word) <= 10:
            return int(number.word)
        self._lost(number, f"`{shown(number.word)}` is no preference")
        return default

    def _lost(self, node: Node, message: str) -> None:
        self.reading.complain(ROUTE_NOT_READ, message, node)
        self.reading.device_doubts.append(self.reading.doubt(node, message))


def table_of(name: str) -> str | None:
    """The table of ours that a routing table of Junos is part of.

    >>> table_of("inet6.0"), table_of("cloud.inet.0"), table_of("inet.3") is None
    ('main', 'cloud', True)
    """
    for ending in ("inet.0", "inet6.0"):
        if name == ending:
            return MAIN_TABLE
        if name.endswith("." + ending):
            return name[: -len(ending) - 1]
    return None


def _is_inside(inner: Prefix, outer: Prefix) -> bool:
    return inner.version == outer.version and inner != outer and inner.subnet_of(outer)  # type: ignore[arg-type]

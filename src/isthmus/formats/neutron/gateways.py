"""The way out of a router: its outer interface, the routes that lead there, and whether what leaves is translated."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, ip_interface

from isthmus.diagnostics import shown
from isthmus.formats.neutron.fields import Fields
from isthmus.formats.neutron.instances import EVERYWHERE, interface_address
from isthmus.formats.neutron.inventory import Inventory
from isthmus.formats.neutron.ports import FixedAddress, Port, fixed_addresses
from isthmus.formats.neutron.segments import Segments
from isthmus.formats.neutron.translation import Floating, Gateway
from isthmus.network import Interface, NextHop, Route, RouteKind, Unmodelled

OWNER = "network:router_gateway"
"""The owner of the port by which a router goes out."""

_INFO = "external_gateway_info"


@dataclass(frozen=True, slots=True)
class Way:
    """A router's way out, and the network that it leads to."""

    interface: Interface
    gateway: Gateway
    routes: tuple[Route, ...]
    network: str


def way_out(
    fields: Fields, port: Port | None, inventory: Inventory, segments: Segments, *, is_scoped: bool
) -> Way | None:
    """The way out that the router's record and its gateway port tell; None where it has none.

    ``is_scoped``: all its networks are in one address scope, and then nothing that leaves is translated.
    """
    if not fields.has(_INFO) and port is None:
        return None
    if port is not None:
        fixed, network, segment, where = port.fixed, port.network, port.segment, port.record.where
    else:
        fixed = fixed_addresses(fields, (_INFO, "external_fixed_ips"), inventory, segments)
        network, where = fields.text(_INFO, "network_id"), inventory.notes.place(fields.record, _INFO)
        segment = segments.network(network, fields.record, _INFO, "network_id").label
    name = f"qg-{(port.id if port else fields.text('id'))[:11]}"
    addresses = tuple(dict.fromkeys(interface_address(each) for each in fixed))
    interface = Interface(name, where, addresses, segment=segment or None, is_up=port.is_up if port else True)
    default = fields.flag("enable_snat", default=True)
    gateway = Gateway(
        name,
        next((each.address for each in fixed if isinstance(each.address, IPv4Address)), None),
        fields.flag(_INFO, "enable_snat", default=default) and not is_scoped,
        tuple(_helpers(fields, inventory)),
    )
    routes = (*_defaults(name, fixed), *_on_link(name, network, fixed, segments))
    return Way(interface, gateway, tuple(dict.fromkeys(routes)), network)


def _helpers(fields: Fields, inventory: Inventory) -> Iterator[Unmodelled]:
    for path in fields.entries("conntrack_helpers"):
        what = f"connections that helper `{shown(fields.text(*path, 'helper'))}` expects"
        yield Unmodelled(inventory.notes.place(fields.record, *path), what)


def _defaults(name: str, fixed: Sequence[FixedAddress]) -> Iterator[Route]:
    for each in fixed:
        gateway = each.subnet.gateway if each.subnet else None
        if each.subnet and gateway is not None:
            hop = NextHop(gateway, name)
            yield Route(EVERYWHERE[gateway.version], RouteKind.FORWARD, each.subnet.where, (hop,))


def _on_link(name: str, network: str, fixed: Sequence[FixedAddress], segments: Segments) -> Iterator[Route]:
    """The other subnets of the outer network, in which the router has no address: it asks for their hosts there."""
    mine = [each.subnet for each in fixed]
    parts = {each.part for each in mine if each}
    for subnet in segments.on(network):
        if subnet not in mine and subnet.prefix is not None and (not parts or subnet.part in parts):
            yield Route(subnet.prefix, RouteKind.FORWARD, subnet.where, (NextHop(interface=name),))


def with_floating(interface: Interface, floatings: Sequence[Floating]) -> Interface:
    """The outer interface with the floating addresses that the agent puts on it."""
    held = {each.ip for each in interface.addresses}
    more = dict.fromkeys(each.address for each in floatings if each.address not in held)
    return replace(interface, addresses=(*interface.addresses, *(ip_interface(each) for each in more)))

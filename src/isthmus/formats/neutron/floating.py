"""Floating addresses: which router answers for them, and where it sends what comes."""

from collections.abc import Mapping
from ipaddress import IPv4Address

from isthmus.formats.neutron.fields import Fields
from isthmus.formats.neutron.inventory import Inventory
from isthmus.formats.neutron.kinds import FLOATING, PORTS, ROUTERS
from isthmus.formats.neutron.translation import Floating, Forwarding
from isthmus.formats.services import PROTOCOLS
from isthmus.packetset import Interval

MOST_PORTS = 256
"""A range of ports that is moved to other ports takes a rule for each, up to so many."""


def read_floating(inventory: Inventory, routers: Mapping[str, object]) -> dict[str, list[Floating]]:
    """The floating addresses of each router, by its id; those that no router serves carry no packets."""
    found: dict[str, list[Floating]] = {}
    for record in inventory.all(FLOATING).values():
        fields = Fields(record, FLOATING, inventory.notes)
        router = fields.text("router_id")
        if router and router not in inventory.all(ROUTERS) and ROUTERS.key in inventory.held:
            fields.doubts.append(inventory.notes.dangling(record, ("router_id",), "router", router))
        elif (port := fields.text("port_id")) and PORTS.key in inventory.held and port not in inventory.all(PORTS):
            fields.doubts.append(inventory.notes.dangling(record, ("port_id",), "port", port))
        each = _floating(fields, inventory)
        if router in routers and each is not None:
            found.setdefault(router, []).append(each)
            inventory.touched[router] += [doubt for doubt in fields.doubts if doubt not in each.doubts]
        elif router in routers:
            inventory.touched[router] += fields.doubts
        inventory.statements += 1
        inventory.notes.shared.extend(fields.doubts)
    return found


def _floating(fields: Fields, inventory: Inventory) -> Floating | None:
    address, fixed = _version_4(fields, "floating_ip_address"), _version_4(fields, "fixed_ip_address")
    if address is None:
        if fields.value("floating_ip_address") is None:
            fields.fault("a floating address without its address", "floating_ip_address")
        return None
    told = len(fields.doubts)
    forwardings: list[Forwarding] = []
    for path in fields.entries("port_forwardings"):
        forwardings += _forwarding(fields, path, inventory)
    doubts, comment = tuple(fields.doubts[told:]), fields.text("description")
    return Floating(address, fixed, fields.record.where, tuple(forwardings), doubts, comment)


def _version_4(fields: Fields, key: str) -> IPv4Address | None:
    address = fields.address(key)
    if address is not None and not isinstance(address, IPv4Address):
        fields.fault("a floating address of IPv6, which the agent never translates", key)
        return None
    return address


def _forwarding(fields: Fields, path: tuple[str | int, ...], inventory: Inventory) -> list[Forwarding]:
    host = fields.address(*path, "internal_ip_address")
    external, internal = _ports(fields, path, "external_port"), _ports(fields, path, "internal_port")
    protocol = PROTOCOLS.get(fields.text(*path, "protocol").lower())
    if not isinstance(host, IPv4Address) or external is None or internal is None or protocol is None:
        fields.fault("a port forwarding that lacks its host, protocol or ports", *path)
        return []
    where = inventory.notes.place(fields.record, *path)
    if internal == external:
        return [Forwarding(protocol, external, host, None, where)]
    if internal.first == internal.last:
        return [Forwarding(protocol, external, host, internal.first, where)]
    moved = internal.first - external.first
    if internal.last - external.last != moved or external.last - external.first >= MOST_PORTS:
        fields.fault("a port forwarding between ranges of different size, or long ones", *path)
        return []
    ports = range(external.first, external.last + 1)
    return [Forwarding(protocol, Interval(port, port), host, port + moved, where) for port in ports]


def _ports(fields: Fields, path: tuple[str | int, ...], key: str) -> Interval | None:
    """A port or a range of them, `80:90`, from either of the fields that the API has for it."""
    found = fields.value(*path, key)
    text = str(found) if isinstance(found, int) else fields.text(*path, f"{key}_range").replace(":", "-")
    try:
        ports = Interval.parse(text)
    except ValueError:
        return None
    return ports if ports.last <= 65535 else None

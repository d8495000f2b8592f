"""Ports: what each one is plugged into, which addresses it has, and which it may use besides."""

from dataclasses import dataclass, replace
from ipaddress import IPv6Address, ip_network

from isthmus.documents import Record
from isthmus.formats.neutron.fields import Fields
from isthmus.formats.neutron.inventory import Inventory
from isthmus.formats.neutron.kinds import PORTS, SUBNETS, TRUNKS
from isthmus.formats.neutron.segments import Segments, Subnet
from isthmus.network import Unmodelled
from isthmus.packetset import Address, Prefix

TRUSTED = "network:"
"""Owners that Neutron itself plugs in begin so; their ports are never filtered."""

_SUBPORT = "trunk:subport"
_ROUTING_OPTIONS = frozenset({"121", "249", "3", "33", "classless-static-route", "router", "static-route"})


@dataclass(frozen=True, slots=True)
class FixedAddress:
    """An address of a port, and its subnet where the folder holds it."""

    address: Address
    subnet: Subnet | None
    block: Prefix
    """The address as a prefix of full length."""


@dataclass(frozen=True, slots=True)
class Port:
    """A port. ``pairs`` are the prefixes of its allowed address pairs, ``local`` the addresses that its MACs make."""

    id: str
    record: Record
    name: str
    owner: str
    device: str
    segment: str
    fixed: tuple[FixedAddress, ...]
    pairs: tuple[Prefix, ...]
    local: tuple[IPv6Address, ...]
    groups: tuple[str, ...]
    is_secured: bool
    is_up: bool
    hostname: str
    description: str
    network: str
    doubts: tuple[Unmodelled, ...]
    """What is not understood of the port itself."""
    around: tuple[Unmodelled, ...]
    """What is not understood of its network and subnets, told there."""


def read_ports(inventory: Inventory, segments: Segments) -> dict[str, Port]:
    """Every port by its id; a port of a trunk belongs to the device of its parent."""
    parents = _trunks(inventory)
    ports: dict[str, Port] = {}
    for id_, record in inventory.all(PORTS).items():
        fields = Fields(record, PORTS, inventory.notes)
        if fields.has("trunk_details"):
            for path in fields.entries("trunk_details", "sub_ports"):
                parents.setdefault(fields.text(*path, "port_id"), id_)
        ports[id_] = _port(id_, fields, inventory, segments)
    for id_, port in ports.items():
        if port.owner == _SUBPORT and parents.get(id_) in ports:
            ports[id_] = replace(port, device=ports[parents[id_]].device)
    return ports


def _trunks(inventory: Inventory) -> dict[str, str]:
    """The parent of each port of a trunk."""
    parents: dict[str, str] = {}
    for record in inventory.all(TRUNKS).values():
        fields = Fields(record, TRUNKS, inventory.notes)
        for path in fields.entries("sub_ports"):
            parents[fields.text(*path, "port_id")] = fields.text("port_id")
        inventory.notes.shared.extend(fields.doubts)
    return parents


def _port(id_: str, fields: Fields, inventory: Inventory, segments: Segments) -> Port:
    owner, network = fields.text("device_owner"), fields.text("network_id")
    segment = segments.network(network, fields.record, "network_id")
    fixed = fixed_addresses(fields, ("fixed_ips",), inventory, segments)
    pairs, macs = _pairs(fields)
    part = next((each.subnet.part for each in fixed if each.subnet and each.subnet.part), "")
    _look_for_routes(fields)
    is_secured = fields.flag("port_security_enabled", default=True) and not owner.startswith(TRUSTED)
    if is_secured and "security_groups" not in fields.record.values:
        fields.fault("a port without the field `security_groups`", help_="collect the file anew, with all fields")
    around = [*segment.doubts, *inventory.touched.get(id_, ())]
    around += [doubt for each in fixed if each.subnet for doubt in each.subnet.doubts]
    return Port(
        id=id_,
        record=fields.record,
        name=fields.text("name"),
        owner=owner,
        device=fields.text("device_id"),
        segment=f"{segment.label} segment {part}" if part else segment.label,
        fixed=fixed,
        pairs=pairs,
        local=_local(fields, macs),
        groups=fields.names("security_groups"),
        is_secured=is_secured,
        is_up=fields.flag("admin_state_up", default=True),
        hostname=fields.text("dns_name"),
        description=fields.text("description"),
        network=network,
        doubts=tuple(fields.doubts),
        around=tuple(dict.fromkeys(around)),
    )


def fixed_addresses(
    fields: Fields, path: tuple[str, ...], inventory: Inventory, segments: Segments
) -> tuple[FixedAddress, ...]:
    """The list of fixed addresses at ``path``."""
    found = []
    for each in fields.entries(*path):
        address, id_ = fields.address(*each, "ip_address"), fields.text(*each, "subnet_id")
        if address is None:
            continue
        subnet = segments.subnets.get(id_)
        if subnet is None and SUBNETS.key in inventory.held:
            fields.doubts.append(inventory.notes.dangling(fields.record, (*each, "subnet_id"), "subnet", id_))
        elif subnet is None:
            fields.doubts.append(inventory.missing[SUBNETS.key])
        found.append(FixedAddress(address, subnet, ip_network(address)))
    return tuple(found)


def _pairs(fields: Fields) -> tuple[tuple[Prefix, ...], tuple[str, ...]]:
    """The prefixes of the allowed address pairs, and the MAC addresses of those of IPv6."""
    prefixes, macs = [], []
    own = fields.text("mac_address")
    for path in fields.entries("allowed_address_pairs"):
        prefix = fields.prefix(*path, "ip_address")
        mac = fields.text(*path, "mac_address") or own
        if prefix is not None:
            prefixes.append(prefix)
            macs += [mac] if prefix.version == 6 else []
    return tuple(dict.fromkeys(prefixes)), tuple(macs)


def _local(fields: Fields, macs: tuple[str, ...]) -> tuple[IPv6Address, ...]:
    """The link-local addresses that the port may use, where it has IPv6 at all: those made of its MACs."""
    own = [fields.text("mac_address")] if _has_ipv6(fields) else []
    found: dict[IPv6Address, None] = {}
    for mac in (*own, *macs):
        digits = mac.replace(":", "").replace("-", "")
        if len(digits) == 12 and all(each in "0123456789abcdefABCDEF" for each in digits):
            found[link_local(int(digits, 16))] = None
        else:
            fields.fault("the MAC address of a port with IPv6 is missing or wrong", "mac_address")
    return tuple(found)


def _has_ipv6(fields: Fields) -> bool:
    return any(":" in fields.text(*path, "ip_address") for path in fields.entries("fixed_ips"))


def link_local(mac: int) -> IPv6Address:
    """The address that a host makes of its MAC (RFC 4291, appendix A).

    >>> str(link_local(0xFA163EBB3CE4))
    'fe80::f816:3eff:febb:3ce4'
    """
    high, low = mac >> 24 ^ 0x020000, mac & 0xFFFFFF
    return IPv6Address(0xFE80 << 112 | high << 40 | 0xFFFE << 24 | low)


def _look_for_routes(fields: Fields) -> None:
    """DHCP options that tell an instance other ways out than its subnet does."""
    for path in fields.entries("extra_dhcp_opts"):
        if fields.text(*path, "opt_name") in _ROUTING_OPTIONS:
            fields.fault("a DHCP option that tells routes", *path)

"""The answers of one folder → a device for each instance, DHCP server and router, and one for the controller."""

from collections.abc import Sequence

from isthmus.formats.format import Lowered
from isthmus.formats.neutron import instances, routers
from isthmus.formats.neutron.filters import Filters
from isthmus.formats.neutron.floating import read_floating
from isthmus.formats.neutron.groups import address_groups, security_groups
from isthmus.formats.neutron.inventory import Inventory
from isthmus.formats.neutron.kinds import ADDRESS_GROUPS, GROUPS, NETWORKS, RULES, SUBNETS, TRUNKS
from isthmus.formats.neutron.labels import labels
from isthmus.formats.neutron.notes import Notes
from isthmus.formats.neutron.parse import Answer
from isthmus.formats.neutron.ports import read_ports
from isthmus.formats.neutron.segments import Segments
from isthmus.network import Coverage, Device

_SHARED = (NETWORKS, SUBNETS, GROUPS, RULES, ADDRESS_GROUPS, TRUNKS)
"""Kinds whose records belong to no device: the controller's own coverage counts them."""


def lower(device: str, answers: Sequence[Answer]) -> Lowered:
    """All devices of the folder. The one that is named holds no packets, only what is known of shared records."""
    if not answers:
        return Lowered()
    notes = Notes(each.records for each in answers)
    inventory = Inventory(answers, notes)
    segments = Segments(inventory)
    ports = read_ports(inventory, segments)
    filters = Filters(inventory, security_groups(inventory, ports.values()), address_groups(inventory))
    routing = routers.read_routers(inventory, ports.values())
    floatings = read_floating(inventory, routing)
    plugged = instances.plugged(ports.values(), routing)
    wishes = [(("router", id_), id_, each.wish) for id_, each in routing.items()]
    wishes += [(key, key[1], instances.wish(key, mine)) for key, mine in plugged.items()]
    names = labels(wishes, taken=[device])
    devices = [
        routers.device(names["router", id_], each, floatings.get(id_, ()), inventory, segments)
        for id_, each in routing.items()
    ]
    devices += [instances.device(names[key], key, mine, filters) for key, mine in plugged.items()]
    statements = inventory.statements + sum(len(inventory.all(kind)) for kind in _SHARED)
    coverage = Coverage(statements, tuple(dict.fromkeys(notes.shared)))
    controller = Device(device, inventory.where, coverage=coverage)
    return Lowered((controller, *devices), notes.diagnostics)

"""Trees → the device: the texts of a folder are one configuration, and each part of it is read by a file of its own."""

from collections.abc import Sequence

from isthmus.diagnostics import Diagnostic, Span, shown
from isthmus.formats.format import Lowered
from isthmus.formats.junos.actions import Actions, dropping_policers
from isthmus.formats.junos.codes import TOLD_TWICE
from isthmus.formats.junos.conditions import Conditions
from isthmus.formats.junos.definitions import definitions, prefix_lists
from isthmus.formats.junos.filters import VERSIONS, Filters
from isthmus.formats.junos.groups import Groups
from isthmus.formats.junos.interfaces import Interfaces
from isthmus.formats.junos.prefixes import Blocks
from isthmus.formats.junos.reading import Reading
from isthmus.formats.junos.routing import Routing
from isthmus.formats.junos.sections import lower_sections
from isthmus.formats.junos.switching import FAMILIES, read_vlans
from isthmus.formats.junos.tree import Node, Tree, merged
from isthmus.network import Device, DeviceKind

_NOTHING = Node("", "")
_MANAGEMENT = ("fxp", "em", "me", "vme", "lo", "irb", "vlan", "re0:", "mgmt")
"""Interfaces that even a device has that only switches."""


def lower(device: str, trees: Sequence[Tree]) -> Lowered:
    """The device that the texts of its folder describe together."""
    if not trees:
        return Lowered()
    reading = Reading(device)
    root = Groups(reading).expanded(_whole(trees, reading), applied=any(tree.applies_groups for tree in trees))
    for tree in trees:
        reading.doubt_text(tree.doubts)
    blocks = Blocks(reading)
    lists = prefix_lists(root, blocks)
    firewall = root.get("firewall") or _NOTHING
    conditions = Conditions(reading, blocks, lists)
    filters = Filters(reading, conditions, Actions(reading, dropping_policers(firewall)))
    filters.lower(firewall)
    routing = Routing(reading)
    routing.lower(root)
    interfaces = Interfaces(reading, filters, read_vlans(root, reading), routing.members)
    ports = interfaces.lower(root.get("interfaces"))
    lower_sections(root, reading)
    part = Device(
        device,
        Span(trees[0].root.file),
        _kind(root),
        forwards=True,
        interfaces=ports,
        vrfs=routing.vrfs,
        tables={name: tuple(routes) for name, routes in routing.tables.items()},
        chains=filters.finished(),
        definitions=definitions(root, lists),
        coverage=reading.coverage(_statements(root)),
        doubts=tuple(dict.fromkeys(reading.device_doubts)),
    )
    return Lowered((part,), tuple(reading.problems))


def _statements(root: Node) -> int:
    """How many statements there are; groups count where they are applied."""
    return sum(each.leaves() for each in root.statements() if each.word != "groups")


def _whole(trees: Sequence[Tree], reading: Reading) -> Node:
    """All texts as one configuration; a filter or a prefix list belongs to one of them."""
    root = trees[0].root
    for tree in trees[1:]:
        for path in (("policy-options", "prefix-list"), ("firewall", "filter"), *_families(tree.root)):
            for each in tree.root.below(*path):
                before = root.get(*path, each.word)
                if before is not None and not _same(before, each):
                    _told_twice(each, before, reading)
        root = merged(root, tree.root)
    return root


def _families(root: Node) -> list[tuple[str, ...]]:
    return [("firewall", "family", each.word, "filter") for each in root.below("firewall", "family")]


def _same(one: Node, other: Node) -> bool:
    """Whether both say the same, in whatever order but that of terms."""
    if one.words.keys() != other.words.keys() or (one.word == "term" and list(one.words) != list(other.words)):
        return False
    return all(_same(mine, theirs) for mine in one if (theirs := other.get(mine.word)) is not None)


def _told_twice(node: Node, before: Node, reading: Reading) -> None:
    message = f"`{shown(node.word)}` is defined here and differently at {before.where}"
    reading.problems.append(Diagnostic(TOLD_TWICE, message, node.where, "remove the file that is out of date"))
    reading.device_doubts.append(reading.doubt(node, message))


def _kind(root: Node) -> DeviceKind:
    """A switch is a device whose ports all switch frames; where it has addresses, it has them on its VLANs."""
    switches = False
    for physical in root.below("interfaces"):
        for unit in physical.below("unit"):
            families = [each.word for each in unit.below("family")]
            switches = switches or any(each in FAMILIES for each in families)
            is_routed = any(each in VERSIONS for each in families)
            if is_routed and not physical.word.startswith(_MANAGEMENT):
                return DeviceKind.ROUTER
    return DeviceKind.SWITCH if switches else DeviceKind.ROUTER

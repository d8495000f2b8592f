"""Security groups and address groups: their names, and who is meant where a rule names one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, IPv6Network, collapse_addresses

from isthmus.diagnostics import Span
from isthmus.formats.neutron import codes
from isthmus.formats.neutron.fields import Fields
from isthmus.formats.neutron.inventory import Inventory
from isthmus.formats.neutron.kinds import ADDRESS_GROUPS, GROUPS, PORTS, RULES
from isthmus.formats.neutron.labels import labels
from isthmus.formats.neutron.ports import Port
from isthmus.network import Definition, Unmodelled
from isthmus.packetset import Block, Prefix


@dataclass(frozen=True, slots=True)
class Group:
    """A security group or an address group."""

    label: str
    kind: str
    where: Span
    members: Mapping[int, tuple[Block, ...]] = field(default_factory=lambda: {4: (), 6: ()})
    """Addresses by IP version."""
    strangers: tuple[Unmodelled, ...] = ()
    """Why there may be other members."""
    is_stateful: bool = True
    doubts: tuple[Unmodelled, ...] = ()
    """Why its rules may admit more than is written."""
    comment: str = ""

    @property
    def is_listed(self) -> bool:
        """Whether people list its members; those of a security group follow from its ports."""
        return self.kind == "address group"

    def definition(self) -> Definition:
        """The group as a name that rules refer to."""
        blocks = (*self.members[4], *self.members[6])
        return Definition(self.label, self.kind, self.where, blocks, doubts=self.strangers, comment=self.comment)


def security_groups(inventory: Inventory, ports: Iterable[Port]) -> dict[str, Group]:
    """Every security group by its id, those too that only ports name.

    The members of a group are, as Neutron has it, the fixed addresses of its ports and the prefixes of their allowed
    address pairs. Where the folder has no ports, anybody may be a member.
    """
    groups = _listed(inventory)
    prefixes: dict[str, list[Prefix]] = {id_: [] for id_ in groups}
    strangers: dict[str, list[Unmodelled]] = {id_: [] for id_ in groups}
    for port in ports:
        held = [each.block for each in port.fixed]
        for id_ in port.groups:
            if id_ not in groups:
                groups[id_] = _unlisted(id_, port, inventory)
            prefixes.setdefault(id_, []).extend((*held, *port.pairs))
            strangers.setdefault(id_, []).extend(port.doubts)
    missing = [inventory.missing[PORTS.key]] if PORTS.key in inventory.missing else []
    return {
        id_: replace(each, members=_blocks(prefixes[id_]), strangers=(*missing, *strangers[id_]))
        for id_, each in groups.items()
    }


def _listed(inventory: Inventory) -> dict[str, Group]:
    fields = {id_: Fields(each, GROUPS, inventory.notes) for id_, each in inventory.all(GROUPS).items()}
    names = labels([(id_, id_, each.text("name")) for id_, each in fields.items()])
    groups = {}
    for id_, each in fields.items():
        for _ in each.entries(RULES.key):
            pass
        if RULES.key not in each.record.values and RULES.key not in inventory.held:
            where = each.record.where
            message = f"the rules of security group `{names[id_]}` are in no file of the folder"
            help_ = f"add `{RULES.file}`, the answer to `GET /v2.0/security-group-rules`"
            inventory.notes.tell(codes.MISSING_LIST, message, where, help_)
            each.doubts.append(Unmodelled(where, message))
        stateful, comment = each.flag("stateful", default=True), each.text("description")
        doubts = tuple(each.doubts)
        inventory.notes.shared.extend(doubts)
        groups[id_] = Group(
            names[id_], "security group", each.record.where, is_stateful=stateful, doubts=doubts, comment=comment
        )
    return groups


def _unlisted(id_: str, port: Port, inventory: Inventory) -> Group:
    """A group that a port names and no file holds: its rules are unknown."""
    doubt = inventory.missing.get(GROUPS.key)
    if doubt is None:
        doubt = inventory.notes.dangling(port.record, ("security_groups",), "security group", id_)
        inventory.notes.shared.append(doubt)
    return Group(id_, "security group", port.record.where, doubts=(doubt,))


def address_groups(inventory: Inventory) -> dict[str, Group]:
    """Every address group by its id."""
    fields = {id_: Fields(each, ADDRESS_GROUPS, inventory.notes) for id_, each in inventory.all(ADDRESS_GROUPS).items()}
    names = labels([(id_, id_, each.text("name")) for id_, each in fields.items()])
    groups = {}
    for id_, each in fields.items():
        found = [each.prefix(*path) for path in each.places("addresses")]
        blocks = _blocks(one for one in found if one is not None)
        comment, strangers = each.text("description"), tuple(each.doubts)
        groups[id_] = Group(names[id_], "address group", each.record.where, blocks, strangers, comment=comment)
        inventory.notes.shared.extend(strangers)
    return groups


def _blocks(prefixes: Iterable[Prefix]) -> Mapping[int, tuple[Block, ...]]:
    """The same addresses as the fewest prefixes."""
    every = set(prefixes)
    return {
        4: tuple(collapse_addresses(each for each in every if isinstance(each, IPv4Network))),
        6: tuple(collapse_addresses(each for each in every if isinstance(each, IPv6Network))),
    }

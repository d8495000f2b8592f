"""Chains: one for each distinct set of groups, shared by all ports that have it, and two small ones for each port.

A port's own chains hold what depends on its addresses: the DHCP answers that may come in, the sources that may go out.
They lead to the chain of the port's groups, and drop what that does not accept.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv6Network

from isthmus.diagnostics import Span
from isthmus.formats.neutron import builtin
from isthmus.formats.neutron.groups import Group
from isthmus.formats.neutron.inventory import Inventory
from isthmus.formats.neutron.kinds import GROUPS, RULES
from isthmus.formats.neutron.ports import Port
from isthmus.formats.neutron.rules import DIRECTIONS, RuleReader
from isthmus.network import Chain, Definition, Jump, Rule, Unmodelled, Verdict
from isthmus.packetset import Block, Match

_ANYTHING = (Match(),)

REPLIES = "neutron: replies"
"""The rule that lets answers in."""


@dataclass(frozen=True, slots=True)
class Shared:
    """The chains of one set of groups, by direction, and the address groups that their rules refer to."""

    chains: Mapping[str, Chain]
    definitions: Mapping[str, Definition]
    tracks: bool


class Filters:
    """Makes the chains of ports."""

    def __init__(self, inventory: Inventory, groups: dict[str, Group], addresses: Mapping[str, Group]) -> None:
        self._groups = groups
        self._rules: dict[tuple[str, str], list[Rule]] = {}
        self._shared: dict[frozenset[str], Shared] = {}
        self._definitions: dict[str, dict[str, Definition]] = {}
        self._standing: dict[tuple[str, Span, frozenset[bool]], tuple[Rule, ...]] = {}
        self._names: Counter[str] = Counter()
        self._read(inventory, RuleReader(inventory, groups, addresses))

    def _read(self, inventory: Inventory, reader: RuleReader) -> None:
        """Every rule, to its group and direction."""
        for record in inventory.all(RULES).values():
            id_ = record.values.get("security_group_id")
            group = self._groups.get(id_) if isinstance(id_, str) else None
            if not isinstance(id_, str) or (group is None and GROUPS.key in inventory.held):
                inventory.notes.shared.append(
                    inventory.notes.dangling(record, ("security_group_id",), "security group", str(id_))
                )
            asked, rule = reader.read(record, group.label if group else str(id_))
            for direction in asked.directions:
                self._rules.setdefault((str(id_), direction), []).append(rule)
            for each in asked.uses:
                if each.is_listed:
                    self._definitions.setdefault(str(id_), {}).setdefault(each.label, each.definition())

    def of(self, ids: tuple[str, ...], port: Port) -> Shared:
        """The chains of a set of groups; ``port`` is one that has them."""
        found = self._shared.get(frozenset(ids))
        if found is None:
            groups = {id_: self._groups[id_] for id_ in sorted(ids, key=lambda id_: (self._groups[id_].label, id_))}
            where = next((each.where for each in groups.values()), port.record.where)
            stateful = frozenset(each.is_stateful for each in groups.values()) or frozenset({True})
            name = ",".join(each.label for each in groups.values()) or "of no group"
            self._names[name] += 1
            if self._names[name] > 1:
                name = f"{name} ({self._names[name]})"
            chains = {each: self._chain(each, name, groups, stateful, where) for each in DIRECTIONS}
            definitions: dict[str, Definition] = {}
            for id_ in groups:
                definitions |= self._definitions.get(id_, {})
            found = self._shared[frozenset(ids)] = Shared(chains, definitions, True in stateful)
        return found

    def _chain(
        self, direction: str, name: str, groups: Mapping[str, Group], stateful: frozenset[bool], where: Span
    ) -> Chain:
        key = (direction, where, stateful)
        if key not in self._standing:
            self._standing[key] = tuple(_before(direction, stateful, where))
        rules = list(self._standing[key])
        for id_, group in groups.items():
            if group.doubts:
                rules.append(_unsure(group))
            rules += self._rules.get((id_, direction), [])
        if True in stateful:
            rules.append(Rule((builtin.INVALID,), Verdict.DROP, where, "neutron: what belongs to nothing"))
        return Chain(f"sg {direction} {name}", tuple(rules), where)


def _before(direction: str, stateful: frozenset[bool], where: Span) -> list[Rule]:
    """The rules that stand before those of the groups."""
    accept, drop = Verdict.ACCEPT, Verdict.DROP
    if direction == "ingress":
        rules = [Rule((builtin.NEIGHBOURS,), accept, where, "neutron: neighbour discovery")]
    else:
        rules = [
            Rule((builtin.DHCP_REQUESTS[4],), accept, where, "neutron: DHCP requests"),
            Rule((builtin.ROUTER_ADVERTISEMENTS,), drop, where, "neutron: no router advertisements"),
            Rule((builtin.ICMPV6,), accept, where, "neutron: ICMPv6"),
            Rule((builtin.DHCP_REQUESTS[6],), accept, where, "neutron: DHCP requests"),
            Rule(tuple(builtin.DHCP_ANSWERS.values()), drop, where, "neutron: no DHCP answers"),
        ]
    if stateful == {True}:
        rules.append(Rule((builtin.REPLIES,), accept, where, REPLIES))
    elif len(stateful) == 2:
        doubt = Unmodelled(where, "stateful and stateless groups on one port, which the API refuses")
        rules.append(Rule((), accept, where, REPLIES, (builtin.REPLIES,), (doubt,)))
    return rules


def _unsure(group: Group) -> Rule:
    """What a group whose rules are not known may accept: anything."""
    name = f"rules of {group.label} that are not known"
    return Rule((), Verdict.ACCEPT, group.where, name, _ANYTHING, group.doubts)


def own_chains(port: Port, name: str, shared: Shared) -> tuple[Chain, Chain]:
    """The chains of a port by its interface's name, for what comes in and for what goes out."""
    where = port.record.where
    addresses = {4: _addresses(port, 4), 6: _addresses(port, 6)}
    answers = tuple(
        replace(builtin.DHCP_ANSWERS[version], destination=(*addresses[version], builtin.ANSWERED_AT[version]))
        for version in (4, 6)
    )
    inward = [Rule(answers, Verdict.ACCEPT, where, "neutron: DHCP answers")]
    if addresses[6]:
        rule = Rule((builtin.ROUTER_ADVERTISEMENTS,), Verdict.ACCEPT, where, "neutron: router advertisements")
        inward.append(rule)
    inward.append(Rule(_ANYTHING, Jump(shared.chains["ingress"].name), where, "to the groups"))
    outward = (
        Rule((builtin.DISCOVER,), Verdict.ACCEPT, where, "neutron: DHCP requests without an address"),
        Rule((builtin.UNSPECIFIED,), Verdict.ACCEPT, where, "neutron: IPv6 without an address"),
        Rule(
            _sources(port, addresses), Jump(shared.chains["egress"].name), where, "from its own addresses to the groups"
        ),
    )
    return (
        Chain(f"port ingress {name}", tuple(inward), where, Verdict.DROP),
        Chain(f"port egress {name}", outward, where, Verdict.DROP),
    )


def _addresses(port: Port, version: int) -> tuple[Block, ...]:
    return tuple(each.block for each in port.fixed if each.block.version == version)


def _sources(port: Port, addresses: Mapping[int, tuple[Block, ...]]) -> tuple[Match, ...]:
    """What may leave a port: fixed addresses, allowed pairs and the link-local addresses of its MACs.

    A port without any address is held to its MAC only, and so is the IP version of which a port has nothing.
    """
    pairs = {version: tuple(each for each in port.pairs if each.version == version) for version in (4, 6)}
    local = tuple(IPv6Network(each) for each in port.local)
    allowed = {4: (*pairs[4], *addresses[4]), 6: (*pairs[6], *addresses[6])}
    if not port.fixed:
        return _ANYTHING
    found = {4: allowed[4], 6: (*allowed[6], *local) if allowed[6] else ()}
    return tuple(
        Match(version=version, source=tuple(dict.fromkeys(found[version])) if found[version] else None)
        for version in (4, 6)
    )

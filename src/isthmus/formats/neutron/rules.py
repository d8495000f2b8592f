"""Security group rules → rules that accept: what is asked is exact, and what is not understood may ask for less."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from sys import intern

from isthmus.diagnostics import shown
from isthmus.documents import Record
from isthmus.formats.neutron.fields import Fields
from isthmus.formats.neutron.groups import Group
from isthmus.formats.neutron.inventory import Inventory
from isthmus.formats.neutron.kinds import ADDRESS_GROUPS, GROUPS, RULES
from isthmus.formats.services import PROTOCOLS
from isthmus.network import Rule, Unmodelled, Verdict
from isthmus.packetset import Block, Bounds, IcmpType, Interval, IpProtocol, Match, only

DIRECTIONS = ("ingress", "egress")

_TELLING = (
    "direction", "ethertype", "protocol", "port_range_min", "port_range_max", "remote_ip_prefix", "remote_group_id",
    "remote_address_group_id",
)  # fmt: skip
_OWN_NAMES = {
    "ah": 51, "dccp": 33, "egp": 8, "esp": 50, "gre": 47, "hopopt": 0, "icmp": 1, "icmpv6": 58, "igmp": 2, "ip": 0,
    "ipip": 4, "ipv6-encap": 41, "ipv6-frag": 44, "ipv6-icmp": 58, "ipv6-nonxt": 59, "ipv6-opts": 60, "ipv6-route": 43,
    "ospf": 89, "pgm": 113, "rsvp": 46, "sctp": 132, "tcp": 6, "udp": 17, "udplite": 136, "vrrp": 112,
}  # fmt: skip
"""The protocols that Neutron has names for (its API reference); of others it takes the number."""

_WITH_PORTS = frozenset(
    {IpProtocol.TCP, IpProtocol.UDP, IpProtocol.DCCP, IpProtocol.SCTP, IpProtocol.UDPLITE}
)  # fmt: skip
_ONLY: tuple[tuple[Bounds, ...], ...] = tuple((only(number),) for number in range(256))
_ICMP = frozenset({IpProtocol.ICMP, IpProtocol.ICMPV6})


@dataclass(frozen=True, slots=True)
class Asked:
    """What rules of one content ask. ``perhaps`` may match besides, for ``doubts`` that each such rule has."""

    directions: tuple[str, ...]
    matches: tuple[Match, ...]
    uses: tuple[Group, ...] = ()
    perhaps: tuple[Match, ...] = ()
    doubts: tuple[Unmodelled, ...] = ()


class RuleReader:
    """Lowers rules one by one; rules of the same content share what they ask."""

    def __init__(self, inventory: Inventory, groups: Mapping[str, Group], addresses: Mapping[str, Group]) -> None:
        self._inventory, self._groups, self._addresses = inventory, groups, addresses
        self._known: dict[tuple[object, ...], Asked] = {}

    def read(self, record: Record, group: str) -> tuple[Asked, Rule]:
        """A rule of the group of that name."""
        content = tuple(map(record.values.get, _TELLING))
        try:
            asked = self._known.get(content) if record.values.keys() <= RULES.known else None
        except TypeError:
            asked = None
        if asked is None:
            fields = Fields(record, RULES, self._inventory.notes)
            asked = _Question(fields, self._inventory, self._groups, self._addresses).asked()
            self._inventory.notes.shared.extend(fields.doubts)
            if not asked.doubts:
                self._known[content] = asked
        comment = record.values.get("description")
        rule = Rule(
            asked.matches,
            Verdict.ACCEPT,
            record.where,
            intern(f"{asked.directions[0]} rule of {group}"),
            asked.perhaps,
            asked.doubts,
            comment=comment if isinstance(comment, str) else "",
            uses=tuple(each.label for each in asked.uses),
        )
        return asked, rule


class _Question:
    """What one rule asks, read field by field."""

    def __init__(
        self, fields: Fields, inventory: Inventory, groups: Mapping[str, Group], addresses: Mapping[str, Group]
    ) -> None:
        self.fields, self.inventory = fields, inventory
        self.groups, self.addresses = groups, addresses

    def asked(self) -> Asked:
        """All of it. A value that is not understood asks for nothing; what a field means that is not known is open."""
        opaque = bool(self.fields.doubts)
        directions, version = self.directions(), self.version()
        protocol = self.protocol(version)
        ports, icmp = self.ports(protocol)
        protocols = None if protocol is None else _ONLY[protocol]
        remote, uses = self.remote(version)
        anybody = Match(protocols=protocols, destination_ports=ports, icmp=icmp, version=version)
        match = _with_remote(anybody, directions[0], remote)
        if opaque:
            return Asked(directions, (), uses, (Match(version=version),), tuple(self.fields.doubts))
        strangers = tuple(doubt for each in uses for doubt in each.strangers)
        if self.fields.doubts:
            widest = anybody if strangers or len(directions) > 1 else match
            return Asked(directions, (), uses, (widest,), (*self.fields.doubts, *strangers))
        if strangers:
            return Asked(directions, (match,), uses, (anybody,), strangers)
        return Asked(directions, (match,), uses)

    def directions(self) -> tuple[str, ...]:
        """Ingress or egress; both where it cannot be told."""
        found = self.fields.value("direction")
        if found in DIRECTIONS:
            return (str(found),)
        self.fault("direction", "`ingress` or `egress`")
        return DIRECTIONS

    def version(self) -> int | None:
        """The IP version."""
        found = self.fields.value("ethertype")
        version = {"ipv4": 4, "ipv6": 6}.get(found.lower()) if isinstance(found, str) else None
        if version is None:
            self.fault("ethertype", "`IPv4` or `IPv6`")
        return version

    def protocol(self, version: int | None) -> int | None:
        """The protocol's number; None for any. Number 0 means any to Neutron, and `icmp` is that of the IP version."""
        found = self.fields.value("protocol")
        if found is None or found == "any":
            return None
        word = str(found).lower()
        number = int(word) if word.isascii() and word.isdecimal() and len(word) < 4 else _OWN_NAMES.get(word)
        if number is None and word in PROTOCOLS:
            number = PROTOCOLS[word]
        if isinstance(found, bool) or not isinstance(found, str | int) or number is None or number > 255:
            self.fault("protocol", "a name such as `tcp`, or a number up to 255")
            return None
        if version != 4 and word in ("icmp", "icmpv6"):
            return None if version is None else IpProtocol.ICMPV6
        return number or None

    def ports(self, protocol: int | None) -> tuple[tuple[Interval, ...] | None, tuple[IcmpType, ...] | None]:
        """Destination ports; of ICMP, type and code stand in their place."""
        first, last = self.number("port_range_min"), self.number("port_range_max")
        if first is None and last is None:
            return None, None
        if protocol in _ICMP:
            return None, self.icmp(protocol, first, last)
        if protocol not in _WITH_PORTS:
            self.fault(
                "port_range_max" if first is None else "port_range_min", "a port of TCP, UDP, DCCP, SCTP or UDP-Lite"
            )
        elif first is None or last is None:
            self.fault("port_range_max" if first is None else "port_range_min", "both ends of a range of ports")
        elif not 0 <= first <= last <= 65535:
            self.fault("port_range_max", "ports from 1 to 65535, the lower one first")
        else:
            return (Interval(first, last),), None
        return None, None

    def icmp(self, protocol: int | None, first: int | None, last: int | None) -> tuple[IcmpType, ...] | None:
        """An ICMP type and, if given, code."""
        if first is None or not 0 <= first <= 255 or not 0 <= (last or 0) <= 255:
            self.fault("port_range_max" if first is None else "port_range_min", "an ICMP type and code from 0 to 255")
            return None
        if first == 255 and protocol == IpProtocol.ICMP:
            self.fault(
                "port_range_min", "an ICMP type below 255, which means every type to iptables and itself to others"
            )
            return None
        return (IcmpType(first, last),)

    def number(self, key: str) -> int | None:
        """A whole number."""
        found = self.fields.value(key)
        if isinstance(found, str) and found.isascii() and found.isdecimal() and len(found) < 6:
            return int(found)
        if found is None or (isinstance(found, int) and not isinstance(found, bool)):
            return found
        self.fault(key, "a whole number")
        return None

    def remote(self, version: int | None) -> tuple[tuple[Block, ...] | None, tuple[Group, ...]]:
        """The addresses of the other end, None for any, and the groups that name them."""
        named = [key for key in _REMOTES if self.fields.value(key)]
        if len(named) > 1:
            self.fault(named[1], "one remote: a prefix, a group or an address group")
        if len(named) != 1:
            return None, ()
        if named[0] == "remote_ip_prefix":
            return self.remote_prefix(version), ()
        kind, known = (GROUPS, self.groups) if named[0] == "remote_group_id" else (ADDRESS_GROUPS, self.addresses)
        id_ = self.fields.text(named[0])
        group = known.get(id_)
        if group is None:
            if kind.key in self.inventory.missing:
                self.fields.doubts.append(self.inventory.missing[kind.key])
            elif id_:
                doubt = self.inventory.notes.dangling(self.fields.record, (named[0],), kind.title, id_)
                self.fields.doubts.append(doubt)
            return None, ()
        return (None if version is None else group.members[version]), (group,)

    def remote_prefix(self, version: int | None) -> tuple[Block, ...] | None:
        """The prefix of the other end; None for every address."""
        prefix = self.fields.prefix("remote_ip_prefix")
        if prefix is None or not prefix.prefixlen:
            return None
        if version is not None and prefix.version != version:
            self.fault("remote_ip_prefix", f"a prefix of IPv{version}")
            return None
        return (prefix,)

    def fault(self, key: str, wanted: str) -> None:
        """Tell what a field should hold."""
        found = self.fields.value(key)
        name = "nothing" if found is None else f"`{shown(found)}`"
        self.fields.fault(f"{name} stands for `{key}`", key, help_=f"it should be {wanted}")


_REMOTES = ("remote_ip_prefix", "remote_group_id", "remote_address_group_id")


def _with_remote(match: Match, direction: str, remote: tuple[Block, ...] | None) -> Match:
    if remote is None:
        return match
    return replace(match, source=remote) if direction == "ingress" else replace(match, destination=remote)

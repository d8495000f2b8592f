"""Security groups of the neutral model → the lists of Neutron's API: groups with their rules.

A chain ``PROJECT GROUP`` is a group of a project: its rules accept what comes in, from prefixes, by protocol and ports;
everything else is denied. What goes out is open, as Neutron makes every new group. Each rule becomes one of Neutron's
for each source prefix and run of ports.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network

from isthmus.formats.format import CannotRenderError, Text
from isthmus.formats.neutron.kinds import GROUPS, RULES
from isthmus.network import Chain, Device, Rule, Verdict
from isthmus.packetset import AddressRange, Block, Bounds, IcmpType, IpProtocol, Match

Record = dict[str, str | int | bool | None]

_NAMES = {IpProtocol.TCP: "tcp", IpProtocol.UDP: "udp", IpProtocol.SCTP: "sctp", IpProtocol.ICMP: "icmp",
          IpProtocol.ICMPV6: "ipv6-icmp", IpProtocol.DCCP: "dccp", IpProtocol.UDPLITE: "udplite"}  # fmt: skip
LONGEST = 255
"""How long a description may be."""
_FAMILIES = {4: "IPv4", 6: "IPv6"}


@dataclass(frozen=True, slots=True)
class GroupRule:
    """One rule of a group, as Neutron knows rules; ``remote`` None is everybody of the IP version."""

    direction: str
    version: int
    protocol: str | None = None
    first: int | None = None
    last: int | None = None
    remote: str | None = None
    says: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A security group of a project."""

    project: str
    name: str
    rules: tuple[GroupRule, ...]


def groups(devices: Sequence[Device]) -> tuple[Group, ...]:
    """The groups of a controller that is told in parts. Raises CannotRenderError."""
    return tuple(_group(chain) for device in devices for chain in device.chains.values())


def render(devices: Sequence[Device], head: Sequence[str] = ()) -> tuple[Text, ...]:
    """The two lists; their head stands in every group's description, as JSON has no comments."""
    every = groups(devices)
    says = " ".join(head)
    found = [group_record(each, says) for each in every]
    rules = [each for group in every for each in rule_records(group)]
    lists: Mapping[str, tuple[str, list[Record]]] = {
        GROUPS.file: (GROUPS.key, found),
        RULES.file: (RULES.key, rules),
    }
    return tuple(Text(file, listed(key, records)) for file, (key, records) in lists.items()) if every else ()


def listed(key: str, records: Sequence[Mapping[str, object]]) -> str:
    """An answer of the API, a record a line."""
    lines = ",\n".join(f"  {json.dumps(each, ensure_ascii=False)}" for each in records)
    return f'{{"{key}": [\n{lines}\n]}}\n'


def group_record(group: Group, says: str = "") -> Record:
    """A group as the API answers it."""
    about: Record = {"id": f"{group.project}-{group.name}", "name": group.name, "project_id": group.project}
    return {**about, "stateful": True, "description": says[:LONGEST]}


def rule_records(group: Group) -> Iterator[Record]:
    """The rules of a group as the API answers them."""
    for number, each in enumerate(group.rules, 1):
        yield {
            "id": f"{group.project}-{group.name}-{number}",
            "security_group_id": f"{group.project}-{group.name}",
            "project_id": group.project,
            "direction": each.direction,
            "ethertype": _FAMILIES[each.version],
            "protocol": each.protocol,
            "port_range_min": each.first,
            "port_range_max": each.last,
            "remote_ip_prefix": each.remote,
            "remote_group_id": None,
            "description": each.says,
        }


def _group(chain: Chain) -> Group:
    project, _, name = chain.name.partition(" ")
    if not name or " " in name or chain.default is not Verdict.DROP:
        raise CannotRenderError(f"`{chain.name}` is no security group, such as `PROJECT GROUP`, which denies the rest")
    out = (GroupRule("egress", 4), GroupRule("egress", 6))
    return Group(project, name, (*out, *_once(each for rule in chain.rules for each in _rules(rule))))


def _once(rules: Iterable[GroupRule]) -> Iterator[GroupRule]:
    """Each content once, with every reason that it has: Neutron refuses a second rule of the same content."""
    reasons: dict[GroupRule, dict[str, None]] = {}
    for each in rules:
        reasons.setdefault(replace(each, says=""), {})[each.says] = None
    for rule, says in reasons.items():
        yield replace(rule, says="; ".join(filter(None, says))[:LONGEST])


def _rules(rule: Rule) -> Iterator[GroupRule]:
    if rule.action is not Verdict.ACCEPT or rule.doubts or rule.arriving or rule.leaving or rule.mark:
        raise CannotRenderError(f"`{rule.name}` does not just accept")
    for match in rule.matches:
        if match.destination is not None or match.source_ports is not None or match.flags or match.states is not None:
            raise CannotRenderError(f"`{rule.name}` asks for more than source, protocol and port")
        for version in (4, 6) if match.version is None else (match.version,):
            for remote in _remotes(match, version):
                for protocol, first, last in _protocols(match, version):
                    yield GroupRule("ingress", version, protocol, first, last, remote, rule.comment)


def _remotes(match: Match, version: int) -> Iterator[str | None]:
    if match.source is None:
        yield None
        return
    for each in match.source:
        if each.version == version:
            yield from (str(prefix) for prefix in _prefixes(each))


def _prefixes(block: Block) -> Iterator[IPv4Network | IPv6Network]:
    if isinstance(block, AddressRange):
        yield from block.prefixes()
    elif isinstance(block, IPv4Network | IPv6Network):
        yield block
    else:
        raise CannotRenderError(f"`{block}` is no prefix")


def _protocols(match: Match, version: int) -> Iterator[tuple[str | None, int | None, int | None]]:
    if match.protocols is None:
        if match.destination_ports is not None or match.icmp is not None:
            raise CannotRenderError("a rule of a group asks for ports, or ICMP types, of one protocol")
        yield None, None, None
        return
    for numbers in match.protocols:
        for number in range(numbers.first, numbers.last + 1):
            yield from _of_protocol(number, match.destination_ports, match.icmp, version)


def _of_protocol(
    number: int, ports: Sequence[Bounds] | None, icmp: Sequence[IcmpType] | None, version: int
) -> Iterator[tuple[str | None, int | None, int | None]]:
    is_icmp = number in (IpProtocol.ICMP, IpProtocol.ICMPV6)
    if number == 0 or (is_icmp and (number == IpProtocol.ICMPV6) != (version == 6)):
        raise CannotRenderError("Neutron takes protocol 0 for any, and ICMP for that of the rule's IP version")
    word = _NAMES.get(IpProtocol(number)) if number in set(IpProtocol) else None
    if (ports is not None and (word is None or is_icmp)) or (icmp is not None and not is_icmp):
        raise CannotRenderError("a rule of a group asks for ports, or ICMP types, of a protocol that has them")
    if icmp is not None:
        yield from ((word, each.type, each.code) for each in icmp)
    elif ports is not None:
        yield from ((word, each.first, each.last) for each in ports)
    else:
        yield word or str(number), None, None

"""Security groups, memberships and floating addresses as Terraform JSON, for the OpenStack provider.

Resources and arguments are those of ``terraform-provider-openstack`` 1.49 and later (its registry documentation). Ports
and routers are looked up by address and name, so that the text can be applied where their ids are others.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from isthmus.formats.format import Text
from isthmus.formats.neutron.render import LONGEST, Group, GroupRule

FILE = "main.tf.json"
_FAMILIES = {4: "IPv4", 6: "IPv6"}

Resources = dict[str, dict[str, dict[str, object]]]


@dataclass(frozen=True, slots=True)
class Member:
    """A port, known by its fixed address, and the groups that it is to be in: generated ones, and others by id."""

    port: str
    address: str
    groups: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Floating:
    """A floating address and the fixed one behind it."""

    floating: str
    fixed: str


def terraform(
    every: Sequence[Group], members: Iterable[Member], floatings: Iterable[Floating], head: Sequence[str] = ()
) -> Text:
    """One configuration of all of it, in a stable order."""
    resources: Resources = {}
    for group in every:
        name = label(f"{group.project}-{group.name}")
        _put(resources, "openstack_networking_secgroup_v2", name, {
            "name": group.name, "description": " ".join(head)[:LONGEST], "delete_default_rules": True,
        })  # fmt: skip
        for number, rule in enumerate(group.rules, 1):
            _put(resources, "openstack_networking_secgroup_rule_v2", f"{name}_{number}", _rule(rule, name))
    data: Resources = {}
    for member in members:
        name = label(member.port)
        _put(data, "openstack_networking_port_v2", name, {"fixed_ip": member.address})
        ours = [f"${{openstack_networking_secgroup_v2.{label(each)}.id}}" for each in member.groups]
        _put(resources, "openstack_networking_port_secgroup_associate_v2", name, {
            "port_id": f"${{data.openstack_networking_port_v2.{name}.id}}",
            "enforce": True,
            "security_group_ids": [*ours, *member.others],
        })  # fmt: skip
    for each in floatings:
        name = label(f"fixed-{each.fixed}")
        _put(data, "openstack_networking_port_v2", name, {"fixed_ip": each.fixed})
        _put(resources, "openstack_networking_floatingip_associate_v2", label(f"floating-{each.floating}"), {
            "floating_ip": each.floating,
            "port_id": f"${{data.openstack_networking_port_v2.{name}.id}}",
            "fixed_ip": each.fixed,
        })  # fmt: skip
    provider = {"required_providers": {"openstack": {"source": "terraform-provider-openstack/openstack"}}}
    whole: Mapping[str, object] = {"//": list(head), "terraform": provider, "data": data, "resource": resources}
    told = {key: value for key, value in whole.items() if value}
    return Text(FILE, json.dumps(told, indent=2, ensure_ascii=False) + "\n")


def label(text: str) -> str:
    """A name that Terraform allows: letters, digits, `_` and `-`, no digit first.

    >>> label("10.0.0.1"), label("tools web")
    ('_10_0_0_1', 'tools_web')
    """
    found = re.sub(r"[^A-Za-z0-9_-]", "_", text)
    return f"_{found}" if not found or found[0].isdigit() or found[0] == "-" else found


def _put(into: Resources, kind: str, name: str, arguments: Mapping[str, object]) -> None:
    into.setdefault(kind, {})[name] = {key: value for key, value in arguments.items() if value not in (None, "")}


def _rule(rule: GroupRule, group: str) -> dict[str, object]:
    return {
        "security_group_id": f"${{openstack_networking_secgroup_v2.{group}.id}}",
        "direction": rule.direction,
        "ethertype": _FAMILIES[rule.version],
        "protocol": rule.protocol,
        "port_range_min": rule.first,
        "port_range_max": rule.last,
        "remote_ip_prefix": rule.remote,
        "description": rule.says,
    }

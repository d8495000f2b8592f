"""What the tests of Neutron folders share: folders from plain values, and one packet judged by a port's chains."""

import json
from collections.abc import Mapping
from typing import Any

from isthmus.diagnostics import Diagnostic
from isthmus.formats.format import Text
from isthmus.formats.neutron import FORMAT
from isthmus.network import Chain, Device, Jump, Return, Rule, Verdict
from isthmus.packetset import Packet
from tests.packetset.concrete import passes

Lists = dict[str, list[dict[str, Any]]]


def lowered(lists: Mapping[str, Any] | str) -> tuple[dict[str, Device], list[Diagnostic]]:
    """The devices that a folder of one file makes, by name, and what is said of it."""
    text = lists if isinstance(lists, str) else json.dumps(lists)
    parsed = FORMAT.parse(Text("in/neutron.json", text))
    made = FORMAT.lower("in", [parsed.tree] if parsed.tree else [])
    return {each.name: each for each in made.devices}, [*parsed.diagnostics, *made.diagnostics]


def folder(**lists: list[dict[str, Any]]) -> Lists:
    """All lists that a controller has; those that are not given are empty, but for one network."""
    whole: Lists = {
        "networks": [{"id": "n-1", "name": "instances"}],
        "subnets": [
            {"id": "s-4", "network_id": "n-1", "cidr": "172.16.0.0/16", "gateway_ip": "172.16.0.1"},
            {"id": "s-6", "network_id": "n-1", "cidr": "2001:db8::/64", "gateway_ip": "2001:db8::1"},
        ],
        "security_groups": [],
        "ports": [],
        "routers": [],
        "floatingips": [],
    }
    return whole | lists


def port(name: str, *addresses: str, groups: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """A port of an instance of its own."""
    fixed = [{"ip_address": each, "subnet_id": "s-6" if ":" in each else "s-4"} for each in addresses]
    return {
        "id": f"p-{name}",
        "name": name,
        "device_id": f"i-{name}",
        "device_owner": "compute:nova",
        "network_id": "n-1",
        "mac_address": "fa:16:3e:00:00:01",
        "fixed_ips": fixed,
        "security_groups": list(groups),
        "allowed_address_pairs": [],
    } | more


def judged(device: Device, direction: str, packet: Packet) -> bool | None:
    """Whether the only port of a device lets a packet in or out; None where that is not sure."""
    (interface,) = device.interfaces.values()
    uses = interface.filters_in if direction == "ingress" else interface.filters_out
    verdicts = [_walk(device, device.chains[each.chain], packet) for each in uses]
    known = {each for each in verdicts if each is not None} or {Verdict.ACCEPT}
    if None in verdicts:
        return None
    return known == {Verdict.ACCEPT}


class _UnsureError(Exception):
    """A rule may have decided."""


def _walk(device: Device, chain: Chain, packet: Packet) -> Verdict | None:
    try:
        return _verdict(device, chain, packet) or Verdict.ACCEPT
    except _UnsureError:
        return None


def _verdict(device: Device, chain: Chain, packet: Packet) -> Verdict | None:
    for rule in chain.rules:
        if not _applies(rule, packet):
            continue
        if isinstance(rule.action, Verdict):
            return rule.action
        if isinstance(rule.action, Return):
            break
        assert isinstance(rule.action, Jump)
        found = _verdict(device, device.chains[rule.action.chain], packet)
        if found is not None:
            return found
    return chain.default


def _applies(rule: Rule, packet: Packet) -> bool:
    if any(passes(each, packet) for each in rule.matches):
        return True
    if any(passes(each, packet) for each in rule.perhaps):
        raise _UnsureError
    return False

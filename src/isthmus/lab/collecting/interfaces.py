"""``ip -j addr`` of a device's nodes as that of the device: with the VLANs and VRFs that other links stand for here."""

import json
from collections.abc import Iterable

from isthmus.lab.plan.shape import NodePlan
from isthmus.network import DEFAULT_VRF, Device

_KEPT = ("flags", "operstate")
_OF_AN_ADDRESS = ("family", "local", "prefixlen", "scope")

Record = dict[str, object]


def addresses_text(device: Device, nodes: list[NodePlan], told: dict[str, str]) -> str:
    """The listing of a device, from those of its nodes by their names."""
    found: dict[str, Record] = {}
    for node in nodes:
        for record in json.loads(told[node.name] or "[]"):
            name = model_name(node, str(record.get("ifname")))
            if name is not None and (name in device.interfaces or name == "lo") and name not in found:
                found[name] = _record(device, node, name, record)
    order = [*device.interfaces, *found]
    return listing(found[name] for name in dict.fromkeys(order) if name in found)


def model_name(node: NodePlan, kernel: str) -> str | None:
    """What the configuration calls an interface of a node; None for those of the lab's own."""
    if kernel == "lo":
        return "lo" if node.vrf == DEFAULT_VRF else None
    return next((each.name for each in node.ports if each.device == kernel), None)


def _record(device: Device, node: NodePlan, name: str, told: Record) -> Record:
    record: Record = {"ifname": name}
    interface = device.interfaces.get(name)
    if interface is not None and interface.parent is not None:
        record["link"] = interface.parent
    record |= {key: told[key] for key in _KEPT if key in told}
    if interface is not None and interface.vrf != DEFAULT_VRF:
        if name == interface.vrf:
            record["linkinfo"] = {"info_kind": "vrf", "info_data": {"table": _table(device, name)}}
            record["operstate"] = "UP"
        else:
            record["master"] = interface.vrf
    if interface is not None and interface.vlan is not None:
        record["linkinfo"] = {"info_kind": "vlan", "info_data": {"protocol": "802.1Q", "id": interface.vlan}}
    infos = told.get("addr_info")
    record["addr_info"] = [
        {key: each[key] for key in _OF_AN_ADDRESS if key in each}
        for each in (infos if isinstance(infos, list) else [])
        if each.get("scope") != "link" and each.get("local") != "::1"
    ]
    return record


def _table(device: Device, vrf: str) -> int | str:
    name = device.vrfs[vrf].table if vrf in device.vrfs else vrf
    return int(name) if name.isdigit() else name


def listing(records: Iterable[Record]) -> str:
    """Records as JSON, one a line."""
    lines = [f"  {json.dumps(each)}" for each in records]
    return "[\n" + ",\n".join(lines) + "\n]\n" if lines else "[]\n"

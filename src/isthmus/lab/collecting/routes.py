"""``ip -j route`` and ``ip -j rule`` of a device's nodes as those of the device: a VRF's table has its number again."""

import json
from collections.abc import Iterator

from isthmus.lab.collecting.interfaces import Record, listing, model_name
from isthmus.lab.plan.shape import NodePlan
from isthmus.lab.plan.tables import table_name
from isthmus.lab.plan.tunnels import TUNNELS
from isthmus.network import DEFAULT_VRF, Device

_OWN_TABLES = (None, "main", "local")
"""Tables of a namespace that are one table in a VRF."""


def routes_text(device: Device, nodes: list[NodePlan], told: dict[str, str]) -> str:
    """The routes of a device, from those of its nodes by their names."""
    return listing(each for node in nodes for each in _routes(device, node, told[node.name]))


def _routes(device: Device, node: NodePlan, text: str) -> Iterator[Record]:
    for record in json.loads(text or "[]"):
        table = record.get("table")
        if str(table).isdigit() and int(table) >= TUNNELS:
            continue
        if node.vrf != DEFAULT_VRF and table in _OWN_TABLES:
            record["table"] = device.vrfs[node.vrf].table if node.vrf in device.vrfs else node.vrf
        elif table is not None:
            record["table"] = table_name(device, str(table))
        if _renamed(node, record) and all(_renamed(node, each) for each in record.get("nexthops", ())):
            yield record


def _renamed(node: NodePlan, record: Record) -> bool:
    """Give a record its interface's own name; false where that is one of the lab's own."""
    if "dev" not in record:
        return True
    name = model_name(node, str(record["dev"]))
    if name is None:
        return False
    record["dev"] = name
    return True


def rules_text(device: Device, node: NodePlan, told: str) -> str:
    """The routing rules of a device; where it has VRFs, with the one that the kernel adds for them."""
    own = {each.device for each in node.tunnels}
    records = [each for each in json.loads(told or "[]") if each.get("oif") not in own]
    if device.vrfs:
        records.append({"priority": 1000, "src": "all", "l3mdev": None})
    for each in records:
        if "table" in each:
            each["table"] = table_name(device, str(each["table"]))
        if "iif" in each:
            each["iif"] = model_name(node, str(each["iif"])) or each["iif"]
    return listing(sorted(records, key=lambda each: int(str(each["priority"]))))

"""The sections that no other file here reads, and what each means for answers about packets.

`silent.py` lists what cannot touch packets. What is not listed there is named as not modelled, and where it may filter,
translate or bridge packets, it makes every answer through the device unknown.
"""

from isthmus.formats.junos import silent
from isthmus.formats.junos.reading import Reading
from isthmus.formats.junos.tree import Node

READ = frozenset({
    "bridge-domains", "firewall", "groups", "interfaces", "routing-instances", "routing-options", "vlans",
})  # fmt: skip
"""Sections that other files here read."""

_WHOLE = frozenset({"dynamic-profiles", "logical-systems", "multi-chassis", "tenants"})
TOP = READ | silent.SECTIONS | silent.PARTS.keys() | _WHOLE | {"apply-groups"}
"""Every statement that a configuration can begin with."""


def lower_sections(root: Node, reading: Reading) -> None:
    """Say of each section that no other file reads what it means for answers about packets."""
    for section in root.statements():
        if section.word in READ or section.word in silent.SECTIONS:
            continue
        if section.word not in silent.PARTS:
            if section.word not in TOP:
                reading.unknown(section, TOP, "top level")
            reading.doubt_everything(section, f"`{section.word}`")
            continue
        for each in section.statements():
            lower_part(each, section.word, reading)


def lower_part(node: Node, section: str, reading: Reading) -> None:
    """Say what one statement of a section means that is only partly about packets."""
    name = f"{section} {node.word}"
    if node.word in silent.PARTS[section]:
        return
    if section == "protocols" and node.word in silent.LEARNING:
        reading.unmodelled(node, f"`{name}`: routes that it learns are not in the file")
    elif section in ("protocols", "switch-options"):
        reading.unmodelled(node, f"`{name}`")
    else:
        reading.doubt_everything(node, f"`{name}` may filter or translate packets")

"""Wires: a bridge for each segment, in the switch node that it belongs to; a plain cable where two ports meet."""

from isthmus.lab.plan.draft import Draft, Ground
from isthmus.lab.plan.naming import kernel_name
from isthmus.lab.plan.rendering import FABRIC, add_groups, guarded_interface
from isthmus.lab.plan.shape import NodeKind, Wire


def add_wires(ground: Ground) -> tuple[Wire, ...]:
    """Lay the wires; switch nodes are added as they are needed."""
    ends: dict[str, list[tuple[str, str]]] = {}
    for draft in ground.drafts.values():
        for port in draft.ports.values():
            if port.segment is not None:
                ends.setdefault(port.segment, []).append((draft.name, port.device))
    return tuple(_wire(ground, segment, ends[segment]) for segment in sorted(ends))


def _wire(ground: Ground, segment: str, ports: list[tuple[str, str]]) -> Wire:
    is_guarded = any(
        guarded_interface(draft, port)
        for draft, port in ground.on_segment(segment)
        if (draft.name, port.device) in ports
    )
    if len(ports) == 2 and not is_guarded:
        return Wire(segment, tuple(ports))
    switch = _switch(ground, f"hypervisor-{segment}" if is_guarded else FABRIC)
    taken = {"lo", *switch.ports}
    bridge = kernel_name(f"br-{segment}", taken)
    names: dict[tuple[str, str], str] = {}
    for end in ports:
        names[end] = kernel_name(end[0] if end[0] not in taken else f"{end[0]} {end[1]}", {*taken, bridge})
        taken.add(names[end])
    for name in (bridge, *names.values()):
        switch.add_port(name, [], None)
    if is_guarded:
        add_groups(ground, switch, names)
    return Wire(segment, tuple(ports), switch.name, bridge, tuple(names[each] for each in ports))


def _switch(ground: Ground, name: str) -> Draft:
    found = ground.of(name)
    return found if found is not None and found.kind is NodeKind.SWITCH else ground.add(name, NodeKind.SWITCH)

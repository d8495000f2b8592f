"""What a lab says of itself once it is up."""

from collections import Counter
from collections.abc import Iterator

from isthmus.lab.lab import Lab
from isthmus.lab.plan.shape import LabPlan, NodeKind

_KINDS = {
    NodeKind.DEVICE: "of the snapshot",
    NodeKind.HOST: "of the estate alone",
    NodeKind.CLIENT: "for networks without a host",
    NodeKind.OUTSIDE: "outside",
    NodeKind.SWITCH: "with bridges",
}
MOST = 20


def told(lab: Lab) -> str:
    """The lines that ``lab up`` prints."""
    return "\n".join([*_lines(lab), ""])


def _lines(lab: Lab) -> Iterator[str]:
    plan = lab.plan
    kinds = Counter(each.kind for each in plan.nodes.values())
    parts = ", ".join(f"{kinds[kind]} {said}" for kind, said in _KINDS.items() if kinds[kind])
    took = ", ".join(f"{step} {seconds:.2f}" for step, seconds in lab.seconds.items())
    yield f"{plan.name} is up: {len(plan.nodes)} nodes ({parts}), {len(plan.wires)} segments"
    yield f"built in {sum(lab.seconds.values()):.2f} s ({took})"
    yield from lab.notes
    yield from left_out(plan)


def left_out(plan: LabPlan, most: int = MOST) -> Iterator[str]:
    """What is not as the configuration says: each place, up to a number of them, and how many there are."""
    every = list(dict.fromkeys(str(each) for each in plan.left_out))
    if every:
        yield f"not as written, {len(every)}:"
        yield from (f"  {each}" for each in every[:most])
        if len(every) > most:
            yield f"  and {len(every) - most} more"
    if plan.remarks:
        yield f"shared addresses, each with its first holder: {len(plan.remarks)}"
    if plan.unplaced:
        yield f"networks without a client, {len(plan.unplaced)}: {', '.join(plan.unplaced)}"

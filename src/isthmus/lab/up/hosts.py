"""The names of a lab as ``/etc/hosts``."""

from isthmus.lab.plan.shape import LabPlan

_OWN = "127.0.0.1 localhost\n::1 localhost\n"


def hosts_file(plan: LabPlan) -> str:
    """Every name on a line for each of its addresses."""
    lines = [f"{address} {name}\n" for name, addresses in plan.names.items() for address in addresses]
    return _OWN + "".join(lines)

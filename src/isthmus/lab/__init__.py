"""The lab: an estate and its snapshot rebuilt in Linux network namespaces, with real packets.

What ``prove`` computes over, the kernel does here: every device and host is a namespace with the interfaces, addresses,
routes and rulesets of the snapshot. ``plan_lab`` says what will be built, without building anything; ``running``
builds it, and takes it away when it ends.

    plan = plan_lab(estate, configured)
    with running(plan) as lab:                      # inside `in_own_namespaces`, or as root
        lab.node("cumin1002").run(["ping", "-c1", "10.64.0.40"])
        with lab.node("cumin1002").enter():         # this thread's sockets are of the node now
            socket.create_connection(("10.64.0.40", 8140))

Each name is loaded when it is asked for: entering a lab that is up needs nothing of what planning one does.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isthmus.lab.demands import LabError, check_demands
    from isthmus.lab.isolation import in_own_namespaces, is_isolated
    from isthmus.lab.lab import Lab, Node
    from isthmus.lab.plan import plan_lab
    from isthmus.lab.plan.shape import (
        Client,
        Daemon,
        LabPlan,
        LeftOut,
        Listener,
        NodeKind,
        NodePlan,
        PortPlan,
        Ruleset,
        Served,
        Tool,
        Tunnel,
        Wire,
    )
    from isthmus.lab.standing import attached
    from isthmus.lab.up import running

_MODULES = {
    "Client": "isthmus.lab.plan.shape",
    "Daemon": "isthmus.lab.plan.shape",
    "Lab": "isthmus.lab.lab",
    "LabError": "isthmus.lab.demands",
    "LabPlan": "isthmus.lab.plan.shape",
    "LeftOut": "isthmus.lab.plan.shape",
    "Listener": "isthmus.lab.plan.shape",
    "Node": "isthmus.lab.lab",
    "NodeKind": "isthmus.lab.plan.shape",
    "NodePlan": "isthmus.lab.plan.shape",
    "PortPlan": "isthmus.lab.plan.shape",
    "Ruleset": "isthmus.lab.plan.shape",
    "Served": "isthmus.lab.plan.shape",
    "Tool": "isthmus.lab.plan.shape",
    "Tunnel": "isthmus.lab.plan.shape",
    "Wire": "isthmus.lab.plan.shape",
    "attached": "isthmus.lab.standing",
    "check_demands": "isthmus.lab.demands",
    "in_own_namespaces": "isthmus.lab.isolation",
    "is_isolated": "isthmus.lab.isolation",
    "plan_lab": "isthmus.lab.plan",
    "running": "isthmus.lab.up",
}
"""Where each name is."""


def __getattr__(name: str) -> object:
    """One of the names, loaded late."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


__all__ = [
    "Client",
    "Daemon",
    "Lab",
    "LabError",
    "LabPlan",
    "LeftOut",
    "Listener",
    "Node",
    "NodeKind",
    "NodePlan",
    "PortPlan",
    "Ruleset",
    "Served",
    "Tool",
    "Tunnel",
    "Wire",
    "attached",
    "check_demands",
    "in_own_namespaces",
    "is_isolated",
    "plan_lab",
    "running",
]

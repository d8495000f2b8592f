"""The lab: an estate and its snapshot rebuilt in Linux network namespaces, with real packets.

What ``prove`` computes over, the kernel does here: every device and host is a namespace with the interfaces, addresses,
routes and rulesets of the snapshot. ``plan_lab`` says what will be built, without building anything; ``running``
builds it, and takes it away when it ends.

    plan = plan_lab(estate, configured)
    with running(plan) as lab:                      # inside `in_own_namespaces`, or as root
        lab.node("cumin1002").run(["ping", "-c1", "10.64.0.40"])
        with lab.node("cumin1002").enter():         # this thread's sockets are of the node now
            socket.create_connection(("10.64.0.40", 8140))
"""

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

"""Waiting until the kernel has made every interface ready, which it does beside everything else."""

import os
import time
from pathlib import Path

from isthmus.lab.kernel import enter_network
from isthmus.lab.lab import Lab, Node

PATIENCE = 3.0
"""Seconds to wait at most; what is not ready then loses its first packets."""

_INET6 = Path("/proc/self/net/if_inet6")
_TENTATIVE = 0x40
_LINK_LOCAL = "fe80"


def settle(lab: Lab) -> None:
    """Wait until no IPv6 address is tentative, and every interface that has one has its link-local one too.

    Interfaces of IPv4 alone are ready as soon as both ends of their wire are up.
    """
    waiting = [node for node in lab if any(each.version == 6 for each in node.plan.addresses)]
    if not waiting:
        return
    child = os.fork()
    if child == 0:
        try:
            until = time.monotonic() + PATIENCE
            for node in waiting:
                enter_network(node.netns)
                while not _is_ready(node) and time.monotonic() < until:
                    time.sleep(0.005)
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def _is_ready(node: Node) -> bool:
    """Whether the node that this process is in can send and hear IPv6 (proc(5), ``net/if_inet6``)."""
    lines = [each.split() for each in _INET6.read_text("ascii").splitlines()]
    local = {line[5] for line in lines if line[0].startswith(_LINK_LOCAL)}
    wanted = {
        port.device
        for port in node.plan.ports
        if port.is_up and port.segment and any(each.version == 6 for each in port.addresses)
    }
    return wanted <= local and not any(int(line[4], 16) & _TENTATIVE for line in lines)

"""Which address a host of the lab sends from: the kernel is asked for its route, and nothing is sent."""

import socket
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path

from isthmus.estate import IPAddress
from isthmus.lab.exercise.aims import Aim
from isthmus.lab.kernel import inside_network
from isthmus.lab.plan.shape import LabPlan, NodeKind

_PORT = 9
"""A port to name; connecting a socket for datagrams sends nothing (connect(2))."""


class Usual:
    """What hosts do by themselves: they send from the interface by which their route leads, or from a loopback one."""

    def __init__(self, nodes: Mapping[str, Path], plan: LabPlan) -> None:
        self.nodes = nodes
        self.plan = plan
        self._chosen: dict[tuple[str, IPAddress], IPAddress | None] = {}

    def sends(self, aim: Aim) -> bool:
        """Whether a host would send this from this address."""
        node = self.plan.nodes[aim.node]
        if node.kind is NodeKind.OUTSIDE or any(each.ip == aim.source for each in node.loopback):
            return True
        chosen = self._source(aim.node, aim.destination)
        if chosen is None:
            return True
        legs = ({each.ip for each in port.addresses} for port in node.ports)
        return any(aim.source in leg and chosen in leg for leg in legs)

    def _source(self, node: str, destination: IPAddress) -> IPAddress | None:
        """The address that the kernel would choose; None where it has no route."""
        key = (node, destination)
        if key not in self._chosen:
            family = socket.AF_INET if destination.version == 4 else socket.AF_INET6
            with inside_network(self.nodes[node]), socket.socket(family, socket.SOCK_DGRAM) as asking:
                try:
                    asking.connect((str(destination), _PORT))
                    self._chosen[key] = ip_address(asking.getsockname()[0])
                except OSError:
                    self._chosen[key] = None
        return self._chosen[key]

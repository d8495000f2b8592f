"""A lab that is up: its nodes, and ways into them."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from isthmus.lab.kernel import inside_network
from isthmus.lab.plan.shape import LabPlan, NodePlan
from isthmus.packetset import Address


@dataclass(frozen=True, slots=True)
class Node:
    """One network namespace of a lab that is up."""

    plan: NodePlan
    netns: Path
    """A file that stands for the namespace (setns(2))."""

    @property
    def name(self) -> str:
        """The node's name in the plan."""
        return self.plan.name

    def enter(self) -> AbstractContextManager[None]:
        """This thread inside the node: sockets that it makes are the node's. It comes back at the end."""
        return inside_network(self.netns)

    def command(self, argv: Sequence[str]) -> list[str]:
        """The command line that runs another one inside the node."""
        return ["nsenter", f"--net={self.netns}", "--", *argv]

    def run(
        self, argv: Sequence[str], *, stdin: str | None = None, timeout: float | None = 30
    ) -> subprocess.CompletedProcess[str]:
        """Run a command inside the node until it ends, and keep what it said."""
        return subprocess.run(
            self.command(argv), input=stdin, capture_output=True, text=True, timeout=timeout, check=False
        )

    def start(self, argv: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start a command inside the node, and leave it running."""
        return subprocess.Popen(self.command(argv), stdin=subprocess.DEVNULL)


@dataclass(frozen=True)
class Lab:
    """A lab that is up."""

    plan: LabPlan
    nodes: Mapping[str, Node]
    folder: Path
    """Where its daemons have their files and sockets."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """What each step of building it took."""
    notes: list[str] = field(default_factory=list)
    """What the kernel did not take."""

    def node(self, name: str) -> Node:
        """A node by its name. Raises KeyError where there is none."""
        return self.nodes[name]

    def holding(self, address: Address) -> tuple[Node, ...]:
        """The nodes that hold an address."""
        return tuple(self.nodes[name] for name in self.plan.holders.get(address, ()))

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())

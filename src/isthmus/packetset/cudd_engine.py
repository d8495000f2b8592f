"""CUDD through the library ``dd``: the second engine, to hold the first one against; not needed at run time."""

# ruff: noqa: D102 (the protocol Engine says what each method does)

from collections.abc import Mapping, Sequence
from typing import Any

from isthmus.packetset.engine import Node

_OCTETS_A_NODE = 64


class CuddEngine:
    """About half as fast as OxiDD.

    CUDD itself knows no bound on nodes: it is checked between operations, and rarely while there are many nodes, so
    that it may be passed for a while.

    Raises ImportError where ``dd`` has no CUDD: it has ready wheels for Linux on x86-64 only.
    """

    def __init__(self, width: int, max_nodes: int) -> None:
        from dd import cudd

        self.width = width
        self.max_nodes = max_nodes
        self._library: Any = cudd
        self._manager: Any = cudd.BDD(memory_estimate=max(max_nodes * _OCTETS_A_NODE, 1 << 26))
        self._manager.configure(reordering=False)
        self._names = [f"x{index}" for index in range(width)]
        self._manager.declare(*self._names)
        self._variables = [self._manager.var(name) for name in self._names]
        self.true: Node = self._manager.true
        self.false: Node = self._manager.false
        self._patience = 0

    def variable(self, index: int) -> Node:
        return self._variables[index]

    def exists(self, node: Node, variables: Node) -> Node:
        return self._manager.exist(self._manager.support(variables), node)

    def both_exist(self, one: Node, other: Node, variables: Node) -> Node:
        return self._library.and_exists(one, other, self._manager.support(variables))

    def renamed(self, node: Node, names: Mapping[int, int]) -> Node:
        each = {self._names[old]: self._variables[new] for old, new in names.items()}
        return self._manager.let(each, node)

    def level(self, node: Node) -> int:
        return self.width if node == self.true or node == self.false else int(node.level)

    def branches(self, node: Node) -> tuple[Node, Node]:
        return (~node.low, ~node.high) if node.negated else (node.low, node.high)

    def holds(self, node: Node, bits: Sequence[bool]) -> bool:
        while (level := self.level(node)) < self.width:
            node = self.branches(node)[bits[level]]
        return bool(node == self.true)

    def count(self, node: Node) -> int:
        """By hand, because CUDD counts in floating point."""
        return self._below(node, {self.true: 1, self.false: 0}) << self.level(node)

    def _below(self, node: Node, known: dict[Node, int]) -> int:
        """Assignments of the variables from this node's level on."""
        if node not in known:
            here = self.level(node) + 1
            known[node] = sum(self._below(each, known) << self.level(each) - here for each in self.branches(node))
        return known[node]

    def size(self, node: Node) -> int:
        return int(node.dag_size)

    def nodes(self) -> int:
        return len(self._manager)

    def collect(self) -> None:
        """CUDD collects by itself, as soon as it needs room."""

    def check(self) -> None:
        self._patience -= 1
        if self._patience < 0:  # counting takes time with every node, so it waits for as many operations
            held = len(self._manager)
            self._patience = held >> 8
            if held > self.max_nodes:
                self._patience = 0
                raise MemoryError

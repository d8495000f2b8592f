"""OxiDD: decision diagrams with complement edges, in Rust.

Its process-wide dangers are kept away from callers: functions of two managers abort the process (PacketSet checks),
so does a capacity beyond memory (the space bounds it), and worker threads hang after a fork (there is one thread).
"""

# ruff: noqa: D102 (the protocol Engine says what each method does)

from collections.abc import Mapping, Sequence

from oxidd.bcdd import BCDDFunction, BCDDManager, BCDDSubstitution
from oxidd.util import BooleanOperator


class OxiddEngine:
    """The usual engine; ``max_nodes`` is exact and fixed for life, about 40 octets a node in use."""

    def __init__(self, width: int, max_nodes: int) -> None:
        self.width = width
        self.max_nodes = max_nodes
        self._manager = BCDDManager(max_nodes, min(1 << 20, max_nodes), 1)
        self._manager.add_vars(width)
        self._variables = [self._manager.var(index) for index in range(width)]
        self.true = self._manager.true()
        self.false = self._manager.false()

    def variable(self, index: int) -> BCDDFunction:
        return self._variables[index]

    def exists(self, node: BCDDFunction, variables: BCDDFunction) -> BCDDFunction:
        return node.exists(variables)

    def both_exist(self, one: BCDDFunction, other: BCDDFunction, variables: BCDDFunction) -> BCDDFunction:
        return one.apply_exists(BooleanOperator.AND, other, variables)

    def renamed(self, node: BCDDFunction, names: Mapping[int, int]) -> BCDDFunction:
        return node.substitute(BCDDSubstitution([(old, self._variables[new]) for old, new in names.items()]))

    def level(self, node: BCDDFunction) -> int:
        level = node.node_level()
        return self.width if level is None else level

    def branches(self, node: BCDDFunction) -> tuple[BCDDFunction, BCDDFunction]:
        pair = node.cofactors()
        assert pair is not None, "a constant has no branches"
        return pair[1], pair[0]

    def holds(self, node: BCDDFunction, bits: Sequence[bool]) -> bool:
        return node.eval(enumerate(bits))

    def count(self, node: BCDDFunction) -> int:
        return node.sat_count(self.width)

    def size(self, node: BCDDFunction) -> int:
        return node.node_count()

    def nodes(self) -> int:
        return self._manager.approx_num_inner_nodes()

    def collect(self) -> None:
        """Until a whole collection has happened since the call.

        OxiDD's own thread may be collecting just now: then ``gc`` returns at once. Collections follow one another, so
        when the second one since the call has begun, the first is over.
        """
        enough = self._manager.gc_count() + 2
        while self._manager.gc_count() < enough:
            self._manager.gc()

    def check(self) -> None:
        """OxiDD never passes its bound."""

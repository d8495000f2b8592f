"""What we ask of a library of decision diagrams, and the ways in which it can refuse."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

Node: TypeAlias = Any
"""A diagram of the library: offers ``& | ~``, canonical ``==`` and ``hash``; nothing else is used outside engines."""


class TooLargeError(Exception):
    """A set needs more nodes than its space may hold; says how many that is. There never is a partial answer.

    The space stays usable: drop the sets that are not needed, or ask a smaller question.
    """

    def __init__(self, bound: int) -> None:
        self.bound = bound
        super().__init__(f"the set takes more than the {bound:,} nodes that its space may hold")


class DifferentSpacesError(TypeError):
    """Two sets of different spaces met in one operation; nothing was computed."""

    def __init__(self) -> None:
        super().__init__("the two sets belong to different spaces; build both from the same space")


class Engine(Protocol):
    """Boolean functions over variables 0 to ``width - 1``, variable 0 on top; the order never changes.

    Methods assume that their arguments come from this engine: PacketSet makes sure of it. Any of them, and the
    operators of a node, may raise the library's own error where room ends; ``retried`` turns that into TooLargeError.
    """

    width: int
    max_nodes: int
    true: Node
    false: Node

    def variable(self, index: int) -> Node:
        """The function that is this variable."""

    def exists(self, node: Node, variables: Node) -> Node:
        """``node`` with the variables of a conjunction forgotten: true where some value of them made it true."""

    def both_exist(self, one: Node, other: Node, variables: Node) -> Node:
        """``exists(one & other, variables)`` in one pass."""

    def renamed(self, node: Node, names: Mapping[int, int]) -> Node:
        """Every variable that is a key replaced by its value, all at once."""

    def level(self, node: Node) -> int:
        """The first variable that ``node`` depends on by the order; ``width`` for the two constants."""

    def branches(self, node: Node) -> tuple[Node, Node]:
        """What remains where the variable at ``level(node)`` is false, and where it is true."""

    def holds(self, node: Node, bits: Sequence[bool]) -> bool:
        """The value of ``node`` where variable ``i`` is ``bits[i]``."""

    def count(self, node: Node) -> int:
        """How many of the ``2 ** width`` assignments make it true; exact."""

    def size(self, node: Node) -> int:
        """Nodes of the diagram, constants included."""

    def nodes(self) -> int:
        """Nodes that are held now, garbage included."""

    def collect(self) -> None:
        """Give back the nodes that nothing refers to."""

    def check(self) -> None:
        """Raise MemoryError where the library let the bound be passed."""

"""A configuration as a tree of words, the same for both forms in which Junos writes it.

``family inet { filter a { term 1 { then accept; } } }`` and ``set family inet filter a term 1 then accept`` are the
same path of words; a list in brackets is several words below one. Each word remembers where it stood first.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from isthmus.diagnostics import Span
from isthmus.network import Unmodelled

DEEPEST = 100
"""More words than any real statement has from the top of a configuration down."""

META = frozenset({"apply-groups", "apply-groups-except", "apply-macro", "apply-flags"})
"""Statements about the configuration itself, which may stand anywhere."""

_COLUMN_BITS = 20
_WIDEST = (1 << _COLUMN_BITS) - 1


@dataclass(slots=True)
class Node:
    """A word, and the words below it in the order in which they came. Complete once its text is read.

    Most words have none below them. Of those only the place is kept, as one number, until somebody asks for the node:
    a large filter is read in half the time.
    """

    word: str
    file: str
    line: int = 1
    column: int = 1
    words: dict[str, "Node | int"] = field(default_factory=dict)
    """Below it: a node, or the place of a word that has nothing below. Ask with the methods, not here."""
    comment: str = ""
    """What stood above it between ``/*`` and ``*/``."""
    is_emptied: bool = False
    """Whether everything below it is deactivated: Junos then acts as if it were not there either."""

    @property
    def where(self) -> Span:
        """Its place."""
        return Span(self.file, self.line, self.column, max(1, len(self.word)))

    def end(self, word: str, line: int, column: int) -> None:
        """Have a word stand below that ends its statement."""
        if word not in self.words:
            self.words[word] = line << _COLUMN_BITS | min(column, _WIDEST)

    def grow(self, word: str, line: int, column: int) -> "Node":
        """The word below that others will stand below; it is new unless it stands there already."""
        child = self.words.get(word)
        if child is None:
            child = self.words[word] = Node(word, self.file, line, column)
        elif isinstance(child, int):
            child = self.words[word] = self._node(word, child)
        return child

    def _node(self, word: str, place: int) -> "Node":
        return Node(word, self.file, place >> _COLUMN_BITS, place & _WIDEST)

    def __contains__(self, word: str) -> bool:
        return word in self.words

    def __iter__(self) -> Iterator["Node"]:
        for word, child in self.words.items():
            yield self._node(word, child) if isinstance(child, int) else child

    def statements(self) -> Iterator["Node"]:
        """What stands below it and is active, without statements about the configuration itself."""
        for child in self:
            if child.word not in META and (child.words or not child.is_emptied):
                yield child

    def get(self, *words: str) -> "Node | None":
        """What stands below these words, None where nothing does.

        >>> tree = Node("", "x")
        >>> tree.grow("a", 1, 1).end("b", 1, 3)
        >>> str(tree.get("a", "b").where), tree.get("a", "c") is None
        ('x:1:3', True)
        """
        node = self
        for word in words:
            child = node.words.get(word)
            if child is None:
                return None
            node = node._node(word, child) if isinstance(child, int) else child
        return node

    def below(self, *words: str) -> Iterator["Node"]:
        """The active statements below these words; none where nothing stands there."""
        node = self.get(*words)
        return node.statements() if node is not None else iter(())

    def value(self, *words: str) -> "Node | None":
        """The one word below these words; of several the last, which is what counts in Junos."""
        return next(reversed([*self.below(*words)]), None)

    def leaves(self) -> int:
        """How many statements stand in it: the words that have none below."""
        count, rest = 0, [self]
        while rest:
            node = rest.pop()
            inner = [child for child in node.words.values() if not isinstance(child, int)]
            count += len(node.words) - len(inner) if node.words else not node.is_emptied
            rest += inner
        return count


@dataclass(frozen=True, slots=True)
class Tree:
    """One text as a tree."""

    root: Node
    applies_groups: bool
    """Whether ``apply-groups`` may stand anywhere in it."""
    doubts: tuple[Unmodelled, ...] = ()
    """Places where the text could not be followed."""


def merged(first: Node, second: Node) -> Node:
    """Both trees as one; neither is changed. What stands in both keeps the place that it has in the first."""
    words = dict(first.words)
    for child in second:
        before = first.get(child.word)
        words[child.word] = child if before is None else merged(before, child)
    comment = first.comment or second.comment
    is_emptied = first.is_emptied and second.is_emptied
    return Node(first.word, first.file, first.line, first.column, words, comment, is_emptied)

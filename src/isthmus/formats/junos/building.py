"""What both forms share while they are read: the tree that grows, and the complaints about the text."""

from dataclasses import dataclass, field

from isthmus.diagnostics import Code, Diagnostic, Span, shown
from isthmus.formats.junos.codes import EDITS, SYNTAX
from isthmus.formats.junos.tree import DEEPEST, Node, Tree
from isthmus.network import Unmodelled

_MOST_COMPLAINTS = 100
_COPY_AGAIN = "copy the configuration again: `show configuration | no-more`"


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a statement, without the quotation marks that it may have had."""

    text: str
    line: int
    column: int


Item = Word | list[Word]
"""A part of a statement: a word, or a list in brackets."""


def last_word(items: list[Item]) -> Word:
    """The word that a statement ends in."""
    for item in reversed(items):
        for word in [item] if isinstance(item, Word) else item[-1:]:
            return word
    return Word("", 1, 1)


@dataclass(slots=True)
class Building:
    """A tree that is being read from one text."""

    file: str
    root: Node
    problems: list[Diagnostic] = field(default_factory=list)
    doubts: list[Unmodelled] = field(default_factory=list)
    _deactivated: list[tuple[Node, str]] = field(default_factory=list)

    @classmethod
    def of(cls, file: str) -> "Building":
        """An empty tree for the text of this name."""
        return cls(file, Node("", file))

    def tree(self, *, applies_groups: bool) -> Tree:
        """The tree, without what is deactivated."""
        for parent, word in self._deactivated:
            parent.words.pop(word, None)
            parent.is_emptied = not parent.words
        self._deactivated.clear()
        return Tree(self.root, applies_groups, tuple(self.doubts))

    def add(self, base: Node, items: list[Item]) -> None:
        """Put a statement below a node. ``items`` is not empty."""
        *front, last = items
        for node in [base] if not front else [node for _, node in self.grow(base, front)]:
            for word in last if isinstance(last, list) else [last]:
                node.end(word.text, word.line, word.column)

    def grow(self, base: Node, items: list[Item]) -> list[tuple[Node, Node]]:
        """The same, where something follows; the nodes where it ends, each after its parent."""
        ends = [(base, base)]
        for item in items:
            words = item if isinstance(item, list) else [item]
            ends = [(node, node.grow(word.text, word.line, word.column)) for _, node in ends for word in words]
        return ends

    def deactivate(self, parent: Node, word: str) -> None:
        """Leave a word out of the tree, with all that stands or will stand below it."""
        self._deactivated.append((parent, word))

    def span(self, line: int, column: int, width: int = 1) -> Span:
        """A place in this text."""
        return Span(self.file, line, column, max(1, width))

    def is_too_long(self, items: list[Item], depth: int) -> bool:
        """Whether a statement cannot be one; says so."""
        lists = sum(isinstance(item, list) for item in items)
        if depth + len(items) <= DEEPEST and lists <= 1 and [] not in items:
            return False
        first = items[0] if isinstance(items[0], Word) else (items[0] or [Word("[", 1, 1)])[0]
        if depth + len(items) > DEEPEST:
            message = f"more than {DEEPEST} words are nested here"
        else:
            message = "a statement has two lists" if lists > 1 else "a list in brackets is empty"
        self.complain(SYNTAX, message, self.span(first.line, first.column, len(first.text)))
        return True

    def complain(self, code: Code, message: str, where: Span, help_: str = _COPY_AGAIN) -> None:
        """Report a mistake that keeps the text from being followed."""
        if len(self.problems) < _MOST_COMPLAINTS:
            self.problems.append(Diagnostic(code, message, where, help_))
        if len(self.doubts) < _MOST_COMPLAINTS:
            self.doubts.append(Unmodelled(where, message))

    def complain_of_edit(self, verb: str, where: Span) -> None:
        """Report a command that changes what is not in the text."""
        message = f"`{shown(verb)}` changes a configuration that is not in this file"
        self.complain(EDITS, message, where, "give the outcome: `show configuration | display set`")

"""A value and the place where it was written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from isthmus.diagnostics import Diagnostic, Span

type_names = {dict: "a mapping", list: "a list", str: "text", bool: "true or false", int: "a whole number"}


@dataclass(slots=True, eq=False)
class Node:
    """One mapping, list or scalar of a document.

    A mapping's ``value`` is a dict from key to :class:`Node`, and ``keys`` holds the place of each key;
    a list's ``value`` is a list of nodes; a scalar's is text, a number, a truth value or None.
    """

    value: Any
    line: int
    column: int
    width: int
    keys: dict[str, "Node"] = field(default_factory=dict)
    size: int = 1
    """How many nodes this one stands for once every alias is followed."""

    def child(self, step: str | int) -> "Node | None":
        """The node below a key or index, or None."""
        if isinstance(self.value, dict):
            return self.value.get(step)
        if isinstance(self.value, list) and isinstance(step, int) and step < len(self.value):
            child: Node = self.value[step]
            return child
        return None

    def nearest(self, path: Sequence[str | int]) -> "Node":
        """The deepest node along ``path`` that exists: where a message about that path should point."""
        node = self
        for step in path:
            below = node.child(step)
            if below is None:
                break
            node = below
        return node

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """A mapping's entries; nothing for anything else."""
        if isinstance(self.value, dict):
            yield from self.value.items()

    def elements(self) -> Iterator["Node"]:
        """A list's elements; nothing for anything else."""
        if isinstance(self.value, list):
            yield from self.value

    def plain(self) -> Any:  # noqa: ANN401 - any document
        """The same value without places: dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def span(self, file: str) -> Span:
        """This node's place in ``file``."""
        return Span(file, self.line, self.column, self.width)

    def described(self) -> str:
        """What kind of value this is, in words for a message."""
        return type_names.get(type(self.value), "nothing" if self.value is None else "a number")


@dataclass(slots=True)
class Document:
    """One text that was read: its tree, its lines for quoting, and what was wrong with its spelling.

    ``root`` is None where the text has no content or cannot be understood at all.
    """

    file: str
    root: Node | None
    lines: list[str]
    diagnostics: list[Diagnostic] = field(default_factory=list)

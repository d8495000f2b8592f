"""A value and the place where it was written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from isthmus.diagnostics import Diagnostic, Span

Path = tuple[str | int, ...]

_KINDS = {
    dict: "a mapping", list: "a list", str: "text", bool: "true or false", int: "a whole number", float: "a number",
    date: "a date", datetime: "a date with a time", time: "a time", type(None): "nothing",
}  # fmt: skip


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
    text: str = ""
    """A scalar as it was spelled, without its quotes."""
    is_flawed: bool = False
    """A mistake in its spelling was told already, so its value says nothing."""

    @classmethod
    def of(cls, value: Any) -> "Node":  # noqa: ANN401 - any document
        """The tree of values that nobody wrote in a file; every place is the first of all.

        >>> Node.of({"clients": ["cloud"]}).plain()
        {'clients': ['cloud']}
        """
        if isinstance(value, dict):
            keys = {key: cls(key, 1, 1, 1) for key in value}
            return cls({key: cls.of(each) for key, each in value.items()}, 1, 1, 1, keys=keys)
        if isinstance(value, list | tuple):
            return cls([cls.of(each) for each in value], 1, 1, 1)
        return cls(value, 1, 1, 1)

    def child(self, step: str | int) -> "Node | None":
        """The node below a key or index, or None."""
        if isinstance(self.value, dict):
            return self.value.get(step)
        if isinstance(self.value, list) and isinstance(step, int) and step < len(self.value):
            child: Node = self.value[step]
            return child
        return None

    def nearest(self, path: Sequence[str | int]) -> "Node":
        """The deepest node along ``path`` that exists."""
        node = self
        for step in path:
            below = node.child(step)
            if below is None:
                break
            node = below
        return node

    def marks(self, path: Sequence[str | int], key: "Node") -> "Node":
        """Where a message about the value at ``path`` should point; ``key`` is what this node stands under.

        That is the value if it is there and written in one piece, else the key of the deepest thing along the
        path that is there: what is empty, or a block of many lines, is best pointed at by its name.
        """
        found, name, is_there = self._follow(path, key)
        return found if is_there and found.width > 0 and not found.is_block else name

    def named(self, path: Sequence[str | int], key: "Node") -> "Node":
        """The key that the value at ``path`` stands under; of a list's element, its first word."""
        return self._follow(path, key)[1]

    def _follow(self, path: Sequence[str | int], key: "Node") -> tuple["Node", "Node", bool]:
        node, name = self, key
        for step in path:
            below = node.child(step)
            if below is None:
                return node, name, False
            name = node.keys.get(str(step), below) if isinstance(node.value, dict) else below.first
            node = below
        return node, name, True

    @property
    def is_block(self) -> bool:
        """Whether this is a mapping or list that is written over several lines."""
        return isinstance(self.value, dict | list) and self.width <= 1

    @property
    def first(self) -> "Node":
        """What a list's element is pointed at by: the first key of a block mapping, else the element."""
        return next(iter(self.keys.values()), self) if self.is_block else self

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
        return Span(file, self.line, self.column, max(1, self.width))

    @property
    def spelled(self) -> str:
        """A scalar as a message shows it: as it was written, where that is known."""
        if self.text or self.value is None:
            return self.text
        return str(self.value).lower() if isinstance(self.value, bool) else str(self.value)

    def described(self) -> str:
        """What kind of value this is, in words for a message."""
        return _KINDS.get(type(self.value), "something else")


@dataclass(slots=True)
class Document:
    """One text that was read: its tree, its lines for quoting, and what was wrong with its spelling.

    ``root`` is None where the text has no content or cannot be understood at all.
    """

    file: str
    root: Node | None
    lines: list[str]
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def is_unread(self) -> bool:
        """Whether there is content that could not be understood, so that nobody knows what it says."""
        return self.root is None and bool(self.diagnostics)

"""Composing a YAML parser's events into positioned nodes, within bounds of depth and of alias expansion."""

import re
from dataclasses import replace
from typing import Any

from isthmus.diagnostics import Code, Diagnostic, Span, shown
from isthmus.documents import codes
from isthmus.documents.complaints import complaint
from isthmus.documents.node import Document, Node
from isthmus.documents.scalars import scalar

MAX_DEPTH = 64
"""How many mappings and lists may lie inside each other."""
MAX_ALIASED = 100_000
"""How many values may come out of aliases, all told."""

_PROPERTIES = re.compile(r"(?:[&!]\S*[ \t]+)*")
_NO_KEYS: dict[str, Node] = {}
_OWN_TAGS = ("!", "tag:yaml.org,2002:str")


class Stop(Exception):  # noqa: N818 - ends the reading, is not an error of ours
    """The rest of the document is not worth reading."""


class _Open:
    """A mapping or list whose end has not been read yet."""

    __slots__ = ("anchor", "key", "merged", "node")

    def __init__(self, node: Node, anchor: str | None) -> None:
        self.node = node
        self.anchor = anchor
        self.key: Node | None = None
        self.merged: set[str] | None = None
        """Keys that came through a merge, so that the mapping's own may replace them."""


class Builder:
    """Composes events into nodes; each ``_on_`` method takes the event of that name."""

    def __init__(self, document: Document, *, merge_keys: bool) -> None:
        self.document = document
        self.merge_keys = merge_keys
        self.root: Node | None = None
        self.is_broken = False
        self.open: list[_Open] = []
        self.anchors: dict[str, Node | None] = {}
        self.documents = 0
        self.aliased = 0
        self.handlers = {name[4:]: getattr(self, name) for name in dir(self) if name.startswith("_on_")}

    def take(self, event: Any) -> None:  # noqa: ANN401 - the library's events are untyped
        """Read the next event."""
        handler = self.handlers.get(type(event).__name__)
        if handler is not None:
            handler(event)

    def report(self, code: Code, message: str, node: Node, help_: str = "") -> None:
        """Note a mistake; the node's value says nothing from here on."""
        node.is_flawed = True
        self.document.diagnostics.append(Diagnostic(code, message, node.span(self.document.file), help_))

    def stop(self, code: Code, message: str, node: Node, help_: str = "") -> None:
        """Note a mistake that makes the rest unreadable."""
        self.report(code, message, node, help_)
        self.is_broken = True
        raise Stop

    def report_syntax(self, error: Exception) -> None:
        """Turn whatever the parser raised into one diagnostic at the place where the mistake was made."""
        self.is_broken = True
        found = complaint(error, self.document.lines)
        where = Span(self.document.file, found.line, found.column, found.width)
        self.document.diagnostics.append(Diagnostic(codes.SYNTAX, found.message, where, found.help))

    def _on_DocumentStartEvent(self, event: Any) -> None:  # noqa: ANN401
        self.documents += 1
        if self.documents > 1:
            here = Node(None, event.start_mark.line + 1, event.start_mark.column + 1, 3)
            self.stop(codes.MANY_DOCUMENTS, "a second document starts here", here, "put it in a file of its own")

    def _on_MappingStartEvent(self, event: Any) -> None:  # noqa: ANN401
        self._begin(event, {})

    def _on_SequenceStartEvent(self, event: Any) -> None:  # noqa: ANN401
        self._begin(event, [])

    def _begin(self, event: Any, value: dict[str, Node] | list[Node]) -> None:  # noqa: ANN401
        start = event.start_mark
        node = Node(value, start.line + 1, start.column + 1, 1)
        if event.tag or event.anchor:
            self._properties(event, node)
        if len(self.open) >= MAX_DEPTH:
            self.stop(codes.TOO_DEEP, f"nested more than {MAX_DEPTH} levels deep", node, _DEPTH)
        if event.anchor:
            self.anchors[event.anchor] = None
        self.open.append(_Open(node, event.anchor))

    def _on_MappingEndEvent(self, event: Any) -> None:  # noqa: ANN401
        self._end(event)

    def _on_SequenceEndEvent(self, event: Any) -> None:  # noqa: ANN401
        self._end(event)

    def _end(self, event: Any) -> None:  # noqa: ANN401
        done = self.open.pop()
        node, end = done.node, event.end_mark
        if end.line + 1 == node.line and end.column > event.start_mark.column:
            node.width = max(1, end.column + 1 - node.column)
        if done.anchor:
            self.anchors[done.anchor] = node
        self._place(node, node)

    def _on_ScalarEvent(self, event: Any) -> None:  # noqa: ANN401
        start, end, text = event.start_mark, event.end_mark, event.value
        line, column, style = start.line, start.column, event.style
        width = end.column - column
        if line != end.line:
            width = 1 if style in ("|", ">") else max(1, len(self.document.lines[line]) - column)
        node = Node(text, line + 1, column + 1, width, _NO_KEYS, 1, text)
        if not style and event.implicit[0]:
            node.value = scalar(text)
        if event.tag or event.anchor:
            self._properties(event, node)
            if event.anchor:
                self.anchors[event.anchor] = node
        self._place(node, node)

    def _on_AliasEvent(self, event: Any) -> None:  # noqa: ANN401
        start = event.start_mark
        here = Node(None, start.line + 1, start.column + 1, event.end_mark.column - start.column)
        target = self.anchors.get(event.anchor)
        if target is None:
            alias = f"alias `*{shown(event.anchor)}`"
            if event.anchor in self.anchors:
                self.report(codes.ALIAS, f"{alias} stands for something that holds it", here, _LOOP)
            else:
                self.report(codes.ALIAS, f"{alias} names no anchor above", here, _ANCHOR)
            self._place(here, here)
            return
        self.aliased += target.size
        if self.aliased > MAX_ALIASED:
            message = f"more than {MAX_ALIASED:,} values once aliases are followed"
            self.stop(codes.ALIAS, message, here, "write the values out where they are needed")
        self._place(target, here)

    def _properties(self, event: Any, node: Node) -> None:  # noqa: ANN401
        """Point at the value behind its anchor and tag, and refuse a tag."""
        line = self.document.lines[node.line - 1] if node.line <= len(self.document.lines) else ""
        found = _PROPERTIES.match(line, node.column - 1)
        skipped = len(found[0]) if found else 0
        tag = event.tag
        if tag and tag not in _OWN_TAGS:
            self.report(codes.TAG, f"tag `{shown(_short(tag))}` is not allowed", node, "write the plain value")
        if skipped and node.column - 1 + skipped < len(line):
            node.column += skipped
            node.width = max(1, node.width - skipped)

    def _place(self, node: Node, at: Node) -> None:
        """Put a finished node into the mapping or list that is open around it; ``at`` is where it is written."""
        if not self.open:
            self.root = node
            return
        around = self.open[-1]
        around.node.size += node.size
        value = around.node.value
        if type(value) is list:
            value.append(node)
            return
        key = around.key
        if key is None:
            around.key = self._key(node, at)
            return
        around.key = None
        name: str = key.value
        if key.is_flawed:
            return
        if name == "<<":
            self._merge(around, key, node)
        elif name not in value or (around.merged and name in around.merged):
            value[name] = node
            around.node.keys[name] = key
            if around.merged:
                around.merged.discard(name)
        else:
            earlier = around.node.keys[name].line
            told = f"the first one stands on line {earlier}; keep one of them"
            self.report(codes.DUPLICATE_KEY, f"key `{shown(name)}` is written twice in this mapping", key, told)
            value[name] = _joined(value[name], node)

    def _key(self, node: Node, at: Node) -> Node:
        key = node if node is at else Node(node.text, at.line, at.column, at.width, _NO_KEYS, 1, node.text)
        if isinstance(node.value, dict | list) or node.value is None:
            self.report(codes.NOT_A_KEY, f"a key must be a name, not {node.described()}", key, _NAME)
        key.value = key.text
        return key

    def _merge(self, around: _Open, key: Node, node: Node) -> None:
        """Take over what a merge key names, allowed or not, so that nothing seems to be missing."""
        if not self.merge_keys:
            self.report(codes.MERGE_KEY, "merge key `<<` is not allowed", key, "write the keys out")
        merged = around.merged = around.merged or set()
        for source in (node, *node.elements()):
            for name, below in source.items():
                if name not in around.node.value:
                    merged.add(name)
                    around.node.value[name] = below
                    around.node.keys[name] = source.keys[name]


_ANCHOR = "write `&name` before the value that `*name` stands for, further up in the same file"
_DEPTH = "no file of ours needs so many levels; look for brackets that were doubled"
_LOOP = "write out what is meant instead of the alias"
_NAME = "write a name before the colon, or put the text in quotes"


def _joined(first: Node, second: Node) -> Node:
    """The first of two mappings with what only the second holds, so that nothing seems to be missing.

    It is a copy: an alias inside the second may stand for the first.
    """
    if not isinstance(first.value, dict) or not isinstance(second.value, dict):
        return first
    return replace(first, value=second.value | first.value, keys=second.keys | first.keys)


def _short(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")

"""YAML 1.2 text to a positioned tree, from the parser's events, so that no text can exhaust or surprise us.

ruamel.yaml spells the events; composing them here (instead of in the library) keeps every line and column,
sees duplicate keys, and bounds depth and alias expansion. Scalars follow the core schema of YAML 1.2
(section 10.3.2), without timestamps: ``no`` is text, ``0o17`` is fifteen.
"""

import re
from collections.abc import Iterable
from typing import Any

from isthmus.diagnostics import Code, Diagnostic, Span
from isthmus.documents import codes
from isthmus.documents.node import Document, Node

MAX_DEPTH = 64
MAX_NODES = 5_000_000

_NULL = {"", "~", "null", "Null", "NULL"}
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,40}\Z")
_BASED = re.compile(r"0o[0-7]{1,40}\Z|0x[0-9a-fA-F]{1,40}\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?\Z")


def parse_yaml(text: str, file: str, *, merge_keys: bool = False) -> Document:
    r"""Read one YAML document.

    Every mistake of spelling becomes a diagnostic of the document; nothing is raised for any text.
    ``merge_keys`` follows ``<<`` as YAML 1.1 readers do, for files that others wrote.

    >>> document = parse_yaml("dumps:\n  port: 443\n", "services.yaml")
    >>> document.root.plain()
    {'dumps': {'port': 443}}
    >>> str(document.root.nearest(["dumps", "port"]).span("services.yaml"))
    'services.yaml:2:9'
    """
    from ruamel.yaml.error import YAMLError

    document = Document(file, None, text.splitlines())
    builder = _Builder(document, merge_keys=merge_keys)
    try:
        text.encode()
        for event in _events(text):
            builder.take(event)
    except _Stop:
        pass
    except (YAMLError, UnicodeError) as error:
        builder.report_syntax(error)
    document.root = None if builder.broken else builder.root
    document.diagnostics.sort(key=Diagnostic.sort_key)
    return document


def _events(text: str) -> Iterable[Any]:
    from ruamel.yaml import YAML

    events: Iterable[Any] = YAML(typ="safe", pure=False).parse(text)
    return events


class _Stop(Exception):  # noqa: N818 - ends the reading, is not an error of ours
    """The rest of the document is not worth reading."""


class _Open:
    """A mapping or list whose end has not been read yet."""

    __slots__ = ("anchor", "key", "node")

    def __init__(self, node: Node, anchor: str | None) -> None:
        self.node = node
        self.anchor = anchor
        self.key: Node | None = None


class _Builder:
    """Composes events into nodes; each ``_on_`` method takes the event of that name."""

    def __init__(self, document: Document, *, merge_keys: bool) -> None:
        self.document = document
        self.merge_keys = merge_keys
        self.root: Node | None = None
        self.broken = False
        self.open: list[_Open] = []
        self.anchors: dict[str, Node | None] = {}
        self.documents = 0

    def take(self, event: Any) -> None:  # noqa: ANN401 - the library's events are untyped
        handler = getattr(self, "_on_" + type(event).__name__, None)
        if handler is not None:
            handler(event)

    def report(self, code: Code, message: str, node: Node, help_: str = "") -> None:
        self.document.diagnostics.append(Diagnostic(code, message, node.span(self.document.file), help_))

    def report_syntax(self, error: Exception) -> None:
        """Turn whatever the parser raised into one diagnostic at the place it names."""
        self.broken = True
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else self._place_of(error)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        context = getattr(error, "context", None)
        message = f"{problem}, {context}" if context else str(problem)
        where = Span(self.document.file, line, column)
        self.document.diagnostics.append(Diagnostic(codes.SYNTAX, message, where, _advice(message)))

    def _place_of(self, error: Exception) -> tuple[int, int]:
        """The line and column of the first character that no YAML text may hold."""
        for number, line in enumerate(self.document.lines, 1):
            for column, char in enumerate(line, 1):
                if not (char.isprintable() or char in "\t\u0085\ufeff"):
                    return number, column
        return 1, 1

    def _on_DocumentStartEvent(self, event: Any) -> None:  # noqa: ANN401
        self.documents += 1
        if self.documents > 1:
            self.report(
                codes.MANY_DOCUMENTS,
                "a second document starts here",
                _node(event, None),
                "put it in a file of its own",
            )
            self.broken = True
            raise _Stop

    def _on_MappingStartEvent(self, event: Any) -> None:  # noqa: ANN401
        self._begin(event, {})

    def _on_SequenceStartEvent(self, event: Any) -> None:  # noqa: ANN401
        self._begin(event, [])

    def _begin(self, event: Any, value: dict[str, Node] | list[Node]) -> None:  # noqa: ANN401
        node = _node(event, value)
        self._refuse_tag(event, node)
        if len(self.open) >= MAX_DEPTH:
            self.report(codes.TOO_DEEP, f"nested more than {MAX_DEPTH} levels deep", node)
            self.broken = True
            raise _Stop
        if event.anchor:
            self.anchors[event.anchor] = None
        self.open.append(_Open(node, event.anchor))

    def _on_MappingEndEvent(self, event: Any) -> None:  # noqa: ANN401
        self._end()

    def _on_SequenceEndEvent(self, event: Any) -> None:  # noqa: ANN401
        self._end()

    def _end(self) -> None:
        done = self.open.pop()
        if done.anchor:
            self.anchors[done.anchor] = done.node
        self._place(done.node)

    def _on_ScalarEvent(self, event: Any) -> None:  # noqa: ANN401
        node = _node(event, event.value)
        self._refuse_tag(event, node)
        if event.implicit[0] and not event.style:
            node.value = _scalar(event.value)
        if event.anchor:
            self.anchors[event.anchor] = node
        self._place(node)

    def _on_AliasEvent(self, event: Any) -> None:  # noqa: ANN401
        here = _node(event, None)
        target = self.anchors.get(event.anchor)
        if target is None:
            known = event.anchor in self.anchors
            problem = "stands for something that holds it" if known else "names no anchor above"
            self.report(codes.ALIAS, f"alias `*{event.anchor}` {problem}", here)
            self._place(here)
            return
        self._place(target, at=here)

    def _refuse_tag(self, event: Any, node: Node) -> None:  # noqa: ANN401
        if event.tag and event.tag not in ("!", "tag:yaml.org,2002:str"):
            self.report(codes.TAG, f"tag `{event.tag}` is not allowed", node, "write the plain value")

    def _place(self, node: Node, at: Node | None = None) -> None:
        """Put a finished node into the mapping or list that is open around it."""
        if not self.open:
            self.root = node
            return
        around = self.open[-1]
        around.node.size += node.size
        if around.node.size > MAX_NODES:
            self.report(codes.ALIAS, f"more than {MAX_NODES:,} values once aliases are followed", at or node)
            self.broken = True
            raise _Stop
        if isinstance(around.node.value, list):
            around.node.value.append(node)
        elif around.key is None:
            place = at or node
            around.key = Node(node.value, place.line, place.column, place.width)
            self._check_key(around.key)
        else:
            self._entry(around, around.key, node)
            around.key = None

    def _check_key(self, key: Node) -> None:
        if isinstance(key.value, dict | list) or key.value is None:
            self.report(codes.NOT_A_KEY, f"a key must be a name, not {key.described()}", key)
            key.value = "?"
        key.value = key.value if isinstance(key.value, str) else str(key.value)

    def _entry(self, around: _Open, key: Node, node: Node) -> None:
        mapping: dict[str, Node] = around.node.value
        name: str = key.value
        if name == "<<":
            self._merge(around, key, node)
            return
        earlier = around.node.keys.get(name)
        if earlier is not None:
            self.report(
                codes.DUPLICATE_KEY,
                f"key `{name}` is written twice in this mapping",
                key,
                f"the first one stands on line {earlier.line}; keep one of them",
            )
            return
        mapping[name] = node
        around.node.keys[name] = key

    def _merge(self, around: _Open, key: Node, node: Node) -> None:
        if not self.merge_keys:
            self.report(codes.MERGE_KEY, "merge key `<<` is not allowed", key, "write the keys out")
            return
        for name, below in [pair for each in (node, *node.elements()) for pair in each.items()]:
            if name not in around.node.value:
                around.node.value[name] = below


def _node(event: Any, value: Any) -> Node:  # noqa: ANN401
    start, end = event.start_mark, event.end_mark
    width = end.column - start.column if end.line == start.line else 1
    return Node(value, start.line + 1, start.column + 1, max(1, width))


def _scalar(text: str) -> Any:  # noqa: ANN401
    """A plain scalar's value by the core schema.

    >>> [_scalar(each) for each in ("443", "0x1f", "no", "~", "true", "1.5", "1e400")]
    [443, 31, 'no', None, True, 1.5, inf]
    """
    if text in _NULL:
        return None
    if text in _TRUTH:
        return _TRUTH[text]
    if _INTEGER.match(text):
        return int(text)
    if _BASED.match(text):
        return int(text, 0)
    if _FLOAT.match(text):
        return float(text)
    return text


def _advice(message: str) -> str:
    if "cannot start any token" in message:
        return "a tab cannot indent, and a value that starts with `@`, `%` or a backquote needs quotes"
    if "mapping values are not allowed" in message:
        return "a value that holds `: ` needs quotes"
    if "could not find expected ':'" in message:
        return "a key needs a colon and a space behind it"
    return ""

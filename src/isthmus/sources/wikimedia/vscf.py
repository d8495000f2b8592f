"""gdnsd's configuration syntax (``key => value``, ``{ }``, ``[ ]``, ``#``) as a tree that knows its lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from isthmus.documents import Node

_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<comment>\#[^\n]*)|(?P<arrow>=>)|(?P<mark>[{}\[\],])
    |"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<word>(?:(?!=>)[^\s{}\[\],"\#])+)|(?P<bad>.)""",
    re.VERBOSE | re.DOTALL,
)
_DEEP = 20


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int
    column: int


class NotWellFormedError(ValueError):
    """The text cannot be understood from ``line`` and ``column`` on."""

    def __init__(self, problem: str, line: int, column: int) -> None:
        super().__init__(problem)
        self.line = line
        self.column = column


def parse_vscf(text: str) -> Node:
    """Read one configuration text; raises NotWellFormedError and nothing else for any text.

    >>> parse_vscf("web => { site1 => 192.0.2.1, names => [a, b] }  # front").plain()
    {'web': {'site1': '192.0.2.1', 'names': ['a', 'b']}}
    """
    tokens = list(_tokens(text))
    tokens.append(_Token("end", "", text.count("\n") + 1, 1))
    return _Parser(tokens).mapping(_Token("mark", "{", 1, 1), "end", 0)


def _tokens(text: str) -> Iterator[_Token]:
    line, begins = 1, 0
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or "bad"
        if kind not in ("space", "comment"):
            yield _Token(kind, found[kind], line, found.start() - begins + 1)
        breaks = found[0].count("\n")
        if breaks:
            line += breaks
            begins = found.start() + found[0].rindex("\n") + 1


class _Parser:
    """Builds nodes from tokens by recursive descent, to a bounded depth."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.at = 0

    def take(self) -> _Token:
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def mapping(self, opened: _Token, close: str, depth: int) -> Node:
        """Entries up to ``close``: a brace, or the end of the text."""
        node = Node({}, opened.line, opened.column, 1)
        while True:
            key = self.take()
            if key.text == "," and key.kind == "mark":
                continue
            if key.kind == close or (key.kind == "mark" and key.text == close):
                return node
            if key.kind not in ("word", "quoted"):
                raise self._wrong(key, "a key")
            arrow = self.take()
            if arrow.kind != "arrow":
                raise self._wrong(arrow, "`=>`")
            if key.text in node.value:
                raise NotWellFormedError(f"key `{key.text[:40]}` is written twice", key.line, key.column)
            node.keys[key.text] = Node(key.text, key.line, key.column, max(1, len(key.text)))
            node.value[key.text] = self.value(depth + 1)

    def value(self, depth: int) -> Node:
        token = self.take()
        if depth > _DEEP:
            raise NotWellFormedError(f"nested more than {_DEEP} levels deep", token.line, token.column)
        if token.kind in ("word", "quoted"):
            return Node(token.text, token.line, token.column, max(1, len(token.text)))
        if token.kind == "mark" and token.text == "{":
            return self.mapping(token, "}", depth)
        if token.kind == "mark" and token.text == "[":
            return self.array(token, depth)
        raise self._wrong(token, "a value")

    def array(self, opened: _Token, depth: int) -> Node:
        node = Node([], opened.line, opened.column, 1)
        while True:
            following = self.tokens[self.at]
            if following.kind == "mark" and following.text in ",]":
                self.take()
                if following.text == "]":
                    return node
                continue
            node.value.append(self.value(depth + 1))

    def _wrong(self, token: _Token, wanted: str) -> NotWellFormedError:
        found = f"`{token.text[:20]}`" if token.kind != "end" else "the end of the text"
        return NotWellFormedError(f"{wanted} is expected here, not {found}", token.line, token.column)

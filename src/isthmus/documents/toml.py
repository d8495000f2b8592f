"""TOML text to a positioned tree: the standard library reads the values, a light scan finds the places."""

import re
import tomllib
from typing import Any

from isthmus.diagnostics import Code, Diagnostic, Span
from isthmus.documents import codes
from isthmus.documents.node import Document, Node
from isthmus.documents.toml_places import Path, Place, Places, find_places

MAX_DEPTH = 64

_PLACE = re.compile(r" *\(at (?:line (\d+), column (\d+)|end of document)\)")


def parse_toml(text: str, file: str) -> Document:
    r"""Read one TOML document; a mistake of spelling becomes the document's one diagnostic.

    >>> document = parse_toml('[[case]]\nid = "1"\n[[case]]\nid = "2"\n', "edition.toml")
    >>> str(document.root.nearest(["case", 1, "id"]).span("edition.toml"))
    'edition.toml:4:6'
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    lines = text.split("\n")
    document = Document(file, None, lines if lines[-1] else lines[:-1])
    try:
        values = tomllib.loads(text)
        too_deep = _is_deeper(values, MAX_DEPTH)
    except RecursionError:
        too_deep = True
    except ValueError as error:
        document.diagnostics.append(_syntax(str(error), document))
        return document
    if too_deep:
        _refuse(document, codes.TOO_DEEP, f"nested more than {MAX_DEPTH} levels deep")
    else:
        document.root = _node(values, (), find_places(text), (1, 1, 1))
    return document


def _refuse(document: Document, code: Code, message: str, where: Span | None = None, help_: str = "") -> None:
    document.diagnostics.append(Diagnostic(code, message, where or Span(document.file), help_))


def _is_deeper(values: Any, levels: int) -> bool:  # noqa: ANN401 - any document
    """Whether a value is nested deeper than ``levels``; one level of the tree at a time, so without recursion."""
    level = [values]
    for _ in range(levels):
        tables = [each for each in level if isinstance(each, dict)]
        arrays = [each for each in level if isinstance(each, list)]
        level = [below for each in tables for below in each.values()] + [below for each in arrays for below in each]
    return any(isinstance(each, dict | list) for each in level)


def _syntax(problem: str, document: Document) -> Diagnostic:
    found = _PLACE.search(problem)
    words = _PLACE.sub("", problem).strip()
    lines = document.lines
    line, column = max(1, len(lines)), len(lines[-1]) + 1 if lines else 1
    if found and found[1]:
        line, column = int(found[1]), int(found[2])
    text = lines[line - 1] if line <= len(lines) else ""
    for begins, message, help_, mark in _TOLD:
        if words.startswith(begins):
            column, width = mark(text, column)
            return Diagnostic(codes.SYNTAX, message, Span(document.file, line, column, width), help_)
    message = words[:1].lower() + words[1:].replace("'", "`")
    return Diagnostic(codes.SYNTAX, message, Span(document.file, line, column))


def _here(text: str, column: int) -> tuple[int, int]:
    """The word at the place that the parser names."""
    found = re.compile(r"[^\s,\]}=]+").match(text, column - 1)
    return column, len(found[0]) if found else 1


def _line(text: str, column: int) -> tuple[int, int]:
    """The whole line."""
    stripped = text.strip()
    return (text.index(stripped) + 1, len(stripped)) if stripped else (column, 1)


def _key(text: str, column: int) -> tuple[int, int]:
    """The key or table's name that the line begins with."""
    return _line(text.partition("=")[0], column)


def _quote(text: str, column: int) -> tuple[int, int]:
    """The quote of the line that has no partner."""
    without = re.sub(r"\"(?:\\.|[^\"\\])*\"|'[^']*'", lambda found: " " * len(found[0]), text)
    alone = re.search(r"[\"']", without)
    return (alone.start() + 1, 1) if alone else (column, 1)


_VALUES = "text needs quotes; `true`, numbers and dates do not"
_CLOSE = "close it where the text ends"
_ONE = "keep one of the two"
_NOT_A_LINE = "this is neither a key with a value nor a table's name"
_ENTRY = "write `key = value`, or `[table]`"
_OPEN_LIST = "a list is not closed, or a comma is missing before this"
_OPEN_TABLE = "a `{` is not closed, or a comma is missing before this"
_TOLD = (
    ("Invalid statement", _NOT_A_LINE, _ENTRY, _line),
    ("Invalid initial character for a key part", _NOT_A_LINE, _ENTRY, _line),
    ("Expected '=' after a key", "a key needs `=` and a value behind it", _ENTRY, _line),
    ("Invalid value", "this is no value", _VALUES, _here),
    ("Expected newline or end of document", "this follows a value that has ended", _VALUES, _here),
    ("Unclosed array", _OPEN_LIST, "write `]`, or a comma", _here),
    ("Unclosed inline table", _OPEN_TABLE, "an inline table stands on one line", _here),
    ("Unterminated string", "a quote is never closed", _CLOSE, _quote),
    ("Illegal character '\\n'", "a quote is not closed on its line", _CLOSE, _quote),
    ('Expected "\'"', "a quote is not closed on its line", _CLOSE, _quote),
    ("Expected ']", "the name of a table ends with `]`, that of a list of tables with `]]`", _ENTRY, _line),
    ("Cannot overwrite a value", "a key is written twice in this table", _ONE, _key),
    ("Duplicate inline table key", "a key is written twice in this table", _ONE, _here),
    ("Cannot declare", "a table is written twice", _ONE + ", or write `[[table]]` for a list of them", _line),
    ("Cannot mutate immutable", "an inline table cannot be added to", "write its keys between its braces", _key),
    ("Unescaped '\\' in a string", "a backslash means nothing here", "write `\\\\`, or use single quotes", _line),
    ("Exceeds the limit", "a number is too long", _VALUES, _here),
)


def _node(value: Any, path: Path, places: Places, around: Place) -> Node:  # noqa: ANN401
    place = places.values.get(path) or places.keys.get(path) or around
    if isinstance(value, dict):
        below = {key: _node(each, (*path, key), places, place) for key, each in value.items()}
        keys = {key: Node(key, *places.keys.get((*path, key), place), text=key) for key in below}
        return Node(below, *place, keys=keys)
    if isinstance(value, list):
        return Node([_node(each, (*path, at), places, place) for at, each in enumerate(value)], *place)
    return Node(value, *place, text=_spelled(value))


def _spelled(value: Any) -> str:  # noqa: ANN401
    return str(value).lower() if isinstance(value, bool) else str(value)

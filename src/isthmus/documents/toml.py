"""TOML text to a positioned tree: the standard library reads the values, a light scan finds the places.

The scan knows table headers and ``key =`` lines, which is where a message needs to point; values inside
an inline table or a multi-line list are placed at the key that holds them.
"""

import re
import tomllib
from typing import Any

from isthmus.diagnostics import Diagnostic, Span
from isthmus.documents import codes
from isthmus.documents.node import Document, Node

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"'-]+)\s*=")
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")

Path = tuple[str | int, ...]
Place = tuple[int, int, int]


def parse_toml(text: str, file: str) -> Document:
    r"""Read one TOML document; a mistake of spelling becomes the document's one diagnostic.

    >>> document = parse_toml('[[case]]\nid = "1"\n[[case]]\nid = "2"\n', "edition.toml")
    >>> str(document.root.nearest(["case", 1, "id"]).span("edition.toml"))
    'edition.toml:4:1'
    """
    lines = text.splitlines()
    document = Document(file, None, lines)
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        document.diagnostics.append(_syntax(str(error), file, lines))
        return document
    document.root = _node(values, (), _places(lines), (1, 1, 1))
    return document


def _syntax(problem: str, file: str, lines: list[str]) -> Diagnostic:
    found = _PLACE.search(problem)
    line, column = (int(found[1]), int(found[2])) if found else (max(1, len(lines)), 1)
    message = _PLACE.sub("", problem).strip()
    return Diagnostic(codes.SYNTAX, message[:1].lower() + message[1:], Span(file, line, column))


def _node(value: Any, path: Path, places: dict[Path, Place], around: Place) -> Node:  # noqa: ANN401
    place = places.get(path, around)
    if isinstance(value, dict):
        below = {key: _node(each, (*path, key), places, place) for key, each in value.items()}
        keys = {key: Node(key, node.line, node.column, node.width) for key, node in below.items()}
        return Node(below, *place, keys=keys)
    if isinstance(value, list):
        return Node([_node(each, (*path, at), places, place) for at, each in enumerate(value)], *place)
    return Node(value, *place)


def _places(lines: list[str]) -> dict[Path, Place]:
    """Line, column and width of each table header and key."""
    places: dict[Path, Place] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(lines, 1):
        if header := _HEADER.match(line):
            table = _table(header[2], header[1], counts)
            places.setdefault(table, (number, line.index("[") + 1, len(line.strip())))
        elif key := _KEY.match(line):
            path = (*table, *_names(key[1]))
            places.setdefault(path, (number, key.start(1) + 1, len(key[1])))
    return places


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _table(dotted: str, bracket: str, counts: dict[Path, int]) -> Path:
    """The full path of a header, with the index of each array of tables that it lies in."""
    path: Path = ()
    names = _names(dotted)
    for at, name in enumerate(names):
        path = (*path, name)
        if at == len(names) - 1 and bracket == "[[":
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path

"""JSON's text as text: where keys and values stand in it, and on which line and column."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from isthmus.diagnostics import Span

_SPACE = re.compile(r"[ \t\n\r]*")
NEXT = re.compile(r"[ \t\n\r]*,[ \t\n\r]*")
"""A comma with the space around it."""

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Step:
    """A key or a value and the way that leads to it from the value that is looked into."""

    path: tuple[str | int, ...]
    at: int
    width: int
    is_key: bool = False


def steps(text: str, start: int) -> Iterator[Step]:
    """Every key and value below the value that begins at ``start``, in the order of the text; it is well-formed."""
    path: list[str | int] = []
    is_key = False
    for found in _TOKEN.finditer(text, start):
        word = found[0]
        if word in "}]":
            if not path:
                return
            path.pop()
        elif word == ",":
            is_key = isinstance(path[-1], str)
            if isinstance(path[-1], int):
                path[-1] += 1
        elif is_key:
            path[-1] = _spelled(word)
            yield Step(tuple(path), found.start(), len(word), is_key=True)
            is_key = False
        elif word != ":":
            yield Step(tuple(path), found.start(), len(word))
            if word in "{[":
                path.append("" if word == "{" else 0)
                is_key = word == "{"
        if not path:
            return


def _spelled(word: str) -> str:
    try:
        return str(json.loads(word))
    except ValueError:
        return word


def behind_space(text: str, at: int) -> int:
    """Where the next character stands that is no space."""
    found = _SPACE.match(text, at)
    return found.end() if found else at


_ODD_BREAK = re.compile("[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_BREAKS = dict.fromkeys(map(ord, "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), "\n")


def line_marks(text: str) -> str:
    """Where lines end, as `str.splitlines` has it, by which messages quote them."""
    return text.replace("\r\n", " \n").translate(_BREAKS) if _ODD_BREAK.search(text) else text


class Ruler:
    """Tells line and column of places that are asked for in ascending order, without looking back."""

    def __init__(self, marks: str, file: str, line: int = 1, begin: int = 0, at: int = 0) -> None:
        self.marks, self.file = marks, file
        self.line, self.begin, self.at = line, begin, at

    def span(self, at: int, width: int = 1) -> Span:
        """The place of ``width`` characters from ``at`` on, which is not before the place asked for last."""
        breaks = self.marks.count("\n", self.at, at)
        if breaks:
            self.line += breaks
            self.begin = self.marks.rfind("\n", self.at, at) + 1
        self.at = at
        if width > 1 and (cut := self.marks.find("\n", at, at + width)) >= 0:
            width = max(1, cut - at)
        return Span(self.file, self.line, at - self.begin + 1, width)

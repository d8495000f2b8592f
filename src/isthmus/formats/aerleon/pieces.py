"""Capirca's text: characters → pieces with places, comments left out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from isthmus.diagnostics import Diagnostic, Span, shown
from isthmus.formats.aerleon.codes import NOT_A_POLICY
from isthmus.formats.aerleon.shapes import Word
from isthmus.formats.format import Text

_PIECE = re.compile(
    r'(?P<space>\s+)|(?P<comment>#.*)|(?P<colons>:\s*:)|(?P<brace>[{}])|(?P<word>[^\s{}#":]+)|(?P<rest>.)'
)
_REST_OF_QUOTE = re.compile(r'((?:[^"\\]|\\.|\\$)*)"')


class Mark(Enum):
    """What a piece of the text is."""

    WORD = auto()
    QUOTED = auto()
    COLONS = auto()
    OPEN = auto()
    CLOSE = auto()
    INCLUDE = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the text that means something."""

    mark: Mark
    word: Word


class Misread(Exception):  # noqa: N818 - ends the reading of one file
    """The file cannot be understood from here on; the diagnostic says why."""

    def __init__(self, message: str, where: Span, help_: str) -> None:
        super().__init__(message)
        self.diagnostic = Diagnostic(NOT_A_POLICY, message, where, help_)


def pieces(text: Text) -> Iterator[Piece]:
    """The pieces of a text, in order, and END at last; raises Misread for what cannot be one."""
    lines = text.lines
    number = column = 0
    while number < len(lines):
        line = lines[number]
        here = Span(text.name, number + 1, column + 1)
        words = line.split() if column == 0 else []
        if len(words) > 1 and words[0] == "#include":
            where = Span(text.name, number + 1, line.index(words[1]) + 1, len(words[1]))
            yield Piece(Mark.INCLUDE, Word(words[1].strip("'\""), where))
            column = len(line)
        elif line[column : column + 1] == '"':
            content, number, column = _quoted(lines, here)
            yield Piece(Mark.QUOTED, Word(content, here))
        elif found := _PIECE.match(line, column):
            column = found.end()
            if found.lastgroup not in ("space", "comment"):
                yield _piece(found, Span(text.name, number + 1, here.column, len(found[0])))
        if column >= len(lines[number]):
            number, column = number + 1, 0
    yield Piece(Mark.END, Word("", Span(text.name, max(1, len(lines)))))


def _quoted(lines: list[str], start: Span) -> tuple[str, int, int]:
    """A quoted text, which may go over several lines, and the place behind its end."""
    parts: list[str] = []
    column = start.column
    for number in range(start.line - 1, len(lines)):
        found = _REST_OF_QUOTE.match(lines[number], column)
        if found:
            return "\n".join([*parts, found[1]]), number, found.end()
        parts.append(lines[number][column:])
        column = 0
    raise Misread("the quote that begins here is never closed", start, 'write `"` where the text ends')


def _piece(found: re.Match[str], where: Span) -> Piece:
    text = found[0]
    if found.lastgroup == "rest":
        raise Misread(f"`{shown(text)}` cannot stand here", where, "a key has `::` behind it")
    if found.lastgroup == "brace":
        return Piece(Mark.OPEN if text == "{" else Mark.CLOSE, Word(text, where))
    return Piece(Mark.COLONS if found.lastgroup == "colons" else Mark.WORD, Word(text, where))

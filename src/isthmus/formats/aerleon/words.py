"""The words of a YAML value with the place of each, however the value is written: text over lines, list, number."""

from collections.abc import Iterator, Sequence

from isthmus.diagnostics import Span
from isthmus.documents import Node
from isthmus.formats.aerleon.shapes import Word

_FAR = 100
"""How many lines below its beginning a word of a value is looked for."""


def words_of(node: Node, file: str, lines: Sequence[str]) -> tuple[Word, ...]:
    """Every word of a text or number, or of the elements of a list."""
    if isinstance(node.value, list):
        return tuple(word for each in node.elements() for word in words_of(each, file, lines))
    if isinstance(node.value, dict) or node.value is None:
        return ()
    texts = node.spelled.split()
    if len(texts) == 1 and node.width >= len(texts[0]):
        return (Word(texts[0], node.span(file)),)
    return tuple(_located(texts, node, file, lines))


def _located(texts: Sequence[str], node: Node, file: str, lines: Sequence[str]) -> Iterator[Word]:
    line, column = node.line, node.column
    last = min(node.line + _FAR, len(lines))
    for text in texts:
        found = _find(text, lines, line, column, last)
        if found is None:
            yield Word(text, node.span(file))
            continue
        line, column = found
        yield Word(text, Span(file, line, column, len(text)))
        column += len(text)


def _find(text: str, lines: Sequence[str], line: int, column: int, last: int) -> tuple[int, int] | None:
    while line <= last:
        place = lines[line - 1].find(text, column - 1)
        if place >= 0:
            return line, place + 1
        line, column = line + 1, 1
    return None

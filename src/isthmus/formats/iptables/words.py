"""A line of iptables-save or ipset save as words, and the places where they stand."""

import re
from dataclasses import dataclass

from isthmus.diagnostics import Span

_WORD = re.compile(r'(?:"(?:[^"\\]|\\.)*+"|[^ \t"])++')
_BLANK = re.compile(r"[ \t]*+")
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``words`` are without their quotes."""

    file: str
    number: int
    text: str
    words: tuple[str, ...]

    def span(self, first: int = 0, last: int | None = None) -> Span:
        """The place of the words from ``first`` to ``last``, both included; without ``last``, to the end."""
        places = placed(self.text)
        start = places[min(first, len(places) - 1)][0]
        end = places[min(last, len(places) - 1) if last is not None else -1][1]
        return Span(self.file, self.number, start + 1, max(1, end - start))

    @property
    def where(self) -> Span:
        """The place of the whole line."""
        return Span(self.file, self.number, 1, max(1, len(self.text)))

    def quoted(self, first: int, last: int) -> str:
        """The words as they are written."""
        places = placed(self.text)
        return self.text[places[first][0] : places[min(last, len(places) - 1)][1]]


def split(text: str) -> tuple[str, ...] | None:
    r"""The words of a line; double quotes keep words together, and ``\`` keeps a quote from ending them.

    None where a quote does not end.

    >>> split(r'-A INPUT -m comment --comment "a \"b\" c"')
    ('-A', 'INPUT', '-m', 'comment', '--comment', 'a "b" c')
    >>> split('"a') is None
    True
    """
    if '"' not in text:
        return tuple(word for word in text.replace("\t", " ").split(" ") if word)
    places = placed(text)
    if not places or text[places[-1][1] :].strip(" \t"):
        return None
    return tuple(_plain(text[first:last]) for first, last in places)


def placed(text: str) -> list[tuple[int, int]]:
    """Where each word begins and ends, up to a quote that does not end."""
    places = []
    position = _end(_BLANK.match(text, 0))
    while found := _WORD.match(text, position):
        places.append(found.span())
        position = _end(_BLANK.match(text, found.end()))
    return places


def _end(found: re.Match[str] | None) -> int:
    return found.end() if found else 0


def _plain(word: str) -> str:
    if '"' not in word:
        return word
    pieces = re.findall(r'"((?:[^"\\]|\\.)*+)"|([^"]++)', word)
    return "".join(_ESCAPED.sub(r"\1", quoted) if quoted else bare for quoted, bare in pieces)

"""Definitions as lines: ``NAME = value value # comment``, and values alone on the lines below (``.net``, ``.svc``)."""

import re
from dataclasses import dataclass, field

from isthmus.diagnostics import Diagnostic, Span, shown
from isthmus.formats.aerleon.codes import BAD_DEFINITION
from isthmus.formats.aerleon.shapes import Definitions, Kind, Token, Word
from isthmus.formats.format import Parsed, Text

_WORD = re.compile(r"\S+")


@dataclass(slots=True)
class _Open:
    """The token whose values are being read."""

    name: Word
    words: list[Word] = field(default_factory=list)
    comment: str = ""


def parse_definitions(text: Text, kind: Kind) -> Parsed:
    r"""Read a file of network or service definitions.

    >>> text = Text("a.net", "LAB = 192.0.2.0/24 # one\n      198.51.100.0/24\n")
    >>> [(each.name, [word.text for word in each.words]) for each in parse_definitions(text, Kind.NETWORK).tree.tokens]
    [('LAB', ['192.0.2.0/24', '198.51.100.0/24'])]
    """
    opened: list[_Open] = []
    problems: list[Diagnostic] = []
    for number, written in enumerate(text.lines, 1):
        said, _, comment = written.partition("#")
        before, equals, values = said.partition("=")
        if equals:
            names = _words(text.name, number, before, 0)
            opened.append(_Open(_name(names, Span(text.name, number, len(before) + 1), problems)))
            start = len(before) + 1
        else:
            values, start = said, 0
        words = _words(text.name, number, values, start)
        if words and not opened:
            help_ = "write `NAME = ` before the first value"
            problems.append(Diagnostic(BAD_DEFINITION, f"`{shown(values.strip())}` has no name", words[0].where, help_))
        elif opened:
            opened[-1].words += _kept(words, problems)
            opened[-1].comment = opened[-1].comment or (comment.strip() if words else "")
    tokens = (Token(each.name.text, kind, each.name.where, tuple(each.words), each.comment) for each in opened)
    return Parsed(Definitions(text.name, tuple(tokens)), tuple(problems))


def _words(file: str, line: int, text: str, start: int) -> list[Word]:
    found = _WORD.finditer(text)
    return [Word(each[0], Span(file, line, start + each.start() + 1, len(each[0]))) for each in found]


def _name(words: list[Word], equals: Span, problems: list[Diagnostic]) -> Word:
    if len(words) != 1:
        message = "a definition has one word before `=`" if words else "a definition without a name"
        problems.append(Diagnostic(BAD_DEFINITION, message, equals, "write `NAME = value`"))
    return Word(" ".join(each.text for each in words), words[0].where if words else equals)


def _kept(words: list[Word], problems: list[Diagnostic]) -> list[Word]:
    """The values before a second ``=``: Aerleon reads no further."""
    for place, each in enumerate(words):
        if "=" in each.text:
            help_ = "begin a line for each definition"
            problems.append(Diagnostic(BAD_DEFINITION, "a second `=` in one line", each.where, help_))
            return words[:place]
    return words

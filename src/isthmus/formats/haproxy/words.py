r"""A line → its words, as HAProxy cuts it: quotes, escapes, comments, variables of the environment.

>>> [each.text for each in cut(r'acl a\ b "c d" # comment', "haproxy.cfg", 1).words]
['acl', 'a b', 'c d']
>>> cut('bind "${ADDRESS}:443"', "haproxy.cfg", 1).words[1].variables
('ADDRESS',)
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from isthmus.diagnostics import Span

_SPACE = " \t\v\f\r"
_PLAIN = re.compile(r"[^ \t\v\f\r]+")
_ESCAPED = dict(zip(" \\\"'#$nrt", " \\\"'#$\n\r\t", strict=True))
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{2}")
_VARIABLE = re.compile(r"\$(?:\{(\.?[A-Za-z_][A-Za-z0-9_]*)(-[^}]*)?(?:\[\*\])?\}|(\.?[A-Za-z_][A-Za-z0-9_]*))")


@dataclass(frozen=True, slots=True)
class Word:
    """One word without its quotes; each of ``variables`` stands in ``text`` as ``${NAME}``, not yet replaced."""

    text: str
    where: Span
    variables: tuple[str, ...] = ()

    def filled(self, environment: Mapping[str, str]) -> "Word":
        """The word with the variables that are known."""
        if not self.variables:
            return self
        text = self.text
        for name in self.variables:
            if name in environment:
                text = text.replace(f"${{{name}}}", environment[name])
        return replace(self, text=text, variables=tuple(name for name in self.variables if name not in environment))


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line cannot be cut, and where."""

    message: str
    column: int
    help: str


@dataclass(frozen=True, slots=True)
class Cut:
    """The words of a line, up to the fault where there is one."""

    words: tuple[Word, ...]
    fault: Fault | None = None


def cut(line: str, file: str, number: int) -> Cut:
    """Cut one line. Nothing is raised."""
    if '"' not in line and "'" not in line and "\\" not in line:
        line = line.split("#", 1)[0]
        found = _PLAIN.finditer(line)
        return Cut(tuple(Word(each[0], Span(file, number, each.start() + 1, len(each[0]))) for each in found))
    return _Cutter(line, file, number).cut()


class _Cutter:
    """Goes through a line that has quotes or escapes, character by character."""

    def __init__(self, line: str, file: str, number: int) -> None:
        self.line, self.file, self.number = line, file, number
        self.words: list[Word] = []
        self.at = 0
        self.begin: int | None = None
        self.text: list[str] = []
        self.variables: list[str] = []

    def cut(self) -> Cut:
        quote, opened = "", 0
        while self.at < len(self.line):
            char = self.line[self.at]
            if not quote and char in _SPACE:
                self._close()
                self.at += 1
                continue
            if not quote and char == "#":
                break
            self.begin = self.at if self.begin is None else self.begin
            if char == quote or (not quote and char in "\"'"):
                quote, opened = ("" if quote else char), self.at
                self.at += 1
            elif fault := self._take(char, quote):
                return Cut(tuple(self.words), fault)
        self._close()
        if quote:
            fault = Fault("a quote is opened here and never closed", opened + 1, f"close it with `{quote}`")
            return Cut(tuple(self.words), fault)
        return Cut(tuple(self.words))

    def _take(self, char: str, quote: str) -> Fault | None:
        if char == "\\" and quote != "'":
            return self._escape()
        if char == "$" and quote == '"':
            return self._variable()
        self.text.append(char)
        self.at += 1
        return None

    def _escape(self) -> Fault | None:
        after = self.line[self.at + 1 : self.at + 2]
        if after == "x":
            digits = _HEXADECIMAL.match(self.line, self.at + 2)
            if digits is None:
                return Fault("an escape is incomplete", self.at + 1, "write two hexadecimal digits after `\\x`")
            self.text.append(chr(int(digits[0], 16)))
            self.at += 4
        elif after in _ESCAPED and after:
            self.text.append(_ESCAPED[after])
            self.at += 2
        else:
            self.text.append("\\")
            self.at += 1
        return None

    def _variable(self) -> Fault | None:
        found = _VARIABLE.match(self.line, self.at)
        if found is None:
            return Fault("`$` is followed by no name of a variable", self.at + 1, "write `\\$` for the sign itself")
        name = found[1] or found[3]
        self.text.append(f"${{{name}}}")
        self.variables.append(name)
        self.at = found.end()
        return None

    def _close(self) -> None:
        if self.begin is not None:
            where = Span(self.file, self.number, self.begin + 1, self.at - self.begin)
            self.words.append(Word("".join(self.text), where, tuple(dict.fromkeys(self.variables))))
        self.begin, self.text, self.variables = None, [], []

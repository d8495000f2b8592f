"""What keeps a text from being YAML, in words: the parser's complaint, at the place where the mistake was made.

A parser notices a mistake where it can go no further; a person made it where a quote or bracket was opened, or
a space left out. What the text itself shows is looked for first; else the parser's complaint is turned round.
"""

import re
from collections.abc import Sequence
from typing import Any

from isthmus.documents.stuck import RULES, Complaint, Stuck

_FORBIDDEN = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_CONFLICT = re.compile(r"(<{7}|={7}|>{7})( |$)")


def complaint(error: Exception, lines: Sequence[str]) -> Complaint:
    """Explain what the parser raised about a text."""
    mark: Any = getattr(error, "problem_mark", None)
    if mark is None:
        return _forbidden(lines)
    for number, line in enumerate(lines, 1):
        if mark_of_conflict := _CONFLICT.match(line):
            told = "choose one side, and remove the marks of both"
            return Complaint("a merge conflict was left unresolved", number, 1, len(mark_of_conflict[1]), told)
    before: Any = getattr(error, "context_mark", None) or mark
    problem = str(getattr(error, "problem", None) or "the text cannot be understood")
    stuck = Stuck(problem, lines, (mark.line + 1, mark.column + 1), (before.line + 1, before.column + 1))
    if found := _strange_space(lines, {stuck.at[0], stuck.began[0], stuck.at[0] - 1}):
        return found
    if opened := _quote_closed_too_late(lines, stuck.at):
        told = f"close it where the text ends; now it runs on to line {stuck.at[0]}"
        return Complaint("the quote that begins here is closed too late", *opened, 1, told)
    told = f"{problem}, {getattr(error, 'context', None) or ''}"
    rule = next((rule for words, rule in RULES if words in told), None)
    return rule(stuck) if rule else stuck.here(problem)


def _forbidden(lines: Sequence[str]) -> Complaint:
    for number, line in enumerate(lines, 1):
        if found := _FORBIDDEN.search(line):
            message = f"character U+{ord(found[0]):04X} is not allowed in YAML"
            return Complaint(message, number, found.start() + 1, 1, "remove it")
    return Complaint("the text holds a character that is not allowed in YAML", 1, 1)


_STRANGE_SPACE = re.compile("[\xa0\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff]")


def _strange_space(lines: Sequence[str], numbers: set[int]) -> Complaint | None:
    """A character that looks like a space, or like nothing, on one of the lines where the parser got lost."""
    for number in sorted(numbers):
        if 1 <= number <= len(lines) and (found := _STRANGE_SPACE.search(lines[number - 1])):
            message = f"invisible character U+{ord(found[0]):04X} stands here"
            return Complaint(message, number, found.start() + 1, 1, "write a plain space, or nothing")
    return None


_QUOTED = re.compile(r"""(?:^|(?<=[\s\[{,]))(?:"((?:\\.|[^"\\])*)"|'((?:''|[^'])*)')""", re.MULTILINE | re.DOTALL)


def _quote_closed_too_late(lines: Sequence[str], at: tuple[int, int]) -> tuple[int, int] | None:
    """Where a quoted text began that runs over several lines and ends on the line where the parser stopped."""
    begin = max(0, at[0] - _FAR)
    text = "\n".join(_COMMENT.sub("", line) for line in lines[begin : at[0]])
    for found in _QUOTED.finditer(text) if len(text) < _MUCH else ():
        first, last = (begin + text.count("\n", 0, end) + 1 for end in found.span())
        if first < last == at[0] and found.end() - text.rfind("\n", 0, found.end()) <= at[1]:
            return first, found.start() - text.rfind("\n", 0, found.start())
    return None


_COMMENT = re.compile(r"^\s*#.*")
_FAR = 200
"""How many lines back a quote is looked for."""
_MUCH = 100_000
"""In how many characters it is not looked for."""

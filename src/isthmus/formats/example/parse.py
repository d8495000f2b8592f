"""Text → lines, each with its words and their places; what cannot be understood is kept as well."""

import re
from dataclasses import dataclass

from isthmus.diagnostics import Code, Diagnostic, Severity, Span
from isthmus.formats.format import Parsed, Text

NOT_A_RULE = Code(
    "EXF001",
    Severity.WARNING,
    "a line of an example filter is not understood",
    "A line is `permit` or `deny`, a protocol, `from` and `to`. Any other is kept as a rule that may match and may do "
    "anything, so answers through it are unknown.",
)
CODES = (NOT_A_RULE,)

_RULE = re.compile(
    r"(?P<verb>permit|deny) (?P<protocol>ip|tcp|udp) from (?P<source>\S+) to (?P<destination>\S+)( port (?P<port>\d+))?"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is no comment; ``fields`` is None where it is not understood."""

    where: Span
    text: str
    fields: dict[str, str | None] | None


@dataclass(frozen=True, slots=True)
class Filter:
    """One file."""

    name: str
    lines: tuple[Line, ...]


def parse(text: Text) -> Parsed:
    """Read a filter. Nothing is raised."""
    lines, problems = [], []
    for number, written in enumerate(text.lines, 1):
        words = written.split("#")[0].strip()
        if not words:
            continue
        where = Span(text.name, number, written.index(words) + 1, len(words))
        found = _RULE.fullmatch(words)
        lines.append(Line(where, words, found.groupdict() if found else None))
        if not found:
            help_ = "write `permit tcp from 192.0.2.0/24 to any port 443`"
            problems.append(Diagnostic(NOT_A_RULE, f"`{words}` is not understood", where, help_))
    return Parsed(Filter(text.name, tuple(lines)), tuple(problems))

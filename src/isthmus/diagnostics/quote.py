"""Showing other people's text safely: on one line, no wider than it is read, without commands to a terminal."""

from unicodedata import combining, east_asian_width

WIDEST = 140
"""How many characters of a source line are shown."""

_BEFORE = 60


def printable(text: str) -> str:
    r"""The same text on one line, each character that cannot be seen replaced by a mark that can.

    >>> printable("10.0.0.1\n\x1b[2J")
    '10.0.0.1��[2J'
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def shown(value: object, longest: int = 60) -> str:
    """What somebody wrote, for use between backticks in a message.

    >>> shown("a" * 99, longest=6)
    'aaaaa…'
    """
    text = printable(str(value))
    return text if len(text) <= longest else text[: longest - 1] + "…"


def marked(line: str, column: int, width: int) -> tuple[str, str]:
    """A source line (or, of a long one, the part around ``column``) and the carets to print below it.

    >>> marked("port: http", 7, 4)
    ('port: http', '      ^^^^')
    """
    line = "".join(char if char.isprintable() or char == "\t" else "\ufffd" for char in line)
    start = min(column - 1, len(line))
    first = min(max(0, start - _BEFORE), max(0, len(line) - WIDEST))
    seen = line[first : first + WIDEST]
    before, after = "…" if first else "", "…" if first + WIDEST < len(line) else ""
    carets = "^" * max(1, sum(_cells(char) for char in seen[start - first :][:width]))
    lead = "".join("\t" if char == "\t" else " " * _cells(char) for char in before + seen[: start - first])
    return (before + seen + after).rstrip(), lead + carets


def _cells(char: str) -> int:
    """How many columns of a terminal a character takes."""
    if combining(char):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1

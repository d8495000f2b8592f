"""Answers to SQL: columns and rows, as text, JSON, CSV or Markdown."""

import csv
import json
from collections.abc import Sequence
from datetime import datetime
from io import StringIO

from isthmus.diagnostics.quote import printable

Rows = Sequence[Sequence[object]]


def text(columns: Sequence[str], rows: Rows) -> str:
    """Columns as wide as they need to be.

    >>> print(text(["name", "flows"], [("dns", 8), ("wikis", 12)]), end="")
    name   flows
    dns    8
    wikis  12
    """
    words = [list(columns), *([_word(each) for each in row] for row in rows)]
    widths = [max(len(line[at]) for line in words) for at in range(len(columns))]
    lines = ("  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip() for line in words)
    return "".join(f"{line}\n" for line in lines)


def document(columns: Sequence[str], rows: Rows) -> str:
    """JSON: a list of objects."""
    plain = [dict(zip(columns, row, strict=True)) for row in rows]
    return json.dumps(plain, indent=2, ensure_ascii=False, default=_word) + "\n"


def table(columns: Sequence[str], rows: Rows) -> str:
    """CSV."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_word(each) for each in row] for row in rows)
    return out.getvalue()


def markdown(columns: Sequence[str], rows: Rows) -> str:
    """A table."""
    lines = [list(columns), ["---"] * len(columns), *([_word(each) for each in row] for row in rows)]
    return "".join(f"| {' | '.join(word.replace('|', '&#124;') for word in line)} |\n" for line in lines)


def _word(value: object) -> str:
    if isinstance(value, list | tuple):
        return " ".join(_word(each) for each in value)
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else printable(str(value))


WRITERS = {"text": text, "json": document, "csv": table, "markdown": markdown}

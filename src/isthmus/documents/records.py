"""Lists of records in JSON, as controllers and ``ip -j`` print them: fast to read, and each record knows its place.

A text is ``{"KEY": [{…}, …], …}`` or ``[{…}, …]``. The standard library's C code reads one record at a time; lines
are counted from record to record, so that nothing is done for each value, and places inside a record are looked up
only when somebody asks for one.
"""

import json
from dataclasses import dataclass, field
from typing import TypeAlias

from isthmus.diagnostics import Diagnostic, Span
from isthmus.documents.json_text import NEXT, Ruler, Step, behind_space, steps

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""Any JSON value."""


@dataclass(frozen=True, slots=True)
class Record:
    """One object of a list; ``where`` is its opening brace."""

    values: dict[str, Json]
    where: Span
    start: int
    """Where its text begins, in characters; see :meth:`Records.place`."""


@dataclass(frozen=True, slots=True)
class RecordList:
    """A list of records; ``key`` is None where the text is nothing but the list. ``where`` is the key, or the list."""

    key: str | None
    where: Span
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Single:
    """A key beside the lists whose value is no list."""

    key: str
    where: Span
    value: Json


@dataclass(frozen=True, slots=True)
class Records:
    """What a text holds. With ``diagnostics``, the lists hold what could be read before and between the mistakes."""

    file: str
    text: str = field(repr=False)
    lists: tuple[RecordList, ...] = ()
    singles: tuple[Single, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    marks: str = field(default="", repr=False, compare=False)
    """The text with every line break of its own kind as one ``\\n``, character for character."""

    def place(self, record: Record, *path: str | int) -> Span:
        """Where the value at ``path`` inside a record stands; the record's own place where it has no such value.

        >>> from isthmus.documents import parse_records
        >>> read = parse_records('[{"name": "web", "ports": [80, 443]}]', "rules.json")
        >>> str(read.place(read.lists[0].records[0], "ports", 1))
        'rules.json:1:32'
        """
        found = self._find(record, path)
        return self._ruler(record).span(found.at, found.width) if found else record.where

    def below(self, record: Record, *path: str | int) -> tuple[Record, ...]:
        """The objects of the list at ``path`` inside a record, as records; empty where there is no such list."""
        found = self._find(record, path)
        values: Json = record.values
        for step in path if found else ():
            values = values[step]  # type: ignore[index]
        if found is None or not isinstance(values, list):
            return ()
        ruler, records = self._ruler(record), []
        at = behind_space(self.text, found.at + 1)
        for value in values:
            if isinstance(value, dict):
                records.append(Record(value, ruler.span(at), at))
            _, end = _DECODER.raw_decode(self.text, at)
            comma = NEXT.match(self.text, end)
            at = comma.end() if comma else end
        return tuple(records)

    def _find(self, record: Record, path: tuple[str | int, ...]) -> Step | None:
        for step in steps(self.text, record.start):
            if step.path == path and not step.is_key:
                return step
        return None

    def _ruler(self, record: Record) -> Ruler:
        begin = record.start - record.where.column + 1
        return Ruler(self.marks, self.file, record.where.line, begin, record.start)


_DECODER = json.JSONDecoder()

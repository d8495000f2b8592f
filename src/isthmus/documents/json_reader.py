"""Reads lists of records: the standard library's C code one record at a time, and what it has to complain of."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from isthmus.diagnostics import Code, Diagnostic, Span, shown
from isthmus.documents import codes
from isthmus.documents.json_text import NEXT, Ruler, behind_space, line_marks, steps
from isthmus.documents.records import Json, Record, RecordList, Records, Single

MAX_DEPTH = 64
MOST_COMPLAINTS = 50
"""After so many records that cannot be used, the rest of a text is not read."""


def parse_records(text: str, file: str) -> Records:
    r"""Read a text; every mistake becomes a diagnostic, and nothing is raised for any text.

    >>> read = parse_records('{"ports": [\n  {"id": "a"},\n  {"id": "b"}\n]}', "ports.json")
    >>> [(each.values["id"], str(each.where)) for each in read.lists[0].records]
    [('a', 'ports.json:2:3'), ('b', 'ports.json:3:3')]
    """
    reader = _Reader(text, file)
    try:
        text.encode()
        reader.read()
    except UnicodeEncodeError as error:
        reader.complain(codes.SYNTAX, "half of a character stands here", error.start, "save the file as UTF-8 again")
    except _StopError:
        pass
    return Records(file, text, tuple(reader.lists), tuple(reader.singles), tuple(reader.diagnostics), reader.marks)


class _StopError(Exception):
    """What follows cannot be made sense of."""


class _RefusedError(ValueError):
    """A value that Python's reader would take and we do not."""

    def __init__(self, code: Code, message: str, help_: str, key: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.help, self.key = code, message, help_, key


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for twice, _ in pairs:
            if twice in seen:
                break
            seen.add(twice)
        raise _RefusedError(codes.DUPLICATE_KEY, f"`{shown(twice)}` is written twice in one object", "keep one", twice)
    return made


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _RefusedError(codes.SYNTAX, f"`{shown(text)}` is too large a number", "write a number that can be")
    return number


def _constant(word: str) -> NoReturn:
    raise _RefusedError(codes.SYNTAX, f"`{word}` is no JSON value", "write a number, or `null`")


_STRICT = json.JSONDecoder(object_pairs_hook=_object, parse_float=_float, parse_constant=_constant)
_LENIENT = json.JSONDecoder()
"""Finds where a value ends that is refused for what is in it."""

_HALF = re.compile(r"\\u[dD][89a-fA-F]")


class _Reader:
    """Reads one text from its beginning to its end, or to the first mistake that hides what follows."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.marks = line_marks(text)
        self.ruler = Ruler(self.marks, file)
        self.halves = _HALF.search(text) is not None
        self.lists: list[RecordList] = []
        self.singles: list[Single] = []
        self.diagnostics: list[Diagnostic] = []

    def read(self) -> None:
        """The whole text."""
        at = behind_space(self.text, 1 if self.text.startswith("\ufeff") else 0)
        if self.text.startswith("[", at):
            end = self.read_list(None, self.ruler.span(at), at)
        elif self.text.startswith("{", at):
            end = self.read_keys(at)
        else:
            self.stop("a list of records begins with `{` or `[`", at, 'the whole is `{"key": [ … ]}` or `[ … ]`')
        rest = behind_space(self.text, end)
        if rest < len(self.text):
            self.stop("text stands behind the end of the JSON value", rest, "remove it, or split the file")

    def read_keys(self, at: int) -> int:
        """The object around lists, from its brace on; returns where it ends."""
        seen: set[str] = set()
        at = behind_space(self.text, at + 1)
        while not self.text.startswith("}", at):
            if not self.text.startswith('"', at):
                self.stop("a key in double quotes belongs here", at, 'write `"key": [ … ]`')
            where = self.ruler.span(at)
            value, end = self.value(at)
            key = str(value)
            if key in seen:
                self.complain(codes.DUPLICATE_KEY, f"`{shown(key)}` is written twice in one object", at, "keep one")
            seen.add(key)
            at = behind_space(self.text, end)
            if not self.text.startswith(":", at):
                self.stop("a colon is missing behind the key", at, 'write `"key": [ … ]`')
            at = self.separator(self.read_entry(key, where, behind_space(self.text, at + 1)), "}")
        return at + 1

    def read_entry(self, key: str, where: Span, at: int) -> int:
        """What stands behind a key; returns where it ends."""
        if self.text.startswith("[", at):
            return self.read_list(key, where, at)
        value, end = self.value(at)
        self.singles.append(Single(key, where, value))
        return end

    def read_list(self, key: str | None, where: Span, at: int) -> int:
        """A list from its bracket on; returns where it ends."""
        records: list[Record] = []
        text, decode, ruler = self.text, _STRICT.raw_decode, self.ruler
        at = behind_space(self.text, at + 1)
        while not text.startswith("]", at):
            place = ruler.span(at)
            try:
                value, end = decode(text, at)
            except (ValueError, RecursionError) as error:
                end = self.refuse(error, at)
            else:
                if not isinstance(value, dict):
                    message = f"an entry of the list is {_KINDS[type(value)]}, not an object"
                    self.complain(codes.NOT_A_RECORD, message, at, "write `{ … }`")
                elif self.is_fit(value, at, end):
                    records.append(Record(value, place, at))
            at = self.separator(end, "]")
        self.lists.append(RecordList(key, where, tuple(records)))
        return at + 1

    def value(self, at: int) -> tuple[Any, int]:
        """Any value, and where it ends."""
        try:
            value, end = _STRICT.raw_decode(self.text, at)
        except (ValueError, RecursionError) as error:
            return None, self.refuse(error, at)
        return (value if self.is_fit(value, at, end) else None), end

    def separator(self, at: int, closing: str) -> int:
        """Behind the comma that must follow, or at the closing bracket."""
        if found := NEXT.match(self.text, at):
            if self.text.startswith(closing, found.end()):
                comma = found.start() + found[0].index(",")
                self.stop(f"a comma stands before the closing `{closing}`", comma, "remove it")
            return found.end()
        at = behind_space(self.text, at)
        if not self.text.startswith(closing, at):
            self.stop(f"a comma or `{closing}` is missing here", at, "write it; the file may be cut off")
        return at

    def is_fit(self, value: Json, at: int, end: int) -> bool:
        """Whether a value is no deeper than we go, and whether its text can be written again."""
        brackets = self.text.count("[", at, end) + self.text.count("{", at, end)
        if brackets > MAX_DEPTH and _is_deeper(value, MAX_DEPTH):
            self.complain(codes.TOO_DEEP, f"nested more than {MAX_DEPTH} levels deep", at)
            return False
        if self.halves and _HALF.search(self.text, at, end):
            try:
                json.dumps(value, ensure_ascii=False).encode()
            except UnicodeEncodeError:
                self.complain(codes.SYNTAX, "half of a character is written here", at, "`\\ud800` needs its other half")
                return False
        return True

    def refuse(self, error: Exception, at: int) -> int:
        """Tell why a value cannot be read; returns where it ends, if that can be told."""
        if isinstance(error, json.JSONDecodeError):
            message, help_ = _in_words(error.msg)
            self.stop(message, error.pos, help_)
        if isinstance(error, RecursionError):
            self.complain(codes.TOO_DEEP, f"nested more than {MAX_DEPTH} levels deep", at)
            raise _StopError from error
        if isinstance(error, _RefusedError):
            self.complain(error.code, error.message, _second(self.text, at, error.key), error.help)
        else:
            self.complain(codes.SYNTAX, "a number in this value is too long", at, "no field needs so many digits")
        try:
            _, end = _LENIENT.raw_decode(self.text, at)
        except (ValueError, RecursionError) as broken:
            raise _StopError from broken
        return end

    def complain(self, code: Code, message: str, at: int, help_: str = "") -> None:
        """Tell a mistake, and stop after many."""
        where = Ruler(self.marks, self.file).span(min(at, len(self.text)))
        self.diagnostics.append(Diagnostic(code, message, where, help_))
        if len(self.diagnostics) >= MOST_COMPLAINTS:
            raise _StopError

    def stop(self, message: str, at: int, help_: str) -> NoReturn:
        """Tell a mistake that hides what follows."""
        self.complain(codes.SYNTAX, message, at, help_)
        raise _StopError


_KINDS: Mapping[type, str] = {
    list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number", type(None): "null",
}  # fmt: skip


def _second(text: str, at: int, key: str | None) -> int:
    """Where an object below ``at`` has ``key`` for the second time; ``at`` where it has not."""
    if key is not None:
        seen: set[tuple[str | int, ...]] = set()
        for step in steps(text, at):
            if step.is_key and step.path[-1:] == (key,):
                if step.path in seen:
                    return step.at
                seen.add(step.path)
    return at


def _is_deeper(value: Json, levels: int) -> bool:
    """Whether a value is nested deeper than ``levels``; one level at a time, so without recursion."""
    level = [value]
    for _ in range(levels):
        level = list(_below(level))
    return any(isinstance(each, dict | list) for each in level)


def _below(level: list[Json]) -> Iterator[Json]:
    for each in level:
        if isinstance(each, dict):
            yield from each.values()
        elif isinstance(each, list):
            yield from each


def _in_words(complaint: str) -> tuple[str, str]:
    """What the standard library's reader complains of, as a message and its help."""
    for begins, message, help_ in _TOLD:
        if complaint.startswith(begins):
            return message, help_
    return complaint[:1].lower() + complaint[1:], ""


_TOLD = (
    ("Expecting value", "a value is missing here", "write it; the file may be cut off"),
    ("Expecting ',' delimiter", "a comma or a closing bracket is missing here", "write it; the file may be cut off"),
    ("Expecting ':' delimiter", "a colon is missing behind the key", 'write `"key": value`'),
    ("Expecting property name", "a key in double quotes belongs here", "remove a comma too many, or write the key"),
    ("Illegal trailing comma", "a comma stands before the closing bracket", "remove it"),
    ("Unterminated string", "the quote that begins here is never closed", "close it where the text ends"),
    ("Invalid control character", "a text in quotes goes over the end of its line", "write `\\n`, or close the quote"),
    ("Invalid \\escape", "a backslash means nothing here", "write `\\\\`"),
    ("Invalid \\uXXXX", "four hexadecimal digits must follow `\\u`", "write `\\\\` for a backslash"),
)

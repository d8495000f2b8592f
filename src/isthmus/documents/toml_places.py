"""Where the keys and values of a TOML text stand.

The standard library reads the values and says nothing of places. The text that is scanned here was read by it
before, so its grammar is known to hold, and a light scan finds its way.
"""

import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
Place = tuple[int, int, int]
"""Line and column from 1, and the width (1 for what runs over several lines)."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY_PART = re.compile(r"""[ \t]*([A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*')[ \t]*(\.?)""")
_VALUE = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}(?!")'
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|[^,\]}#\r\n]+",
    re.DOTALL,
)


@dataclass(slots=True)
class Places:
    """The place of each key and of each value, by the path to it."""

    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)


def find_places(text: str) -> Places:
    r"""The places of a text that :mod:`tomllib` accepts.

    >>> found = find_places('[[case]]\nfits = [{ realm = "cloud" }]\n')
    >>> found.values["case", 0, "fits", 0, "realm"]
    (2, 19, 7)
    """
    return _Scan(text).document()


class _Scan:
    """A cursor over the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self.places = Places()
        self.counts: dict[Path, int] = {}

    def document(self) -> Places:
        table: Path = ()
        self.blank()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.entry(table)
            self.blank()
        return self.places

    def blank(self) -> None:
        """Skip white space and comments."""
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def place(self, start: int) -> Place:
        line = bisect_right(self.starts, start)
        column = start - self.starts[line - 1] + 1
        is_one_line = bisect_right(self.starts, self.at - 1) == line
        return line, column, max(1, self.at - start) if is_one_line else 1

    def header(self) -> Path:
        """Read ``[name]`` or ``[[name]]``; the path holds the index of each array of tables on the way."""
        start = self.at
        is_array = self.text.startswith("[[", start)
        self.at += 2 if is_array else 1
        names = self.key()
        self.at += 2 if is_array else 1
        path: Path = ()
        for at, (name, _) in enumerate(names):
            path = (*path, name)
            if is_array and at == len(names) - 1:
                self.counts[path] = self.counts.get(path, -1) + 1
            if path in self.counts:
                path = (*path, self.counts[path])
        whole = self.place(start)
        self.places.keys[path] = self.places.values[path] = whole
        if is_array:
            self.places.keys.setdefault(path[:-1], whole)
        return path

    def key(self) -> list[tuple[str, Place]]:
        """Read a key, dotted or not, up to what follows it."""
        parts: list[tuple[str, Place]] = []
        while found := _KEY_PART.match(self.text, self.at):
            self.at = found.end(1)
            parts.append((_unquoted(found[1]), self.place(found.start(1))))
            self.at = found.end()
            if not found[2]:
                break
        return parts

    def entry(self, table: Path) -> None:
        """Read ``key = value``."""
        path = table
        parts = self.key()
        for name, place in parts:
            path = (*path, name)
            self.places.keys.setdefault(path, place)
        self.at += 1
        self.value(path)

    def value(self, path: Path) -> None:
        self.blank()
        start = self.at
        opened = self.text[start : start + 1]
        if opened in ("[", "{"):
            self.at += 1
            self.inside(path, is_array=opened == "[")
        else:
            found = _VALUE.match(self.text, start)
            self.at = max(start + 1, start + len(found[0].rstrip()) if found else 0)
        self.places.values[path] = self.place(start)

    def inside(self, path: Path, *, is_array: bool) -> None:
        """Read the elements of an array, or the entries of an inline table, with the bracket behind them."""
        number = 0
        self.blank()
        while self.at < len(self.text) and self.text[self.at] not in "]}":
            if is_array:
                self.value((*path, number))
                number += 1
            else:
                self.entry(path)
            self.blank()
            if self.text.startswith(",", self.at):
                self.at += 1
                self.blank()
        self.at += 1


def _unquoted(part: str) -> str:
    return str(tomllib.loads(f"key = {part}")["key"]) if part[0] in "\"'" else part

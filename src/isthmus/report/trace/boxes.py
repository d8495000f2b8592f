"""The text of one box of the picture: broken into lines that fit, each with its style and place."""

from collections.abc import Iterator
from dataclasses import dataclass

from isthmus.report.trace.stops import Entry, Stop

PADDING = 12
LINE = 15
_GAP = 7
"""Between two entries."""
_MOST_LINES = 3
"""How many lines an entry's words may take; what is cut off is in the text that a pointer shows."""

_WIDTHS = {"mono": 6.4, "name": 8.2, "stage": 5.9, "refused": 7.3, "good": 7.3, "unsure": 7.3}
"""The width of a character, by style, rounded up: fonts differ from reader to reader."""
_USUAL = 6.6


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text, relative to its box."""

    text: str
    style: str
    y: int
    indent: int = 0
    whole: str = ""
    """All of it, where ``text`` is cut off."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box with its lines; ``tints`` are the heights that refusing entries take."""

    height: int
    lines: tuple[Line, ...]
    tints: tuple[tuple[int, int], ...] = ()
    is_bad: bool = False


def text_width(text: str, style: str = "") -> int:
    """How wide a text may become, in pixels."""
    return round(len(text) * _WIDTHS.get(style, _USUAL))


def shortened(text: str, most: int) -> str:
    """The text in at most ``most`` characters.

    >>> shortened("abcdef", 4), shortened("abc", 4)
    ('abc…', 'abc')
    """
    return text if len(text) <= most else text[: max(1, most - 1)] + "…"


def boxed(stop: Stop, width: int, footer: tuple[str, str]) -> Box:
    """The box of a stop; ``footer`` is how the way ends here and its style, if it does."""
    return _Filling(width - 2 * PADDING).box(stop, footer)


class _Filling:
    """A box that is being filled from its top."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.y = 0
        self.lines: list[Line] = []
        self.tints: list[tuple[int, int]] = []

    def box(self, stop: Stop, footer: tuple[str, str]) -> Box:
        self._line(stop.name, "name", height=22)
        legs = " → ".join(each for each in (stop.arriving, stop.leaving) if each)
        self._line(legs or ("not read" if not stop.is_read else ""), "legs", height=16)
        for entry in stop.entries:
            self._entry(entry)
        ending, style = footer
        if ending:
            self.y += _GAP
            self._wrapped(ending, style, 4)
        return Box(self.y + 10, tuple(self.lines), tuple(self.tints), is_bad=style == "refused" or bool(self.tints))

    def _entry(self, entry: Entry) -> None:
        self.y += _GAP
        top = self.y + 2
        style = "refused" if entry.refuses else "changed" if entry.translates else "doubt" if entry.is_doubtful else ""
        self._line(entry.stage.value, "stage", height=13)
        self._wrapped(entry.words, style, _MOST_LINES)
        if entry.quoted:
            self._wrapped(entry.quoted, f"quoted mono {style}".strip(), 2, height=14)
        if entry.place:
            self._line(_tail(entry.place, self._room("mono")), "place mono", height=14, whole=entry.place)
        for doubt in entry.doubts:
            self._wrapped(f"unclear: {doubt}", "doubt", _MOST_LINES)
        if entry.refuses:
            self.tints.append((top, self.y + 4))

    def _line(self, text: str, style: str, *, height: int = LINE, whole: str = "") -> None:
        self.y += height
        if text:
            self.lines.append(Line(shortened(text, self._room(style)), style, self.y, 0, whole or text))

    def _wrapped(self, text: str, style: str, most: int, *, height: int = LINE) -> None:
        for line in _broken(text, self._room(style), most):
            self.y += height
            self.lines.append(Line(line, style, self.y, 0, text if line.endswith("…") else line))

    def _room(self, style: str) -> int:
        """How many characters fit."""
        return int(self.width / next((width for kind, width in _WIDTHS.items() if kind in style.split()), _USUAL))


def _broken(text: str, room: int, most: int) -> Iterator[str]:
    """The text in lines that fit, at most ``most`` of them."""
    left = text
    for at in range(most):
        if len(left) <= room:
            yield left
            return
        cut = left.rfind(" ", 0, room + 1)
        cut = cut if cut > room // 3 else room
        if at == most - 1:
            yield shortened(left, room)
            return
        yield left[:cut]
        left = left[cut:].lstrip()


def _tail(place: str, most: int) -> str:
    """The end of a long place, from a folder on: the file's name and the line matter more than what is around them.

    >>> _tail("examples/estate/snapshot/router/main.conf:12", 24)
    '…/router/main.conf:12'
    """
    if len(place) <= most:
        return place
    parts = place.split("/")
    while len(parts) > 1 and len("/".join(parts)) + 2 > most:
        parts.pop(0)
    end = "…/" + "/".join(parts)
    return end if len(end) <= most else "…" + place[1 - most :]

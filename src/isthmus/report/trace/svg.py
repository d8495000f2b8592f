"""A traced packet as a picture: devices as boxes from left to right, realms as bands, the reply underneath.

Self-contained SVG without scripts; colours follow the reader's light or dark setting, and every colour has a word.
"""

from collections.abc import Iterator
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from isthmus.estate import INTERNET
from isthmus.prove.replay.ways import Outcome
from isthmus.report.digest import one_line
from isthmus.report.trace import words
from isthmus.report.trace.boxes import PADDING, Box, boxed, shortened, text_width
from isthmus.report.trace.picture import Column, Lane, Picture, picture
from isthmus.report.trace.stops import Stop, end_of
from isthmus.report.trace.traced import BETWEEN, Traced

_MARGIN = 24
_HEAD = 112
"""Height of the title and what stands below it."""
_BAND_LABEL = 26
_LANE_GAP = 34
_COLUMN = 284
_NARROWEST_GAP = 128
_HUES = 6
"""Realms have one of so many colours, in the order in which the packet meets them."""

_STYLE = """
:root { color-scheme: light dark; }
svg { color: #1c2128; font-family: system-ui, "Segoe UI", "DejaVu Sans", Verdana, sans-serif; }
text { fill: currentColor; font-size: 12px; }
.mono { font-family: ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; font-size: 10.5px; }
.title { font-size: 18px; font-weight: 600; }
.name { font-size: 13.5px; font-weight: 600; }
.stage, .legs, .lane { fill: #57606a; }
.stage { font-size: 10.5px; letter-spacing: .02em; }
.lane { font-size: 13px; font-weight: 600; }
.place, .quoted { fill: #57606a; }
.box { fill: #ffffff; fill-opacity: .82; stroke: #8c959f; stroke-width: 1; }
.bad .box { stroke: #cf222e; stroke-width: 2; }
.refused { fill: #b3121f; font-weight: 600; }
.refused.mono { font-weight: 400; }
.tint { fill: #cf222e; fill-opacity: .1; }
.changed { fill: #7a3bb8; }
.doubt { fill: #8a5a00; }
.good { fill: #116329; font-weight: 600; }
.unsure { fill: #8a5a00; font-weight: 600; }
.wire { stroke: #57606a; stroke-width: 1.5; fill: none; }
.head { fill: #57606a; }
.band { fill-opacity: .13; }
.realm { font-size: 12px; font-weight: 600; }
.hue0 { fill: #0969da; } .hue1 { fill: #bc6c00; } .hue2 { fill: #0f7b6c; }
.hue3 { fill: #8250df; } .hue4 { fill: #a83275; } .hue5 { fill: #5b6b00; } .outside { fill: #6e7781; }
@media (prefers-color-scheme: dark) {
  svg { color: #e6edf3; }
  .stage, .legs, .lane, .place, .quoted { fill: #9da7b1; }
  .box { fill: #161b22; stroke: #6e7681; }
  .bad .box { stroke: #ff7b72; }
  .refused { fill: #ff8a80; } .tint { fill: #ff7b72; fill-opacity: .16; }
  .changed { fill: #d2a8ff; } .doubt, .unsure { fill: #e3b341; } .good { fill: #56d364; }
  .wire { stroke: #9da7b1; } .head { fill: #9da7b1; }
  .band { fill-opacity: .2; }
  .hue0 { fill: #58a6ff; } .hue1 { fill: #f0883e; } .hue2 { fill: #3fc9b0; }
  .hue3 { fill: #bc8cff; } .hue4 { fill: #f778ba; } .hue5 { fill: #c0d04a; } .outside { fill: #8b949e; }
}
""".strip()


def svg(traced: Traced) -> str:
    """The trace as SVG; the same bytes for the same trace."""
    drawing = _Drawing(traced)
    body = "\n".join(drawing.lines())
    width, height = drawing.width, drawing.height
    title = f"{words.title(traced.packet)}: {words.conclusion(traced)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">\n<title id="title">{escape(one_line(title))}</title>\n'
        f"<style>\n{_STYLE}\n</style>\n{body}\n</svg>\n"
    )


class _Drawing:
    """One picture: places are settled first, then everything is drawn."""

    def __init__(self, traced: Traced) -> None:
        self.traced = traced
        self.shown: Picture | None = picture(traced)
        self.lanes: list[tuple[str, Lane]] = []
        self.lefts: list[int] = []
        """The left edge of each column's boxes."""
        self.boxes: dict[tuple[int, int], Box] = {}
        """By lane and stop."""
        self.tops: list[int] = []
        self.width = 720
        self.height = _HEAD + 40
        self.bottom = 0
        """Where the bands end."""
        if self.shown is not None:
            self._settle(self.shown)

    # Where everything goes

    def _settle(self, shown: Picture) -> None:
        self.lanes = [("there", shown.there), *([("back", shown.back)] if shown.back else [])]
        x = _MARGIN + 12
        for _ in shown.columns:
            self.lefts.append(x)
            x += _COLUMN + self._gap(shown)
        self.width = max(self.width, x - self._gap(shown) + _MARGIN + 12)
        y = _HEAD + _BAND_LABEL
        for at, (_, lane) in enumerate(self.lanes):
            y += _LANE_GAP
            self.tops.append(y)
            for number, stop in enumerate(lane.stops):
                self.boxes[at, number] = boxed(stop, _COLUMN, self._footer(lane, number))
            y += max(box.height for (here, _), box in self.boxes.items() if here == at)
        self.bottom = y + 14
        self.height = self.bottom + _MARGIN + (26 if shown.note else 0)

    def _gap(self, shown: Picture) -> int:
        """Between two boxes: as wide as the longest address on an arrow."""
        lanes = (shown.there, *([shown.back] if shown.back else []))
        ends = [label for lane in lanes for stop in lane.stops for label in _labels(stop)]
        return max(_NARROWEST_GAP, max(text_width(each, "mono") for each in ends) + 30)

    def _footer(self, lane: Lane, number: int) -> tuple[str, str]:
        """How the lane ends, in the box where it does, with the style of the words."""
        if number != len(lane.stops) - 1:
            return ("", "")
        way = lane.ways[-1]
        style = "refused" if not way.arrives else "good" if way.is_sure and way.end.is_read else "unsure"
        mark = {"refused": "✗", "good": "✓", "unsure": "?"}[style]
        return (f"{mark} {words.short_ending(way)}", style)

    # Drawing

    def lines(self) -> Iterator[str]:
        """Every element, back to front."""
        yield from self._bands()
        yield from self._heading()
        for at, (name, lane) in enumerate(self.lanes):
            y = self.tops[at]
            outcome = "→ there" if name == "there" else "← back"
            yield _text(_MARGIN + 12, y - 12, outcome, "lane")
            yield from self._wires(at, lane)
            for column in self.shown.columns if self.shown else ():
                stop = column.there if at == 0 else column.back
                if stop is not None:
                    yield from self._box(self.boxes[at, stop], self._left(column), y)
        if self.shown and self.shown.note:
            yield _text(_MARGIN + 12, self.height - _MARGIN, self.shown.note, "legs")

    def _heading(self) -> Iterator[str]:
        traced = self.traced
        x = _MARGIN + 12
        style = {Outcome.THROUGH: "good", Outcome.UNKNOWN: "unsure"}.get(traced.outcome, "refused")
        yield _text(x, 40, words.title(traced.packet), "title")
        yield _text(x, 62, words.conclusion(traced), style)
        (source, of_source), (destination, of_destination) = words.ends(traced)
        room = (self.width - 2 * x) // 6
        yield _text(x, 82, shortened(f"from {source}, {of_source}; to {destination}, {of_destination}", room), "")
        declared = "; ".join(words.crossings(traced)).replace("`", "")
        yield _text(x, 100, shortened(declared, room), "legs")

    def _bands(self) -> Iterator[str]:
        if self.shown is None:
            return
        hues = self._hues(self.shown)
        at, half = 0, self._gap(self.shown) // 2
        for realm, members in groupby(self.shown.columns, key=lambda each: each.realm):
            count = len(list(members))
            left = self.lefts[at] - (half if at else 12)
            last = at + count - 1
            right = self.lefts[last] + _COLUMN + (half if last < len(self.lefts) - 1 else 12)
            style = hues[realm]
            height = self.bottom - _HEAD
            yield (
                f'<rect class="band {style}" x="{left + 2}" y="{_HEAD}" width="{right - left - 4}" '
                f'height="{height}" rx="8"/>'
            )
            yield _text(left + 14, _HEAD + 19, shortened(_band_name(realm), (right - left) // 7), f"realm {style}")
            at += count

    def _hues(self, shown: Picture) -> dict[str, str]:
        hues = {"": "outside", INTERNET: "outside"}
        realms = [each.realm for each in shown.columns if each.realm not in hues]
        hues |= {each: "outside" for each in realms if BETWEEN in each}
        told = [each for each in dict.fromkeys(realms) if BETWEEN not in each]
        return hues | {each: f"hue{at % _HUES}" for at, each in enumerate(told)}

    def _left(self, column: Column) -> int:
        assert self.shown is not None
        return self.lefts[self.shown.columns.index(column)]

    def _wires(self, at: int, lane: Lane) -> Iterator[str]:
        """Arrows from each stop to the next, with the packet's addresses on them; what changed is marked."""
        assert self.shown is not None
        lefts = {(each.there if at == 0 else each.back): self._left(each) for each in self.shown.columns}
        y = self.tops[at] + 24
        for number, (stop, following) in enumerate(zip(lane.stops, lane.stops[1:], strict=False)):
            start, end = lefts[number], lefts[number + 1]
            forward = end > start
            first, last = (start + _COLUMN, end) if forward else (start, end + _COLUMN)
            tip = last - 9 if forward else last + 9
            yield f'<path class="wire" d="M{first} {y}H{tip}"/>'
            back = last - 10 if forward else last + 10
            yield f'<path class="head" d="M{last} {y}L{back} {y - 5}V{y + 5}Z"/>'
            x = first + 12 if forward else first - self._gap(self.shown) + 12
            yield from self._addresses(x, y, stop, following)

    def _addresses(self, x: int, y: int, stop: Stop, following: Stop) -> Iterator[str]:
        source, destination = _labels(following)
        source_before, destination_before = _labels(stop)
        yield _text(x, y - 8, source, "mono" + (" changed" if source != source_before else ""))
        yield _text(x, y + 17, destination, "mono" + (" changed" if destination != destination_before else ""))

    def _box(self, box: Box, x: int, y: int) -> Iterator[str]:
        yield f'<g class="{"bad" if box.is_bad else "stop"}">'
        yield f'<rect class="box" x="{x}" y="{y}" width="{_COLUMN}" height="{box.height}" rx="6"/>'
        for top, bottom in box.tints:
            yield (f'<rect class="tint" x="{x + 1}" y="{y + top}" width="{_COLUMN - 2}" height="{bottom - top}"/>')
        for line in box.lines:
            tip = f"<title>{escape(line.whole)}</title>" if line.whole != line.text else ""
            yield _text(x + PADDING + line.indent, y + line.y, line.text, line.style, tip)
        yield "</g>"


def _band_name(realm: str) -> str:
    if realm in ("", INTERNET):
        return realm or "of no realm that is told"
    return f"between realms {realm.replace(BETWEEN, ' and ')}" if BETWEEN in realm else f"realm {realm}"


def _labels(stop: Stop) -> tuple[str, str]:
    """The two ends of a packet as it comes to a stop, as they stand above and below an arrow."""
    packet = stop.before
    return end_of(packet.source, packet.source_port), "to " + end_of(packet.destination, packet.destination_port)


def _text(x: int, y: int, words_: str, style: str, inside: str = "") -> str:
    kind = f" class={quoteattr(style)}" if style else ""
    return f'<text x="{x}" y="{y}"{kind}>{escape(words_)}{inside}</text>'

"""A traced packet for a person at a terminal: hop by hop, there and back, and what would have to change."""

from collections.abc import Iterator, Sequence

from isthmus.prove.replay.journeys import Journey
from isthmus.prove.replay.ways import Outcome, Way
from isthmus.report.columns import wrapped
from isthmus.report.digest import counted
from isthmus.report.lines import Part, coloured, plain
from isthmus.report.trace import words
from isthmus.report.trace.changes import changes
from isthmus.report.trace.stops import Entry, Stop, stops, wire
from isthmus.report.trace.traced import Traced

MOST_WAYS = 8
"""How many ways are told; of the others, their number."""

_STYLES = {Outcome.THROUGH: "green", Outcome.NOT: "red", Outcome.PARTLY: "red", Outcome.UNKNOWN: "yellow"}

Line = Sequence[Part]


def text(traced: Traced, *, width: int = 110, color: bool = False) -> str:
    """The trace as text of at most ``width`` columns, apart from lines that are quoted from files."""
    lines = _Told(traced, width).lines()
    return coloured(lines) if color else plain(lines)


class _Told:
    """One trace, line by line; the conclusion stands last."""

    def __init__(self, traced: Traced, width: int) -> None:
        self.traced = traced
        self.width = width

    def lines(self) -> Iterator[Line]:
        traced = self.traced
        yield [(words.title(traced.packet), "bold")]
        (source, of_source), (destination, of_destination) = words.ends(traced)
        yield from self._wrapped(f"from {source}: {of_source}", "", 0)
        yield from self._wrapped(f"to   {destination}: {of_destination}", "", 0)
        for remark in traced.asked.remarks:
            yield from self._wrapped(remark, "dim", 0)
        if traced.journey.rounds:
            yield from self._journey(traced.journey)
        else:
            yield ()
            yield from self._wrapped(words.beginning(traced), "yellow", 0)
        yield from self._changes()
        yield from self._conclusion()

    def _journey(self, journey: Journey) -> Iterator[Line]:
        style = _STYLES[journey.there.outcome]
        yield ()
        yield [("there: ", "bold"), (words.headline(journey), f"bold {style}")]
        yield from self._ways(journey.there.ways)
        told: dict[tuple[tuple[Stop, ...], ...], int] = {}
        for at, one in enumerate(journey.rounds[:MOST_WAYS], 1):
            if one.back is not None:
                number = f" (of way {at})" if len(journey.rounds) > 1 else ""
                yield ()
                style = _STYLES[one.back.outcome]
                yield [(f"back{number}: ", "bold"), (words.verdict(one.back.outcome), f"bold {style}")]
                passed = tuple(stops(way, self.traced.texts) for way in one.back.ways)
                if passed in told:
                    yield [(f"    by the same as back of way {told[passed]}", "dim")]
                else:
                    told[passed] = at
                    yield from self._ways(one.back.ways)
            for onward in one.onward:
                yield ()
                flow = f"the proxy on {one.there.end.device} begins a new flow: {words.title(onward.packet)}"
                yield from self._wrapped(flow, "bold", 0)
                yield from self._journey(onward)

    def _ways(self, ways: Sequence[Way]) -> Iterator[Line]:
        first: tuple[Stop, ...] = ()
        for at, way in enumerate(ways[:MOST_WAYS], 1):
            passed = stops(way, self.traced.texts)
            if len(ways) > 1:
                yield [(f" way {at} of {len(ways)}", "bold"), ("" if way.is_sure else " (possibly)", "yellow")]
            shared = _shared(first, passed)
            if shared:
                yield [(f"    as way 1 up to {passed[shared - 1].name}", "dim")]
            for number, stop in enumerate(passed[shared:], shared + 1):
                yield from self._stop(number, stop)
            style = "green" if way.arrives and way.end.is_read else "yellow" if way.arrives else "red"
            yield from self._wrapped(f"→ {words.ending(way)}", style, 4)
            first = first or passed
        if len(ways) > MOST_WAYS:
            yield [(f" and {counted(len(ways) - MOST_WAYS, 'way')} more", "dim")]

    def _stop(self, number: int, stop: Stop) -> Iterator[Line]:
        legs = " → ".join(each for each in (stop.arriving, stop.leaving) if each)
        belongs = f", {self.traced.of(stop.host)}" if stop.host is not None else ""
        yield [
            (f"{number:3} ", "dim"), (stop.name, "bold"), (f"  {legs}" if legs else "", ""),
            (f"  {wire(stop.before)}{belongs}", "cyan"),
        ]  # fmt: skip
        for entry in stop.entries:
            yield from self._entry(entry, stop)

    def _entry(self, entry: Entry, stop: Stop) -> Iterator[Line]:
        style = "red" if entry.refuses else "magenta" if entry.translates else "yellow" if entry.is_doubtful else ""
        unclear = "unclear: " if entry.is_doubtful else ""
        where = f"  {entry.place}" if entry.place else ""
        whose = f" ({self._becomes(stop)})" if entry.translates else ""
        yield from self._wrapped(f"{entry.stage}: {unclear}{entry.words}{whose}{where}", style, 6)
        if entry.quoted:
            yield [("        | ", "dim"), (entry.quoted, style or "dim")]
        for doubt in entry.doubts:
            yield from self._wrapped(f"unclear: {doubt}", "yellow", 8)

    def _becomes(self, stop: Stop) -> str:
        """Whose the address is that a translation wrote."""
        before, after = stop.before, stop.after
        address = after.source if before.source != after.source else after.destination
        return str(self.traced.of(address))

    def _changes(self) -> Iterator[Line]:
        if self.traced.journey.outcome is Outcome.THROUGH:
            return
        found = changes(self.traced)
        if found:
            yield ()
            yield from self._wrapped(words.about_changes(self.traced), "bold", 0)
            for each in found:
                yield from self._wrapped(f"- {each}", "", 2)

    def _conclusion(self) -> Iterator[Line]:
        traced = self.traced
        yield ()
        for sentence in words.crossings(traced):
            yield from self._wrapped(sentence, "", 0)
        open_ends = [each for one in traced.journey.rounds for each in words.unread(one)]
        for sentence in dict.fromkeys((*open_ends, *traced.unread)):
            yield from self._wrapped(sentence, "yellow", 0)
        yield [
            (words.conclusion(traced), f"bold {_STYLES[traced.outcome]}"),
            (f" (exit code {traced.exit_code})", "dim"),
        ]

    def _wrapped(self, told: str, style: str, indent: int) -> Iterator[Line]:
        lines = wrapped(told, self.width - indent - 2)
        for at, line in enumerate(lines):
            yield [(" " * (indent if at == 0 else indent + 2) + line, style)]


def _shared(first: tuple[Stop, ...], other: tuple[Stop, ...]) -> int:
    """How many stops a way has in common with the first one; one or two are told again."""
    count = 0
    while count < min(len(first), len(other)) and first[count] == other[count]:
        count += 1
    return count if count > 1 else 0

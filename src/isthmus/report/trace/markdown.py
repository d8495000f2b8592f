"""A traced packet as a comment on a merge request: the answer first, then one table for each direction."""

from collections.abc import Iterator, Sequence

from isthmus.prove.replay.journeys import Journey
from isthmus.prove.replay.ways import Outcome, Way
from isthmus.report.digest import counted
from isthmus.report.trace import words
from isthmus.report.trace.changes import changes
from isthmus.report.trace.stops import Entry, Stop, stops, wire
from isthmus.report.trace.traced import Traced
from isthmus.report.writers.markdown import escaped

MARK = "<!-- isthmus trace -->"
"""The first line, by which a script finds the comment that it wrote before."""

MOST_WAYS = 4
"""How many ways of a direction are shown; a comment holds only so much."""
_MOST_PROXIES = 4


def markdown(traced: Traced) -> str:
    """The trace as one Markdown document."""
    return "\n\n".join([MARK, *_parts(traced)]) + "\n"


def _parts(traced: Traced) -> Iterator[str]:
    yield f"### Isthmus: {escaped(f'`{words.title(traced.packet)}`')}: {escaped(words.conclusion(traced))}"
    (source, of_source), (destination, of_destination) = words.ends(traced)
    listed = [f"from {source}: {of_source}", f"to {destination}: {of_destination}", *traced.asked.remarks]
    listed += [*words.crossings(traced), *traced.unread]
    listed += dict.fromkeys(each for one in traced.journey.rounds for each in words.unread(one))
    yield "\n".join(f"- {escaped(each)}" for each in listed)
    code = traced.exit_code
    yield f"Exit code {code}: {words.EXIT_MEANINGS[code]}."
    if not traced.journey.rounds:
        yield escaped(words.beginning(traced)) + "."
    else:
        yield from _journey(traced, traced.journey, _MOST_PROXIES)
    if traced.journey.outcome is not Outcome.THROUGH:
        found = changes(traced)
        if found:
            yield f"**{words.about_changes(traced)}**"
            yield "\n".join(f"- {escaped(str(each))}" for each in found)


def _journey(traced: Traced, journey: Journey, proxies: int) -> Iterator[str]:
    yield f"**there: {escaped(words.headline(journey))}**"
    yield from _ways(traced, journey.there.ways)
    for at, one in enumerate(journey.rounds[:MOST_WAYS], 1):
        if one.back is not None:
            number = f" (of way {at})" if len(journey.rounds) > 1 else ""
            yield f"**back{number}: {words.verdict(one.back.outcome)}**"
            yield from _ways(traced, one.back.ways)
        for onward in one.onward if proxies else ():
            packet = escaped(f"`{words.title(onward.packet)}`")
            yield f"The proxy on {escaped(one.there.end.device)} begins a new flow: {packet}"
            yield from _journey(traced, onward, proxies - 1)


def _ways(traced: Traced, ways: Sequence[Way]) -> Iterator[str]:
    for at, way in enumerate(ways[:MOST_WAYS], 1):
        sure = "" if way.is_sure else " (possibly)"
        if len(ways) > 1:
            yield f"way {at} of {len(ways)}{sure}"
        yield _table(stops(way, traced.texts))
        yield f"→ {escaped(words.ending(way))}"
    if len(ways) > MOST_WAYS:
        yield f"… and {counted(len(ways) - MOST_WAYS, 'way')} more"


def _table(passed: Sequence[Stop]) -> str:
    rows = ["| | at | packet | what it meets |", "|---|---|---|---|"]
    for number, stop in enumerate(passed, 1):
        legs = " → ".join(each for each in (stop.arriving, stop.leaving) if each)
        at = f"**{escaped(stop.name)}**" + (f"<br>{escaped(legs)}" if legs else "")
        met = "<br>".join(_entry(each) for each in stop.entries)
        rows.append(f"| {number} | {at} | {escaped(f'`{wire(stop.before)}`')} | {met} |")
    return "\n".join(rows)


def _entry(entry: Entry) -> str:
    told = escaped(f"{entry.stage}: {'unclear: ' if entry.is_doubtful else ''}{entry.words}")
    told = f"**{told}**" if entry.refuses else told
    where = f" ({escaped(entry.place)})" if entry.place else ""
    line = f"<br>{escaped(f'`{entry.quoted}`')}" if entry.quoted and "`" not in entry.quoted else ""
    doubts = "".join(f"<br>unclear: {escaped(each)}" for each in entry.doubts)
    return f"{told}{where}{line}{doubts}"

"""What the walk prints: every finding with its days, what each change opened and closed, and how much was found."""

from collections.abc import Iterator, Sequence

from isthmus.evidence import TrafficChange
from tests.history.incidents import INCIDENTS, is_as_labelled, others, periods
from tests.history.versions import DEFINITIONS, HOSTS, NAT, VRF, Version
from tests.history.walk import Step
from tests.history.windows import Window, windows

MOST_ROWS = 2
WIDTH = 200


def report(steps: Sequence[Step], passed: Sequence[Version]) -> Iterator[str]:
    """All of it, line by line."""
    found = windows(steps)
    yield from _head(steps, passed)
    yield from _findings([each for each in found if each.first.version is not None])
    yield from _changes(steps)
    yield from _incidents(found)
    yield from _accounts(found)


def _head(steps: Sequence[Step], passed: Sequence[Version]) -> Iterator[str]:
    used = {version for step in steps for version in step.moment.versions.values()}
    told = ", ".join(f"{len([each for each in used if each.kind == kind])} of {kind}" for kind in _KINDS)
    of_versions = [step for step in steps if step.moment.commit.name]
    days = f"{steps[0].moment.date} to {steps[-1].moment.date}"
    yield f"{len(used)} versions ({told}) in {len(of_versions)} moments, {days}"
    yield f"{len(steps) - len(of_versions)} more moments, in which only the fixtures around the versions change"
    yield f"{len([step for step in steps if step.is_new])} moments differ from the one before, and were judged"
    yield f"{len(passed)} versions were in force no more when they came: {', '.join(map(str, passed)) or 'none'}"
    for kind in _KINDS:
        known = sorted(each.file.name[:10] for each in used if each.kind == kind)
        if known:
            yield f"{kind} is known from {known[0]}; its last version is of {known[-1]}"
    unread = sorted({f"{each.where}: {each.code} {each.message}" for step in steps for each in step.unread})
    yield f"{len(unread)} errors make `check` refuse a version" + ("" if unread else ": every version could be read")
    yield from (f"  {each}" for each in unread)


_KINDS = (NAT, VRF, HOSTS, DEFINITIONS)


def _findings(found: Sequence[Window]) -> Iterator[str]:
    yield ""
    yield "FINDINGS IN THE VERSIONS, each from its first day to the day on which it is gone"
    code = ""
    for each in found:
        if each.first.code != code:
            code = each.first.code
            yield f"\n{code}"
        yield f"  {_days(each)}  {each.first.where}"
        yield f"      {each.first.subject[:WIDTH]}"
        if each.first.packet:
            yield f"      {each.first.packet}"


def _days(window: Window) -> str:
    until = window.until or "the end"
    length = f"{window.days} days" if window.until else "open"
    return f"{window.since} to {until} ({length}, {len(window.moments)} moments)"


def _changes(steps: Sequence[Step]) -> Iterator[str]:
    changing = [step for step in steps if step.traffic]
    opened = [each for step in changing for each in step.traffic if each.opens]
    closed = [each for step in changing for each in step.traffic if not each.opens]
    yield ""
    yield f"CHANGES: {len(changing)} moments have an effect between realms; {len(opened)} open and {len(closed)} close"
    for step in changing:
        commit = step.moment.commit
        yield "\n  " + " ".join(filter(None, (commit.date, commit.name, commit.subject[:100])))
        for each in step.traffic:
            yield from _change(each)


def _change(change: TrafficChange) -> Iterator[str]:
    count = len(change.rows) + change.left_out
    yield f"    {change}: {count} kinds of packets, one is {change.exhibit.packet}"
    yield from (f"      {row[:WIDTH]}" for row in change.rows[:MOST_ROWS])
    if count > MOST_ROWS:
        yield f"      and {count - MOST_ROWS} more"


def _incidents(found: Sequence[Window]) -> Iterator[str]:
    yield ""
    yield "LABELLED INCIDENTS"
    for each in INCIDENTS:
        seen = ", ".join(f"{since} to {until or 'the end'}" for since, until in periods(each, found))
        since, until = each.period
        word = "as labelled" if is_as_labelled(each, found) else "NOT AS LABELLED"
        yield f"  {each.id} {each.code} {each.title}: {since} to {until or 'the end'}; found {seen or 'never'}: {word}"


def _accounts(found: Sequence[Window]) -> Iterator[str]:
    """How much is found beside the incidents, in the versions and in what stands around them."""
    yield ""
    yield "COUNTS  windows: all; of labelled incidents; others of a day at most | moments and versions with the others"
    rest = set(others(found))
    for code in sorted({each.first.code for each in found}):
        for where, group in (("versions", _of(found, code, is_version=True)), ("fixtures", _of(found, code))):
            if group:
                other = [each for each in group if each in rest]
                short = len([each for each in other if each.until and each.days <= 1])
                moments = len({number for each in other for number in each.moments})
                files = len({version for each in other for version in each.versions})
                yield (
                    f"  {code} in {where}: {len(group):3}; {len(group) - len(other):3}; {short:3}"
                    f" | {moments:5} {files if where == 'versions' else '-':>3}"
                )


def _of(found: Sequence[Window], code: str, *, is_version: bool = False) -> list[Window]:
    return [each for each in found if each.first.code == code and (each.first.version is not None) == is_version]

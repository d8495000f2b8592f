"""The labelled incidents are found in their windows and only there, by findings that know nothing of them."""

import csv
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from ruamel.yaml import YAML

from isthmus.evidence import TrafficChange
from tests.history.incidents import INCIDENTS, Incident, is_as_labelled, joined
from tests.history.versions import (
    DEFINITIONS,
    HISTORY,
    HOSTS,
    NAT,
    VRF,
    Commit,
    Moment,
    Version,
    commits,
    moments,
    superseded,
)  # fmt: skip
from tests.history.walk import Found, Step, Walk
from tests.history.windows import Window, windows

needs_data = pytest.mark.skipif(
    not HISTORY.is_dir(), reason="the real data is not here; ISTHMUS_REALDATA says where it is"
)


@cache
def _moments() -> tuple[Moment, ...]:
    return tuple(moments(commits()))


def _end_of(day: str) -> Moment:
    """The last moment up to a day."""
    return [each for each in _moments() if each.date <= day][-1]


def _before(day: str) -> Moment:
    return [each for each in _moments() if each.date < day][-1]


def _around(incident: Incident) -> Iterator[Moment]:
    """Just before an incident, on its first day, on its last, and just after."""
    for since, until in (incident.period, *incident.also):
        yield from (_before(since), _end_of(since))
        yield from (_before(until), _end_of(until)) if until else (_moments()[-1],)


def _judged(chosen: Sequence[Moment], *, compares: bool = False) -> list[Step]:
    with TemporaryDirectory() as folder:
        return list(Walk(Path(folder), compares=compares).steps(chosen))


@cache
def _sampled() -> tuple[Step, ...]:
    """The moments around every incident, each judged once."""
    found = {(each.date, each.commit.name): each for incident in INCIDENTS for each in _around(incident)}
    return tuple(_judged([found[key] for key in sorted(found)]))


def _has(step: Step, incident: Incident) -> bool:
    return any(incident.is_seen_in(Window(each, "", "")) for each in step.found)


@needs_data
@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda each: each.id)
def test_an_incident_is_found_in_its_window_and_only_there(incident: Incident) -> None:
    spans = (incident.period, *incident.also)
    expected = {
        step.moment.date: any(since <= step.moment.date < (until or "9") for since, until in spans)
        for step in _sampled()
    }
    assert {step.moment.date: _has(step, incident) for step in _sampled()} == expected
    assert {True, False} == set(expected.values())


@needs_data
def test_a_packet_shows_what_is_lost_and_what_gets_through() -> None:
    """The black hole and the accept above a refusal each come with a packet that was replayed."""
    shown = {each.code: each.packet for step in _sampled() for each in step.found if each.packet}
    assert {"PRV002", "PRV003", "PRV016", "XR003"} <= shown.keys()


@needs_data
def test_an_accept_waits_in_vain_from_the_day_its_exception_goes() -> None:
    """No filter is published from before that day: the first one is held against the lists around it."""
    incident, filter_ = INCIDENTS[0], _end_of("2021-06-23")
    with_exception, without = _before("2021-02-23"), _end_of("2021-02-23")
    composed = [
        Moment(filter_.commit, {**filter_.versions, NAT: each.versions[NAT]}) for each in (with_exception, without)
    ]
    assert [_has(step, incident) for step in _judged(composed)] == [False, True]


@needs_data
def test_a_change_tells_the_packets_that_it_opens_and_closes() -> None:
    """When an accept of public addresses came above the refusal of private ones, and when it went below."""
    came, went = _change_of(VRF, "2023-09-21"), _change_of(VRF, "2026-03-04")
    opened, closed = [each for each in came if each.opens], [each for each in went if not each.opens]
    assert [(each.source, each.destination) for each in opened] == [("cloud", "production")]
    assert " from 172.16.0.0/21, 185.15.56.160/28, 185.15.56.232/29, " in opened[0].rows[0]
    assert [(each.source, each.destination) for each in closed] == [("cloud", "production")]
    assert " from 185.15.56.160/28 to 10.0.0.0/10, " in closed[0].rows[0]
    assert closed[0].exhibit.packet.startswith("tcp 185.15.56.16")
    assert not [each for each in went if each.opens]


def _change_of(kind: str, day: str) -> tuple[TrafficChange, ...]:
    """What the first commit to a history on a day changes."""
    pairs = pairwise(_moments())
    old, new = next((old, new) for old, new in pairs if new.date == day and old.versions[kind] != new.versions[kind])
    return _judged([old, new], compares=True)[-1].traffic


@needs_data
def test_a_version_that_cannot_be_read_is_told_and_the_one_before_it_used(tmp_path: Path) -> None:
    good = _end_of("2026-03-16")
    broken = tmp_path / "2026-03-17_0000000000_cr-cloud-vrf.yaml"
    broken.write_text("filters: [nothing: {]\n", encoding="utf-8")
    commit = Commit("2026-03-17", "0" * 12, "here", "a broken policy", ())
    bad = Moment(commit, {**good.versions, VRF: Version(VRF, broken, "policies/cr-cloud-vrf.yaml")})
    before, after = _judged([good, bad])
    assert before.unread == ()
    assert {each.where.rpartition(":")[0] for each in after.unread} == {f"{VRF}/{broken.name}"}
    assert {(each.code, each.subject) for each in after.found} == {(each.code, each.subject) for each in before.found}


@needs_data
def test_every_version_is_walked_or_told_as_superseded() -> None:
    walked = {version for each in _moments() for version in each.versions.values()}
    passed = set(superseded(commits()))
    counts = {kind: len([each for each in walked | passed if each.kind == kind]) for kind in (NAT, VRF, HOSTS)}
    assert counts == {NAT: 91, VRF: 36, HOSTS: 34}
    assert len([each for each in walked if each.kind == DEFINITIONS]) == 43
    assert not walked & passed
    assert {each.path.rpartition("/")[2] for each in passed} == {"neutron.yaml"}


@needs_data
def test_the_order_of_a_day_is_that_of_the_recorded_events() -> None:
    """The events were written down in the order of the repositories' own histories; the walk works it out."""
    place: dict[tuple[str, str], int] = {}
    with (HISTORY / "timeline.csv").open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines)):
            place.setdefault((row["layer"], row["commit"][:8]), number)
    compared = 0
    for _, day in groupby(commits(), key=lambda each: (each.date, each.repository)):
        together = list(day)
        for kind in (NAT, VRF, HOSTS):
            known = [place[kind, each.name[:8]] for each in together if (kind, each.name[:8]) in place]
            assert known == sorted(known)
            compared += len(known) > 1
    assert compared == 19


@needs_data
def test_the_windows_are_those_of_the_labels() -> None:
    labels = YAML(typ="safe").load(HISTORY / "incidents-sample.yaml")["incidents"]
    told = {each["id"]: each for each in labels}
    assert told.keys() == {each.id for each in INCIDENTS}
    starts = {"W03": "nat_added", "W05": "introduced", "W07": "introduced", "W10": "introduced"}
    ends = {"W01": "acl_removed", "W03": "acl_added", "W05": "fixed", "W07": "narrowed", "W10": "fixed"}
    for each in INCIDENTS:
        if each.id in starts:
            assert each.period[0] == str(told[each.id][starts[each.id]]["date"])
        if each.id in ends:
            assert each.period[1] == str(told[each.id][ends[each.id]]["date"])


def _step(day: str, *subjects: str) -> Step:
    found = tuple(Found("PRV016", each, "policy.yaml:1") for each in subjects)
    return Step(Moment(Commit(day, day, "here", "a change", ())), found)


def test_a_window_ends_where_the_finding_is_gone() -> None:
    steps = [_step("2023-01-01", "one"), _step("2023-01-05", "one", "two"), _step("2023-01-09", "two")]
    told = {each.first.subject: (each.since, each.until, sorted(each.moments)) for each in windows(steps)}
    assert told == {"one": ("2023-01-01", "2023-01-09", [0, 1]), "two": ("2023-01-05", "", [1, 2])}


def test_a_finding_stays_itself_where_lines_move() -> None:
    steps = [_step(f"2023-01-0{day}", f"lost by term x (/cr1/policies/a.pol:{day}:6)") for day in (1, 2)]
    assert [len(each.moments) for each in windows(steps)] == [2]


def test_periods_that_touch_are_one() -> None:
    assert joined([("2", "3"), ("1", "2"), ("5", ""), ("7", "8")]) == [("1", "3"), ("5", "")]


def test_a_window_that_is_too_long_is_not_as_labelled() -> None:
    incident = Incident("X", "an example", "PRV016", "^one", ("2023-01-01", "2023-01-09"))
    steps = [_step("2023-01-01", "one"), _step("2023-01-09"), _step("2023-01-10")]
    assert is_as_labelled(incident, windows(steps))
    late = [_step("2023-01-01", "one"), _step("2023-01-09", "one"), _step("2023-01-10")]
    assert not is_as_labelled(incident, windows(late))

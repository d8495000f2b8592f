"""Whatever is traced, each form of it is well made: in its width, escaped, the same every time."""

import json
import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from isthmus.prove.replay import Outcome
from isthmus.report.trace import document, markdown, svg, text
from isthmus.report.trace.changes import changes
from tests.report.trace.traces import TRACES

QUOTED = re.compile(r" +\| ")
STOP = re.compile(r" *\d+ ")
SVG = "{http://www.w3.org/2000/svg}"

EXITS = {
    "through": 0, "refused": 1, "one-way": 1, "choices": 0, "proxy": 0, "proxy-refused": 1, "doubtful": 3,
    "unread": 3, "outside": 0, "nobody": 3, "hostile": 1,
}  # fmt: skip


@pytest.mark.parametrize("case", TRACES)
def test_exit_code(case: str) -> None:
    assert TRACES[case]().exit_code == EXITS[case]


@pytest.mark.parametrize("case", TRACES)
@pytest.mark.parametrize("width", [60, 110])
def test_lines_keep_the_width(case: str, width: int) -> None:
    for line in text(TRACES[case](), width=width).splitlines():
        assert line == line.rstrip()
        assert len(line) <= width or QUOTED.match(line) or STOP.match(line)


@pytest.mark.parametrize("case", TRACES)
def test_colour_says_nothing_that_words_do_not(case: str) -> None:
    made = TRACES[case]()
    coloured = re.sub(r"\x1b\[[0-9;]*m", "", text(made, color=True))
    assert [line.rstrip() for line in coloured.splitlines()] == text(made).splitlines()


@pytest.mark.parametrize("case", TRACES)
def test_the_picture_is_sound_and_needs_nothing_else(case: str) -> None:
    picture = svg(TRACES[case]())
    root = ElementTree.fromstring(picture)  # noqa: S314 - our own text
    assert root.tag == f"{SVG}svg"
    names = {each.tag.removeprefix(SVG) for each in root.iter()}
    assert names <= {"svg", "title", "style", "g", "rect", "path", "text"}
    assert not re.search(r"href|url\(|@import|<script|on\w+=", picture)
    width, height = int(root.attrib["width"]), int(root.attrib["height"])
    for each in root.iter(f"{SVG}text"):
        assert 0 <= int(each.attrib["x"]) < width
        assert 0 < int(each.attrib["y"]) < height


@pytest.mark.parametrize("case", TRACES)
def test_every_form_is_the_same_every_time(case: str) -> None:
    for write in (text, markdown, document, svg):
        assert write(TRACES[case]()) == write(TRACES[case]())


@pytest.mark.parametrize("case", TRACES)
def test_json_tells_the_answer(case: str) -> None:
    told = json.loads(document(TRACES[case]()))
    assert (told["schema"], told["exit_code"]) == (1, EXITS[case])
    assert told["outcome"] in {each.value for each in Outcome}
    for way in told["journey"]["ways"]:
        assert way["end"]["kind"]
        assert all(step["before"] and step["after"] for step in way["steps"])


def test_boxes_of_the_picture_stay_apart() -> None:
    root = ElementTree.fromstring(svg(TRACES["proxy"]()))  # noqa: S314 - our own text
    boxes = [each for each in root.iter(f"{SVG}rect") if each.attrib["class"] == "box"]
    places = sorted((int(each.attrib["y"]), int(each.attrib["x"]), int(each.attrib["width"])) for each in boxes)
    for (y, x, width), (other_y, other_x, _) in pairwise(places):
        assert y != other_y or x + width < other_x


def test_text_of_the_picture_stays_in_its_box() -> None:
    for case in TRACES:
        root = ElementTree.fromstring(svg(TRACES[case]()))  # noqa: S314 - our own text
        for group in root.iter(f"{SVG}g"):
            bottom = sum(int(group[0].attrib[each]) for each in ("y", "height"))
            for line in group.iter(f"{SVG}text"):
                assert int(line.attrib["y"]) <= bottom - 8
                assert len(line.text or "") <= 44


def test_the_refusing_rule_is_marked() -> None:
    root = ElementTree.fromstring(svg(TRACES["one-way"]()))  # noqa: S314 - our own text
    refused = [each.text for each in root.iter(f"{SVG}text") if each.attrib.get("class") == "refused"]
    assert refused == ["its reply does not get through", "to-cloud: drop by term replies", "✗ refused"]
    assert [each.attrib["class"] for each in root.iter(f"{SVG}g")].count("bad") == 1


def test_realms_are_bands_in_the_order_of_the_way() -> None:
    root = ElementTree.fromstring(svg(TRACES["through"]()))  # noqa: S314 - our own text
    realms = [each.text for each in root.iter(f"{SVG}text") if each.attrib.get("class", "").startswith("realm")]
    assert realms == ["realm cloud", "between realms cloud and production", "realm production"]


def test_what_somebody_wrote_is_shown_and_does_nothing() -> None:
    made = TRACES["hostile"]()
    assert "<b>" not in svg(made)
    assert "\x1b[31m" not in text(made)
    html = MarkdownIt("commonmark").enable("table").render(markdown(made))
    assert "<b>" not in html
    assert "<script" not in html
    assert "@team" not in re.sub(r"<code>.*?</code>", "", html)


@pytest.mark.parametrize("case", [case for case in TRACES if case != "nobody"])
def test_markdown_has_a_table_for_each_way(case: str) -> None:
    made = TRACES[case]()
    html = MarkdownIt("commonmark").enable("table").render(markdown(made))
    ways = sum(1 + (len(one.back.ways) if one.back else 0) for one in made.journey.rounds)
    assert html.count("<table>") >= ways
    assert html.startswith("<!-- isthmus trace -->")


def test_everything_in_the_way_is_told_at_once() -> None:
    assert [(each.direction, each.device) for each in changes(TRACES["refused"]())] == [
        ("there", "gateway"), ("there", "border"), ("there", "mirror"),
    ]  # fmt: skip


def test_a_reply_that_is_refused_is_told_with_its_own_direction() -> None:
    (change,) = changes(TRACES["one-way"]())
    assert (change.direction, change.place) == ("back", "to-cloud.rules:2")
    assert "from 192.0.2.10 port 873 to 203.0.113.234" in change.obstacle


def test_behind_a_proxy_as_well() -> None:
    told = text(TRACES["proxy-refused"]())
    assert "the proxy on front begins a new flow: tcp 10.0.0.20:50000 → 10.0.0.11:443" in told
    assert "there, web1: no rule of `input` accepts tcp from 10.0.0.20 to 10.0.0.11 port 443" in told
    assert "does not get beyond the proxy (exit code 1)" in told


def test_declared_crossings_are_named() -> None:
    assert "crossing `mirror` declares this flow, Instances mirror packages" in text(TRACES["through"]())
    assert "no crossing declares this flow" in text(TRACES["refused"]())


def test_many_ways_are_counted() -> None:
    made = TRACES["choices"]()
    many = replace(made, journey=replace(made.journey, rounds=made.journey.rounds * 10))
    assert "and 12 ways more" in text(many)
    assert "… and 16 ways more" in markdown(many)
    assert "20 ways there; drawn is the first" in svg(many)


def test_nobody_sends_it() -> None:
    told = text(TRACES["nobody"]())
    assert "no device or segment of the snapshot holds 203.0.113.10, and no route leads out to it" in told
    assert "nobody in the snapshot sends it" in svg(TRACES["nobody"]())

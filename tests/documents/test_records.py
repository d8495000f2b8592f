"""Lists of records in JSON: what they hold, where it stands, and what is said of texts that are none."""

import json
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.diagnostics import Span
from isthmus.documents import Records, parse_records
from tests.documents.texts import assert_in_place, heaps, mutated

GOOD = """{"ports": [
  {"id": "a", "fixed_ips": [{"ip_address": "10.0.0.3"}, {"ip_address": "10.0.0.4"}], "up": true},
  {"id": "b\\"}", "name": null,
   "tags": ["x", -1.5e3], "deep": {"deeper": {}}}
], "ports_links": [{"rel": "next"}], "version": 2
}
"""
TOKENS = (
    "{", "}", "[", "]", ",", ":", '"', '"id"', '"a"', '"\\u0061"', "\\", "1", "-1", "1.5", "1e999", "0" * 3, "9" * 5000,
    "NaN", "Infinity", "true", "null", "\n", "\r\n", "\r", "\t", " ", "\u2028", "\x85", '"\u2028"', "\x00", "\ufeff",
    '"\\ud800"', '"\\ud83d\\ude00"', "\ud800", "é", "😀", '{"id": 1, "id": 2}', '{"id": 1},', "[[[[", '{"a":{"a":',
)  # fmt: skip


def said(text: str) -> list[str]:
    return [each.headline().removeprefix("in.json:") for each in parse_records(text, "in.json").diagnostics]


def test_records_know_their_place() -> None:
    read = parse_records(GOOD, "in.json")

    assert read.diagnostics == ()
    assert [(each.key, str(each.where)) for each in read.lists] == [
        ("ports", "in.json:1:2"),
        ("ports_links", "in.json:5:4"),
    ]
    assert [str(each.where) for each in read.lists[0].records] == ["in.json:2:3", "in.json:3:3"]
    assert [each.values["id"] for each in read.lists[0].records] == ["a", 'b"}']
    assert [(each.key, each.value, str(each.where)) for each in read.singles] == [("version", 2, "in.json:5:38")]


@pytest.mark.parametrize(
    ("record", "path", "place"),
    [
        (0, ("id",), Span("in.json", 2, 10, 3)),
        (0, ("fixed_ips", 1, "ip_address"), Span("in.json", 2, 72, 10)),
        (1, ("tags", 1), Span("in.json", 4, 18, 6)),
        (1, ("deep", "deeper"), Span("in.json", 4, 46, 1)),
        (1, ("missing",), Span("in.json", 3, 3, 1)),
        (1, (), Span("in.json", 3, 3, 1)),
    ],
)
def test_a_value_is_found_inside_its_record(record: int, path: tuple[str | int, ...], place: Span) -> None:
    read = parse_records(GOOD, "in.json")

    assert read.place(read.lists[0].records[record], *path) == place


def test_records_inside_a_record_know_their_place() -> None:
    read = parse_records(GOOD, "in.json")
    record = read.lists[0].records[0]

    assert [(each.values["ip_address"], str(each.where)) for each in read.below(record, "fixed_ips")] == [
        ("10.0.0.3", "in.json:2:29"),
        ("10.0.0.4", "in.json:2:57"),
    ]
    inner = read.below(record, "fixed_ips")[1]
    assert str(read.place(inner, "ip_address")) == "in.json:2:72"
    assert read.below(record, "id") == read.below(record, "nothing") == ()


def test_a_list_may_stand_alone() -> None:
    read = parse_records('\ufeff [{"ifname": "lo"}, {}]\n', "in.json")

    assert [(each.key, len(each.records)) for each in read.lists] == [(None, 2)]
    assert parse_records("[]", "in.json").lists[0].records == ()
    assert parse_records("{}", "in.json") == Records("in.json", "{}")


def test_lines_are_those_that_messages_quote() -> None:
    for gap in ("\n", "\r\n", "\r"):
        read = parse_records(f'[{gap}{{"a": "\u2028"}},{gap}{gap}{{}}]', "in.json")
        assert [str(each.where) for each in read.lists[0].records] == ["in.json:2:1", "in.json:5:1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1:1: DOC001 a list of records begins with `{` or `[`"),
        ("security-groups:", "1:1: DOC001 a list of records begins with `{` or `[`"),
        ('{"ports": [{"id": "a"}', "1:23: DOC001 a comma or `]` is missing here"),
        ('{"ports": [{"id": "a"}]', "1:24: DOC001 a comma or `}` is missing here"),
        ('{"ports": [{"id": "a"},]}', "1:23: DOC001 a comma stands before the closing `]`"),
        ('{"ports": [{"id": }]}', "1:19: DOC001 a value is missing here"),
        ('[{"id": "a" "b"}]', "1:13: DOC001 a comma or a closing bracket is missing here"),
        ("[{'id': 1}]", "1:3: DOC001 a key in double quotes belongs here"),
        ('[{"id": "a}]', "1:9: DOC001 the quote that begins here is never closed"),
        ('[{"id": "a\n"}]', "1:11: DOC001 a text in quotes goes over the end of its line"),
        ("[]\n[]", "2:1: DOC001 text stands behind the end of the JSON value"),
        ('{"ports" []}', "1:10: DOC001 a colon is missing behind the key"),
        ("{ports: []}", "1:2: DOC001 a key in double quotes belongs here"),
        ('[{"id": NaN}]', "1:2: DOC001 `NaN` is no JSON value"),
        ('[{"id": -Infinity}]', "1:2: DOC001 `-Infinity` is no JSON value"),
        ('[{"id": 1e999}]', "1:2: DOC001 `1e999` is too large a number"),
        (f'[{{"id": {"9" * 5000}}}]', "1:2: DOC001 a number in this value is too long"),
        ('[{"id": "\\ud800"}]', "1:2: DOC001 half of a character is written here"),
        ('[{"id": "\ud800"}]', "1:10: DOC001 half of a character stands here"),
        ('[{"id": 1, "x": {"id": 2}, "id": 3}]', "1:28: DOC002 `id` is written twice in one object"),
        ('[{"x": {"y": 1, "y": 3}}]', "1:17: DOC002 `y` is written twice in one object"),
        ('{"ports": [], "ports": []}', "1:15: DOC002 `ports` is written twice in one object"),
        ("[" * 100000, "1:2: DOC005 nested more than 64 levels deep"),
        ('[{"x": ' + "[" * 70 + "]" * 70 + "}]", "1:2: DOC005 nested more than 64 levels deep"),
        ("[7]", "1:2: DOC009 an entry of the list is a number, not an object"),
        ('[{}, [{"id": 1}]]', "1:6: DOC009 an entry of the list is a list, not an object"),
    ],
)
def test_a_mistake_is_told_at_its_place(text: str, message: str) -> None:
    assert said(text) == [message]


def test_the_records_around_a_mistake_are_read() -> None:
    read = parse_records('[{"id": 1}, {"id": 2, "id": 2}, 7,\n {"id": 3}]', "in.json")

    assert [each.code for each in read.diagnostics] == ["DOC002", "DOC009"]
    assert [each.values["id"] for each in read.lists[0].records] == [1, 3]


def test_many_mistakes_are_told_up_to_a_bound() -> None:
    assert len(said("[" + "7," * 10000 + "{}]")) == 50


@given(st.text() | heaps(TOKENS) | mutated([GOOD], TOKENS))
def test_any_text_is_read_or_told_why_not(text: str) -> None:
    read = parse_records(text, "in.json")
    lines = text.splitlines()
    assert_in_place(read.diagnostics, [each.encode("utf-8", "replace").decode() for each in lines])
    for each in read.lists:
        for record in each.records:
            json.dumps(record.values, ensure_ascii=False).encode()
            place = read.place(record)
            assert lines[place.line - 1][place.column - 1] == "{"


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
                    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=3),
                    max_leaves=8).filter(lambda each: isinstance(each, dict)),
       st.sampled_from([None, 2]))  # fmt: skip
def test_what_was_written_is_what_is_read(value: dict[str, object], indent: int | None) -> None:
    text = json.dumps([value, value], indent=indent, ensure_ascii=False)
    read = parse_records(text, "in.json")
    lines = text.splitlines()

    assert read.diagnostics == ()
    assert [each.values for each in read.lists[0].records] == [value, value]
    for key, below in value.items():
        place = read.place(read.lists[0].records[1], key)
        if not isinstance(below, dict | list | str):
            assert json.loads(lines[place.line - 1][place.column - 1 :][: place.width]) == below


def test_reading_takes_time_in_proportion() -> None:
    """One line or many, a hundred thousand records or ten thousand: no place is looked for from the beginning."""
    record = json.dumps({f"key-{number}": "a value of some length" for number in range(10)})
    times = []
    for count in (2_000, 20_000):
        start = process_time()
        assert len(parse_records("[" + ",".join([record] * count) + "]", "in.json").lists[0].records) == count
        times.append(process_time() - start)
    assert times[1] < 60 * max(times[0], 0.005)

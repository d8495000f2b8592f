"""Every key and value of a TOML document is placed exactly where it is written."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from isthmus.documents import Path as Steps
from isthmus.documents import parse_toml
from isthmus.documents.toml_places import find_places
from tests.documents.texts import TOML_TOKENS, mutated

ROOT = Path(__file__).resolve().parents[2]
EDITIONS = sorted((ROOT / "src/isthmus/guidelines/editions").rglob("*.toml"))
TRICKY = '''\
title = "a # b"  # not = this
'quoted key' = 'c:\\d'
dotted."k.e.y".end = 1
dates = [1979-05-27T07:32:00Z, 1979-05-27 07:32:00, 07:32:00]
numbers = [ 0x1F, 1_000, 5e+22, -inf,
  +1.5, # comment ] with } brackets
  true ]
long = """
one = 1
[not.a.table] \\""" """"
[table]
inline = { a = { b = [ { c = "}" }, 2 ] }, d = '}' }
[[table.list]]
x = 1
[[table.list]]
[table.list.below]
y = "2"
'''


def leaves(value: Any, path: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from leaves(each, (*path, at))
    else:
        yield path, value


def assert_each_value_stands_in_its_place(text: str) -> None:
    places, lines = find_places(text), text.split("\n")
    for path, value in leaves(tomllib.loads(text)):
        line, column, width = places.values[path]
        written = lines[line - 1][column - 1 :][:width]
        if written not in ('"', "'"):  # else a text of several lines
            again = tomllib.loads(f"x = {written}")["x"]
            assert str(again) == str(value), (path, written)  # as text: a number that is none equals nothing
        if isinstance(path[-1], str):
            line, column, width = places.keys[path]
            written = lines[line - 1][column - 1 :][:width]
            assert tomllib.loads(f"{written} = 1") == {path[-1]: 1}


@pytest.mark.parametrize("path", EDITIONS, ids=lambda path: path.parent.name)
def test_each_value_of_an_edition_stands_in_its_place(path: Path) -> None:
    assert_each_value_stands_in_its_place(path.read_text(encoding="utf-8"))


def test_each_value_of_a_tricky_text_stands_in_its_place() -> None:
    assert_each_value_stands_in_its_place(TRICKY)


@given(mutated([TRICKY], TOML_TOKENS))
def test_each_value_stands_in_its_place_whatever_the_text(text: str) -> None:
    text = text.replace("\r\n", "\n")
    try:
        tomllib.loads(text)
    except ValueError:
        return
    assert_each_value_stands_in_its_place(text)


# what a message about a path points at
@pytest.mark.parametrize(
    ("path", "words"),
    [
        (("title",), '"a # b"'),
        (("dotted", "k.e.y", "end"), "1"),
        (("numbers", 1), "1_000"),
        (("table", "inline", "a", "b", 0, "c"), '"}"'),
        (("table", "inline", "a"), '{ b = [ { c = "}" }, 2 ] }'),
        (("table", "list", 1), "[[table.list]]"),
        (("table", "list", 1, "below", "y"), '"2"'),
        (("table", "list", 0, "missing"), "[[table.list]]"),
        (("table",), "[table]"),
    ],
)
def test_what_a_message_points_at(path: Steps, words: str) -> None:
    document = parse_toml(TRICKY, "a.toml")
    assert document.root is not None
    mark = document.root.marks(path, document.root)
    assert document.lines[mark.line - 1][mark.column - 1 :][: mark.width] == words

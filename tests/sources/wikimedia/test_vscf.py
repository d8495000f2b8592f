"""gdnsd's configuration syntax."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.sources.wikimedia.vscf import NotWellFormedError, parse_vscf


def test_mappings_lists_and_quotes() -> None:
    text = 'a => { b => [1, two, { c => "x y" }], "d e" => f } # note\ng => %plugin!name, h => []'

    assert parse_vscf(text).plain() == {
        "a": {"b": ["1", "two", {"c": "x y"}], "d e": "f"},
        "g": "%plugin!name",
        "h": [],
    }


def test_a_value_knows_its_line_and_column() -> None:
    node = parse_vscf("a => {\n  # note\n  b => 192.0.2.1\n}").nearest(["a", "b"])

    assert (node.line, node.column, node.width) == (3, 8, 9)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a", "`=>` is expected here, not the end of the text"),
        ("a => {", "a key is expected here, not the end of the text"),
        ("a => }", "a value is expected here, not `}`"),
        ("=> a", "a key is expected here, not `=>`"),
        ("a => [", "a value is expected here, not the end of the text"),
        ("a => b, a => c", "key `a` is written twice"),
        ('a => "b', 'a value is expected here, not `"`'),
    ],
)
def test_what_cannot_be_read_is_told(text: str, problem: str) -> None:
    with pytest.raises(NotWellFormedError, match="^" + problem.replace("[", r"\[").replace("}", r"\}")):
        parse_vscf(text)


@given(st.text() | st.lists(st.sampled_from(["{", "}", "[", "]", "=>", "a", '"', "#", "\n", ","])).map(" ".join))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        line = parse_vscf(text).line
    except NotWellFormedError as problem:
        line = problem.line
    assert 1 <= line <= text.count("\n") + 1

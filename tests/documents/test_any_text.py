"""Laws of reading text: nothing that anybody writes raises, and what is said of it lies inside it."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from isthmus.documents import parse_toml, parse_yaml
from tests.documents.texts import TOML_TOKENS, YAML_TOKENS, assert_in_place, heaps, mutated

ROOT = Path(__file__).resolve().parents[2]
EDITION = (ROOT / "src/isthmus/guidelines/editions/wikimedia/edition.toml").read_text(encoding="utf-8")
ESTATE = (ROOT / "tests/estate/testdata/broken/EST205-same-address/estate.yaml").read_text(encoding="utf-8")


@given(st.text() | heaps(YAML_TOKENS) | mutated([ESTATE], YAML_TOKENS))
def test_any_text_is_yaml_or_is_told_why_not(text: str) -> None:
    document = parse_yaml(text, "estate.yaml")
    assert_in_place(document.diagnostics, document.lines)
    if document.root is not None:
        document.root.plain()


@given(heaps(YAML_TOKENS) | mutated([ESTATE], YAML_TOKENS))
def test_merge_keys_may_be_allowed_for_any_text(text: str) -> None:
    document = parse_yaml(text, "hiera.yaml", merge_keys=True)
    assert_in_place(document.diagnostics, document.lines)
    for _, node in document.root.items() if document.root else ():
        assert all(key in node.keys for key, _ in node.items())


@given(st.text() | heaps(TOML_TOKENS) | mutated([EDITION], TOML_TOKENS))
def test_any_text_is_toml_or_is_told_why_not(text: str) -> None:
    document = parse_toml(text, "edition.toml")
    assert_in_place(document.diagnostics, document.lines)
    if document.root is not None:
        document.root.plain()


def test_an_alias_inside_the_second_of_two_equal_keys_makes_no_circle() -> None:
    document = parse_yaml("a: &x {b: 1}\na: {c: *x}\n", "estate.yaml")
    assert [each.code for each in document.diagnostics] == ["DOC002"]
    assert document.root is not None
    assert document.root.plain() == {"a": {"b": 1, "c": {"b": 1}}}

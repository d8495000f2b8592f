"""The YAML that is written: every value comes back as it was, whoever reads it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from isthmus.documents import parse_yaml
from isthmus.sources.wikimedia import emit, import_tree
from isthmus.sources.wikimedia.emit import to_yaml
from tests.sources.wikimedia.workshop import tree

TRICKY = [
    "no", "Yes", "on", "null", "~", "1e3", "0x1f", "0o17", "017", "1_000", "1:20:30", "1:2:3:4:5:6:7:8", "::1", ".5",
    ".inf", "2024-10-24", "=", "- a", "a: b", "a #b", "#a", "", " a", "a ", "a\nb", "\t", "*a", "&a", "!a", "%a", "@a",
    "`a", "{a}", "[a]", "'a'", '"a"', "a,b", "-", "?", "é", "\x7f", "\u2028", "185.15.56.1", "10.0.0.0/8", "true", "y",
]  # fmt: skip


@pytest.mark.parametrize("text", TRICKY)
def test_text_stays_text(text: str) -> None:
    written = to_yaml({"key": text, "list": [text], text or "empty": 1})
    root = parse_yaml(written, "written").root

    assert root is not None
    assert root.plain() == {"key": text, "list": [text], text or "empty": 1}
    assert YAML(typ="safe", pure=True).load(written)["key"] == text
    old = YAML(typ="safe", pure=True)
    old.version = (1, 1)
    assert old.load(written)["key"] == text, "a reader of YAML 1.1 understands the same"


def test_words_that_need_no_quotes_have_none() -> None:
    written = to_yaml({"title": "Public range of the cloud", "prefixes": ["198.51.100.0/24"], "port": 443, "on": True})

    assert written == 'title: Public range of the cloud\nprefixes: [198.51.100.0/24]\nport: 443\n"on": true\n'


VALUES = st.recursive(
    st.text() | st.sampled_from(TRICKY) | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(min_size=1, max_size=8), VALUES, max_size=4))
def test_reading_is_the_inverse_of_writing(content: dict[str, Any]) -> None:
    document = parse_yaml(to_yaml(content), "written")

    assert [each.headline() for each in document.diagnostics] == []
    assert (document.root.plain() if document.root else {}) == content


def test_entries_stand_in_order_of_their_ids_and_the_text_is_stable() -> None:
    first, second = emit(import_tree(tree()).draft), emit(import_tree(tree()).draft)

    assert first == second
    for text in first.values():
        root = parse_yaml(text, "written").root
        assert root is not None
        for section, entries in root.plain().items():
            if isinstance(entries, dict):
                assert list(entries) == sorted(entries), section

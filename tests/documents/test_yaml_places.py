"""Every value of a YAML document is placed exactly where it is written."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from isthmus.documents import Node, parse_yaml, to_yaml
from tests.documents.texts import YAML_TOKENS, mutated
from tests.documents.values import values

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").rglob("*.yaml"))
TRICKY = """\
plain: some text
'single': 'it''s'
"double": "a \\" b"
anchored: &here "there"
number: &n 0x1F
flow: {a: 1, "b": [x, 'y', {c: ~}]}
wide: {公開: 公, after: 公}
? question
: answer
block:
  - one
  -   two
  - three: 3
    four: [4, 4]
"""


def scalars(node: Node) -> Iterator[Node]:
    """Every key and every scalar, once."""
    for key, below in node.items():
        yield node.keys[key]
        yield from scalars(below)
    for below in node.elements():
        yield from scalars(below)
    if not isinstance(node.value, dict | list):
        yield node


def assert_each_value_stands_in_its_place(text: str) -> None:
    document = parse_yaml(text, "a.yaml")
    for node in scalars(document.root) if document.root else ():
        if node.width == 0 or node.is_flawed:
            continue
        written = document.lines[node.line - 1][node.column - 1 :][: node.width]
        again = parse_yaml(f"- {written}\n", "again.yaml")
        if written.startswith(("*", "|", ">")) or "\n" in node.text or again.root is None:
            continue  # an alias, or a scalar of several lines
        (value,) = again.root.elements()
        assert value.text == node.text, (written, node)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_value_of_an_example_stands_in_its_place(path: Path) -> None:
    assert_each_value_stands_in_its_place(path.read_text(encoding="utf-8"))


def test_each_value_of_a_tricky_text_stands_in_its_place() -> None:
    assert_each_value_stands_in_its_place(TRICKY)


# what a message about a path points at
@pytest.mark.parametrize(
    ("path", "words"),
    [
        (("single",), "'it''s'"),
        (("anchored",), '"there"'),
        (("number",), "0x1F"),
        (("flow",), """{a: 1, "b": [x, 'y', {c: ~}]}"""),
        (("flow", "b"), "[x, 'y', {c: ~}]"),
        (("flow", "b", 1), "'y'"),
        (("flow", "b", 2, "c"), "~"),
        (("wide", "after"), "公"),
        (("question",), "answer"),
        (("block",), "block"),
        (("block", 1), "two"),
        (("block", 2), "three"),
        (("block", 2, "four"), "[4, 4]"),
        (("block", 2, "five"), "three"),
        (("flow", "b", 7), '"b"'),
        (("nowhere", "at", "all"), "root"),
    ],
)
def test_what_a_message_points_at(path: tuple[str | int, ...], words: str) -> None:
    document = parse_yaml(TRICKY, "a.yaml")
    assert document.root is not None
    root = Node("root", 1, 1, 4)
    mark = document.root.marks(path, root)
    if mark is root:
        assert words == "root"
    else:
        assert document.lines[mark.line - 1][mark.column - 1 :][: mark.width] == words


@given(mutated([TRICKY], YAML_TOKENS))
def test_values_stand_in_their_places_whatever_the_text(text: str) -> None:
    document = parse_yaml(text, "a.yaml")
    for node in scalars(document.root) if document.root else ():
        line = document.lines[node.line - 1] if node.line <= len(document.lines) else ""
        assert 1 <= node.column <= len(line) + 1
        assert node.column + node.width <= len(line) + 1 or node.width <= 1


@given(values)
def test_what_is_written_reads_back(value: Any) -> None:
    document = parse_yaml(to_yaml(value), "a.yaml")
    assert document.diagnostics == []
    assert document.root is not None
    assert document.root.plain() == value

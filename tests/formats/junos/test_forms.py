"""Both forms of one configuration mean the same: golden cases and invented trees are written and read again."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.formats import Text
from isthmus.formats.junos import FORMAT
from isthmus.formats.junos.tree import Node, Tree
from tests.formats.junos.reading import HERE, device
from tests.formats.outline import outline

CASES = sorted(each.name for each in HERE.iterdir() if not each.name.startswith("broken"))
_PLACE = re.compile(
    r"(in/)?\w+\.(junos|conf|set):[0-9]+:[0-9]+:? ?|\b[0-9]+:[0-9]+ | # .*|^ *(comment: .*)?\n", re.MULTILINE
)


def tree(text: str) -> Tree:
    parsed = FORMAT.parse(Text("0.junos", text))
    assert isinstance(parsed.tree, Tree)
    return parsed.tree


def commands(node: Node, path: tuple[str, ...] = ()) -> Iterator[str]:
    """The statements below a node as ``set`` commands."""
    inner = [each for each in node if each.words or not each.is_emptied]
    for child in inner:
        yield from commands(child, (*path, child.word))
    if not node.words and path:
        yield "set " + " ".join(map(quoted, path))


def quoted(word: str) -> str:
    if re.fullmatch(r"[^\s{};\[\]\"\\#]+", word):
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def braces(node: Node, depth: int = 0) -> Iterator[str]:
    """The statements below a node with braces."""
    for child in node:
        lead = "    " * depth + quoted(child.word)
        if child.words:
            yield f"{lead} {{"
            yield from braces(child, depth + 1)
            yield "    " * depth + "}"
        else:
            yield f"{lead};"


def shape(node: Node) -> object:
    return [(each.word, shape(each)) for each in node]


@pytest.mark.parametrize("name", CASES)
def test_the_set_form_of_a_case_is_the_same_device(name: str) -> None:
    texts = [each.read_text() for each in sorted((HERE / name / "in").iterdir())]
    twins = ["\n".join(commands(tree(text).root)) + "\n" for text in texts]
    assert all(line.startswith("set ") for twin in twins for line in twin.splitlines())
    ours, theirs = outline((device(*texts),)), outline((device(*twins),))
    assert _PLACE.sub("", theirs) == _PLACE.sub("", ours)


WORDS = st.sampled_from(
    ["a", "b", "family", "10.0.0.0/8", "two words", 'a "quote"', "x;y", "<*>", "[1]", "back\\slash"]
)
SHAPES: st.SearchStrategy[object] = st.recursive(
    st.just({}), lambda inner: st.dictionaries(WORDS, inner, min_size=1, max_size=4), max_leaves=20
)


def grown(shape_: object, node: Node) -> Node:
    assert isinstance(shape_, dict)
    for word, inner in shape_.items():
        grown(inner, node.grow(word, 1, 1))
    return node


@given(SHAPES)
def test_what_is_written_is_read(shape_: object) -> None:
    """Any tree of words comes back from either form."""
    root = grown(shape_, Node("", "x"))
    assert shape(tree("\n".join(braces(root))).root) == shape(root)
    assert shape(tree("\n".join(commands(root))).root) == shape(root)


@given(SHAPES)
def test_lists_and_single_lines_are_the_same(shape_: object) -> None:
    """Everything on one line, and leaves of a block as a list."""
    root = grown(shape_, Node("", "x"))
    assert shape(tree(" ".join(braces(root))).root) == shape(root)
    leaves = [each for each in root if not each.words]
    if leaves and len(leaves) == len(root.words):
        text = f"outer [ {' '.join(quoted(each.word) for each in leaves)} ];"
        assert shape(tree(text).root) == [("outer", shape(root))]


PLACES = [
    ("a {\n    b 22;\n}", ("a", "b", "22"), (2, 7)),
    ("a {\n    b [ 22 23 ];\n}", ("a", "b", "23"), (2, 12)),
    ('a {\n    b "two words"; }', ("a", "b", "two words"), (2, 7)),
    ("/* x */ a  b;", ("a", "b"), (1, 12)),
    ("\tset-like value;", ("set-like",), (1, 2)),
    ("set a  b  22", ("a", "b", "22"), (1, 11)),
    ("  set a b b", ("a", "b", "b"), (1, 11)),
    ("set a b [ 22 23 ]", ("a", "b", "23"), (1, 14)),
    ('set a b "x y"', ("a", "b", "x y"), (1, 9)),
]


@pytest.mark.parametrize(("text", "path", "place"), PLACES)
def test_places(text: str, path: tuple[str, ...], place: tuple[int, int]) -> None:
    found = tree(text).root.get(*path)
    assert found is not None
    assert (found.where.line, found.where.column) == place


def test_comments_stay_with_what_they_stand_above() -> None:
    text = "a {\n  /* about\n   * the term\n   */\n  term 1 {\n    /* lost */\n  }\n  # of the shell\n  b;\n}"
    found = tree(text).root
    assert found.get("a", "term", "1") is not None
    assert [each.comment for each in (found.get("a", "term", "1"), found.get("a", "b")) if each] == [
        "about the term",
        "",
    ]


LOOKS = [
    ("cr1.junos", "", True),
    ("sub/junos.conf", "", True),
    ("junos.set", "anything", True),
    ("cr1.conf", "## Last commit\nversion 21.4R3;\nsystem {\n", True),
    ("cr1.conf", "/* ours */\nfirewall {", True),
    ("cr1.conf", "set interfaces ae0 mtu 9192", True),
    ("cr1.conf", "user@cr1> show configuration\ngroups {", True),
    ("nftables.conf", "table inet filter {\n", False),
    ("nftables.conf", "#!/usr/sbin/nft -f\nflush ruleset\n", False),
    ("bird.conf", "router id 192.0.2.1;\nprotocol bgp a {\n", False),
    ("keepalived.conf", "global_defs {\n", False),
    ("settings.conf", "set -e\n", False),
    ("empty.conf", "", False),
    ("notes.txt", "firewall {", False),
]


@pytest.mark.parametrize(("path", "text", "expected"), LOOKS)
def test_what_looks_like_junos(path: str, text: str, expected: bool) -> None:
    assert FORMAT.looks_like(path, text) is expected

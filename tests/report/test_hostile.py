"""Whatever an estate says, every format stays well-formed and says it as plain text."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.report import Report
from isthmus.report.writers import csv as csv_format
from isthmus.report.writers import json as json_format
from isthmus.report.writers import junit as junit_format
from isthmus.report.writers import markdown as markdown_format
from isthmus.report.writers import text as text_format
from tests.report import test_csv, test_json, test_junit, test_markdown, test_sarif
from tests.report.handmade import made_of, refused_over

PIECES = (
    "\n", "\r\n", "\t", "\x00", "\x1b[31m", "\x1b]8;;https://example.org\x07", "\u202e", "\u2028", "\x85", "\ufffe",
    "]]>", "<!--", "-->", "<script>", "</details>", "&lt;", "&#0;", "|", "\\|", "\\", "`", "```\n", "*", "_", "~~",
    "[a](https://example.org)", "![a](b)", "](", "# ", "- ", "---", "@team", "$x$", "=cmd()", "+1", "-1", '"', '""',
    "'", ",", ";", "{0}", "[bold]", "[/]", ":smile:", "approve", " ", "é", "\U0001f600", "a", "estate `x`: conforms",
)  # fmt: skip

characters = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
words = st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | characters
reports = st.builds(
    lambda make, word: make(word), st.sampled_from([made_of, refused_over]), words
)  # fmt: skip

TAGS = {
    "h3",
    "h4",
    "p",
    "code",
    "strong",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "br",
    "ul",
    "li",
    "details",
    "summary",
}


@given(reports)
def test_json_follows_its_schema(made: Report) -> None:
    assert test_json.read(made)["schema"] == 1


@given(words)
def test_json_keeps_every_word(word: str) -> None:
    (crossing,) = test_json.read(made_of(word))["crossings"]
    assert crossing["title"] == word
    assert crossing["requirements"][1]["evidence"][0]["because"] == word


@given(reports)
def test_sarif_follows_the_standard(made: Report) -> None:
    for result in test_sarif.run(made)["results"]:
        assert "](" not in result["message"]["text"]


@given(reports)
def test_junit_is_well_formed(made: Report) -> None:
    root = test_junit.read(made)
    assert len(list(root.iter("testcase"))) == (11 if made.judgement else 3)


@given(reports)
def test_csv_keeps_its_shape_and_runs_nothing(made: Report) -> None:
    rows = test_csv.rows(made)
    assert len(rows) == (11 if made.judgement else 3)
    assert not [
        cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    ]


@given(reports)
def test_markdown_has_no_other_marks_than_its_own(made: Report) -> None:
    html = test_markdown.html(made).removeprefix(markdown_format.MARK)
    assert set(re.findall(r"</?([A-Za-z][A-Za-z0-9]*)", html)) <= TAGS
    assert "<!" not in html
    if made.judgement:
        tables = re.findall(r"<table>.*?</table>", html, re.DOTALL)
        assert [(table.count("<tr>"), table.count("<td>")) for table in tables] == [(2, 6), (4, 9), (6, 15)]
        assert html.count("<details>") == html.count("</details>") == 2
    assert html.count("<li>") == 3


@given(reports)
def test_text_has_no_other_controls_than_line_ends(made: Report) -> None:
    told = text_format.write(made)
    assert not [char for char in told if not char.isprintable() and char not in "\n\t"]
    assert all(line == line.rstrip() for line in told.splitlines())


@given(words)
def test_text_never_takes_the_estate_s_words_for_its_own(word: str) -> None:
    """The last two lines are the program's, whatever stands before them."""
    *_, decision, exit_code = text_format.write(made_of(word), width=1_000).splitlines()
    assert decision.endswith("`: does not conform")
    assert exit_code == "exit code 1 (does not conform)"


WRITERS: list[Callable[[Report], str]] = [
    csv_format.write,
    json_format.write,
    junit_format.write,
    markdown_format.write,
    text_format.write,
]


@pytest.mark.parametrize("write", WRITERS)
@given(made=reports)
def test_output_is_utf_8_and_the_same_twice(write: Callable[[Report], str], made: Report) -> None:
    assert write(made).encode() == write(made).encode()

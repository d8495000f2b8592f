"""Markdown: a comment that shows the estate's words and is never shaped by them."""

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from isthmus.report import Report
from isthmus.report.writers.markdown import MARK, escaped, write
from tests.report.states import STATES, report

READER = MarkdownIt("commonmark").enable("table")
COMMENT_ON_GITHUB = 65_536


def html(made: Report) -> str:
    rendered: str = READER.render(write(made))
    return rendered


@pytest.mark.parametrize("state", STATES)
def test_comment_begins_with_its_mark_and_the_decision(state: str) -> None:
    made = report(state)
    first, _, third, *_ = write(made).splitlines()
    assert first == MARK
    assert third.endswith(made.judgement.decision.value if made.judgement else "nothing was judged")
    assert f"Exit code {made.exit_code}:" in write(made)


@pytest.mark.parametrize("state", STATES)
def test_program_says_that_nothing_is_granted(state: str) -> None:
    told = write(report(state))
    assert "approved" not in told.lower()
    assert state == "wrong-input" or "grants nothing" in told


def test_table_has_a_row_for_each_crossing_gravest_first() -> None:
    rows = re.findall(r"<tr>\n<td><code>(.*?)</code>", html(report("does-not-conform")))
    assert rows == ["reports", "updates", "old-reports"]


def test_excused_requirement_is_marked_in_the_table() -> None:
    assert "| PO102 (excepted) |" in write(report("excepted"))


def test_evidence_that_nobody_gathered_is_named_with_its_source() -> None:
    assert "- configured: asked for 3 times; filled by `isthmus collect`" in write(report("cannot-tell"))


def test_chosen_crossings_are_not_the_estate() -> None:
    assert "the chosen crossings: does not conform" in write(report("does-not-conform", only=("updates",)))


def test_large_estate_fits_into_one_comment() -> None:
    made = report("does-not-conform")
    assert made.judgement is not None
    many = replace(made.judgement, crossings=made.judgement.crossings * 2_000, findings=made.judgement.findings * 2_000)
    told = write(replace(made, judgement=many))
    assert len(told) < COMMENT_ON_GITHUB
    assert re.search(r"… and \d+ more crossings", told)
    assert re.search(r"- … and \d+ more", told)
    assert re.search(r"… and the details of \d+ more", told)
    assert told.count("<details>") == told.count("</details>")


# text, what a reader of Markdown makes of it
TEXTS = [
    ("a | b", "a | b"),
    ("*a* _b_ ~~c~~", "*a* _b_ ~~c~~"),
    ("<script>x</script> &amp;", "&lt;script&gt;x&lt;/script&gt; &amp;amp;"),
    ("[a](https://example.org) ![b](c)", "[a](https://example.org) ![b](c)"),
    ("one\n\n# two\n", "one # two"),
    ("`a|b` and `*`", "<code>a|b</code> and <code>*</code>"),
    ("a ` b", "a ` b"),
    ("ask @team/x, not a@example.org", "ask <code>@team/x</code>, not a@example.org"),
    ("back\\slash", "back\\slash"),
]


@pytest.mark.parametrize(("text", "seen"), TEXTS)
def test_user_text_is_shown_as_it_is_written(text: str, seen: str) -> None:
    table = READER.render(f"| a |\n|---|\n| {escaped(text)} |\n")
    assert table.count("<td>") == 1
    assert f"<td>{seen}</td>" in table

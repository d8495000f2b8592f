"""How a diagnostic is shown: the headline, the line with its mark below it, and the help."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.diagnostics import Code, Diagnostic, Severity, Span, did_you_mean, shown

CODE = Code("TST001", Severity.ERROR, "a test", "Explained.")


def render(line: str, column: int, width: int = 1, number: int = 1) -> str:
    said = Diagnostic(CODE, "something is wrong", Span("a.yaml", number, column, width), "mend it")
    return said.render({"a.yaml": [""] * (number - 1) + [line]})


def test_a_diagnostic_as_a_reader_sees_it() -> None:
    assert render("port: http", 7, 4, number=41) == (
        "a.yaml:41:7: TST001 something is wrong\n"
        " 41 | port: http\n"
        "    |       ^^^^\n"
        "  help: mend it"
    )  # fmt: skip


def test_what_was_not_read_is_not_quoted() -> None:
    said = Diagnostic(CODE, "something is wrong", Span("b.yaml"))
    assert said.render({"a.yaml": ["x"]}) == "b.yaml:1:1: TST001 something is wrong"


def test_a_place_behind_the_last_line_is_not_quoted() -> None:
    said = Diagnostic(CODE, "something is missing", Span("a.yaml", 2, 1))
    assert said.render({"a.yaml": ["x"]}) == "a.yaml:2:1: TST001 something is missing"


# the mark stands below what it marks, however wide that is on a terminal
@pytest.mark.parametrize(
    ("line", "column", "width", "quoted", "marks"),
    [
        ("a: b", 4, 1, "a: b", "   ^"),
        ("a: b", 5, 1, "a: b", "    ^"),  # behind the end
        ("a: b", 4, 99, "a: b", "   ^"),  # no further than the line
        ("\ta: b", 5, 1, "\ta: b", "\t   ^"),  # a tab stays a tab
        ("公: b", 4, 1, "公: b", "    ^"),  # two columns
        ("x: 公開", 4, 2, "x: 公開", "   ^^^^"),
        ("e\u0301: b", 5, 1, "e\u0301: b", "   ^"),  # no column
        ("\x1b[2J: b", 7, 1, "\ufffd[2J: b", "      ^"),  # no command reaches the terminal
        ("a: b  ", 7, 1, "a: b", "      ^"),
    ],
)
def test_marks(line: str, column: int, width: int, quoted: str, marks: str) -> None:
    assert render(line, column, width).split("\n")[1:3] == [f" 1 | {quoted}", f"   | {marks}"]


@pytest.mark.parametrize("column", [1, 59, 60, 61, 500, 999, 1000])
def test_of_a_long_line_the_part_around_the_mark_is_shown(column: int) -> None:
    line = "".join(chr(ord("a") + at % 26) for at in range(1000))
    _, quoted, marks, _ = render(line, column).split("\n")
    assert len(quoted) < 160
    assert quoted[marks.index("^")] == line[column - 1]


@given(st.text(), st.integers(1, 300), st.integers(1, 300))
def test_any_line_can_be_shown(line: str, column: int, width: int) -> None:
    shown_lines = render(line, column, width).split("\n")
    assert len(shown_lines) == 4
    assert all(char.isprintable() or char == "\t" for each in shown_lines for char in each)


@given(st.text())
def test_a_message_is_one_line_that_can_be_printed(text: str) -> None:
    said = Diagnostic(CODE, f"`{text}` is wrong", Span("a.yaml"), f"did you mean `{text}`?")
    assert said.message.isprintable()
    assert said.help.isprintable()


@given(st.text(), st.integers(1, 100))
def test_what_is_quoted_in_a_message_is_short(text: str, longest: int) -> None:
    assert len(shown(text, longest)) <= longest
    assert shown("a" * longest, longest) == "a" * longest


# the nearest word first; else all that there are, unless they are many
TWELVE = [f"`n{at}`" for at in range(10, 22)]


@pytest.mark.parametrize(
    ("word", "known", "help_"),
    [
        ("netwrok", ["network", "host"], "did you mean `network`?"),
        ("NETWORK", ["network", "host"], "did you mean `network`?"),
        ("load-balancer", ["load_balancer"], "did you mean `load_balancer`?"),
        ("teapot", ["network", "host"], "words: `host`, `network`"),
        ("teapot", [], "there are no words yet"),
        ("", ["network"], "words: `network`"),
        ("x" * 5000, ["network"], "words: `network`"),
        ("teapot", [f"n{at}" for at in range(10, 30)], "words: " + ", ".join(TWELVE) + " and 8 more"),
    ],
)  # fmt: skip
def test_guesses(word: str, known: list[str], help_: str) -> None:
    assert did_you_mean(word, known, what="words") == help_


def test_diagnostics_sort_by_place_then_code() -> None:
    places = [("a.yaml", 1, 2), ("a.yaml", 1, 10), ("a.yaml", 2, 1), ("a.yaml", 10, 1), ("b.yaml", 1, 1)]
    said = [Diagnostic(CODE, "x", Span(*place)) for place in places]
    shuffled = [said[at] for at in (3, 0, 4, 2, 1)]
    assert sorted(shuffled, key=Diagnostic.sort_key) == said

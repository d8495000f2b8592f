"""Columns hold every word, and keep to the paper."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from isthmus.report.columns import laid_out, wrapped

words = st.text("ab \n-é漢", max_size=60)
rows = st.lists(st.tuples(words, words, words), min_size=1, max_size=5)


@given(words, st.integers(2, 30))
def test_wrapping_keeps_every_letter_and_the_width(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(cell_len(line) <= width for line in lines)


@given(rows, st.integers(28, 80))
def test_lines_fit_the_paper_and_columns_stand_below_each_other(table: list[tuple[str, str, str]], width: int) -> None:
    laid = [line for lines in laid_out(table, width) for line in lines]
    assert {tuple(cell_len(cell) for cell in line) for line in laid} == {tuple(cell_len(cell) for cell in laid[0])}
    assert cell_len("  ".join(laid[0])) <= width


@given(rows, st.integers(28, 80))
def test_every_letter_is_in_its_column(table: list[tuple[str, str, str]], width: int) -> None:
    for row, lines in zip(table, laid_out(table, width), strict=True):
        for at, text in enumerate(row):
            assert "".join("".join(line[at] for line in lines).split()) == "".join(text.split())

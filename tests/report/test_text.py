"""Text reads without colour, in its width, and whatever the estate says in it."""

import re
from dataclasses import replace

import pytest

from isthmus.report.writers.text import write
from tests.report.states import STATES, report

QUOTED = re.compile(r" +\d* \|")


@pytest.mark.parametrize("width", [60, 80, 110, 140])
@pytest.mark.parametrize("state", STATES)
def test_lines_keep_the_width_and_end_in_words(state: str, width: int) -> None:
    made = report(state)
    judgement = made.judgement
    long = {each.headline() for each in (judgement.findings if judgement else made.problems)}
    for line in write(made, width=width).splitlines():
        assert line == line.rstrip()
        assert len(line) <= width or line in long or QUOTED.match(line) or line.startswith("  help: ")


@pytest.mark.parametrize("state", STATES)
def test_colour_says_nothing_that_words_do_not(state: str) -> None:
    made = report(state)
    coloured = re.sub(r"\x1b\[[0-9;]*m", "", write(made, color=True))
    assert [line.rstrip() for line in coloured.splitlines()] == write(made).splitlines()


def test_markup_in_the_estate_is_shown_as_it_is_written() -> None:
    made = report("conforms")
    assert made.judgement is not None
    named = replace(made.judgement, estate="[bold]here[/] :smile: [/nothing]")
    told = write(replace(made, judgement=named))
    assert told.startswith("[bold]here[/] :smile: [/nothing] on ")
    assert "estate `[bold]here[/] :smile: [/nothing]`" in told


def test_name_of_a_file_ends_no_line() -> None:
    made = report("wrong-input")
    problem = replace(made.problems[0], where=replace(made.problems[0].where, file="a\nestate `x`: conforms\x1b[2J"))
    told = write(replace(made, problems=(problem,)))
    assert told.startswith("a estate `x`: conforms\ufffd[2J:9:20: EST104")

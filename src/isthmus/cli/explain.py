"""`isthmus explain`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from isthmus.cli.output import deliver

if TYPE_CHECKING:
    from isthmus.report import Report
    from isthmus.workflows.explain import Page

EXAMPLES = """
**Examples**

`isthmus explain XR202` — what a requirement demands, and how it is judged

`isthmus explain EST104` — what a diagnostic means

`isthmus explain case-2` — a case of the guidelines

`isthmus explain wikis examples/eqiad1` — why a crossing was judged as it was
"""


def explain_command(
    word: Annotated[str, typer.Argument(help="A code, a case or the id of a crossing.")],
    estate: Annotated[Path, typer.Argument(help="The estate whose edition and crossings are meant.")] = Path(),
    format: Annotated[str, typer.Option(help="text or json.")] = "text",  # noqa: A002
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
    today: Annotated[str | None, typer.Option(help="Judge as of this day (YYYY-MM-DD); default: today.")] = None,
) -> None:
    """Explain a requirement, a diagnostic or a case; or why a crossing was judged as it was."""
    from isthmus.cli.words import day, one_of
    from isthmus.workflows.explain import explain

    one_of(format, ("text", "json"), "format")
    text, values = _shown(explain(word, estate, day(today)))
    deliver(text if format == "text" else json.dumps(values, indent=2, ensure_ascii=False) + "\n", output)


def _shown(page: "Page") -> tuple[str, dict[str, Any]]:
    """A page as text and as plain values."""
    from isthmus.diagnostics import Code
    from isthmus.report import pages
    from isthmus.workflows.explain import CasePage, RequirementPage

    if isinstance(page, RequirementPage):
        parts = (page.requirement, page.case, page.edition)
        return pages.requirement_text(*parts), pages.requirement_values(*parts)
    if isinstance(page, CasePage):
        return pages.case_text(page.case, page.edition), pages.case_values(page.case, page.edition)
    if isinstance(page, Code):
        return pages.code_text(page), pages.code_values(page)
    return _judged(page)


def _judged(report: "Report") -> tuple[str, dict[str, Any]]:
    """The one judged crossing of a report."""
    from isthmus.report import pages
    from isthmus.report.writers import json as as_json

    assert report.judgement is not None, "a crossing is explained only if the estate could be judged"
    values: dict[str, Any] = json.loads(as_json.write(report))["crossings"][0]
    return pages.crossing_text(report.judgement.crossings[0]), values

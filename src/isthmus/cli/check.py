"""`isthmus check`."""

from pathlib import Path
from typing import Annotated

import typer

from isthmus.cli import complete
from isthmus.cli.output import deliver, terminal_width, wants_color

EXAMPLES = """
**Examples**

`isthmus check` — judge the estate in this folder

`isthmus check examples/eqiad1 --only dumps` — one crossing

`isthmus check --format sarif --output isthmus.sarif` — for a code host

`isthmus check --evidence declared` — ask the estate's files alone
"""


def check_command(
    estate: Annotated[Path, typer.Argument(help="The estate: a folder of YAML files, or one file.")] = Path(),
    only: Annotated[
        list[str] | None,
        typer.Option(help="Judge this crossing only; may be repeated.", autocompletion=complete.crossings),
    ] = None,
    evidence: Annotated[
        str | None,
        typer.Option(
            help="Ask these kinds of evidence only, with commas: declared, attested, configured, …",
            autocompletion=complete.kinds,
        ),
    ] = None,
    format: Annotated[  # noqa: A002
        str, typer.Option(help="text, json, sarif, junit, markdown or csv.", autocompletion=complete.report_formats)
    ] = "text",
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
    today: Annotated[str | None, typer.Option(help="Judge as of this day (YYYY-MM-DD); default: today.")] = None,
) -> None:
    """Judge everything known about an estate by the guidelines that it names."""
    from isthmus.cli.words import day, evidence_kinds, one_of
    from isthmus.report.formats import TEXT, formats, writer
    from isthmus.workflows.check import check

    chosen = one_of(format, formats(), "format")
    report = check(estate, today=day(today), only=tuple(only or ()), kinds=evidence_kinds(evidence))
    if chosen == TEXT and output is None:
        from isthmus.report.writers.text import write

        deliver(write(report, width=terminal_width(), color=wants_color()), None)
    else:
        deliver(writer(chosen)(report), output)
    raise typer.Exit(report.exit_code)

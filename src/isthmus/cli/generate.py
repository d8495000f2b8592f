"""`isthmus generate`."""

from pathlib import Path
from typing import Annotated

import typer

from isthmus.cli.output import deliver

EXAMPLES = """
**Examples**

`isthmus generate examples/eqiad1 --out build` — configuration for every enforcement point, a folder for each device

`isthmus generate --out build --format json` — what was generated and what was left out, for another program
"""


def generate_command(
    estate: Annotated[Path, typer.Argument(help="The estate: a folder of YAML files, or one file.")] = Path(),
    out: Annotated[Path | None, typer.Option(help="The folder to write; without it nothing is written.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write files anew that were changed by hand.")] = False,
    format: Annotated[str, typer.Option(help="text or json: how to tell what was generated.")] = "text",  # noqa: A002
    output: Annotated[Path | None, typer.Option(help="Tell it in this file instead of standard output.")] = None,
    today: Annotated[str | None, typer.Option(help="Generate as of this day (YYYY-MM-DD); default: today.")] = None,
) -> None:
    """Generate what each enforcement point needs for the declared crossings, and nothing more.

    Only crossings that everybody agreed to, and that conform or are excused, are built; others are named.
    """
    from isthmus.cli.words import day, one_of
    from isthmus.workflows.generate import generated, write

    chosen = one_of(format, ("text", "json"), "format")
    report = generated(estate, today=day(today))
    if out is not None:
        write(report, out, replace_edited=replace)
    deliver(report.json() if chosen == "json" else report.text(), output)
    raise typer.Exit(report.exit_code)

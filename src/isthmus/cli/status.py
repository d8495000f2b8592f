"""`isthmus status`."""

from pathlib import Path
from typing import Annotated

import typer

from isthmus.cli.output import deliver

EXAMPLES = """
**Examples**

`isthmus status --within 30d` — for a scheduled job: exit code 1 if anything is due

`isthmus status --within 1y --format ics --output exceptions.ics` — for calendars
"""


def status_command(
    estate: Annotated[Path, typer.Argument(help="The estate.")] = Path(),
    within: Annotated[str, typer.Option(help="Tell exceptions that end within this time: 30d, 6w or 1y.")] = "30d",
    format: Annotated[str, typer.Option(help="text, json or ics.")] = "text",  # noqa: A002
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
    today: Annotated[str | None, typer.Option(help="As of this day (YYYY-MM-DD); default: today.")] = None,
) -> None:
    """List what is unsigned, voided, expired or about to expire, by owner."""
    from isthmus.cli.words import day, one_of, span
    from isthmus.report import due as written
    from isthmus.workflows.status import status

    one_of(format, ("text", "json", "ics"), "format")
    on = day(today)
    dues = status(estate, within=span(within), today=on)
    if format == "ics":
        deliver(written.calendar(dues, on), output)
    else:
        deliver(written.text(dues) if format == "text" else written.document(dues), output)
    raise typer.Exit(1 if dues else 0)

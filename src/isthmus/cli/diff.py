"""`isthmus diff`."""

from pathlib import Path
from typing import Annotated

import typer

from isthmus.cli.output import deliver

EXAMPLES = """
**Examples**

`isthmus diff examples/toolsdb-before examples/toolsdb-after` — two estates

`isthmus diff origin/main:estate estate --format markdown` — a branch against its target, for a merge request

`isthmus diff snapshots/monday snapshots/tuesday --estate estate` — two snapshots: what opens, what closes, with packets

`isthmus diff wikimedia guidelines/next.toml --estate estate` — what another edition would decide

Exit code 1 if anything differs.
"""


def diff_command(
    old: Annotated[str, typer.Argument(help="An estate, a snapshot, REVISION:PATH of git, or an edition.")],
    new: Annotated[str, typer.Argument(help="The same, as it would be.")],
    estate: Annotated[Path, typer.Option(help="The estate that editions or snapshots are held against.")] = Path(),
    format: Annotated[str, typer.Option(help="text, json or markdown.")] = "text",  # noqa: A002
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
    today: Annotated[str | None, typer.Option(help="Judge as of this day (YYYY-MM-DD); default: today.")] = None,
) -> None:
    """Say what changes between two estates, snapshots, revisions or editions: decisions, findings, and packets."""
    from isthmus.cli.words import day, one_of
    from isthmus.report import comparison as written
    from isthmus.workflows.diff import diff

    writers = {"text": written.text, "json": written.document, "markdown": written.markdown}
    one_of(format, tuple(writers), "format")
    compared = diff(old, new, estate=estate, today=day(today))
    deliver(writers[format](compared), output)
    raise typer.Exit(1 if compared.differs else 0)

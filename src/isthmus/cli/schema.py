"""`isthmus schema`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from isthmus.cli import complete
from isthmus.cli.output import deliver

EXAMPLES = """
**Examples**

`isthmus schema > estate.schema.json` — for editors that check and complete YAML

`isthmus schema report` — the shape of `isthmus check --format json`
"""


def schema_command(
    what: Annotated[
        str, typer.Argument(help="estate, edition, report or answers.", autocompletion=complete.schemas)
    ] = "estate",
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
) -> None:
    """Print the JSON Schema of an estate's files, an edition, a report or an answers file."""
    from isthmus.cli.words import one_of
    from isthmus.workflows.schema import SCHEMAS

    schema = SCHEMAS[one_of(what, tuple(SCHEMAS), "schema")]()
    deliver(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", output)

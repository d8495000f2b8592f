"""`isthmus init`."""

from pathlib import Path
from typing import Annotated

import typer

EXAMPLES = """
**Examples**

`isthmus init border` — makes the folder `border` with a small estate

`isthmus check border` — judges it
"""


def init_command(
    folder: Annotated[Path, typer.Argument(help="The folder to make; it must not hold anything.")],
) -> None:
    """Make a first estate that is free of mistakes, to be changed into your own."""
    from isthmus.workflows.init import init

    for path in init(folder):
        typer.echo(str(path))
    typer.echo(NEXT.format(folder=folder), err=True)


NEXT = """
Next: `isthmus check {folder} --evidence declared` judges the estate's files alone (exit code 0: conforms).
`isthmus check {folder}` asks for everything that the guidelines demand: it cannot tell yet (exit code 3), because
no owner has agreed and no configuration was collected, and it says what is missing.
"""

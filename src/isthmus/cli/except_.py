"""`isthmus except`."""

from pathlib import Path
from typing import Annotated

import typer

EXAMPLES = """
**Example**

`isthmus except wikis --requirement XR202 --why "rate limits tell instances apart" --task T209011 --owner wmcs
--review 2027-06-30`

It excuses nothing until the owners of both realms agree (`isthmus agree`), and nothing after its review date.
"""


def except_command(
    crossing: Annotated[str, typer.Argument(help="The crossing that deviates.")],
    estate: Annotated[Path, typer.Argument(help="The estate.")] = Path(),
    requirement: Annotated[
        list[str] | None, typer.Option(help="A requirement that it deviates from; repeatable.")
    ] = None,
    why: Annotated[str, typer.Option(help="The reason.")] = "",
    task: Annotated[str, typer.Option(help="The task that will end it.")] = "",
    owner: Annotated[str, typer.Option(help="Who answers for it (an id of `owners`).")] = "",
    review: Annotated[str | None, typer.Option(help="Its last day, unless it is renewed (YYYY-MM-DD).")] = None,
    today: Annotated[str | None, typer.Option(help="The day on which it begins (YYYY-MM-DD); default: today.")] = None,
) -> None:
    """Write an exception into the estate, for both owners to agree to."""
    from isthmus.cli.words import day
    from isthmus.workflows.except_ import write_exception
    from isthmus.workflows.refusal import Refused

    given = {"--requirement": requirement, "--why": why, "--task": task, "--owner": owner, "--review": review}
    missing = [option for option, value in given.items() if not value]
    if missing or requirement is None or review is None:
        raise Refused(f"an exception needs {', '.join(missing)}", "`isthmus except --help` shows an example")
    file = write_exception(
        crossing, estate, requirements=tuple(requirement), why=why, task=task, owner=owner, review=day(review),
        today=day(today),
    )  # fmt: skip
    typer.echo(str(file))
    typer.echo(f"Next: both owners agree with `isthmus agree {file.stem} --as OWNER`.", err=True)

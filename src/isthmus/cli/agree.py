"""`isthmus agree`."""

from pathlib import Path
from typing import Annotated

import typer

EXAMPLES = """
**Examples**

`isthmus agree dumps --as cloud --key ~/.ssh/id_ed25519` — for the cloud's owner, to the crossing `dumps`

`isthmus agree wikis-nat --as sre` — to an exception, with the key that git signs with

`isthmus agree edition --as production` — to the guidelines in force

What is signed is shown by `isthmus agree … --show`. Any change of it voids the agreement.
"""


def agree_command(
    what: Annotated[str, typer.Argument(help="A crossing, an exception, or `edition`.")],
    estate: Annotated[Path, typer.Argument(help="The estate.")] = Path(),
    owner: Annotated[str, typer.Option("--as", help="The owner who agrees, or the realm that it owns.")] = "",
    key: Annotated[
        Path | None, typer.Option(help="The SSH key (a public key if an agent holds it); default: git's signing key.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(help="The person, where allowed_signers names several or a pattern.")
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Print the content that would be signed, and sign nothing.")
    ] = False,
    today: Annotated[str | None, typer.Option(help="The day of the agreement (YYYY-MM-DD); default: today.")] = None,
) -> None:
    """Sign an owner's consent to a crossing, an exception or the edition, as git signs commits."""
    from isthmus.cli.words import day
    from isthmus.workflows.agree import agree, shown
    from isthmus.workflows.refusal import Refused

    if show:
        typer.echo(shown(what, estate), nl=False)
        return
    if not owner:
        raise Refused("who agrees is not said", "name the owner or realm with `--as`")
    done = agree(what, estate, owner=owner, key=key, by=by, today=day(today))
    typer.echo(f"{done.owner} agrees to {done.subject} `{done.id}`, by {done.by}: {done.file}")
    typer.echo("Commit the statement and its signature with the estate.", err=True)

"""`isthmus lab`: the commands of the lab."""

from pathlib import Path
from typing import Annotated

import typer

from isthmus.cli.output import deliver

EXAMPLES = """
**Examples**

`isthmus lab up examples/eqiad1` — build it, and hold it until Ctrl-C

`isthmus lab up examples/eqiad1 -- isthmus lab shell vm-plain -- ping -c1 208.80.154.142` — for one command

`isthmus lab shell cumin1002` — a shell in a node of the lab that is up

`isthmus lab collect running` — read the running state back, as a snapshot

`isthmus lab map examples/eqiad1 --output lab.svg` — what would be built, as a picture
"""

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", epilog=EXAMPLES)

_LAB = typer.Option("--lab", help="Which lab, where several are up.", show_default=False)


def _nodes(incomplete: str) -> list[str]:
    from isthmus.lab import LabError
    from isthmus.lab.standing import find

    try:
        return [each for each in find(None).nodes if each.startswith(incomplete)]
    except LabError:
        return []


@app.command("up")
def up_command(
    estate: Annotated[Path, typer.Argument(help="The estate.")] = Path(),
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- COMMAND…]", help="Run this beside the nodes; the lab ends with it."),
    ] = None,
    root: Annotated[bool, typer.Option("--root", help="As root, and leave it up until `lab down`.")] = False,
) -> None:
    """Build an estate and its snapshot in network namespaces, with real packets; without root, and nothing leaks."""
    from isthmus.workflows.lab_sessions import up, up_as_root

    raise typer.Exit((up_as_root if root else up)(estate, command or []))


@app.command("down")
def down_command(name: Annotated[str | None, typer.Argument(help="The lab; default: every one.")] = None) -> None:
    """Take labs down: namespaces, processes and files. Nothing to take down is fine."""
    from isthmus.workflows.lab_sessions import down

    gone = down(name)
    deliver("".join(f"{each} is down\n" for each in gone) or "no lab is up\n", None)


@app.command("shell")
def shell_command(
    node: Annotated[str, typer.Argument(help="A node of the lab.", autocompletion=_nodes)],
    command: Annotated[list[str] | None, typer.Argument(metavar="[-- COMMAND…]", help="Default: your shell.")] = None,
    lab: Annotated[str | None, _LAB] = None,
) -> None:
    """Run a command, or a shell, inside a node of the lab that is up."""
    from isthmus.workflows.lab_sessions import shell

    raise typer.Exit(shell(node, command or [], lab))


@app.command("collect")
def collect_command(
    output: Annotated[Path, typer.Argument(help="A new folder for the snapshot.")],
    lab: Annotated[str | None, _LAB] = None,
) -> None:
    """Read the running state of the lab back into the shape of a snapshot, for `check` and `diff`."""
    from isthmus.workflows.lab import collect

    done = collect(output, lab)
    if isinstance(done, int):
        raise typer.Exit(done)
    devices = len({each.split("/")[0] for each in done.files})
    copied = sorted({each.split("/")[0] for each in done.copied})
    deliver(
        f"{devices} devices in `{output}`; copied, as nothing tells it back: {', '.join(copied) or 'nothing'}\n", None
    )


@app.command("map")
def map_command(
    estate: Annotated[Path, typer.Argument(help="The estate.")] = Path(),
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
) -> None:
    """Draw the topology of the lab as SVG: a column for each node, a row for each segment."""
    from isthmus.workflows.lab import picture

    deliver(picture(estate), output)

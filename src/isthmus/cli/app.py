"""The program and its commands; one file a command, and one place where an error of ours is caught."""

import sys
from typing import Annotated

import typer

from isthmus.cli.check import check_command

# from isthmus.cli.import_estate import import_command
from isthmus.cli.output import complain, crash_report
from isthmus.workflows.refusal import Refused

OUR_BUG = 4
"""The exit code for a mistake of the program itself."""

app = typer.Typer(
    name="isthmus",
    help="What crosses between two network realms is what both owners agreed to, or Isthmus shows the difference.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from isthmus import __version__

        typer.echo(f"isthmus {__version__}")
        raise typer.Exit


@app.callback(epilog="Exit codes: 0 conforms · 1 does not conform · 2 wrong input or usage · 3 cannot tell · 4 our bug")
def isthmus(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Plan, judge and prove what crosses between two network realms."""


app.command("check")(check_command)
# app.command("import")(import_command)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; never shows a traceback for a user's mistake."""
    try:
        outcome = app(arguments, standalone_mode=False)
    except Refused as refusal:
        complain(refusal.message, refusal.help)
        return 2
    except Exception as error:
        usage = getattr(error, "format_message", None)
        if usage is not None:
            show = getattr(error, "show", None)
            if show is not None:
                show()
            return 2
        if type(error).__name__ == "Abort" or isinstance(error, KeyboardInterrupt):
            complain("stopped")
            return 130
        complain(crash_report(error))
        return OUR_BUG
    except KeyboardInterrupt:
        complain("stopped")
        return 130
    sys.stdout.flush()
    return outcome if isinstance(outcome, int) else 0

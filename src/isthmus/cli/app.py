"""The program and its commands; one file a command, and one place where an error of ours is caught."""

import gc
from typing import Annotated

import typer

from isthmus.cli import (
    agree,
    audit,
    check,
    diff,
    except_,
    explain,
    generate,
    import_estate,
    init,
    lab,
    lab_test,
    plan,
    schema,
    status,
    trace,
)
from isthmus.cli.output import complain, crash_report
from isthmus.workflows.refusal import Refused

WRONG_USAGE = 2
OUR_BUG = 4

app = typer.Typer(
    name="isthmus",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        from isthmus import __version__

        typer.echo(f"isthmus {__version__}")
        raise typer.Exit


@app.callback(epilog="Exit codes: 0 conforms · 1 does not conform · 2 wrong input or usage · 3 cannot tell · 4 our bug")
def isthmus(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """What crosses between two network realms is what both owners agreed to, or Isthmus shows the difference."""


app.command("init", epilog=init.EXAMPLES)(init.init_command)
app.command("check", epilog=check.EXAMPLES)(check.check_command)
app.command("diff", epilog=diff.EXAMPLES)(diff.diff_command)
app.command("plan", epilog=plan.EXAMPLES)(plan.plan_command)
app.command("explain", epilog=explain.EXAMPLES)(explain.explain_command)
app.command("generate", epilog=generate.EXAMPLES)(generate.generate_command)
app.command("trace", epilog=trace.EXAMPLES)(trace.trace_command)
app.command("audit", epilog=audit.EXAMPLES)(audit.audit_command)
app.command("agree", epilog=agree.EXAMPLES)(agree.agree_command)
app.command("except", epilog=except_.EXAMPLES)(except_.except_command)
app.command("status", epilog=status.EXAMPLES)(status.status_command)
app.command("import", epilog=import_estate.EXAMPLES)(import_estate.import_command)
lab_test.add_to(lab.app)
app.add_typer(lab.app, name="lab", help="The estate and its snapshot rebuilt with real packets.")
app.command("schema", epilog=schema.EXAMPLES)(schema.schema_command)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; a user's mistake never shows a traceback.

    What a command makes lives until it ends, so looking for garbage meanwhile would only cost time: nearly half of
    it for an estate of 10,000 crossings.
    """
    gc.disable()
    try:
        app(arguments)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    except Refused as refusal:
        complain(refusal.message, refusal.help)
        return WRONG_USAGE
    except BrokenPipeError:
        return 0
    except Exception as error:  # noqa: BLE001 - the one place where a mistake of ours ends
        complain(crash_report(error))
        return OUR_BUG
    return 0

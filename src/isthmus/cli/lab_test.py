"""`isthmus lab test`, `lab trace` and `lab flows`: real packets in the lab of an estate."""

from pathlib import Path
from typing import Annotated

import typer

from isthmus.cli import complete
from isthmus.cli.output import deliver, say, terminal_width, wants_color
from isthmus.workflows.refusal import Refused

TEST_EXAMPLES = """
**Examples**

`isthmus lab test examples/eqiad1` — send real packets, record what they did, and judge by it

`isthmus lab test --format junit --output lab.xml` — for a CI system

`isthmus check --evidence exercised` — judge by the record once more

Exit codes: 0 conforms · 1 does not conform · 2 wrong input or usage · 3 cannot tell
"""

TRACE_EXAMPLES = """
**Examples**

`isthmus lab trace examples/eqiad1 172.16.5.10 208.80.154.142 2049/tcp` — one real packet, rule by rule

Exit codes: 0 gets through there and back · 1 does not · 2 wrong input or usage
"""


FLOWS_EXAMPLES = """
**Examples**

`isthmus lab flows examples/eqiad1 --out flows` — a file of nfcapd for each leg of the gateways, and the truth

`isthmus lab flows --version ipfix --out flows` — exported as IPFIX
"""


def exercise_command(
    estate: Annotated[Path, typer.Argument(help="The estate: a folder of YAML files, or one file.")] = Path(),
    format: Annotated[  # noqa: A002
        str, typer.Option(help="text, json, sarif, junit, markdown or csv.", autocompletion=complete.report_formats)
    ] = "text",
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
    today: Annotated[str | None, typer.Option(help="Judge as of this day (YYYY-MM-DD); default: today.")] = None,
) -> None:
    """Exercise an estate with real packets in its lab, and judge by what they did.

    The record goes to `exercises/` beside the estate, where `isthmus check` finds it as evidence.
    """
    from isthmus.cli.words import day, one_of
    from isthmus.report.formats import TEXT, formats, writer
    from isthmus.workflows.exercising import isolated, lab_test

    chosen = one_of(format, formats(), "format")
    asked_on = day(today)
    options = ["--format", chosen, "--today", asked_on.isoformat(), *(("--output", str(output)) if output else ())]
    code = isolated(["lab", "test", str(estate), *options])
    if code is not None:
        raise typer.Exit(code)
    tested = lab_test(estate, today=asked_on)
    report, declared = tested.report, [each for each in tested.exercise.probes if each.crossing]
    arrived = sum(bool(each.admitted_by) for each in declared)
    say(f"{tested.exercise.sent} probes were sent; {arrived} of {len(declared)} declared ones got in: {tested.record}")
    if chosen == TEXT and output is None:
        from isthmus.report.writers.text import write

        deliver(write(report, width=terminal_width(), color=wants_color()), None)
    else:
        deliver(writer(chosen)(report), output)
    raise typer.Exit(report.exit_code)


def trace_command(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[ESTATE] SRC DST PORT/PROTO",
            help="The estate (default: this folder); both ends, as addresses or names of the estate; the service.",
            show_default=False,
        ),
    ],
    source_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The sender's port; default: 50000.")
    ] = None,
    format: Annotated[str, typer.Option(help="text or json.")] = "text",  # noqa: A002
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
) -> None:
    """Send one real packet through the lab of an estate, and tell every rule that it meets, there and back."""
    from isthmus.cli.words import day, one_of
    from isthmus.lab.exercise import told
    from isthmus.workflows.exercising import isolated, lab_trace

    chosen = one_of(format, ("text", "json"), "format")
    estate, source, destination, flow = _told(words)
    options = ["--format", chosen, *(("--output", str(output)) if output else ())]
    options += ["--source-port", str(source_port)] if source_port is not None else []
    code = isolated(["lab", "trace", str(estate), source, destination, flow, *options])
    if code is not None:
        raise typer.Exit(code)
    traced = lab_trace(estate, source, destination, flow, today=day(None), source_port=source_port)
    write = told.text if chosen == "text" else told.document
    deliver(write(traced.path, traced.places), output)
    raise typer.Exit(traced.exit_code)


def flows_command(
    out: Annotated[Path, typer.Option(help="Write to this folder; it is made where it does not exist.")],
    estate: Annotated[Path, typer.Argument(help="The estate.")] = Path(),
    version: Annotated[str, typer.Option(help="netflow9 or ipfix: what the gateways export.")] = "netflow9",
) -> None:
    """Hold every declared conversation in the lab, and export real flow records from both sides of its gateways.

    Beside the records lies `truth.csv`: what was sent, and as whom each server saw its client.
    """
    from isthmus.cli.words import day, one_of
    from isthmus.lab.exercise.flows import VERSIONS
    from isthmus.workflows.exercising import isolated, lab_flows

    chosen = one_of(version, tuple(VERSIONS), "version")
    code = isolated(["lab", "flows", str(estate), "--out", str(out), "--version", chosen])
    if code is not None:
        raise typer.Exit(code)
    exported = lab_flows(estate, out, chosen, today=day(None))
    lines = [f"{each}\n" for each in exported.records]
    deliver("".join([*lines, f"{exported.truth}: {exported.sent} conversations\n"]), None)


def _told(words: list[str]) -> tuple[Path, str, str, str]:
    """The estate and what to send through it. Raises Refused unless there are three words, or four."""
    if len(words) == 3:
        return Path(), words[0], words[1], words[2]
    if len(words) == 4:
        return Path(words[0]), words[1], words[2], words[3]
    raise Refused(
        f"a trace takes a sender, a receiver and a port: three words, or four with an estate, and not {len(words)}",
        "write `isthmus lab trace [ESTATE] SRC DST PORT/PROTO`",
    )


def add_to(app: typer.Typer) -> None:
    """Add the commands to those of the lab."""
    app.command("test", epilog=TEST_EXAMPLES)(exercise_command)
    app.command("trace", epilog=TRACE_EXAMPLES)(trace_command)
    app.command("flows", epilog=FLOWS_EXAMPLES)(flows_command)

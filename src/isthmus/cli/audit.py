"""`isthmus audit`."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated

import typer

from isthmus.cli.output import deliver, terminal_width
from isthmus.workflows.refusal import Refused

if TYPE_CHECKING:
    from isthmus.observe.results import Audit
    from isthmus.workflows.audit import Progress, Wanted

EXAMPLES = """
**Examples**

`isthmus audit examples/eqiad1 /var/cache/nfdump` — every file of a collector's folder

`isthmus audit conntrack.log --exporter cloudgw1` — the estate in this folder; who saw the flows

`isthmus audit flows/ --follow` — stay, and audit what is added

`isthmus audit flows/ --sql "select crossing, flows from crossings order by flows"` — ask further

Results are kept in `observations/` beside the estate: what was read once is not read again, and `isthmus check` takes
them as evidence.

Exit codes: 0 nothing that is wrong was seen · 1 flows that should not be · 2 wrong input or usage · 3 cannot tell
"""

ENGINES = ("embedded", "spark")
FORMATS = ("text", "json", "csv", "markdown")


def _formats(incomplete: str) -> list[str]:
    return [each for each in FORMATS if each.startswith(incomplete)]


def audit_command(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="[ESTATE] FLOWS…",
            help="The estate (default: this folder), then files of flow records or folders of them.",
            show_default=False,
        ),
    ],
    exporter: Annotated[str, typer.Option(help="Whose records they are, where files do not tell.")] = "",
    side: Annotated[
        list[str] | None,
        typer.Option(metavar="EXPORTER=REALM", help="On whose side an exporter stands; may be repeated."),
    ] = None,
    reader: Annotated[
        str, typer.Option("--from", metavar="READER", help="The format of the files, instead of recognising it.")
    ] = "",
    templates: Annotated[
        list[Path] | None, typer.Option(help="A file with the templates of NetFlow v9 or IPFIX; may be repeated.")
    ] = None,
    threads: Annotated[int, typer.Option(min=0, max=256, help="Files read at once; 0: one per processor.")] = 0,
    keep: Annotated[bool, typer.Option(help="Keep results in `observations/` beside the estate.")] = True,
    follow: Annotated[bool, typer.Option(help="Stay, and audit what is added.")] = False,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between looks with `--follow`.")] = 10.0,
    sql: Annotated[
        str | None,
        typer.Option(
            help="Ask with SQL: tables violations, sightings, crossings, not_seen, matrix, exporters, inputs."
        ),
    ] = None,
    engine: Annotated[str, typer.Option(help="embedded, or spark where one machine is too small.")] = "embedded",
    master: Annotated[str, typer.Option(help="Where Spark runs, such as local[4], yarn or sc://HOST:15002.")] = "",
    format: Annotated[  # noqa: A002
        str, typer.Option(help="text, json, csv or markdown.", autocompletion=_formats)
    ] = "text",
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
) -> None:
    """Judge observed traffic: who talks across the border, and whether that was agreed."""
    from isthmus.cli.words import day, one_of

    chosen = one_of(format, FORMATS, "format")
    _needs("pyarrow", "numpy")
    from isthmus.sources.flows import Asked
    from isthmus.workflows.audit import Wanted, audit

    estate, flows = _told(paths)
    asked = Asked(reader, exporter, tuple(templates or ()))
    spark = (master or "local[*]") if one_of(engine, ENGINES, "engine") == "spark" else ""
    wanted = Wanted(flows, asked, _sides(side or []), threads, keep, spark)
    with _stopping() as stop, _shown() as progress:
        if follow:
            _follow(estate, wanted, stop, every, progress, chosen, output)
            return
        found = audit(estate, wanted, today=day(None), progress=progress, stop=stop)
    if stop.is_set():
        raise typer.Exit(130)
    deliver(_asked_of(found, sql, chosen) if sql is not None else _written(found, chosen, output), output)
    raise typer.Exit(found.exit_code)


def _needs(*modules: str) -> None:
    """Raises Refused where libraries of the extra are not installed."""
    missing = [each for each in modules if find_spec(each) is None]
    if missing:
        told = ", ".join(f"`{each}`" for each in missing)
        raise Refused(f"this needs {told}, which is not installed", "install the extra: `pip install 'isthmus[flows]'`")


def _told(paths: list[Path]) -> tuple[Path, tuple[Path, ...]]:
    """The estate, and what to audit."""
    first, *others = paths
    is_estate = first.suffix == ".yaml" or (first.is_dir() and any(first.glob("*.yaml")))
    if is_estate and not others:
        raise Refused("no flow records are named", "write `isthmus audit [ESTATE] FLOWS…`")
    return (first, tuple(others)) if is_estate else (Path(), tuple(paths))


def _sides(words: list[str]) -> dict[str, str]:
    sides = dict(each.partition("=")[::2] for each in words)
    for name, realm in sides.items():
        if not name or not realm:
            raise Refused(f"`{name}` says no side", "write `--side EXPORTER=REALM`")
    return sides


def _written(found: "Audit", chosen: str, output: Path | None) -> str:
    from isthmus.report import audit as written

    if chosen == "text":
        return written.text(found, width=terminal_width() if output is None else 110)
    return written.WRITERS[chosen](found)


def _asked_of(found: "Audit", sql: str, chosen: str) -> str:
    _needs("duckdb")
    from isthmus.report.audit_sql import WRITERS
    from isthmus.workflows.audit_sql import ask

    return WRITERS[chosen](*ask(found, sql))


def _follow(
    estate: Path,
    wanted: "Wanted",
    stop: Event,
    every: float,
    progress: "Progress",
    chosen: str,
    output: Path | None,
) -> None:
    """Deliver a result whenever there is a new one; the last one's exit code, when told to stop."""
    from isthmus.cli.words import day
    from isthmus.workflows.audit import follow

    code = 3
    for found in follow(estate, wanted, clock=lambda: day(None), every=every, progress=progress, stop=stop):
        if stop.is_set():
            break
        code = found.exit_code
        deliver(_written(found, chosen, output), output)
        sys.stdout.flush()
    raise typer.Exit(code)


@contextmanager
def _stopping() -> Iterator[Event]:
    """An event that interrupting the program sets, so that what is complete is kept."""
    stop = Event()

    def told(_number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {each: signal.signal(each, told) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def _shown() -> "Iterator[Progress]":
    """Progress on standard error, where that is a terminal."""
    from isthmus.workflows.audit import Progress

    progress = Progress()
    if not sys.stderr.isatty():
        yield progress
        return
    from isthmus.cli.progress import Bar

    bar = Bar(progress)
    done = Event()
    thread = Thread(target=bar.run, args=(done,), daemon=True)
    thread.start()
    try:
        yield progress
    finally:
        done.set()
        thread.join()

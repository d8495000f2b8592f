"""`isthmus trace`."""

from pathlib import Path
from typing import Annotated

import typer

from isthmus.cli.output import deliver, terminal_width, wants_color
from isthmus.workflows.refusal import Refused

EXAMPLES = """
**Examples**

`isthmus trace examples/eqiad1 172.16.5.10 208.80.154.142 2049/tcp` — may this instance mount dumps?

`isthmus trace examples/eqiad1 contint1002 puppet-catalog-compiler https/tcp` — by the names of the estate

`isthmus trace 172.16.5.10 208.80.154.142 icmp` — a ping, in the estate in this folder

`isthmus trace 172.16.5.10 dumps-nfs 2049/tcp --output dumps.svg` — as a picture

Exit codes: 0 gets through there and back · 1 does not · 2 wrong input or usage · 3 cannot tell
"""

FORMATS = ("text", "json", "markdown", "svg")
_ENDINGS = {".svg": "svg", ".json": "json", ".md": "markdown"}


def _formats(incomplete: str) -> list[str]:
    return [each for each in FORMATS if each.startswith(incomplete)]


def _ends(context: typer.Context, incomplete: str) -> list[str]:
    """Hosts, services and names of the estate that is named so far, or of the one in this folder."""
    from isthmus.workflows.load import load

    given = [word for word in (*context.args, *(context.params.get("words") or ())) if Path(word).exists()]
    estate = load(Path(given[0]) if given else Path()).estate
    sections = (estate.hosts, estate.services, estate.names, estate.web_proxies) if estate else ()
    return sorted({each for section in sections for each in section if each.startswith(incomplete)})


def trace_command(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[ESTATE] SRC DST PORT/PROTO",
            help="The estate (default: this folder); both ends, as addresses or names of the estate; the service.",
            autocompletion=_ends,
            show_default=False,
        ),
    ],
    source_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The sender's port; default: 50000.")
    ] = None,
    format: Annotated[  # noqa: A002
        str | None,
        typer.Option(
            help="text, json, markdown or svg; default: by the ending of `--output`, else text.",
            autocompletion=_formats,
            show_default=False,
        ),
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
) -> None:
    """Follow one packet through the configured network, rule by rule, there and back."""
    from isthmus.cli.words import day, one_of
    from isthmus.report import trace as written
    from isthmus.workflows.trace import trace

    chosen = one_of(format or _by_ending(output), FORMATS, "format")
    estate, source, destination, flow = _told(words)
    traced = trace(estate, source, destination, flow, today=day(None), source_port=source_port)
    if chosen == "text" and output is None:
        deliver(written.text(traced, width=terminal_width(), color=wants_color()), None)
    else:
        writers = (written.text, written.document, written.markdown, written.svg)
        deliver(dict(zip(FORMATS, writers, strict=True))[chosen](traced), output)
    raise typer.Exit(traced.exit_code)


def _by_ending(output: Path | None) -> str:
    return _ENDINGS.get(output.suffix.lower(), "text") if output else "text"


def _told(words: list[str]) -> tuple[Path, str, str, str]:
    """The estate and what to send through it. Raises Refused unless there are three words, or four."""
    if len(words) == 3:
        return Path(), words[0], words[1], words[2]
    if len(words) == 4:
        return Path(words[0]), words[1], words[2], words[3]
    raise Refused(
        f"a trace takes a sender, a receiver and a port: three words, or four with an estate, and not {len(words)}",
        "write `isthmus trace [ESTATE] SRC DST PORT/PROTO`",
    )

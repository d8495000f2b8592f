"""`isthmus import`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isthmus.cli.output import deliver, terminal_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isthmus.workflows.import_estate import ImportSummary, Remark

EXAMPLES = """
**Examples**

`isthmus import ~/operations-puppet --out estate` — networks, services, gateways and what skips their NAT

`isthmus import puppet dns --out estate` — the names of the DNS zones too

`isthmus check estate` — judges what was imported
"""

COLUMNS = ("read", "imported", "unresolved", "refused")

_FEW = 12
"""How many kinds of remark the text lists; the record that is written beside the estate has them all."""


def import_command(
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="SOURCE…", help="Checkouts of operations-puppet and operations-dns, or parts of them."),
    ],
    out: Annotated[Path, typer.Option(help="The folder to write: new, empty, or from an earlier import.")],
    format: Annotated[str, typer.Option(help="text or json.")] = "text",  # noqa: A002
    output: Annotated[Path | None, typer.Option(help="Write the summary here instead of standard output.")] = None,
) -> None:
    """Fill an estate from Puppet and DNS data: what was read, what could not be resolved, what was refused."""
    from isthmus.cli.words import one_of
    from isthmus.workflows.import_estate import import_estate

    one_of(format, ("text", "json"), "format")
    summary = import_estate(sources, out)
    if format == "json":
        record = {**summary.as_record(), "out": str(out)}
        deliver(json.dumps(record, indent=2, ensure_ascii=False) + "\n", output)
    else:
        deliver(_text(summary, out, terminal_width() if output is None else 110), output)


def _text(summary: "ImportSummary", out: Path, width: int) -> str:
    """The counts as a table, then what did not get into the estate, then what was written."""
    from io import StringIO

    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="")
    table.add_column("records")
    for column in COLUMNS:
        table.add_column(column, justify="right")
    table.add_column("left aside")
    for each in summary.importers:
        aside = ", ".join(f"{count} {kind}" for kind, count in each.left_aside.items())
        counts = (getattr(each, column) for column in COLUMNS)
        table.add_row(each.title, *(f"{count:,}" for count in counts), aside)
    records = summary.importers[1:]
    totals = (sum(getattr(each, column) for each in records) for column in COLUMNS)
    table.add_row("all records", *(f"{count:,}" for count in totals), "")
    text = StringIO()
    console = Console(file=text, width=width, color_system=None, highlight=False, markup=False, emoji=False)
    console.print(table)
    for line in _remarks(summary):
        console.print(line, soft_wrap=True)
    console.print(f"\n{len(summary.not_looked_at):,} files are of kinds that no importer knows")
    console.print(f"{out / 'import.json'} lists every record, name and file that was left out", soft_wrap=True)
    entries = ", ".join(f"{count:,} {section.replace('_', ' ')}" for section, count in summary.entries.items())
    console.print(f"\nestate `{summary.estate}` in {out}: {entries}", soft_wrap=True)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"


def _remarks(summary: "ImportSummary") -> "Iterator[str]":
    """Remarks of one kind as one line, with the place of the first."""
    yield from _grouped("not resolved", summary.unresolved)
    yield from _grouped("names left out of imported records", summary.gaps)
    yield from _grouped("refused", summary.refused)


def _grouped(heading: str, remarks: "Sequence[Remark]") -> "Iterator[str]":
    groups: dict[str, list[Remark]] = {}
    for each in remarks:
        groups.setdefault(f"{each.name}: {each.why}" if each.name else each.why, []).append(each)
    if groups:
        yield f"\n{heading}: {len(remarks):,}"
    for what, found in list(groups.items())[:_FEW]:
        times = f" ({len(found)} times)" if len(found) > 1 else ""
        yield f"  {found[0].where}: {what}{times}"
    if len(groups) > _FEW:
        yield f"  … and {len(groups) - _FEW} more kinds"

"""What the shell offers while a person types: formats, kinds of evidence, and the estate's own ids."""

from pathlib import Path

import typer


def report_formats(incomplete: str) -> list[str]:
    """The formats of `isthmus check`."""
    from isthmus.report.formats import formats

    return [each for each in formats() if each.startswith(incomplete)]


def kinds(incomplete: str) -> list[str]:
    """Kinds of evidence, after the ones that are there already."""
    from isthmus.evidence import Kind

    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{each.value}" for each in Kind if each.value.startswith(last)]


def crossings(context: typer.Context, incomplete: str) -> list[str]:
    """The crossings of the estate that is named so far, or of the one in this folder."""
    from isthmus.workflows.load import load

    given = [word for word in context.args if Path(word).exists()]
    named = Path(given[-1]) if given else context.params.get("estate") or Path()
    estate = load(named).estate
    return [each for each in (estate.crossings if estate else ()) if each.startswith(incomplete)]


def schemas(incomplete: str) -> list[str]:
    """What `isthmus schema` can print."""
    from isthmus.workflows.schema import SCHEMAS

    return [each for each in SCHEMAS if each.startswith(incomplete)]

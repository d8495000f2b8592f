"""`isthmus plan`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isthmus.cli.output import deliver
from isthmus.workflows.refusal import Refused

if TYPE_CHECKING:
    from isthmus.decide import Wish
    from isthmus.workflows.plan import Ground

EXAMPLES = """
**Examples**

`isthmus plan` — interview on the terminal

`isthmus plan examples/eqiad1 --answers mail.yaml` — answers from a file

`isthmus plan examples/toolsdb-before --rework toolsdb` — how to rework a service that runs already

`isthmus plan --answers mail.yaml --draft proposals/mail.yaml` — keep the draft
"""


def plan_command(
    estate: Annotated[Path, typer.Argument(help="The estate to plan in.")] = Path(),
    answers: Annotated[Path | None, typer.Option(help="Answers in YAML instead of the interview.")] = None,
    rework: Annotated[str | None, typer.Option(help="Advise on this declared service, which runs already.")] = None,
    placement: Annotated[str | None, typer.Option(help="Choose this placement instead of the best one.")] = None,
    draft: Annotated[Path | None, typer.Option(help="Write the draft to this file; never over another.")] = None,
    format: Annotated[str, typer.Option(help="text or json.")] = "text",  # noqa: A002
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
    today: Annotated[str | None, typer.Option(help="Plan as of this day (YYYY-MM-DD); default: today.")] = None,
) -> None:
    """Advise where a service should live: ranked placements, what to do, whom to ask, a draft to commit."""
    from isthmus.cli.words import day, one_of
    from isthmus.report import advice as written
    from isthmus.workflows.plan import ground, plan

    one_of(format, ("text", "json"), "format")
    on = ground(estate, day(today))
    planned = plan(_wish(answers, rework, on), on, placement)
    if draft is not None:
        if draft.exists():
            raise Refused(f"`{draft}` exists already", "name another file")
        deliver(written.draft_yaml(planned.chosen), draft)
    if format == "json":
        deliver(written.document(planned.advice, planned.chosen, planned.changes), output)
    else:
        file = str(draft) if draft else ""
        deliver(written.text(planned.advice, planned.chosen, planned.changes, file), output)


def _wish(answers: Path | None, rework: str | None, on: "Ground") -> "Wish":
    """The answers: from a file, from what is declared of a running service, or from the person at the terminal."""
    from isthmus.workflows.plan import read_answers, understand

    if answers is not None and rework is not None:
        raise Refused("`--answers` and `--rework` exclude each other", "name the service as `existing` in the answers")
    if answers is not None:
        return read_answers(answers, on)
    if rework is not None:
        return understand({"existing": rework}, on)
    if not sys.stdin.isatty():
        raise Refused("there is no terminal to ask on", "give the answers with `--answers FILE`")
    from isthmus.cli.interview import interview

    return understand(interview(on.estate), on)

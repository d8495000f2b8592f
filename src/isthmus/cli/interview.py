"""The interview of `isthmus plan`: one question after the other, each asked again until its answer can be read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import typer

from isthmus.decide import Wish
from isthmus.estate import INTERNET, Estate
from isthmus.estate.types import read_ports, read_size


@dataclass(frozen=True)
class _Question:
    """One question: the answer's key, how to read what was typed, and what to say of a bad answer."""

    key: str
    read: Callable[[str], Any]
    is_needed: bool = False


_YES = {"y": True, "yes": True, "n": False, "no": False}


def _truth(text: str) -> bool:
    if text.lower() not in _YES:
        raise ValueError("answer yes or no")
    return _YES[text.lower()]


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _ports(text: str) -> str:
    return str(read_ports(text))


QUESTIONS = (
    _Question("service", str, is_needed=True),
    _Question("title", str),
    _Question("clients", _words, is_needed=True),
    _Question("application", str),
    _Question("protocol", str),
    _Question("port", _ports, is_needed=True),
    _Question("data", read_size),
    _Question("replication", read_size),
    _Question("per_client_access", _truth),
    _Question("per_client_policing", _truth),
    _Question("runs_the_cloud", _truth),
    _Question("other", str),
    _Question("maintainers", _words),
    _Question("project", str),
)


def interview(estate: Estate) -> dict[str, Any]:
    """Ask every question on the terminal; an empty answer means not known."""
    typer.echo("An empty answer means: not known. What is not known is never taken for a no.\n", err=True)
    answers: dict[str, Any] = {}
    for number, question in enumerate(QUESTIONS, 1):
        value = _ask(number, question, estate)
        if value not in (None, "", []):
            answers[question.key] = value
    return answers


def _ask(number: int, question: _Question, estate: Estate) -> Any:  # noqa: ANN401 - each question has its own kind
    text = _text(question.key, estate)
    while True:
        typed = typer.prompt(f"{number}/{len(QUESTIONS)} {text}", default="", show_default=False, err=True).strip()
        if not typed and not question.is_needed:
            return None
        try:
            if not typed:
                raise ValueError("this one is needed")
            return question.read(typed)
        except ValueError as error:
            typer.echo(f"    {error}", err=True)


def _text(key: str, estate: Estate) -> str:
    """The question's words, from the answers' own documentation, with what the estate offers."""
    described = Wish.model_fields[key].description or key
    offered = {
        "clients": [*estate.realms, INTERNET],
        "maintainers": list(estate.owners),
        "project": list(estate.projects),
    }.get(key, [])
    return described.splitlines()[0].rstrip(".") + (f" [{', '.join(offered[:8])}]" if offered else "")

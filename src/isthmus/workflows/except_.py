"""`isthmus except`: write an exception, to be agreed by both owners."""

from datetime import date
from pathlib import Path
from typing import Any

from isthmus.diagnostics import did_you_mean
from isthmus.documents import to_yaml
from isthmus.estate import Estate
from isthmus.workflows.load import load
from isthmus.workflows.refusal import Refused

_LONGEST = 90
"""Characters of an exception's name, so that a number fits behind it."""


def write_exception(
    crossing: str,
    path: Path,
    *,
    requirements: tuple[str, ...],
    why: str,
    task: str,
    owner: str,
    review: date,
    today: date,
) -> Path:
    """Write an exception into the estate's folder and return its file.

    Raises Refused, and leaves the estate as it was, where something that it names does not exist, a requirement
    cannot be excused, the review date is not ahead, or the estate cannot be read with what was written.
    """
    loaded = load(path)
    estate, edition = loaded.usable()
    _known(crossing, estate.crossings, "crossing")
    _known(owner, estate.owners, "owner")
    requirements = tuple(dict.fromkeys(requirements))
    for code in requirements:
        _known(code, edition.vocabulary.requirements, "requirement")
        found = edition.find(code)
        if found is not None and not found[0].excusable:
            raise Refused(f"{code} ({found[0].name}) cannot be excused")
    if review <= today:
        raise Refused(f"the review date {review} is not ahead", "an exception ends on its review date")
    name = _fresh(f"{crossing}-{'-'.join(requirements)}".lower()[:_LONGEST], estate)
    entry: dict[str, Any] = {
        "crossing": crossing, "requirements": list(requirements), "why": why, "task": task, "owner": owner,
        "since": today.isoformat(), "review": review.isoformat(),
    }  # fmt: skip
    file = _write(loaded.root / "exceptions" / f"{name}.yaml", to_yaml({"exceptions": {name: entry}}))
    _reread(path, name, file)
    return file


def _reread(path: Path, name: str, file: Path) -> None:
    """Make sure that the estate holds the exception that was written; take it back otherwise."""
    again = load(path)
    if again.estate is None:
        file.unlink()
        told = "\n".join(each.render(again.texts) for each in again.errors)
        raise Refused(f"the exception cannot be written as it was told\n{told}")
    if name not in again.estate.exceptions:
        file.unlink()
        raise Refused(f"`{path}` is one file, and an exception is written beside it", "name the estate's folder")


def _known(word: str, known: Any, what: str) -> None:  # noqa: ANN401 - any collection of words
    if word not in known:
        raise Refused(f"there is no {what} `{word}`", did_you_mean(word, known, what=f"{what}s"))


def _fresh(name: str, estate: Estate) -> str:
    candidate, number = name, 2
    while candidate in estate.exceptions:
        candidate, number = f"{name}-{number}", number + 1
    return candidate


def _write(file: Path, text: str) -> Path:
    try:
        file.parent.mkdir(exist_ok=True)
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise Refused(f"`{file}` exists already") from None
    except OSError as error:
        raise Refused(f"cannot write `{file}`: {(error.strerror or str(error)).lower()}") from None
    return file

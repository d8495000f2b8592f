"""Reading the words of options: strict, and helpful about the wrong ones."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from isthmus.diagnostics import did_you_mean
from isthmus.evidence import Kind
from isthmus.workflows.refusal import Refused


def one_of(word: str, known: Sequence[str], what: str) -> str:
    """The word, if it is a known one; raises Refused with the nearest one otherwise."""
    if word not in known:
        raise Refused(f"there is no {what} `{word}`", did_you_mean(word, known, what=f"{what}s"))
    return word


def evidence_kinds(words: str | None) -> tuple[Kind, ...]:
    """The kinds of evidence named, separated by commas; all of them where none is named."""
    if words is None:
        return tuple(Kind)
    known = [each.value for each in Kind]
    chosen = [word.strip() for word in words.split(",")]
    for word in chosen:
        if word not in known:
            raise Refused(f"there is no kind of evidence `{word}`", did_you_mean(word, known, what="kinds"))
    return tuple(kind for kind in Kind if kind.value in chosen)


def day(word: str | None) -> date:
    """The day named (YYYY-MM-DD); today, in UTC, where none is."""
    if word is None:
        return datetime.now(UTC).date()
    try:
        if len(word) != 10:
            raise ValueError
        return date.fromisoformat(word)
    except ValueError:
        raise Refused(f"`{word}` is not a day", "write it as YYYY-MM-DD") from None


def span(word: str) -> timedelta:
    """The time named: days, weeks or years, such as 30d, 6w or 1y."""
    found = re.fullmatch(r"([0-9]{1,5})([dwy])", word)
    if found is None:
        raise Refused(f"`{word}` is not a time", "write it as 30d, 6w or 1y")
    return timedelta(days=int(found[1]) * {"d": 1, "w": 7, "y": 365}[found[2]])

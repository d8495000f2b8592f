"""How long each finding stood: from the moment at which it is first seen to the one at which it is gone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tests.history.versions import Version
from tests.history.walk import Found, Step


@dataclass(frozen=True, slots=True)
class Window:
    """A finding from one day to another; ``until`` is empty where it is there at the end of the histories."""

    first: Found
    since: str
    until: str
    moments: frozenset[int] = frozenset()
    """The moments in a row at which it was there, by their numbers."""
    versions: frozenset[Version] = frozenset()
    """The versions that it was in."""

    @property
    def days(self) -> int:
        """How long that is; to the last day of the histories where it never ends."""
        return (date.fromisoformat(self.until) - date.fromisoformat(self.since)).days if self.until else 0


def windows(steps: Sequence[Step]) -> list[Window]:
    """Every window, by code and then by time."""
    closed: list[Window] = []
    open_: dict[tuple[str, str], Window] = {}
    for number, step in enumerate(steps):
        now = _by_subject(step.found)
        closed += [replace(open_.pop(key), until=step.moment.date) for key in list(open_) if key not in now]
        for key, each in now.items():
            known = open_.get(key, Window(each, step.moment.date, ""))
            held = {each.version} if each.version else set()
            open_[key] = replace(known, moments=known.moments | {number}, versions=known.versions | held)
    return sorted([*closed, *open_.values()], key=lambda each: (each.first.code, each.since, each.first.subject))


def _by_subject(found: Iterable[Found]) -> dict[tuple[str, str], Found]:
    by_subject: dict[tuple[str, str], Found] = {}
    for each in found:
        by_subject.setdefault((each.code, each.subject), each)
    return by_subject

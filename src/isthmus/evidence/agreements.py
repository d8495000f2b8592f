"""The consent of owners: given to one exact content, void as soon as that content changes."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from isthmus.diagnostics import Span


class Subject(StrEnum):
    """What owners agree to."""

    CROSSING = "crossing"
    EXCEPTION = "exception"
    EDITION = "edition"


@dataclass(frozen=True, slots=True)
class Consent:
    """One owner's consent, by a named person on one day; ``flaw`` says why it does not count, if it does not."""

    subject: Subject | None
    """None where what it is about does not exist (any more)."""
    id: str
    owner: str
    by: str
    on: date
    where: Span
    flaw: str = ""
    changed: tuple[str, ...] = ()
    """What changed since the consent was given, field by field, where that is the flaw."""

    @property
    def is_void(self) -> bool:
        """Whether the signature is sound and its content is no longer what is there."""
        return bool(self.changed)

    def __str__(self) -> str:
        return f"{self.owner} ({self.by}, {self.on})"


@dataclass(frozen=True)
class Agreements:
    """Every consent that was found, sound or not."""

    found: tuple[Consent, ...] = ()

    def given(self, subject: Subject, id_: str) -> tuple[Consent, ...]:
        """The consents that count for one thing."""
        return tuple(each for each in self._about(subject, id_) if not each.flaw)

    def flawed(self, subject: Subject, id_: str) -> tuple[Consent, ...]:
        """The consents that do not count for one thing, with the reason."""
        return tuple(each for each in self._about(subject, id_) if each.flaw)

    @property
    def astray(self) -> tuple[Consent, ...]:
        """The consents to things that do not exist, with the reason."""
        return tuple(each for each in self.found if each.subject is None)

    def _about(self, subject: Subject, id_: str) -> tuple[Consent, ...]:
        return self._by_subject.get((subject, id_), ())

    @cached_property
    def _by_subject(self) -> dict[tuple[Subject, str], tuple[Consent, ...]]:
        grouped: dict[tuple[Subject, str], tuple[Consent, ...]] = {}
        for each in self.found:
            if each.subject is not None:
                grouped[each.subject, each.id] = (*grouped.get((each.subject, each.id), ()), each)
        return grouped

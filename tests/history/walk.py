"""Judging one moment after the other, as `check` judges an estate and `diff` compares two.

A moment whose texts are those of the one before is not judged again. Where a version cannot be read `check` would
refuse the snapshot; the walk says so and goes on with the version before it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from isthmus.decide import Judgement, judge
from isthmus.diagnostics import Diagnostic, Severity
from isthmus.evidence import Finding, TrafficChange
from isthmus.prove import Prover
from isthmus.prove.differences import differences
from isthmus.workflows.agreements import facts_of
from isthmus.workflows.load import Loaded, load
from isthmus.workflows.proving import Proved, proved
from tests.history.border import Border, border, days_of_change
from tests.history.versions import Moment, Version

MOMENTS_IN_A_SPACE = 40
"""After how many moments sets and proofs begin anew, so that memory stays bounded."""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding at one moment; ``version`` is the file that it is in, unless that is one of the fixtures."""

    code: str
    message: str
    where: str
    packet: str = ""
    version: Version | None = None

    @property
    def subject(self) -> str:
        """What stays the same while the finding does: places in other files come and go with every line."""
        return _PLACE.sub("", self.message)


_PLACE = re.compile(r"\s*\(?\S*\.(?:pol|yaml|net|svc|conf|json)(?::\d+)+\)?")


@dataclass(frozen=True, slots=True)
class Step:
    """What was found at a moment, and what the change before it did."""

    moment: Moment
    found: tuple[Found, ...]
    unread: tuple[Found, ...] = ()
    """Why a version could not be used."""
    traffic: tuple[TrafficChange, ...] = ()
    is_new: bool = True
    """Whether anything differs from the moment before."""


@dataclass
class Walk:
    """The walk over moments, in a folder of its own."""

    folder: Path
    compares: bool = True
    _good: dict[str, Version] = field(default_factory=dict)
    _bad: dict[Version, tuple[Found, ...]] = field(default_factory=dict)
    _last: tuple[str, Step, Prover] | None = None
    _used: int = 0
    """How many moments were proved one after the other with the same sets."""

    def steps(self, moments: Sequence[Moment]) -> Iterator[Step]:
        """Every moment, judged; between them what the fixtures around the versions change, as moments of their own."""
        days = days_of_change()
        before: Moment | None = None
        for moment in moments:
            between = [day for day in days if before is not None and before.date < day <= moment.date]
            yield from self._around(before, between)
            yield self._step(moment)
            before = moment

    def _around(self, before: Moment | None, days: Sequence[str]) -> Iterator[Step]:
        """The versions of before on later days, where anything differs then."""
        steps = [self._step(before.until(day)) for day in days if before is not None]
        yield from (each for each in steps if each.is_new)

    def _step(self, moment: Moment) -> Step:
        readable = {kind: self._good[kind] for kind, each in moment.versions.items() if each in self._bad_ones(kind)}
        at = border(moment, readable)
        if self._last is not None and self._last[0] == at.content:
            step = replace(self._last[1], moment=moment, traffic=(), is_new=False, unread=self._unread(moment))
            self._last = (at.content, step, self._last[2])
            return step
        told, loaded = self._proved(at)
        if told.errors:
            return self._refused(moment, at, told)
        self._good |= {kind: each for kind, each in moment.versions.items() if kind not in readable}
        return self._judged(moment, at, told, loaded)

    def _bad_ones(self, kind: str) -> set[Version]:
        return {each for each in self._bad if each.kind == kind and kind in self._good}

    def _unread(self, moment: Moment) -> tuple[Found, ...]:
        return tuple(each for version in moment.versions.values() for each in self._bad.get(version, ()))

    def _refused(self, moment: Moment, at: Border, told: Proved) -> Step:
        """The same moment with the last good version of every file that has an error."""
        errors = [found(each, at, self.folder) for each in told.errors if each.severity is Severity.ERROR]
        bad = {each.version for each in errors if each.version is not None and each.version.kind in self._good}
        fresh = bad - self._bad.keys()
        if not fresh:
            raise AssertionError(f"{moment.date}: nothing can be read in place of {errors}")
        for version in fresh:
            assert version is not None, "found above"
            self._bad[version] = tuple(each for each in errors if each.version == version)
        return self._step(moment)

    def _proved(self, at: Border) -> tuple[Proved, Loaded]:
        """The snapshot, proved; what it shares with the last one is not proved again."""
        if self._last is not None and self._used >= MOMENTS_IN_A_SPACE:
            content, step, prover = self._last
            self._last, self._used = (content, step, Prover(prover.facts, prover.network)), 0
        self._used += 1
        snapshot, loaded = at.write(self.folder), load(self.folder)
        _, edition = loaded.usable()
        facts = facts_of(loaded, date.fromisoformat(_TODAY))
        return proved(facts, edition, snapshot, after=self._last[2] if self._last else None), loaded

    def _judged(self, moment: Moment, at: Border, told: Proved, loaded: Loaded) -> Step:
        prover, (_, edition) = told.prover, loaded.usable()
        assert prover is not None, "there is a snapshot, and it has no errors"
        judgement = judge(told.facts, edition, remarks=told.remarks)
        here = tuple(found(each, at, self.folder) for each in told.remarks)
        here += tuple(_requirements(judgement, at, self.folder))
        traffic = tuple(differences(self._last[2], prover)) if self._last and self.compares else ()
        step = Step(moment, here, self._unread(moment), traffic)
        self._last = (at.content, step, prover)
        return step


_TODAY = "2026-11-24"
"""The day of every judgement: nothing in the estate depends on it."""


def found(diagnostic: Diagnostic, at: Border, folder: Path) -> Found:
    """A diagnostic with the version that it is in, in place of the file that was written for `check`."""
    version, where = _told(str(diagnostic.where.file), at, folder)
    place = f"{where}:{diagnostic.where.line}"
    return Found(diagnostic.code, _short(diagnostic.message, folder), place, diagnostic.packet, version)


def _told(file: str, at: Border, folder: Path) -> tuple[Version | None, str]:
    path = _short(file, folder)
    version = at.sources.get(path)
    return version, str(version) if version else path


def _short(text: str, folder: Path) -> str:
    return text.replace(f"{folder}/snapshot/", "").replace(f"{folder}/", "")


def _requirements(judgement: Judgement, at: Border, folder: Path) -> Iterator[Found]:
    """Requirements about the estate as a whole that configurations do not meet."""
    for each in judgement.requirements:
        for one in each.evidence:
            answer = one.answer
            if answer.finding is Finding.NOT_MET and answer.exhibit is not None and answer.where is not None:
                version, where = _told(answer.where.file, at, folder)
                said, place = answer.because.partition(":")[0], f"{where}:{answer.where.line}"
                yield Found(each.requirement.code, said, place, answer.exhibit.packet, version)

"""The versions of the histories, and the order in which they came into force."""

import csv
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache
from itertools import groupby, pairwise, permutations
from pathlib import Path

_NAMED = Path(os.environ.get("ISTHMUS_REALDATA") or Path(__file__).resolve().parents[3] / "shared" / "realdata")
REALDATA = _NAMED / "wikimedia" if (_NAMED / "wikimedia").is_dir() else _NAMED
HISTORY = REALDATA / "history"

NAT = "dmz_cidr"
VRF = "cr-cloud-vrf"
HOSTS = "cr-cloud-hosts"
DEFINITIONS = "static.net"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one file: ``kind`` is its history, ``path`` where its repository had it."""

    kind: str
    file: Path
    path: str

    @property
    def text(self) -> str:
        """Its content."""
        return _text(self.file)

    def __str__(self) -> str:
        """How reports call it: its history and its date."""
        return f"{self.kind}/{self.file.name}"


@cache
def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Commit:
    """What one commit changed, on which day, and how its author called that."""

    date: str
    name: str
    repository: str
    subject: str
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """What was in force after a commit: the newest version of each history."""

    commit: Commit
    versions: Mapping[str, Version] = field(default_factory=dict)

    @property
    def date(self) -> str:
        """The day, as ``2023-04-20``."""
        return self.commit.date

    def until(self, day: str) -> "Moment":
        """The same versions on a later day, when what stands around them has changed."""
        return Moment(Commit(day, "", "", "(no version: what the fixtures put around them)", ()), self.versions)


def commits() -> list[Commit]:
    """Every commit of the histories, in the order in which they came.

    The index has days and no times. Of the commits of one day and repository, that order is taken in which the least
    is rewritten from the version before the day to the one after it, and in which every commit changes something.
    Commits to the routers come before those to the gateway on the same day, as a filter is opened before what needs it.
    """
    with (HISTORY / "INDEX.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if (HISTORY.parent / row["file"]).is_file()]
    rows.sort(key=lambda row: (row["commit_date"], row["repository"], row["commit"]))
    found = [
        _commit(list(group))
        for _, group in groupby(rows, key=lambda row: (row["commit_date"], row["repository"], row["commit"]))
    ]
    days = [list(group) for _, group in groupby(found, key=lambda each: (each.date, each.repository))]
    ordered: list[Commit] = []
    for at, day in enumerate(days):
        ordered += _in_order(day, ordered, [each for later in days[at + 1 :] for each in later])
    return ordered


def _commit(rows: Sequence[Mapping[str, str]]) -> Commit:
    versions = tuple(
        Version(row["file"].split("/")[1], HISTORY.parent / row["file"], row["path"])
        for row in sorted(rows, key=lambda row: row["path"])
    )
    first = rows[0]
    return Commit(first["commit_date"], first["commit"], first["repository"], first["subject"], versions)


def _in_order(day: Sequence[Commit], before: Sequence[Commit], after: Sequence[Commit]) -> Sequence[Commit]:
    if len(day) == 1:
        return day
    return min(permutations(day), key=lambda order: _rewritten(order, before, after))


def _rewritten(order: Sequence[Commit], before: Sequence[Commit], after: Sequence[Commit]) -> tuple[int, int, int]:
    """How many commits of an order change nothing, and how many lines and words are rewritten along it."""
    idle = lines = words = 0
    for kind in sorted({each.kind for commit in order for each in commit.versions}):
        chain = [each for commit in order for each in commit.versions if each.kind == kind]
        earlier = next((each for commit in reversed(before) for each in commit.versions if each.kind == kind), None)
        later = next((each for commit in after for each in commit.versions if each.kind == kind), None)
        steps = [each for each in (earlier, *chain, later) if each is not None]
        for one, other in pairwise(steps):
            idle += one.text == other.text and other is not later
            lines += _distance(_lines(one.text), _lines(other.text))
            words += _distance(_words(one.text), _words(other.text))
    return idle, lines, words


def _lines(text: str) -> tuple[str, ...]:
    """The lines; how they are indented does not count."""
    return tuple(line.strip() for line in text.splitlines())


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[\s,'\"]+", text) if word)


@cache
def _distance(old: Sequence[str], new: Sequence[str]) -> int:
    """How many parts are in one of two texts only."""
    same = sum(block.size for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks())
    return len(old) + len(new) - 2 * same


def moments(all_: Sequence[Commit]) -> Iterator[Moment]:
    """What was in force after each commit that put something in force.

    The NAT list moved from file to file. Once a file of another place has it, the ones before are what nobody cleaned
    up yet, and their versions (`superseded`) are passed over.
    """
    now: dict[str, Version] = {}
    passed = set(superseded(all_))
    for commit in all_:
        fresh = [each for each in commit.versions if each not in passed]
        if fresh:
            now |= {each.kind: each for each in fresh}
            yield Moment(commit, dict(now))


def superseded(all_: Sequence[Commit]) -> list[Version]:
    """The versions of files that the NAT list had left already."""
    chain = [each for commit in all_ for each in commit.versions if each.kind == NAT]
    places = list(dict.fromkeys(each.path for each in chain))
    gone: list[Version] = []
    furthest = 0
    for each in chain:
        place = places.index(each.path)
        if place < furthest:
            gone.append(each)
        furthest = max(furthest, place)
    return gone

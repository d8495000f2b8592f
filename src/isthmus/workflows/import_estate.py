"""`isthmus import`: fill an estate from the data that others keep."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from isthmus.diagnostics import shown
from isthmus.sources import wikimedia
from isthmus.workflows.refusal import Refused


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the records of one importer: ``read`` is the sum of the three after it."""

    importer: str
    title: str
    read: int
    imported: int
    unresolved: int
    refused: int
    left_aside: dict[str, int]
    """Records of kinds that an estate has no use for, which are not counted as read."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A record, or a name in a record, that did not get into the estate, and why."""

    importer: str
    where: str
    """``file:line:column``, the file relative to its source."""
    why: str
    name: str | None = None
    """What nothing in the data resolves."""


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What was read, what became of it, and what was written."""

    estate: str
    entries: dict[str, int]
    """How many entries each section of the estate has."""
    importers: tuple[Counts, ...]
    unresolved: tuple[Remark, ...]
    """Records that need a name which nothing in the data resolves."""
    gaps: tuple[Remark, ...]
    """Such names that an imported record can do without: what they stand for is left out of it."""
    refused: tuple[Remark, ...]
    not_looked_at: tuple[str, ...]
    """Files that no importer knows."""
    written: tuple[str, ...]

    def as_record(self) -> dict[str, Any]:
        """The summary as plain values, for JSON."""
        return {"schema": 1, **asdict(self)}


def import_estate(sources: Sequence[Path], out: Path) -> ImportSummary:
    """Read every file below ``sources`` that an importer knows and write an estate to ``out``.

    Raises Refused, before anything is written, where a source is no folder, no importer knows any file, or
    ``out`` holds what an import did not write.
    """
    try:
        wikimedia.check_folder(out)
        tree = wikimedia.read_tree(sources, wikimedia.wanted)
    except wikimedia.SourceMissing as problem:
        raise Refused(str(problem), "name a checkout, or a folder of files copied from one") from None
    except wikimedia.FolderTaken as problem:
        raise Refused(str(problem), problem.help) from None
    if not tree.files:
        known = "such as `modules/network/data/data.yaml`, `hieradata/common/service.yaml`, `templates/ZONE`"
        count = len(tree.not_looked_at)
        raise Refused(f"no importer knows any of the {count:,} files there", f"it looks for files {known}")
    importing = wikimedia.import_tree(tree)
    texts = wikimedia.emit(importing.draft)
    summary = _summary(importing, tree, (*texts, wikimedia.RECORD))
    try:
        wikimedia.write_folder(out, texts, summary.as_record())
    except wikimedia.FolderTaken as problem:
        raise Refused(str(problem), problem.help) from None
    except OSError as error:
        raise Refused(f"cannot write `{out}`: {(error.strerror or str(error)).lower()}") from None
    return summary


def _summary(importing: wikimedia.Importing, tree: wikimedia.Tree, written: tuple[str, ...]) -> ImportSummary:
    tallies = importing.tallies
    return ImportSummary(
        estate=wikimedia.ESTATE,
        entries={section: len(entries) for section, entries in importing.draft.sections.items() if entries},
        importers=tuple(_counts(tally) for tally in tallies),
        unresolved=tuple(_remark(tally, each) for tally in tallies for each in tally.unresolved),
        gaps=tuple(_remark(tally, each) for tally in tallies for each in tally.gaps),
        refused=tuple(_remark(tally, each) for tally in tallies for each in tally.refused),
        not_looked_at=tuple(shown(name, longest=1000) for name in tree.not_looked_at),
        written=written,
    )


def _counts(tally: wikimedia.Tally) -> Counts:
    return Counts(
        tally.importer,
        tally.title,
        tally.read,
        tally.imported,
        len(tally.unresolved),
        len(tally.refused),
        dict(sorted(tally.left_aside.items())),
    )


def _remark(tally: wikimedia.Tally, outcome: wikimedia.Unresolved | wikimedia.Refused) -> Remark:
    name = shown(outcome.name, longest=300) if isinstance(outcome, wikimedia.Unresolved) else None
    where, why = shown(outcome.where, longest=1000), shown(outcome.why, longest=1000)
    return Remark(tally.importer, where, why, name)

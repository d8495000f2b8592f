"""`isthmus diff`: what changes between two estates, two git revisions of one, two snapshots, or two editions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.decide import Comparison, Edition, Judgement, compare, edition_content, judge
from isthmus.diagnostics import Diagnostic, Severity
from isthmus.documents import parse_yaml
from isthmus.estate import Estate, differences, read_estate
from isthmus.evidence import TrafficChange
from isthmus.guidelines import read_edition
from isthmus.sources.agreements import OWNERS
from isthmus.sources.editions import read_edition_text, shipped
from isthmus.sources.files import TextFile, read_text
from isthmus.sources.folder import read_folder
from isthmus.sources.git import NoRevision, is_revision, revision
from isthmus.sources.signers import REVOKED, SIGNERS, Signers
from isthmus.sources.snapshot import FOLDER, is_snapshot
from isthmus.workflows.agreements import facts_of
from isthmus.workflows.load import Loaded, load
from isthmus.workflows.proving import Proved, proved
from isthmus.workflows.refusal import Refused

if TYPE_CHECKING:
    from isthmus.prove import Prover


def diff(old: str, new: str, *, estate: Path, today: date) -> Comparison:
    """Compare OLD with NEW: folders, ``REVISION:PATH`` of git, or editions (then ``estate`` is judged by both).

    Raises Refused where a side cannot be read, with everything that is wrong with it.
    """
    with ExitStack() as held:
        if _is_edition(old) and _is_edition(new):
            return _editions(_edition(old), _edition(new), estate, today)
        return _estates(_side(old, estate, held), _side(new, estate, held), today)


def _is_edition(name: str) -> bool:
    return name in shipped() or name.endswith(".toml")


def _edition(name: str) -> Edition:
    path = Path(name)
    text = read_edition_text(name if name in shipped() else path.name, path.parent)
    if not isinstance(text, TextFile):
        raise Refused(text.message, text.help)
    read = read_edition(text.text, name)
    if read.edition is None:
        told = "\n".join(each.render({name: read.document.lines}) for each in read.diagnostics)
        raise Refused(f"edition `{name}` cannot be used\n{told}")
    return read.edition


@dataclass(frozen=True)
class _Side:
    """One side of a comparison of networks: an estate, and the snapshot that goes with it."""

    loaded: Loaded
    snapshot: Path


def _side(name: str, estate: Path, held: ExitStack) -> _Side:
    """An estate with its snapshot; or a snapshot by itself, held against ``estate``."""
    try:
        path = held.enter_context(revision(name)) if is_revision(name) else Path(name)
    except NoRevision as error:
        raise Refused(f"there is no revision `{name}`: {error}", "write REVISION:PATH, as for `git show`") from None
    alone = is_snapshot(path)
    loaded = load(estate if alone else path)
    loaded.usable(f"`{estate}`" if alone else f"`{name}`")
    return _Side(loaded, path if alone else loaded.root / FOLDER)


def _estates(old: _Side, new: _Side, today: date) -> Comparison:
    before, was = _held(old, today)
    after, now = _held(new, today, was.prover)
    edition = differences(edition_content(before.edition), edition_content(after.edition))
    compared = compare(before, after, (_estate(old.loaded), _estate(new.loaded)), edition)
    signers = _signers(old.loaded.root, new.loaded.root)
    return replace(compared, signers=signers, traffic=_traffic(was.prover, now.prover))


def _held(side: _Side, today: date, beside: Prover | None = None) -> tuple[Judgement, Proved]:
    """One side's judgement, with what its snapshot proves; what the other side's has proved is not proved again."""
    estate, edition = side.loaded.usable()
    told = proved(facts_of(side.loaded, today), edition, side.snapshot, after=beside)
    if told.errors:
        lines = "\n".join(each.render(told.texts) for each in told.errors)
        raise Refused(f"the snapshot at `{side.snapshot}` cannot be used\n{lines}")
    assert estate is not None
    return judge(told.facts, edition, remarks=[*_remarks(side.loaded), *told.remarks]), told


def _traffic(old: Prover | None, new: Prover | None) -> tuple[TrafficChange, ...]:
    if old is None or new is None:
        return ()
    from isthmus.prove.differences import differences as traffic

    return tuple(traffic(old, new))


def _signers(old: Path, new: Path) -> tuple[str, ...]:
    """Lines that came into, or went from, the files that say who may sign."""
    told: list[str] = []
    for name in (SIGNERS, REVOKED):
        before, after = _lines(old, name), _lines(new, name)
        told += [f"{name}: gone: {line}" for line in before if line not in after]
        told += [f"{name}: new: {line}" for line in after if line not in before]
    return tuple(told)


def _lines(root: Path, name: str) -> list[str]:
    """The lines of one of these files; none of a link that leads out of the estate."""
    signers = Signers(root / OWNERS)
    path = signers.folder / name
    read = read_text(path, name) if signers.holds(path) else None
    text = read.text if isinstance(read, TextFile) else ""
    return [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def _editions(old: Edition, new: Edition, path: Path, today: date) -> Comparison:
    before, after = _read_by(old, path), _read_by(new, path)
    edition = differences(edition_content(old), edition_content(new))
    return compare(_judged(before, today), _judged(after, today), (_estate(before), _estate(after)), edition)


def _read_by(edition: Edition, path: Path) -> Loaded:
    """The estate in the words of an edition, whichever it names itself."""
    folder = read_folder(path)
    documents = [parse_yaml(each.text, each.name) for each in folder.files]
    texts = {document.file: document.lines for document in documents}
    reading = read_estate(documents, edition.vocabulary)
    found = (*folder.diagnostics, *reading.diagnostics)
    read = Loaded(reading.estate, edition, found, texts, folder.root)
    loaded = replace(read, estate=None) if read.errors else read
    loaded.usable(f"`{path}` by edition `{edition.id}`")
    return loaded


def _judged(loaded: Loaded, today: date) -> Judgement:
    assert loaded.edition is not None
    return judge(facts_of(loaded, today), loaded.edition, remarks=_remarks(loaded))


def _remarks(loaded: Loaded) -> Iterator[Diagnostic]:
    return (each for each in loaded.diagnostics if each.severity is not Severity.ERROR)


def _estate(loaded: Loaded) -> Estate:
    assert loaded.estate is not None
    return loaded.estate

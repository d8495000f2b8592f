"""`isthmus diff`: what changes between two estates, two git revisions of one, or two editions of the guidelines."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path

from isthmus.decide import Comparison, Edition, Judgement, compare, edition_content, judge
from isthmus.diagnostics import Diagnostic, Severity
from isthmus.documents import parse_yaml
from isthmus.estate import Estate, differences, read_estate
from isthmus.guidelines import read_edition
from isthmus.sources.agreements import OWNERS
from isthmus.sources.editions import read_edition_text, shipped
from isthmus.sources.files import TextFile, read_text
from isthmus.sources.folder import read_folder
from isthmus.sources.git import NoRevision, is_revision, revision
from isthmus.sources.signers import REVOKED, SIGNERS, Signers
from isthmus.workflows.agreements import facts_of
from isthmus.workflows.load import Loaded, load
from isthmus.workflows.refusal import Refused


def diff(old: str, new: str, *, estate: Path, today: date) -> Comparison:
    """Compare OLD with NEW: folders, ``REVISION:PATH`` of git, or editions (then ``estate`` is judged by both).

    Raises Refused where a side cannot be read, with everything that is wrong with it.
    """
    with ExitStack() as held:
        if _is_edition(old) and _is_edition(new):
            return _editions(_edition(old), _edition(new), estate, today)
        return _estates(_side(old, held), _side(new, held), today)


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


def _side(name: str, held: ExitStack) -> Loaded:
    try:
        path = held.enter_context(revision(name)) if is_revision(name) else Path(name)
    except NoRevision as error:
        raise Refused(f"there is no revision `{name}`: {error}", "write REVISION:PATH, as for `git show`") from None
    loaded = load(path)
    loaded.usable(f"`{name}`")
    return loaded


def _estates(old: Loaded, new: Loaded, today: date) -> Comparison:
    before, after = _judged(old, today), _judged(new, today)
    edition = differences(edition_content(before.edition), edition_content(after.edition))
    compared = compare(before, after, (_estate(old), _estate(new)), edition)
    return replace(compared, signers=_signers(old.root, new.root))


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

"""`isthmus explain`: a requirement's page, a diagnostic's page, or why a crossing was judged as it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from isthmus import __version__, decide, documents, estate, guidelines
from isthmus.decide import Case, Edition, Requirement, judge
from isthmus.diagnostics import Code, Severity, did_you_mean
from isthmus.guidelines import read_edition
from isthmus.report import Report
from isthmus.sources import exercises, files, snapshot
from isthmus.sources.editions import read_edition_text
from isthmus.sources.files import TextFile
from isthmus.workflows import exercised, plan
from isthmus.workflows.agreements import facts_of
from isthmus.workflows.load import Loaded, load
from isthmus.workflows.proving import proved
from isthmus.workflows.refusal import Refused

DEFAULT_EDITION = "wikimedia"
"""The edition that is explained where there is no estate."""


@dataclass(frozen=True, slots=True)
class RequirementPage:
    """A requirement, its case and the edition that holds it."""

    requirement: Requirement
    case: Case | None
    edition: Edition


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case of an edition."""

    case: Case
    edition: Edition


Page = RequirementPage | CasePage | Code | Report
"""A report holds the one crossing that was asked about."""


def every_code() -> tuple[Code, ...]:
    """Every kind of diagnostic that the program can give."""
    from isthmus import formats, generate, network
    from isthmus.observe import codes as observe
    from isthmus.prove.findings import codes as layers

    rooms = (documents.CODES, estate.CODES, guidelines.CODES, decide.CODES, files.CODES, snapshot.CODES, plan.CODES)
    lab = (exercises.CODES, exercised.CODES)
    more = (observe.CODES, generate.CODES, network.CODES, formats.codes(), layers())
    return tuple(code for room in (*rooms, *lab, *more) for code in room)


def explain(word: str, path: Path, today: date) -> Page:
    """The page of a code, case or crossing. Raises Refused, naming the nearest word, where there is none."""
    loaded = load(path)
    edition = loaded.edition or _shipped()
    for page in _pages(word, edition, loaded, today):
        return page
    broken = loaded.estate is None and any(each.severity is Severity.ERROR for each in loaded.diagnostics)
    known = [*_words(edition), *(loaded.estate.crossings if loaded.estate else ())]
    hint = did_you_mean(word, known, what="words")
    if broken and loaded.texts:
        hint += f"; the estate at `{path}` cannot be read, so its crossings are not known (`isthmus check`)"
    raise Refused(f"there is nothing to explain under `{word}`", hint)


def _pages(word: str, edition: Edition, loaded: Loaded, today: date) -> Iterator[Page]:
    found = edition.find(word.upper())
    if found is not None:
        yield RequirementPage(*found, edition)
    yield from (code for code in every_code() if code.code == word.upper())
    if loaded.estate is not None and word in loaded.estate.crossings:
        told = proved(facts_of(loaded, today), edition, loaded.root / snapshot.FOLDER, [word])
        yield Report(judge(told.facts, edition, only=[word]), (), loaded.texts, __version__)
    named = [case for case in edition.cases if word.lower() in (case.id, case.name, f"case-{case.id}")]
    yield from (CasePage(case, edition) for case in named)


def _words(edition: Edition) -> Iterator[str]:
    yield from edition.vocabulary.requirements
    yield from (code.code for code in every_code())
    yield from (case.name for case in edition.cases)


def _shipped() -> Edition:
    text = read_edition_text(DEFAULT_EDITION, Path())
    assert isinstance(text, TextFile), "the default edition ships with the program"
    edition = read_edition(text.text, text.name).edition
    assert edition is not None, "the default edition is sound"
    return edition

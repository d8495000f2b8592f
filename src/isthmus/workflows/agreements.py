"""Which agreements stand: statements beside the estate, held against what is there today."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from isthmus.decide import Edition, edition_content
from isthmus.diagnostics import Span
from isthmus.estate import Content, Estate, canonical, crossing_content, differences, exception_content
from isthmus.evidence import Agreements, Consent, Facts, Subject
from isthmus.sources.agreements import OWNERS, Statement, has_statements, read_statements
from isthmus.sources.signers import Signers
from isthmus.workflows.load import Loaded
from isthmus.workflows.refusal import Refused


def facts_of(loaded: Loaded, today: date) -> Facts:
    """What is known of a loaded estate: its files and its signed agreements."""
    estate, edition = loaded.estate, loaded.edition
    assert estate is not None, "callers refuse an estate that cannot be used"
    assert edition is not None, "an estate that can be used has an edition"
    return Facts(estate, edition.vocabulary, today, signed=signed(estate, edition, loaded.root, today))


def signed(estate: Estate, edition: Edition, root: Path, today: date) -> Agreements | None:
    """The signed agreements beside an estate; None where it does not say who may sign and nobody has signed.

    Where somebody has, and the file that says who may is gone, nothing counts: neither signatures nor bare records.
    """
    if not Signers(root / OWNERS).are_named and not has_statements(root):
        return None
    return Agreements(tuple(_consent(each, estate, edition, today) for each in read_statements(root)))


def content_of(subject: Subject, id_: str, estate: Estate, edition: Edition) -> Content | None:
    """The content that consent to one thing is about; None where there is no such thing."""
    if subject is Subject.EDITION:
        return edition_content(edition) if id_ == edition.id else None
    if subject is Subject.EXCEPTION:
        return exception_content(estate, estate.exceptions[id_]) if id_ in estate.exceptions else None
    return crossing_content(estate, estate.crossings[id_]) if id_ in estate.crossings else None


def subject_of(word: str, estate: Estate, edition: Edition) -> tuple[Subject, str]:
    """What a person means by a word: the edition, a crossing or an exception. Raises Refused if several or none."""
    if word in ("edition", edition.id) and word not in {**estate.crossings, **estate.exceptions}:
        return Subject.EDITION, edition.id
    kind, _, name = word.partition("/")
    sections: Mapping[Subject, Mapping[str, Any]] = {
        Subject.CROSSING: estate.crossings,
        Subject.EXCEPTION: estate.exceptions,
    }
    if name and kind in (Subject.CROSSING, Subject.EXCEPTION) and name in sections[Subject(kind)]:
        return Subject(kind), name
    found = [subject for subject, entries in sections.items() if word in entries]
    if len(found) == 2:
        raise Refused(f"`{word}` is a crossing and an exception", f"write `crossing/{word}` or `exception/{word}`")
    if not found:
        raise Refused(f"the estate has no crossing or exception `{word}`", "`edition` means the edition in force")
    return found[0], word


def _consent(statement: Statement, estate: Estate, edition: Edition, today: date) -> Consent:
    where = Span(str(statement.path))
    about = statement.id, statement.owner, statement.by, statement.on, where
    if statement.subject not in set(Subject):
        return Consent(None, *about, f"there is nothing called a `{statement.subject}` to agree to")
    subject = Subject(statement.subject)
    content = content_of(subject, statement.id, estate, edition)
    if content is None:
        return Consent(None, *about, f"there is no {subject} `{statement.id}`")
    if statement.owner not in estate.owners:
        return Consent(subject, *about, f"`{statement.owner}` is no owner of the estate")
    if statement.flaw:
        return Consent(subject, *about, statement.flaw)
    if statement.on > today:
        return Consent(subject, *about, f"it is dated {statement.on}, which is yet to come")
    if canonical(content) == canonical(statement.content):
        return Consent(subject, *about)
    changed = tuple(str(each) for each in differences(statement.content, content)) or ("its form",)
    return Consent(subject, *about, "void: what was agreed to has changed", changed)

"""Documents to an estate: shapes first, then references, then sense; every mistake of every file in one run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from isthmus.diagnostics import Diagnostic, Severity, Span
from isthmus.documents import Document
from isthmus.estate.consistency import inconsistencies, missing_realms
from isthmus.estate.estate import Estate, Vocabulary
from isthmus.estate.lookup import Lookup, sound_part
from isthmus.estate.parts import Parts


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading an estate: the estate if no error stands in the way, and all diagnostics."""

    estate: Estate | None
    diagnostics: tuple[Diagnostic, ...]


def named_edition(documents: Iterable[Document]) -> tuple[str, Span] | None:
    """The edition that an estate asks for and where it says so; None where it does not, or not in text."""
    for document in documents:
        node = document.root.child("edition") if document.root else None
        if node is not None and isinstance(node.value, str):
            return node.value, node.span(document.file)
    return None


def read_estate(documents: Sequence[Document], vocabulary: Vocabulary | None) -> Reading:
    """Build the estate that ``documents`` describe, in the words of an edition.

    Without a vocabulary (the edition could not be read) the words of the edition are not checked.
    Nothing is raised for any content: what is wrong is among the diagnostics, sorted by place, and the
    estate is None if one of them is an error.
    """
    parts = Parts()
    for document in documents:
        parts.take(document)
    parts.require_header(documents)
    lookup = Lookup(parts, vocabulary)
    problems = [*parts.diagnostics, *lookup.dangling()]
    if vocabulary is not None and "edition" in parts.header and "realms" not in parts.unread:
        problems += missing_realms(vocabulary, parts)
    estate = parts.estate()
    if _errors(problems):
        rest = inconsistencies(sound_part(parts.estate_in_part()))
        problems += [each for each in rest if each.severity is not Severity.WARNING]
    else:
        problems += inconsistencies(estate)
    found = sorted(_once(problems), key=Diagnostic.sort_key)
    return Reading(None if _errors(found) else estate, tuple(found))


def _once(problems: Iterable[Diagnostic]) -> Iterable[Diagnostic]:
    """Each mistake once, though an alias may have shown it in several places."""
    return {(each.where, each.code, each.message): each for each in problems}.values()


def _errors(problems: Iterable[Diagnostic]) -> bool:
    return any(each.severity is Severity.ERROR for each in problems)

"""What is said of agreements beside the requirements: voided ones, signatures that do not count, bare records."""

from collections.abc import Iterator

from isthmus.decide import codes
from isthmus.decide.edition import Edition
from isthmus.decide.judgement import JudgedCrossing
from isthmus.diagnostics import Diagnostic, Span
from isthmus.estate import Agreement
from isthmus.evidence import Consent, Facts, Subject


def about_agreements(judged: JudgedCrossing, facts: Facts) -> Iterator[Diagnostic]:
    """Remarks about the agreements to a crossing and to its exceptions."""
    crossing = judged.crossing
    yield from _about(Subject.CROSSING, crossing.id, crossing.agreed, crossing.span("agreed"), facts)
    for exception in facts.exceptions_of(crossing):
        yield from _about(Subject.EXCEPTION, exception.id, exception.agreed, exception.span("agreed"), facts)


def about_edition(edition: Edition, facts: Facts) -> Iterator[Diagnostic]:
    """Remarks about the agreements to the edition in force, and about those to nothing that is there."""
    yield from _about(Subject.EDITION, edition.id, facts.estate.agreed, facts.estate.where, facts)
    for each in facts.signed.astray if facts.signed else ():
        message = f"a statement of {each.owner} counts for nothing: {each.flaw}"
        yield Diagnostic(codes.REFUSED, message, each.where, "remove it with its signature")


def _about(
    subject: Subject, id_: str, recorded: tuple[Agreement, ...], where: Span, facts: Facts
) -> Iterator[Diagnostic]:
    if facts.signed is None:
        return
    for each in facts.signed.flawed(subject, id_):
        yield _void(each) if each.is_void else _refused(each)
    signed = {each.owner for each in facts.signed.given(subject, id_)}
    bare = ", ".join(dict.fromkeys(each.owner for each in recorded if each.owner not in signed))
    if bare:
        message = f"the agreements of {bare} to {subject} `{id_}` are recorded and not signed"
        yield Diagnostic(codes.UNSIGNED, message, where, f"`isthmus agree {id_} --as OWNER` signs")


def _void(consent: Consent) -> Diagnostic:
    shown = "; ".join(consent.changed[:6])
    more = f"; and {len(consent.changed) - 6} more" if len(consent.changed) > 6 else ""
    message = f"{consent.owner}'s agreement to {consent.subject} `{consent.id}` is void: {shown}{more}"
    return Diagnostic(codes.VOID, message, consent.where, f"given by {consent.by} on {consent.on}")


def _refused(consent: Consent) -> Diagnostic:
    message = f"{consent.owner}'s agreement to {consent.subject} `{consent.id}` does not count: {consent.flaw}"
    return Diagnostic(codes.REFUSED, message, consent.where)

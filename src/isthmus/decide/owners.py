"""Who must be asked about a crossing, and who has agreed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from isthmus.decide.edition import Case, Edition
from isthmus.diagnostics import Span
from isthmus.estate import Agreement, Attestation, Crossing, ExceptionEntry, Service
from isthmus.evidence import Consent, Facts, Subject

REALM_OWNERS = "realm-owners"
CLIENT_MAINTAINERS = "client-maintainers"
SERVICE_MAINTAINERS = "service-maintainers"
"""The words that an edition uses for whom to ask."""


@dataclass(frozen=True, slots=True)
class Parties:
    """The owners to ask, and the parties of whom the estate names nobody."""

    owners: tuple[str, ...]
    unnamed: tuple[str, ...] = ()

    def without(self, given: Iterable[str]) -> tuple[str, ...]:
        """Those who are not among the owners who have given their consent."""
        agreed = set(given)
        return tuple(owner for owner in self.owners if owner not in agreed)


def consents(subject: Subject, entity: Crossing | ExceptionEntry, facts: Facts) -> dict[str, Consent]:
    """The consent of each owner to a crossing or an exception; one counts from its date on.

    Where the estate says who may sign, only signatures count; otherwise what is recorded in its files.
    """
    where = entity.span("agreed")
    recorded = (_recorded(subject, entity.id, each, where) for each in entity.agreed)
    return latest(recorded if facts.signed is None else facts.signed.given(subject, entity.id), facts.today)


def edition_consents(edition: Edition, facts: Facts) -> dict[str, Consent]:
    """The consent of each owner to the edition in force."""
    recorded = (_recorded(Subject.EDITION, edition.id, each, each.where) for each in facts.estate.agreed)
    return latest(recorded if facts.signed is None else facts.signed.given(Subject.EDITION, edition.id), facts.today)


def _recorded(subject: Subject, id_: str, agreement: Agreement, where: Span) -> Consent:
    return Consent(subject, id_, agreement.owner, agreement.by, agreement.on, where)


def latest(found: Iterable[Consent], today: date) -> dict[str, Consent]:
    """The latest consent of each owner; one counts from its date on."""
    counting = sorted((each for each in found if each.on <= today), key=lambda each: each.on)
    return {each.owner: each for each in counting}


def still_to_agree(owners: Iterable[str], subject: Subject, id_: str, facts: Facts) -> str:
    """Owners in words, each with the reason why a signature of theirs does not count, if there is one."""
    flawed = {each.owner: each.flaw for each in facts.signed.flawed(subject, id_)} if facts.signed else {}
    return ", ".join(f"{owner} ({flawed[owner]})" if owner in flawed else owner for owner in owners)


def refusal(owners: tuple[str, ...], given: dict[str, Consent], said: Iterable[Attestation]) -> Attestation | None:
    """The first statement by which one of ``owners`` withholds a consent that it has not given later."""
    for each in said:
        if not each.holds and each.owner is not None and each.owner in owners:
            agreement = given.get(each.owner)
            if agreement is None or agreement.on <= each.on:
                return each
    return None


def realm_owners(facts: Facts, edition: Edition) -> tuple[str, ...]:
    """The owners of every realm that the edition speaks of."""
    realms = facts.estate.realms
    return _unique(owner for realm in edition.vocabulary.realms if realm in realms for owner in realms[realm].owners)


def parties(crossing: Crossing, case: Case | None, facts: Facts, edition: Edition) -> Parties:
    """Everybody whose consent a crossing needs."""
    return named_parties(case.ask if case else (REALM_OWNERS,), crossing, facts, edition)


def named_parties(words: Iterable[str], crossing: Crossing, facts: Facts, edition: Edition) -> Parties:
    """The owners behind the edition's ``words`` for whom to ask."""
    owners: list[str] = []
    unnamed: list[str] = []
    for word in words:
        found = _named(word, crossing, facts, edition)
        owners += found
        if not found:
            unnamed.append(word)
    return Parties(_unique(owners), tuple(unnamed))


def _named(word: str, crossing: Crossing, facts: Facts, edition: Edition) -> tuple[str, ...]:
    if word == REALM_OWNERS:
        return realm_owners(facts, edition)
    if word == SERVICE_MAINTAINERS:
        return maintainers(facts.service(crossing), facts)
    services = [facts.estate.services[name] for name in crossing.client.services]
    return crossing.client.maintainers + tuple(each for service in services for each in maintainers(service, facts))


def maintainers(service: Service, facts: Facts) -> tuple[str, ...]:
    """Who answers for a service: its own maintainers, else those of its project."""
    if service.maintainers or service.project is None:
        return service.maintainers
    return facts.estate.projects[service.project].maintainers


def _unique(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))

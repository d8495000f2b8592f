"""Who must be asked about a crossing, and who has agreed."""

from collections.abc import Iterable
from dataclasses import dataclass

from isthmus.decide.edition import Case, Edition
from isthmus.estate import Agreement, Crossing, Service
from isthmus.evidence import Facts

REALM_OWNERS = "realm-owners"
CLIENT_MAINTAINERS = "client-maintainers"
SERVICE_MAINTAINERS = "service-maintainers"
PARTIES = (REALM_OWNERS, CLIENT_MAINTAINERS, SERVICE_MAINTAINERS)
"""The words that an edition uses for whom to ask."""


@dataclass(frozen=True, slots=True)
class Parties:
    """The owners to ask, and the parties of whom the estate names nobody."""

    owners: tuple[str, ...]
    unnamed: tuple[str, ...] = ()

    def without(self, agreed: Iterable[Agreement]) -> tuple[str, ...]:
        """Those who have not agreed yet."""
        given = {agreement.owner for agreement in agreed}
        return tuple(owner for owner in self.owners if owner not in given)


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

"""Which case a crossing is: from where its ends live, and from nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass

from isthmus.decide.edition import Case, Edition, Fit, Selector
from isthmus.estate import Crossing
from isthmus.evidence import Facts, Place


@dataclass(frozen=True, slots=True)
class Classified:
    """The case of a crossing; None, with the reason, where none fits or where it cannot be told."""

    case: Case | None
    because: str
    is_known: bool = True


def classify(crossing: Crossing, facts: Facts, edition: Edition) -> Classified:
    """The first case, in the edition's order, into which every client and the service fit.

    Where a fact is missing that a case asks for, and no case before it fits, the case is unknown: guessing
    would judge the crossing by the wrong demands.
    """
    service = facts.service_place(facts.service(crossing))
    clients = facts.client_places(crossing)
    missing: set[str] = set()
    for case in edition.cases:
        answers = [_fits(fit, clients, service, missing) for fit in case.fits]
        if True in answers:
            return Classified(case, f"{_told(clients)} to {_described(service)}")
        if None in answers:
            names = ", ".join(sorted(missing))
            return Classified(None, f"{names} is not declared, so the case cannot be told", is_known=False)
    realms = {place.realm for place in clients}
    advice = "; its clients live in several realms, so declare one crossing for each" if len(realms) > 1 else ""
    return Classified(None, f"no case covers {_told(clients)} to {_described(service)}{advice}")


def _fits(fit: Fit, clients: Iterable[Place], service: Place, missing: set[str]) -> bool | None:
    """Whether all ends fit: False as soon as one cannot, None if one might."""
    answers = [_matches(fit.client, place, missing) for place in clients]
    answers.append(_matches(fit.service, service, missing))
    if False in answers:
        return False
    return None if None in answers else True


def _matches(selector: Selector, place: Place, missing: set[str]) -> bool | None:
    if selector.realm is not None and selector.realm != place.realm:
        return False
    if selector.audience and selector.audience != place.audience:
        return False
    unsure = False
    asked = ((selector.role, place.roles), (selector.sphere, place.spheres))
    for wanted, found in asked:
        if wanted is not None and found != frozenset({wanted}):
            return False
    if selector.kind is not None and selector.kind != place.kind:
        if place.kind is not None:
            return False
        missing.add(f"what {place.name} runs on")
        unsure = True
    return None if unsure else True


def _told(places: Iterable[Place]) -> str:
    return " and ".join(dict.fromkeys(_described(place) for place in places))


def _described(place: Place) -> str:
    kind = f" {place.kind}" if place.kind not in (None, "any") else ""
    return f"{place.name} (realm {place.realm}{kind and ',' + kind})"

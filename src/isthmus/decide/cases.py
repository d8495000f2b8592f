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
    service = facts.service_place(facts.service(crossing), facts.endpoints(crossing))
    clients = facts.client_places(crossing)
    for case in edition.cases:
        answers = [gaps for fit in case.fits if (gaps := _gaps(fit, clients, service)) is not None]
        if frozenset() in answers:
            return Classified(case, f"{_told(clients)} to {_described(service)}")
        if answers:
            missing = ", ".join(sorted(frozenset().union(*answers)))
            return Classified(None, f"{missing} is not declared, so the case cannot be told", is_known=False)
    realms = {place.realm for place in clients}
    advice = "; its clients live in several realms, so declare one crossing for each" if len(realms) > 1 else ""
    return Classified(None, f"no case covers {_told(clients)} to {_described(service)}{advice}")


Gaps = frozenset[str] | None
"""What would have to be declared before it is known that something fits; None where it does not fit."""


def _gaps(fit: Fit, clients: Iterable[Place], service: Place) -> Gaps:
    """What keeps all ends from fitting for sure."""
    every = [_end(fit.service, service), *(_end(fit.client, place) for place in clients)]
    known = [gaps for gaps in every if gaps is not None]
    return frozenset().union(*known) if len(known) == len(every) else None


def _end(selector: Selector, place: Place) -> Gaps:
    if selector.realm not in (None, place.realm) or selector.audience not in (frozenset(), place.audience):
        return None
    gaps: frozenset[str] = frozenset()
    for wanted, found in ((selector.role, place.roles), (selector.sphere, place.spheres)):
        if wanted is None or (found == {wanted} and not place.doubt):
            continue
        if not place.doubt or (found and wanted not in found):
            return None
        gaps |= {place.doubt}
    if selector.kind not in (None, place.kind):
        return None if place.kind else gaps | {f"what {place.name} runs on"}
    return gaps


def _told(places: Iterable[Place]) -> str:
    return " and ".join(dict.fromkeys(_described(place) for place in places))


def _described(place: Place) -> str:
    return f"{place.name} (realm {place.realm}{f', {place.kind}' if place.kind else ''})"

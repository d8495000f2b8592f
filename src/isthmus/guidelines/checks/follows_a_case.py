"""Some case covers where the client and the service live.

The case follows from the places of both ends (realm, instance or hardware, role of the network) as the edition
describes them; a flow between realms that fits none is rejected. Where it is not declared what an end runs on, or
which of its networks it uses, the case is unknown. A flow that touches one of the edition's realms only, such as one
from the internet, is no flow between them, and no case needs to cover it.
"""

from isthmus.decide import Question
from isthmus.estate import Network
from isthmus.evidence import Answer, met, not_applicable, unknown, unmet


def declared(question: Question) -> Answer:
    """Whether a case fits."""
    classified = question.classified
    assert classified is not None
    where = question.crossing.where
    if classified.case is not None:
        return met(f"case {classified.case.id}: {classified.because}", where)
    if not classified.is_known:
        return unknown(classified.because, where)
    known = set(question.edition.vocabulary.realms)
    touched = _realms(question) & known
    if len(touched) > 1:
        return unmet(classified.because, where)
    if len(touched | ({leg.realm for leg in _legs(question)} & known)) > 1:
        return unknown("by which realm's network its client goes is not declared (`arrives_as`)", where)
    told = ", ".join(touched) or "the internet"
    return not_applicable(f"it is no flow between realms: it touches {told} only", where)


def _realms(question: Question) -> set[str]:
    """The realms in which an end is declared to live, to listen or to arrive."""
    facts, crossing = question.facts, question.crossing
    listening = {network.realm for each in facts.reached(crossing) for network in each.networks}
    arriving = {network.realm for each in facts.arrivals(crossing) for network in each.networks}
    living = {place.realm for place in facts.client_places(crossing)}
    return {question.service.realm} | living | listening | arriving


def _legs(question: Question) -> list[Network]:
    """The networks by which client hosts may go, as long as nobody says as what they arrive."""
    facts, client = question.facts, question.crossing.client
    if question.crossing.arrives_as:
        return []
    services = (facts.estate.services[name] for name in client.services)
    hosts = [*client.hosts, *(host for service in services for host in service.hosts)]
    return [leg for host in hosts for leg in facts.legs(facts.estate.hosts[host])]

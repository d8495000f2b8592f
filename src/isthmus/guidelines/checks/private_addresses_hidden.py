"""Neither side sees a private address of the other.

Declared evidence: every address on which the service is reached and every address that clients arrive as lies in a
public network. The page asks for public IPv4 on both sides: a side that uses IPv6 alone is not covered by its text, so
the finding is unknown.

Configured evidence: no packet of the flow arrives with a private source, and none that was sent to a private
address arrives at all.

Observed evidence: a record made in the service's realm shows a public client, one made in the client's realm a public
service; one that tells the translation itself shows both.

Exercised evidence: which addresses the ends saw of each other in the lab.
"""

from typing import TYPE_CHECKING

from isthmus.guidelines.asking import arriving
from isthmus.guidelines.asking_exercise import arrived_ones, private_seen

if TYPE_CHECKING:
    from isthmus.guidelines.exercise import Exercise
    from isthmus.prove import Prover

from collections.abc import Iterator

from isthmus.decide import Question
from isthmus.estate import Network, Sphere
from isthmus.evidence import Answer, Finding, gravest, met, unknown, unmet
from isthmus.observe.policy import Seen
from isthmus.observe.words import Side


def declared(question: Question) -> Answer:
    """Whether both sides are declared to show public addresses only."""
    shown = met("both sides show public addresses only", question.crossing.where)
    return gravest([*_service_side(question), *_client_side(question)], shown)


def _is_public(network: Network) -> bool:
    return network.sphere is Sphere.PUBLIC


def _service_side(question: Question) -> Iterator[Answer]:
    """What clients see."""
    listeners = question.facts.reached(question.crossing)
    for listener in listeners:
        is_public = listener.lies_in(_is_public)
        if is_public is None:
            yield unknown(f"whether {listener.text} is public is not known", listener.where)
        elif not is_public:
            told = f"clients see {listener.text}, a private address of `{listener.networks[0].id}`"
            yield unmet(told, listener.where)
    if not any(4 in listener.families for listener in listeners):
        yield unknown("the service is not reached over IPv4, and the page speaks of IPv4", listeners[0].where)


def _client_side(question: Question) -> Iterator[Answer]:
    """What the service sees."""
    arrivals = question.facts.arrivals(question.crossing)
    for arrival in arrivals:
        private = [each for each in arrival.networks if not _is_public(each)]
        if private and not (arrival.is_contested and len(private) < len(arrival.networks)):
            told = f"the service sees {arrival.prefix}, private addresses of `{private[0].id}`"
            yield unmet(told, arrival.where)
        elif private or not arrival.is_covered:
            yield unknown(f"whether {arrival.prefix} is public is not known", arrival.where)
    where = question.crossing.where
    if not arrivals:
        yield unknown("as what address the client arrives is not declared (`arrives_as`)", where)
    elif all(arrival.prefix.version == 6 for arrival in arrivals):
        yield unknown("clients do not arrive over IPv4, and the page speaks of IPv4", where)


def configured(question: Question, prover: "Prover") -> Answer:
    """Whether a private address of one side can be seen by the other."""
    journey = arriving(question, prover, question.crossing)
    if isinstance(journey, Answer):
        return journey
    zones = prover.zones
    private = zones.where(lambda network: not _is_public(network))
    dialled = prover.journey(prover.declared(question.crossing) & zones.sent_to(private))
    return gravest(
        [
            prover.claims.never_arrives(journey, zones.sent_from(private), "arrives with a private source"),
            prover.claims.never_arrives(dialled, prover.space.everything, "arrives that was sent to a private address"),
        ],
        met("no private address is seen on either side"),
    )


def exercised(question: Question, exercise: "Exercise") -> Answer:
    """Whether a private address of one side was seen by the other."""
    probes = arrived_ones(exercise, question.crossing)
    if isinstance(probes, Answer):
        return probes
    return gravest(private_seen(question, exercise, probes), met("no private address was seen on either side"))


def observed(_params: object, seen: Seen) -> Finding:
    """Whether one side was seen by the other with a private address."""
    shown = {Side.SERVICE: seen.client, Side.CLIENT: seen.service}.get(seen.side)
    if seen.version == 6 or shown is None:
        return Finding.UNKNOWN
    return Finding.MET if shown.sphere == Sphere.PUBLIC else Finding.NOT_MET

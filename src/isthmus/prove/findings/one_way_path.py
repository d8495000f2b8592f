"""A flow between realms whose first packet arrives and whose reply is lost: filters of routers judge each way alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from isthmus.diagnostics import Code, Diagnostic, Severity, Span
from isthmus.estate import Network
from isthmus.packetset import Packet, PacketSet
from isthmus.prove.prover import Prover
from isthmus.prove.reach.direction import bare
from isthmus.prove.reach.journey import Journey
from isthmus.prove.reach.places import Place
from isthmus.prove.replay.ways import Way
from isthmus.prove.witness import start_of

ONE_WAY = Code(
    "PRV002",
    Severity.WARNING,
    "requests pass and their replies die",
    "The network lets packets from one realm arrive in the other and loses every reply, so nothing works and half of "
    "the door is open. Close the way there, or open the way back. Border filters see one direction only, and an "
    "answer that looks one way is wrong.",
)
CODES = (ONE_WAY,)

MOST_SAMPLES = 64


@dataclass
class _Place:
    """One line that loses replies: a packet that shows it, and between which networks it does."""

    packet: Packet
    way: Way
    between: dict[tuple[str, str], None] = field(default_factory=dict)


def find(prover: Prover) -> Iterator[Diagnostic]:
    """Each line that loses the replies to packets that arrived in another realm."""
    for realm, other in prover.realm_pairs:
        for where, place in _losing(prover, prover.between(realm, other)).items():
            pairs = [f"{source} to {destination}" for source, destination in place.between]
            more = f" and {len(pairs) - 3} more" if len(pairs) > 3 else ""
            message = f"replies to packets from {', '.join(pairs[:3])}{more} are lost: {place.way.end}"
            help_ = "the first packet arrives; refuse it on the way there, or let its reply pass"
            yield Diagnostic(ONE_WAY, message, where, help_, str(place.packet))


def _losing(prover: Prover, journey: Journey) -> dict[Span, _Place]:
    """By the line that loses them: one packet after the other, each time leaving out its pair of networks."""
    found: dict[Span, _Place] = {}
    left = _unanswered(journey)
    for _ in range(MOST_SAMPLES):
        if not left:
            break
        start, packets = next(iter((place, begun & left) for place, begun in journey.begun.items() if begun & left))
        packet = packets.sample()
        assert packet is not None, "the set is not empty"
        source, destination = _network(prover, packet.source), _network(prover, packet.destination)
        trip = prover.walker.there_and_back(packet, [start_of(start)])
        lost = [way for one in trip.rounds if one.back for way in one.back.ways if not way.arrives and way.is_sure]
        for way in lost[:1]:
            where = way.end.where or Span(way.end.device or way.end.segment)
            names = (source.id if source else "internet", destination.id if destination else "internet")
            found.setdefault(where, _Place(packet, way)).between[names] = None
        left = left - (prover.zone_of(source, "source") & prover.zone_of(destination, "destination"))
    return found


def _unanswered(journey: Journey) -> PacketSet:
    """The first packets of hosts that surely arrive, and to which no reply can come home; routers have no services."""
    arrived = {place: packets.surely for place, packets in journey.there.arrived.items()}
    served = {place: packets for place, packets in arrived.items() if packets and not _is_router(journey, place)}
    senders = journey.senders(served)
    sent = journey.reach.space.union(each for start, each in senders.items() if not _is_router(journey, start))
    return bare(sent) - journey.returned.possibly


def _is_router(journey: Journey, place: Place) -> bool:
    device = journey.reach.network.devices.get(place.device)
    return device is not None and device.forwards


def _network(prover: Prover, address: object) -> Network | None:
    found = prover.estate.plan.find(address)  # type: ignore[arg-type]
    return found[0] if found else None

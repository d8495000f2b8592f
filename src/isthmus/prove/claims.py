"""Claims about flows, answered with three values: met as a theorem, not met with a packet, unknown with the reason."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from isthmus.diagnostics import Span
from isthmus.evidence import Answer, gravest, met, unknown, unmet
from isthmus.network import Port
from isthmus.packetset import Packet, PacketSet
from isthmus.prove.certainty import Bounds
from isthmus.prove.reach.direction import bare
from isthmus.prove.reach.journey import Journey
from isthmus.prove.reach.places import Place
from isthmus.prove.replay.walk import Walker
from isthmus.prove.replay.ways import Outcome, Way
from isthmus.prove.witness import confirmed, doubts_told, exhibit, is_at, start_of

MOST_ROWS = 3
"""How many rows tell what else arrives as the packet that is shown does."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What can be claimed of flows; each journey is one question."""

    walker: Walker

    def never_arrives(
        self,
        journey: Journey,
        forbidden: PacketSet,
        told: str,
        at: Callable[[Place], bool] = lambda place: True,
    ) -> Answer:
        """No packet arrives as one of ``forbidden``, as packets are where they arrive: at the host's door.

        ``told`` says in words what it is that does not happen. From this one come *never from*, *never reaches* and
        *only by way of*.
        """
        answers = (
            answer
            for place, arrived in journey.there.arrived.items()
            if at(place)
            for answer in self._arriving(journey, place, arrived & forbidden, told)
        )
        return gravest(answers, _none(journey, told))

    def never_gets_in(self, journey: Journey, forbidden: PacketSet, told: str) -> Answer:
        """As ``never_arrives``, past the host's own firewall: *only from*, and *exactly what is declared*.

        Where what a host admits was not read, a packet that comes to its door leaves the answer unknown.
        """
        places = journey.there.arrived.items()
        answers = (
            self._arriving(journey, place, _inside(journey, place, arrived & forbidden), told)
            for place, arrived in places
        )
        return gravest((each for some in answers for each in some), _none(journey, told))

    def _arriving(self, journey: Journey, place: Place, bad: Bounds, told: str) -> Iterator[Answer]:
        """What arrives; of what leaves the network, surely only packets to public addresses outside it.

        What leaves towards an address inside comes in again by a way that the snapshot does not hold, or not at all.
        """
        if place.edge is not None:
            bad = Bounds(bad.surely - journey.reach.to_nobody - journey.reach.held, bad.possibly)
        if not bad:
            return
        if bad.surely:
            yield self._shown(journey, place, bad.surely, told)
            return
        origins = journey.origins(place, bad.possibly)
        if not origins:
            for doubt in journey.there.rewritten[:1]:
                yield unknown(f"a packet perhaps {told}; {doubts_told([doubt])}", doubt.where)
            return
        shown, way = confirmed(self.walker, origins, told, lambda way: is_at(way.end, place), surely=False)
        reason = doubts_told(way.doubts) if way.doubts else f"what {place} itself admits was not read"
        yield unknown(f"a packet perhaps {told}: {shown.packet}; {reason}", _last_place(way), shown)

    def _shown(self, journey: Journey, place: Place, bad: PacketSet, told: str) -> Answer:
        def shows(way: Way) -> bool:
            return is_at(way.end, place) and way.arrives and _holds(bad, way.packet)

        shown, way = confirmed(self.walker, journey.origins(place, bad), told, shows)
        rows = bare(bad).describe(MOST_ROWS)
        every = "; ".join(str(each) for each in rows.rows) + (f"; and {rows.left_out:,} more" if rows.left_out else "")
        return unmet(f"a packet {told}: {shown.packet}", _deciding(way), f"at {place} arrive: {every}", shown)

    def passed(self, journey: Journey, port: Port, told: str) -> Answer:
        """A packet that comes to a port, as the answer that one must not."""
        entered = journey.there.entered[port]
        origins = journey.origins(port, entered.surely or entered.possibly)
        if not origins:
            reason = doubts_told(journey.there.rewritten) or "by a way that cannot be followed back"
            return unknown(f"a packet perhaps {told}; {reason}")
        is_sure = bool(entered.surely)
        shown, way = confirmed(self.walker, origins, told, lambda way: port.device in way.devices, surely=is_sure)
        if is_sure:
            return unmet(f"a packet {told}: {shown.packet}", _deciding(way), exhibit=shown)
        return unknown(f"a packet perhaps {told}: {shown.packet}; {doubts_told(way.doubts)}", _last_place(way), shown)

    def works(self, journey: Journey, told: str) -> Answer:
        """Every packet that can begin arrives, and its reply comes home."""
        if not journey.begun:
            return unknown(f"{told}: the snapshot holds no place where its clients are")
        every = bare(journey.packets)
        broken = every - journey.returned.possibly
        if broken:
            return self._broken(journey, broken, told)
        losses = [loss for loss in (*journey.there.lost, *journey.back.lost) if loss.packets]
        if losses or every - journey.returned.surely:
            return self._doubtful(journey, every - journey.returned.surely or every, told)
        unread = [place for place in journey.there.arrived if not journey.reach.is_read(place)]
        if unread:
            return unknown(f"{told}: packets and replies pass; what {unread[0]} itself admits was not read")
        return met(f"{told}: packets arrive and replies come home")

    def _broken(self, journey: Journey, broken: PacketSet, told: str) -> Answer:
        place, packets = next((place, begun & broken) for place, begun in journey.begun.items() if begun & broken)
        packet = packets.sample()
        assert packet is not None, "the set is not empty"
        round_trip = self.walker.there_and_back(packet, [start_of(place)])
        failing = [one for one in round_trip.rounds if not one.there.arrives]
        way = failing[0].there if failing else None
        for one in round_trip.rounds if way is None else ():
            for back in one.back.ways if one.back else ():
                if not back.arrives:
                    way = way or back
        if way is None or round_trip.outcome is Outcome.THROUGH:
            raise AssertionError(f"{told}: {packet} from {place} is said to be lost, and is not")
        shown = exhibit(packet, str(place), way)
        if round_trip.outcome is Outcome.UNKNOWN:
            doubt = f"{told}: whether a packet gets through there and back cannot be told, {way.end}"
            return unknown(doubt, exhibit=shown)
        direction = "is lost on its way" if failing else "is not answered: its reply is lost"
        return unmet(f"{told}: a packet {direction}, {way.end}", _deciding(way), exhibit=shown)

    def _doubtful(self, journey: Journey, packets: PacketSet, told: str) -> Answer:
        found = [(place, begun & packets) for place, begun in journey.begun.items() if begun & packets]
        place, part = found[0]
        packet = part.sample()
        assert packet is not None, "the set is not empty"
        round_trip = self.walker.there_and_back(packet, [start_of(place)])
        ways = [one.there for one in round_trip.rounds]
        ways += [way for one in round_trip.rounds if one.back for way in one.back.ways]
        doubts = [doubt for way in ways for doubt in way.doubts]
        lost = [way for way in ways if not way.arrives]
        reason = doubts_told(doubts) if doubts else f"some ways do not lead there: {lost[0].end}" if lost else "unclear"
        return unknown(f"{told}: {reason}", exhibit=exhibit(packet, str(place), (lost or ways)[0]) if ways else None)


def _none(journey: Journey, told: str) -> Answer:
    """That no packet does: as a theorem, unless packets come to a device that may do anything to them."""
    visited = [port.device for port, packets in journey.there.entered.items() if packets]
    visited += [place.device for place, packets in journey.begun.items() if place.device and packets]
    for name in dict.fromkeys(visited):
        doubts = journey.reach.network.devices[name].doubts
        if doubts:
            return unknown(f"no packet {told} as far as {name} was read; {doubts_told(doubts)}", doubts[0].where)
    return met(f"no packet {told}")


def _inside(journey: Journey, place: Place, packets: Bounds) -> Bounds:
    """What gets in of what arrives: possibly anything, where what the host admits was not read."""
    return packets if journey.reach.is_read(place) else packets.weakened()


def _holds(packets: PacketSet, packet: Packet) -> bool:
    return packet in bare(packets)


def _deciding(way: Way) -> Span | None:
    """The line that let the packet through or refused it last: what to look at first."""
    return way.end.where or next((step.where for step in reversed(way.steps) if step.rule and step.where), None)


def _last_place(way: Way) -> Span | None:
    doubts = way.doubts
    return doubts[0].where if doubts else _deciding(way)

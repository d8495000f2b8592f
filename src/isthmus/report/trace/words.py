"""The sentences that every form of a trace tells alike: the ends, the verdicts, the crossings."""

from collections.abc import Iterator

from isthmus.estate import INTERNET, State
from isthmus.packetset import Address, Packet
from isthmus.packetset.packets import protocol_name
from isthmus.prove.replay.journeys import Journey, Round
from isthmus.prove.replay.ways import EndKind, OnDevice, Outcome, Way
from isthmus.report.digest import counted, one_line
from isthmus.report.trace.stops import place, wire
from isthmus.report.trace.traced import Traced

EXIT_MEANINGS = {
    0: "gets through there and back",
    1: "does not get through there and back",
    3: "cannot tell",
}


def title(packet: Packet) -> str:
    """A packet as a heading.

    >>> from isthmus.packetset import ping, tcp
    >>> title(tcp("192.0.2.1", "198.51.100.2", 443)), title(ping("192.0.2.1", "198.51.100.2"))
    ('tcp 192.0.2.1:50000 → 198.51.100.2:443', 'icmp 192.0.2.1 → 198.51.100.2, type 8')
    """
    kind = "" if packet.icmp_type is None else f", type {packet.icmp_type}"
    return f"{protocol_name(packet.protocol)} {wire(packet).replace('>', '→')}{kind}"


def ends(traced: Traced) -> tuple[tuple[str, str], tuple[str, str]]:
    """Both ends as they were asked for, with whose they are."""
    asked = traced.asked
    return (
        (_asked(asked.source, asked.packet.source), str(traced.of(asked.packet.source))),
        (_asked(asked.destination, asked.packet.destination), str(traced.of(asked.packet.destination))),
    )


def _asked(word: str, address: Address) -> str:
    return str(address) if word == str(address) else f"{one_line(word)} ({address})"


def ending(way: Way) -> str:
    """How a way ended, in a sentence part."""
    end = way.end
    where = f" ({place(end.where)})" if end.where else ""
    at = end.device or (f"segment {end.segment}" if end.segment else "its beginning")
    if end.kind is EndKind.DELIVERED and end.segment:
        return f"arrives at {host(way.packet.destination)} on {end.segment}, which was not read"
    told = {
        EndKind.DELIVERED: f"arrives at {end.device}",
        EndKind.LEFT: f"leaves the snapshot at {at}",
        EndKind.REFUSED: f"is refused at {at}",
        EndKind.NO_ROUTE: f"is lost at {at}",
        EndKind.DISCARDED: f"is discarded at {at}",
        EndKind.NOT_FORWARDED: f"is not forwarded at {at}",
        EndKind.LOOPED: f"goes in circles at {at}",
        EndKind.NO_SERVER: f"finds no server at {at}",
        EndKind.TOO_LONG: f"is still under way at {at}",
        EndKind.MISTAKEN: "does not come home",
    }[end.kind]
    words = f": {one_line(end.what)}" if end.what and end.kind is not EndKind.DELIVERED else ""
    words = f" {one_line(end.what)}" if end.what and end.kind is EndKind.DELIVERED else words
    shown = where if end.kind not in (EndKind.DELIVERED, EndKind.LEFT) else ""
    return f"{told}{words}{shown}"


def host(address: Address) -> str:
    """A host of which only the address is known."""
    return f"host {address}"


def short_ending(way: Way) -> str:
    """How a way ended, in a few words; the step that ended it tells the rest."""
    if way.end.kind in (EndKind.DELIVERED, EndKind.LEFT):
        return ending(way)
    return {EndKind.MISTAKEN: "does not come home"}.get(way.end.kind, way.end.kind.value)


def conclusion(traced: Traced) -> str:
    """The answer as a sentence part."""
    journey, outcome = traced.journey, traced.outcome
    if not journey.rounds:
        return f"{outcome}: nobody in the snapshot sends it"
    if outcome is Outcome.THROUGH:
        return "gets through, there and back"
    if outcome is Outcome.NOT and journey.there.outcome is not Outcome.NOT:
        return "its reply does not get through" if journey.back is Outcome.NOT else "does not get beyond the proxy"
    return outcome.value


def about_changes(traced: Traced) -> str:
    """The heading of what stands in the way."""
    if traced.journey.outcome is Outcome.UNKNOWN:
        return "what may stand in the way, were the owners to agree to this flow"
    return "what would have to change, were the owners to agree to this flow"


def headline(journey: Journey) -> str:
    """What the ways there say, in a few words."""
    if not journey.rounds:
        return "nobody sends it"
    ways = f", by {counted(len(journey.rounds), 'way')}" if len(journey.rounds) > 1 else ""
    return f"{verdict(journey.there.outcome)}{ways}{cut_short(journey)}"


def verdict(outcome: Outcome) -> str:
    """An outcome of one direction."""
    return {
        Outcome.THROUGH: "gets through",
        Outcome.NOT: "does not get through",
        Outcome.PARTLY: "gets through on some ways only",
        Outcome.UNKNOWN: "cannot tell",
    }[outcome]


def cut_short(journey: Journey) -> str:
    """That there were more ways than could be followed."""
    return "" if journey.is_complete else "; there are more ways than were followed"


def unread(one: Round) -> Iterator[str]:
    """What nobody knows at the end of a way, and beyond a proxy there."""
    end = one.there.end
    if one.there.arrives and not end.is_read:
        who = end.device if end.device and not end.segment else host(one.there.packet.destination)
        yield f"what {who} itself admits was not read"
    for flow in one.there.flows:
        if flow.packet is None:
            yield f"the addresses of the flow from {flow.proxy} to server {one_line(flow.server.name)} are not told"


def beginning(traced: Traced) -> str:
    """Why a packet has no beginning."""
    source = traced.packet.source
    return f"no device or segment of the snapshot holds {source}, and no route leads out to it"


def crossings(traced: Traced) -> Iterator[str]:
    """What the estate declares of the flow, and what that leaves to do."""
    for each in traced.crossings:
        state = "" if each.state is State.RUNNING else f" ({each.state})"
        title = f", {one_line(each.title)}" if each.title else ""
        yield f"crossing `{each.id}`{state} declares this flow{title} ({place(each.where)})"
    if traced.crossings:
        return
    source, destination = traced.realms
    yield "no crossing declares this flow"
    if source and source == destination != INTERNET:
        yield f"both ends are of realm {source}, so none has to"
    elif not source or not destination:
        yield "an end belongs to no one realm, so it cannot be told whether one has to"


def starts_at(way: Way) -> str:
    """Where a way begins."""
    return f"on {way.start.device}" if isinstance(way.start, OnDevice) else str(way.start)

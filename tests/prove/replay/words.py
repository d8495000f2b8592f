"""How the tests of this folder speak of ways: one line each."""

from isthmus.network import Network
from isthmus.packetset import Packet
from isthmus.prove.replay import Journey, Start, Walker, Way


def ways(network: Network, packet: Packet, *starts: Start) -> tuple[Way, ...]:
    """Every way of a packet, from where it is said to begin or wherever it can."""
    found = Walker(network).walk(packet, starts or None)
    assert found.is_complete
    return found.ways


def ends(network: Network, packet: Packet, *starts: Start) -> list[str]:
    """The end of each way: ``delivered at mirror``, with ``possibly`` in front where it is not sure."""
    return [told(each) for each in ways(network, packet, *starts)]


def told(way: Way) -> str:
    """The end of one way in a few words."""
    sure = "" if way.is_sure else "possibly "
    place = way.end.device or f"segment {way.end.segment}" if not way.end.segment else f"segment {way.end.segment}"
    return f"{sure}{way.end.kind} at {place}"


def journey(network: Network, packet: Packet, *starts: Start) -> Journey:
    """A packet there and back."""
    return Walker(network).there_and_back(packet, starts or None)


def there_and_back(network: Network, packet: Packet) -> list[tuple[str, list[str]]]:
    """The end of each way there, with the ends of the ways of its reply."""
    found = journey(network, packet)
    return [(told(one.there), [told(each) for each in one.back.ways] if one.back else []) for one in found.rounds]


def seen_at(way: Way, device: str) -> tuple[str, str]:
    """The source and destination of the packet where it comes to a device."""
    step = next(each for each in way.steps if each.device == device)
    return str(step.before.source), str(step.before.destination)


def met(way: Way) -> list[str]:
    """What a way met, without the parts that tests do not care for."""
    return [f"{each.device or each.segment} {each.stage}: {each.what}" for each in way.steps]

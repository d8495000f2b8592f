"""Which declared crossings a packet is part of, as its client sends it."""

from collections.abc import Iterator

from isthmus.estate import INTERNET, Crossing, Protocol
from isthmus.evidence import Facts
from isthmus.formats.services import PROTOCOLS
from isthmus.packetset import Address, Packet


def declaring(facts: Facts, packet: Packet) -> Iterator[Crossing]:
    """The crossings whose clients and endpoints cover a packet, in the order of the estate."""
    for crossing in facts.estate.crossings.values():
        if _reaches(facts, crossing, packet) and _sends(facts, crossing, packet.source):
            yield crossing


def _reaches(facts: Facts, crossing: Crossing, packet: Packet) -> bool:
    """Whether a packet goes to an address on which the crossing reaches its service, by protocol and port."""
    endpoints = facts.endpoints(crossing)
    for listener in facts.reached(crossing):
        endpoint = endpoints[listener.endpoint]
        port = packet.destination_port
        is_ported = endpoint.port is None or (port is not None and endpoint.port.first <= port <= endpoint.port.last)
        if listener.address == packet.destination and number_of(endpoint.protocol) == packet.protocol and is_ported:
            return True
    return False


def number_of(protocol: Protocol) -> int:
    """The number of a protocol."""
    return PROTOCOLS[protocol.value]


def _sends(facts: Facts, crossing: Crossing, source: Address) -> bool:
    """Whether an address is one of the crossing's clients."""
    estate, client = facts.estate, crossing.client
    held = estate.plan.find(source)
    if any(network.id in client.networks for network in held) or (INTERNET in client.networks and not held):
        return True
    hosts = [*client.hosts, *(host for name in client.services for host in estate.services[name].hosts)]
    if any(source in estate.hosts[name].addresses for name in hosts):
        return True
    return any(source == each.address for name in client.services for each in facts.listeners(estate.services[name]))

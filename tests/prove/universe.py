"""A tiny universe of packets, and what the concrete evaluator says of every one of them: the referee of claims.

Nothing here asks the symbolic engine: who sends, who hears and what belongs to which network is worked out from plain
addresses, so that a claim that both engines get wrong together has at least this to get past.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_network

from isthmus.estate import Network as EstateNetwork
from isthmus.evidence import Facts
from isthmus.network import Network
from isthmus.packetset import Address, Packet, ping, tcp
from isthmus.prove.replay import ComingIn, EndKind, OnDevice, OnSegment, Outcome, Start, Walker, Way

PRIVATE = tuple(
    ip_network(each)
    for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16")
)
"""What nobody outside sends from, unless a route of its own leads there."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One packet of the universe: where it begins, and a way that it takes."""

    packet: Packet
    start: Start
    way: Way

    @property
    def is_sure(self) -> bool:
        """Whether it surely goes this way: which of several gateways a host takes counts as no doubt, each is taken."""
        return not any(
            not each.what.startswith("which gateway hosts on")
            for step in self.way.steps
            for each in (*step.doubts, *step.unknown)
        )


class Universe:
    """A few addresses and ports, and the ways of every first packet between them."""

    def __init__(
        self,
        network: Network,
        facts: Facts,
        addresses: Iterable[str] = (),
        ports: Iterable[int] = (),
        more: Iterable[Packet] = (),
    ) -> None:
        self.facts = facts
        self.network = network
        self.walker = Walker(network)
        self.addresses = tuple(addresses)
        self.ports = tuple(ports)
        self.more = tuple(more)

    @property
    def packets(self) -> Iterator[Packet]:
        """Every first packet: a TCP segment for each port, and a ping."""
        yield from self.more
        for source in self.addresses:
            for destination in self.addresses:
                if source != destination:
                    yield from (tcp(source, destination, port) for port in self.ports)
                    yield ping(source, destination)

    @cached_property
    def seen(self) -> tuple[Seen, ...]:
        """Every packet by every way, from everywhere that hosts send it."""
        return tuple(
            Seen(packet, start, way)
            for packet in self.packets
            for start in self.starts(packet)
            for way in self.walker.walk(packet, [start]).ways
        )

    def starts(self, packet: Packet) -> Iterator[Start]:
        """Where a packet begins as hosts make them; see ``ordinary`` in reach/journey.py for the sentences."""
        for start in self.walker.wiring.beginnings(packet):
            if isinstance(start, OnSegment) or self._is_ordinary(start, packet):
                yield start

    def _is_ordinary(self, start: Start, packet: Packet) -> bool:
        if isinstance(start, ComingIn):
            return not any(packet.source in each for each in PRIVATE) or self._is_routed(start, packet.source)
        assert isinstance(start, OnDevice)
        device = self.network.devices[start.device]
        interfaces = device.interfaces.values()
        if any(held.ip == packet.destination for each in interfaces for held in each.addresses):
            return False
        if device.forwards:
            return True
        if any(
            held.ip == packet.source and held.network.prefixlen == 32 for each in interfaces for held in each.addresses
        ):
            return True
        holding = {each.name for each in interfaces for held in each.addresses if held.ip == packet.source}
        ways = self.walker.walk(packet, [start]).ways
        return any(step.leaving in holding for way in ways for step in way.steps if step.device == device.name)

    def _is_routed(self, start: ComingIn, source: Address) -> bool:
        device = self.network.devices[start.port.device]
        routes = [route for table in device.tables.values() for route in table]
        held = [each.network for one in device.interfaces.values() for each in one.addresses]
        return any(source in each for each in (*(route.prefix for route in routes if route.prefix.prefixlen), *held))

    def network_of(self, address: Address) -> EstateNetwork | None:
        """The estate's network of an address."""
        found = self.facts.estate.plan.find(address)
        return found[0] if found else None

    def is_in(self, address: Address, holds: Callable[[EstateNetwork], bool]) -> bool:
        """Whether an address is in a network of which something is true."""
        found = self.network_of(address)
        return found is not None and holds(found)

    def arriving(self, asked: Callable[[Packet], bool]) -> Iterator[Seen]:
        """The ways by which packets that are asked about arrive; those that leave arrive outside."""
        for each in self.seen:
            if each.way.arrives and asked(each.packet) and not self._is_lost_outside(each):
                yield each

    def _is_lost_outside(self, each: Seen) -> bool:
        """Whether it left although its destination is held inside."""
        destination = each.way.packet.destination
        owned = destination in self.walker.wiring.topology.owners
        return each.way.end.kind is EndKind.LEFT and (owned or bool(self.walker.wiring.segments_of(destination)))

    def goes_nowhere(self, each: Seen) -> bool:
        """Whether it left to an address that nobody outside has, so that nobody knows who takes it."""
        destination = each.way.packet.destination
        return each.way.end.kind is EndKind.LEFT and any(destination in prefix for prefix in PRIVATE)

    def trip(self, packet: Packet, start: Start) -> Outcome:
        """Whether a packet gets there and its reply home; proxies end flows."""
        found = self.walker.there_and_back(packet, [start])
        return found.outcome

"""What there is to tell of one traced packet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from isthmus.estate import INTERNET, Crossing
from isthmus.packetset import Address, Packet
from isthmus.prove.replay.journeys import Journey
from isthmus.prove.replay.ways import EndKind, Outcome, Way

BETWEEN = " | "
"""Between the realms of a device that lies between them."""

EXIT_CODES = {Outcome.THROUGH: 0, Outcome.NOT: 1, Outcome.PARTLY: 1, Outcome.UNKNOWN: 3}


@dataclass(frozen=True, slots=True)
class Belonging:
    """Whose an address is: the networks of the estate that hold it, with their realms."""

    address: Address
    networks: tuple[tuple[str, str], ...] = ()
    """Network and realm; none for the internet."""
    names: tuple[str, ...] = ()
    """Hosts and services of the estate, or devices of the snapshot, that have the address."""

    @property
    def realm(self) -> str:
        """The one realm that it belongs to; empty where several claim it."""
        realms = {realm for _, realm in self.networks} or {INTERNET}
        return realms.pop() if len(realms) == 1 else ""

    def __str__(self) -> str:
        held = " or ".join(f"network {network}, realm {realm}" for network, realm in self.networks)
        return ", ".join([*self.names[:3], held or "no network of the estate"])


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: the words for both ends, and the packet that they mean."""

    source: str
    destination: str
    packet: Packet
    remarks: tuple[str, ...] = ()
    """What had to be chosen."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """In which realms devices are: by what the estate says of a host, else by the networks of their interfaces."""

    hosts: Mapping[str, str] = field(default_factory=dict)
    devices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By device and interface."""

    def of(self, device: str, interfaces: Iterable[str]) -> str:
        """The realm in which a packet meets a device that it passes by these interfaces; two where it lies between."""
        if device in self.hosts:
            return self.hosts[device]
        realms = self.devices.get(device, {})
        passed = {realms[each] for each in interfaces if each in realms}
        return BETWEEN.join(sorted(passed or set(realms.values())))


@dataclass(frozen=True)
class Traced:
    """A packet there and back, with what the estate says of it."""

    estate: str
    asked: Asked
    journey: Journey
    lifted: Journey
    """The same where no rule refuses: what else stands in the way."""
    belongings: Mapping[Address, Belonging]
    whereabouts: Whereabouts
    crossings: tuple[Crossing, ...] = ()
    """Those that declare the flow."""
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The lines of every file that was read, for quoting."""
    unread: tuple[str, ...] = ()
    """Why it is not known what becomes of the packet behind the snapshot's edge."""

    @property
    def packet(self) -> Packet:
        """The packet, as its sender sends it."""
        return self.asked.packet

    @property
    def outcome(self) -> Outcome:
        """Whether it gets through, there and back."""
        found = self.journey.outcome
        return Outcome.UNKNOWN if self.unread and found is Outcome.THROUGH else found

    @property
    def exit_code(self) -> int:
        """The exit code of the program."""
        return EXIT_CODES[self.outcome]

    def of(self, address: Address) -> Belonging:
        """Whose an address is."""
        return self.belongings.get(address) or Belonging(address)

    @property
    def realms(self) -> tuple[str, str]:
        """The realms of the sender and of the address that it sends to."""
        return self.of(self.packet.source).realm, self.of(self.packet.destination).realm


def every_way(journey: Journey) -> list[Way]:
    """Every way of a journey: there, back, and beyond proxies."""
    ways: list[Way] = []
    for one in journey.rounds:
        ways.append(one.there)
        ways += one.back.ways if one.back else ()
        for onward in one.onward:
            ways += every_way(onward)
    return ways


def leaves(way: Way) -> bool:
    """Whether a way ended beyond the edge of the snapshot."""
    return way.end.kind is EndKind.LEFT

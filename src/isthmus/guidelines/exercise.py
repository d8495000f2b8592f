"""What real packets did in the lab: the facts of kind *exercised*, as they are kept and as checks ask for them.

Probes that a crossing declares are kept one by one. Of the others, those that were let in are kept, and what was tried
beside them in blocks: every source of a block was tried with every destination and port of it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from isthmus.estate import IPAddress

SCHEMA = 1


class Back(StrEnum):
    """What came back to the sender of a probe."""

    ANSWER = "answer"
    REFUSAL = "refusal"
    """A reset, or an ICMP error: who admits a packet for a port where nobody listens says so too."""
    NOTHING = ""


@dataclass(frozen=True, slots=True, order=True)
class Stop:
    """An interface by which a probe came in, with the estate's networks of its addresses."""

    device: str
    interface: str
    networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation held beside a probe: how it ended, and as whom the server at its end saw its client.

    Behind a proxy that is the proxy. Which of several servers answered is chance, and not kept.
    """

    outcome: str
    seen_as: IPAddress | None = None
    forwarded_for: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The rule, or the policy of a chain, at which a packet ended: the probe itself, or what came back."""

    device: str
    rule: str
    place: str = ""
    """File and line, where they are known."""
    is_of_reply: bool = False

    def __str__(self) -> str:
        place = f" ({self.place})" if self.place else ""
        return f"{self.device}: {self.rule}{place}"


@dataclass(frozen=True, slots=True)
class Probed:
    """One probe and what became of it. ``port`` is None for ICMP."""

    crossing: str
    """The crossing that declares it; empty for none."""
    client: str
    source: IPAddress
    destination: IPAddress
    protocol: str
    port: int | None = None
    path: tuple[Stop, ...] = ()
    admitted_by: str = ""
    """The host that let it in for itself; empty where none did."""
    seen_as: IPAddress | None = None
    """Its source, as that host saw it; else where it was last seen."""
    back: Back = Back.NOTHING
    unsent: str = ""
    """Why the sender's own host would not send it."""
    talk: Talk | None = None
    refused: Refusal | None = None

    @property
    def at(self) -> str:
        """Where it was sent to, of the receiver: ``tcp/22``, ``icmp``."""
        return self.protocol if self.port is None else f"{self.protocol}/{self.port}"

    @property
    def last(self) -> str:
        """The device where it was last seen."""
        return self.path[-1].device if self.path else ""

    def __str__(self) -> str:
        return f"{self.client} {self.source} > {self.destination} {self.at}"


@dataclass(frozen=True, slots=True)
class Tried:
    """A block of probes: every source with every destination, to every port (``tcp/22``, ``icmp``)."""

    sources: tuple[IPAddress, ...]
    destinations: tuple[IPAddress, ...]
    ports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Behind:
    """A server to which a proxy that takes connections at ``front`` hands them on. Ports as ``tcp/443``."""

    front: IPAddress
    port: str
    server: IPAddress
    server_port: str


@dataclass(frozen=True)
class Exercise:
    """One run of the lab over an estate and its snapshot, which ``digest`` names."""

    estate: str
    on: date
    digest: str
    probes: tuple[Probed, ...] = ()
    tried: tuple[Tried, ...] = ()
    unusual: tuple[tuple[IPAddress, IPAddress], ...] = ()
    """Source and destination between which nothing was sent: the host would not send there from that address."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """By device: something of its configuration that the lab does not do as it is written."""
    unplaced: tuple[str, ...] = ()
    """Networks of the estate from which nothing was sent."""
    unread: tuple[str, ...] = ()
    """Hosts whose own filters are not in the snapshot: in the lab they let everything in."""
    behind: tuple[Behind, ...] = ()
    sent: int = 0
    """How many probes were sent, those that are kept among them."""
    schema: int = SCHEMA

    def of(self, crossing: str) -> tuple[Probed, ...]:
        """The probes that a crossing declares."""
        return self._by_crossing.get(crossing, ())

    @cached_property
    def _by_crossing(self) -> dict[str, tuple[Probed, ...]]:
        found: dict[str, tuple[Probed, ...]] = {}
        for each in self.probes:
            found[each.crossing] = (*found.get(each.crossing, ()), each)
        return found

    def to(self, destinations: Iterable[IPAddress]) -> Iterator[Probed]:
        """The probes that were sent to some addresses, declared or not, and are kept."""
        wanted = frozenset(destinations)
        return (each for each in self.probes if each.destination in wanted)

    def sources_tried(self, destination: IPAddress, port: str) -> frozenset[IPAddress]:
        """From where a port of an address was tried, whatever became of that."""
        return frozenset(
            source
            for block in self.tried
            if destination in block.destinations and port in block.ports
            for source in block.sources
            if (source, destination) not in self._unusual
        )

    @cached_property
    def _unusual(self) -> frozenset[tuple[IPAddress, IPAddress]]:
        return frozenset(self.unusual)

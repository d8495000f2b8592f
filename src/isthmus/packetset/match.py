"""What one rule can ask of a packet, as a value: the way into sets of packets, and the way to read them."""

from dataclasses import dataclass, replace
from typing import Self

from isthmus.packetset.addresses import Block
from isthmus.packetset.intervals import Bounds
from isthmus.packetset.packets import State, flag_names, protocol_name

REPLIES = {1: {8: 0, 13: 14, 15: 16, 17: 18}, 58: {128: 129, 139: 140}}
"""ICMP requests and the type that answers each (RFC 792, RFC 950, RFC 4443, RFC 4620), by protocol."""

OPPOSITE = {number: pairs | {reply: request for request, reply in pairs.items()} for number, pairs in REPLIES.items()}
"""Each ICMP type of a request or a reply, and the type that goes the other way."""


@dataclass(frozen=True, slots=True, order=True)
class IcmpType:
    """An ICMP message type, 0 to 255; with every code, or with the one that is given."""

    type: int
    code: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.type <= 255 or not 0 <= (self.code or 0) <= 255:
            raise ValueError(f"`{self}` is not an ICMP type and code")

    def __str__(self) -> str:
        return str(self.type) if self.code is None else f"{self.type}/{self.code}"


@dataclass(frozen=True, slots=True, order=True)
class FlagTest:
    """TCP flags in ``mask`` must be exactly ``value``; the others do not matter (``flags & mask == value``)."""

    mask: int
    value: int

    def __post_init__(self) -> None:
        if not 0 <= self.value <= 255 or not 0 <= self.mask <= 255 or self.value & ~self.mask:
            raise ValueError(f"`{self.value:#x}` under `{self.mask:#x}` is not a test of TCP flags")

    def __str__(self) -> str:
        return f"{flag_names(self.value)}/{flag_names(self.mask)}"


@dataclass(frozen=True, slots=True)
class Match:
    """The packets that pass every test here; a test passes when one of its entries does.

    None asks nothing. An empty tuple lets nothing through. **A test of a field that a packet lacks fails**: asking for
    a port asks for a protocol with ports as well, a TCP flag for TCP, an ICMP type for ICMP of either version. Sets are
    canonical because of that: no set ever depends on a field that its packets do not have. ``version`` is 4 or 6.

    >>> from isthmus.packetset import Interval
    >>> print(Match(protocols=(Interval(6, 6),), destination_ports=(Interval(443, 443),)))
    tcp from any to any port 443
    """

    source: tuple[Block, ...] | None = None
    destination: tuple[Block, ...] | None = None
    protocols: tuple[Bounds, ...] | None = None
    source_ports: tuple[Bounds, ...] | None = None
    destination_ports: tuple[Bounds, ...] | None = None
    icmp: tuple[IcmpType, ...] | None = None
    flags: tuple[FlagTest, ...] | None = None
    states: tuple[State, ...] | None = None
    version: int | None = None

    def mirrored(self) -> Self:
        """The match of the replies: source and destination change places, and so do ICMP requests and replies.

        Flags and states stay. The mirror of ICMP types is exact where the match names one ICMP protocol; where it
        names both or none, use the mirrored set instead: ValueError.
        """
        icmp = self.icmp
        if icmp is not None:
            named = [n for n in OPPOSITE if any(each.first <= n <= each.last for each in self.protocols or ())]
            if len(named) != 1:
                raise ValueError("a match of ICMP types names one ICMP protocol where it is to be mirrored")
            icmp = tuple(replace(each, type=OPPOSITE[named[0]].get(each.type, each.type)) for each in icmp)
        return replace(
            self,
            source=self.destination,
            destination=self.source,
            source_ports=self.destination_ports,
            destination_ports=self.source_ports,
            icmp=icmp,
        )

    def __str__(self) -> str:
        words = [] if self.version is None else [f"ipv{self.version}"]
        words.append("any protocol" if self.protocols is None else _listed([_protocols(p) for p in self.protocols]))
        for word, blocks, ports in (
            ("from", self.source, self.source_ports),
            ("to", self.destination, self.destination_ports),
        ):
            words += [word, "any" if blocks is None else _listed([str(each) for each in blocks])]
            words += [] if ports is None else ["port", _listed([str(each) for each in ports])]
        for word, entries in (("type", self.icmp), ("flags", self.flags), ("state", self.states)):
            words += [] if entries is None else [word, _listed([str(each) for each in entries])]
        return " ".join(words)


def _protocols(numbers: Bounds) -> str:
    if numbers.first == numbers.last:
        return protocol_name(numbers.first)
    return f"protocol {numbers.first}-{numbers.last}"


def _listed(entries: list[str], most: int = 8) -> str:
    """At most ``most`` entries, and how many more there are."""
    more = [f"and {len(entries) - most} more"] if len(entries) > most else []
    return ", ".join(entries[:most] + more) or "nothing"

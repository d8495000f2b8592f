"""What a term asks of a packet, condition by condition: for sure, and at most."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Generic, TypeVar

from isthmus.diagnostics import Diagnostic, Span
from isthmus.network import Unmodelled
from isthmus.packetset import Block, FlagTest, IcmpType, Interval, Match

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Extent(Generic[Value]):
    """What a condition admits: ``surely`` these values, ``at_most`` those. None is every value, ``()`` is none."""

    surely: tuple[Value, ...] | None = None
    at_most: tuple[Value, ...] | None = None

    @classmethod
    def exactly(cls, values: Sequence[Value] | None) -> "Extent[Value]":
        """A condition of which everything is known."""
        known = None if values is None else tuple(values)
        return cls(known, known)

    def bound(self, *, surely: bool) -> tuple[Value, ...] | None:
        """One of the two."""
        return self.surely if surely else self.at_most


@dataclass(slots=True)
class Conditions:
    """The conditions of one term for one IP version, as they are collected; all of them must hold.

    ``address`` and ``ports`` hold for either end; no other condition of their kind stands beside them. ``doubts`` say
    why not everything is sure; ``is_opaque`` says that some condition is about what our packets do not have, so that no
    packet surely passes.
    """

    version: int
    source: Extent[Block] = field(default_factory=Extent)
    destination: Extent[Block] = field(default_factory=Extent)
    address: Extent[Block] = field(default_factory=Extent)
    source_ports: Extent[Interval] = field(default_factory=Extent)
    destination_ports: Extent[Interval] = field(default_factory=Extent)
    ports: Extent[Interval] = field(default_factory=Extent)
    protocols: Extent[Interval] = field(default_factory=Extent)
    icmp: Extent[IcmpType] = field(default_factory=Extent)
    flags: Extent[FlagTest] = field(default_factory=Extent)
    is_opaque: bool = False
    doubts: list[Unmodelled] = field(default_factory=list)
    uses: list[str] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)

    def doubt(self, where: Span, what: str) -> None:
        """Note what is not known of a condition whose extent says how far it goes."""
        self.doubts.append(Unmodelled(where, what))

    def hide(self, where: Span, what: str) -> None:
        """Note a condition of which nothing is known: from here on no packet surely passes."""
        self.is_opaque = True
        self.doubt(where, what)

    def surely(self) -> tuple[Match, ...]:
        """The packets that surely pass."""
        return () if self.is_opaque else tuple(self._matches(surely=True))

    def at_most(self) -> tuple[Match, ...]:
        """All packets that can pass."""
        return tuple(self._matches(surely=False))

    def _matches(self, *, surely: bool) -> Iterator[Match]:
        protocols = self.protocols.bound(surely=surely)
        icmp, flags = self.icmp.bound(surely=surely), self.flags.bound(surely=surely)
        ends = self._addresses(surely=surely)
        for (source, destination), (sources, destinations) in product(ends, self._ports(surely=surely)):
            if () not in (source, destination, sources, destinations, protocols, icmp, flags):
                yield Match(source, destination, protocols, sources, destinations, icmp, flags, version=self.version)

    def _addresses(self, *, surely: bool) -> list[tuple[tuple[Block, ...] | None, tuple[Block, ...] | None]]:
        source, destination = self.source.bound(surely=surely), self.destination.bound(surely=surely)
        either = self.address.bound(surely=surely)
        return [(source, destination)] if either is None else [(either, destination), (source, either)]

    def _ports(self, *, surely: bool) -> list[tuple[tuple[Interval, ...] | None, tuple[Interval, ...] | None]]:
        source, destination = self.source_ports.bound(surely=surely), self.destination_ports.bound(surely=surely)
        either = self.ports.bound(surely=surely)
        return [(source, destination)] if either is None else [(either, destination), (source, either)]

"""Sets of packets of which not everything is known: those that surely belong, and those that possibly do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from isthmus.packetset import PacketSet


@dataclass(frozen=True, slots=True)
class Bounds:
    """A set that lies between two sets: ``surely`` <= it <= ``possibly``.

    Where nothing is in doubt both are one object, and nothing is computed twice.
    """

    surely: PacketSet
    possibly: PacketSet

    @classmethod
    def exactly(cls, packets: PacketSet) -> Self:
        """A set that is known."""
        return cls(packets, packets)

    @classmethod
    def perhaps(cls, packets: PacketSet) -> Self:
        """Possibly these, surely none."""
        return cls(packets.space.nothing, packets)

    @property
    def is_exact(self) -> bool:
        """Whether nothing is in doubt."""
        return self.surely is self.possibly or self.surely == self.possibly

    @property
    def doubtful(self) -> PacketSet:
        """The packets of which it is not known whether they belong."""
        return self.possibly - self.surely

    def each(self, operation: Callable[[PacketSet], PacketSet]) -> Self:
        """An operation that only grows with its argument, on both bounds."""
        if self.surely is self.possibly:
            return type(self).exactly(operation(self.possibly))
        return type(self)(operation(self.surely), operation(self.possibly))

    def weakened(self) -> Self:
        """The same packets, none of them for sure."""
        return type(self).perhaps(self.possibly)

    def __and__(self, packets: PacketSet) -> Self:
        return self.each(lambda each: each & packets)

    def __sub__(self, packets: PacketSet) -> Self:
        return self.each(lambda each: each - packets)

    def __or__(self, other: "Bounds") -> Self:
        if self.surely is self.possibly and other.surely is other.possibly:
            return type(self).exactly(self.possibly | other.possibly)
        return type(self)(self.surely | other.surely, self.possibly | other.possibly)

    def within(self, other: "Bounds") -> Self:
        """What is in both."""
        if self.surely is self.possibly and other.surely is other.possibly:
            return type(self).exactly(self.possibly & other.possibly)
        return type(self)(self.surely & other.surely, self.possibly & other.possibly)

    def beyond(self, known: "Bounds") -> Self:
        """What is here and not in ``known`` yet."""
        if self.surely is self.possibly and known.surely is known.possibly:
            return type(self).exactly(self.possibly - known.possibly)
        surely = self.surely - known.surely
        return type(self)(surely, (self.possibly - known.possibly) | surely)

    def __bool__(self) -> bool:
        """Whether anything possibly belongs."""
        return bool(self.possibly)

"""What a condition says of packets, in three values: for whom it surely holds, and for whom it may."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from isthmus.formats.haproxy.regions import EVERYTHING, NOTHING, Region, TooManyBoxesError, both, either, rest
from isthmus.network import Unmodelled


@dataclass(frozen=True, slots=True)
class Truth:
    """A condition holds for packets of ``must``, does not hold outside ``may``; ``doubts`` say why they differ.

    >>> unknown = Truth.unknown(())
    >>> (FALSE & unknown).is_sure, (TRUE & unknown).is_sure, (~unknown).must
    (True, False, ())
    """

    must: Region
    may: Region
    doubts: tuple[Unmodelled, ...] = ()

    @classmethod
    def sure(cls, region: Region) -> "Truth":
        """It holds for these packets and no others."""
        return cls(region, region)

    @classmethod
    def unknown(cls, doubts: Iterable[Unmodelled]) -> "Truth":
        """Nobody can tell from a packet."""
        return cls(NOTHING, EVERYTHING, tuple(doubts))

    @property
    def is_sure(self) -> bool:
        """Whether it is known for every packet."""
        return self.must == self.may

    @property
    def is_never(self) -> bool:
        """Whether it holds for no packet."""
        return not self.may

    def weakened(self, doubts: Iterable[Unmodelled]) -> "Truth":
        """The same condition, where whether it is asked at all is not known."""
        added = tuple(doubts)
        return _made(NOTHING, self.may, (*self.doubts, *added)) if added else self

    @classmethod
    def any(cls, truths: Iterable["Truth"]) -> "Truth":
        """It holds where one of the conditions does."""
        told = tuple(truths)
        must = _bound(either, NOTHING, *(each.must for each in told))
        may = _bound(either, EVERYTHING, *(each.may for each in told))
        return _made(must, may, tuple(doubt for each in told for doubt in each.doubts))

    def __invert__(self) -> "Truth":
        return _made(_bound(rest, NOTHING, self.may), _bound(rest, EVERYTHING, self.must), self.doubts)

    def __and__(self, other: "Truth") -> "Truth":
        doubts = (*self.doubts, *other.doubts)
        must = _bound(both, NOTHING, self.must, other.must)
        return _made(must, _bound(both, EVERYTHING, self.may, other.may), doubts)

    def __or__(self, other: "Truth") -> "Truth":
        return Truth.any((self, other))


def _bound(work: Callable[..., Region], otherwise: Region, *regions: Region) -> Region:
    try:
        return work(*regions)
    except TooManyBoxesError:
        return otherwise


def _made(must: Region, may: Region, doubts: tuple[Unmodelled, ...]) -> Truth:
    return Truth(must, may, () if must == may else tuple(dict.fromkeys(doubts)))


TRUE = Truth.sure(EVERYTHING)
FALSE = Truth.sure(NOTHING)

"""Ways to pass a test: packets, and the interfaces that they come and go by; sure ones and possible ones."""

from collections.abc import Iterable
from dataclasses import dataclass

from isthmus.formats.iptables.interfaces import interfaces_met
from isthmus.formats.iptables.meet import met
from isthmus.formats.iptables.refused import TooIntricateError
from isthmus.network import ANY_PACKET, InterfaceTest
from isthmus.packetset import Match

MOST_WAYS = 1 << 15
"""So many matches does one rule become at most; what needs more may match any packet."""

NO_INTERFACE = InterfaceTest(())


@dataclass(frozen=True, slots=True)
class Way:
    """One way to pass a test: the packets, and the interfaces that they come and go by."""

    match: Match = ANY_PACKET
    arriving: InterfaceTest | None = None
    leaving: InterfaceTest | None = None

    def met(self, other: "Way") -> "Way | None":
        """What passes both; None where nothing does. Raises TooIntricateError."""
        match = met(self.match, other.match)
        if match is None:
            return None
        arriving = interfaces_met(self.arriving, other.arriving)
        leaving = interfaces_met(self.leaving, other.leaving)
        if NO_INTERFACE in (arriving, leaving):
            return None
        return Way(match, arriving, leaving)


@dataclass(frozen=True, slots=True)
class Choice:
    """A test that is passed in several ways; in those of ``maybe`` perhaps."""

    sure: tuple[Way, ...]
    maybe: tuple[Way, ...] = ()


ANYTHING = (Way(),)
UNKNOWN = Choice((), ANYTHING)
"""A test of which nothing is known."""


def product(some: Iterable[Way], others: Iterable[Way]) -> tuple[Way, ...]:
    """What passes one of each. Raises TooIntricateError."""
    mine, theirs = tuple(some), tuple(others)
    if theirs == ANYTHING:
        return mine
    if mine == ANYTHING:
        return theirs
    if len(mine) * len(theirs) > MOST_WAYS:
        raise TooIntricateError(f"more than {MOST_WAYS} combinations")
    both = (one.met(other) for one in mine for other in theirs)
    return tuple(each for each in both if each is not None)


def beyond(possible: tuple[Way, ...], sure: tuple[Way, ...]) -> tuple[Way, ...]:
    """The possible ways that are not sure; where both are many, all of them."""
    if not sure or len(possible) * len(sure) > MOST_WAYS:
        return possible
    return tuple(each for each in possible if each not in sure)

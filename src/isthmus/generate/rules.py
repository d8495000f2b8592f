"""The rules that generated filters share."""

from collections.abc import Iterator

from isthmus.diagnostics import Span
from isthmus.network import Rule, Verdict
from isthmus.packetset import IcmpType, IpProtocol, Match, only

MADE = Span("generated")
"""Where generated rules stand until they are written and read back."""

_ERRORS = {IpProtocol.ICMP: (3, 11), IpProtocol.ICMPV6: (1, 2, 3, 4)}
"""What tells a sender that its packets were lost or are too long (RFC 792, RFC 1191, RFC 4443)."""

NEIGHBOUR_DISCOVERY = tuple(range(133, 138))
"""ICMPv6 messages without which a segment does not work (RFC 4861)."""

UNDECLARED = "no crossing declares it"


def accept(name: str, comment: str, *matches: Match) -> Rule:
    """A rule that lets packets pass."""
    return Rule(matches, Verdict.ACCEPT, MADE, name, comment=comment)


def drop(name: str, *matches: Match) -> Rule:
    """A rule against what is not declared."""
    return Rule(matches, Verdict.DROP, MADE, name, comment=UNDECLARED)


def of_icmp(number: int, types: tuple[int, ...]) -> Match:
    """ICMP messages of some types."""
    version = 4 if number == IpProtocol.ICMP else 6
    return Match(protocols=(only(number),), icmp=tuple(IcmpType(each) for each in types), version=version)


def errors() -> Iterator[Rule]:
    """Errors pass everywhere: they answer packets that passed, and open nothing."""
    for number, types in _ERRORS.items():
        name = "icmp-errors" if number == IpProtocol.ICMP else "icmp6-errors"
        yield accept(name, "lost packets, and those that are too long", of_icmp(number, types))

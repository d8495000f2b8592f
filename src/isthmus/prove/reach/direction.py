"""There and back: a reply is computed as the first packet that it answers, with every test looking the other way.

Swapping source and destination of a large set of packets is slow; swapping those of rules and routes is not. So sets
always hold packets as the client sends them, and a direction says how filters and routing tables see them.
"""

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum

from isthmus.network import Chain, Rule
from isthmus.packetset import (
    Block,
    FlagTest,
    Forgettable,
    IcmpType,
    IpProtocol,
    Match,
    PacketSet,
    Space,
    State,
    TcpFlags,
    only,
)


class Direction(Enum):
    """Which packets of a flow are on their way."""

    THERE = "there"
    """The first packet: from the client to the service."""
    BACK = "back"
    """Its reply."""

    def toward(self, blocks: Iterable[Block]) -> Match:
        """The packets that go to these addresses."""
        return Match(destination=tuple(blocks)) if self is Direction.THERE else Match(source=tuple(blocks))

    def coming_from(self, blocks: Iterable[Block]) -> Match:
        """The packets that come from these addresses."""
        return Match(source=tuple(blocks)) if self is Direction.THERE else Match(destination=tuple(blocks))

    def seen(self, match: Match) -> tuple[Match, ...]:
        """What a rule's match asks of the packets as the client sends them."""
        return (match,) if self is Direction.THERE else tuple(_mirrored(match))


def _mirrored(match: Match) -> Iterable[Match]:
    """The mirror of a match; one that asks for ICMP types is split by protocol, where its mirror is exact."""
    if match.icmp is None:
        yield match.mirrored()
        return
    for protocol in (IpProtocol.ICMP, IpProtocol.ICMPV6):
        if match.protocols is None or any(each.first <= protocol <= each.last for each in match.protocols):
            yield replace(match, protocols=(only(protocol),)).mirrored()


def facing_back(chain: Chain) -> Chain:
    """The chain as replies meet it, said of the packets that they answer."""
    return replace(chain, rules=tuple(_rule_back(each) for each in chain.rules))


def _rule_back(rule: Rule) -> Rule:
    matches = tuple(each for match in rule.matches for each in _mirrored(match))
    perhaps = tuple(each for match in rule.perhaps for each in _mirrored(match))
    if rule.perhaps and not perhaps:
        return replace(rule, matches=matches, perhaps=(Match(protocols=()),))
    return replace(rule, matches=matches, perhaps=perhaps)


_ANSWERING = FlagTest(int(~TcpFlags(0) & 0xFF), int(TcpFlags.SYN | TcpFlags.ACK))
_REQUESTS = {IpProtocol.ICMP: (8, 13, 15, 17), IpProtocol.ICMPV6: (128, 139)}


def first_packets(space: Space) -> PacketSet:
    """The packets that can begin a flow: new ones; of TCP, a SYN alone (RFC 9293); of ICMP, requests."""
    new = space.match(Match(states=(State.NEW,)))
    tcp, icmp, icmpv6 = (_of(space, each) for each in (IpProtocol.TCP, IpProtocol.ICMP, IpProtocol.ICMPV6))
    opening = space.match(Match(protocols=(only(IpProtocol.TCP),), flags=(FlagTest(255, int(TcpFlags.SYN)),)))
    requests = space.union(
        space.match(Match(protocols=(only(protocol),), icmp=tuple(IcmpType(each) for each in types), version=version))
        for (protocol, types), version in zip(_REQUESTS.items(), (4, 6), strict=True)
    )
    return new & (opening | requests | ~(tcp | icmp | icmpv6))


def _of(space: Space, protocol: int) -> PacketSet:
    return space.match(Match(protocols=(only(protocol),)))


def answered(packets: PacketSet) -> PacketSet:
    """First packets as their replies meet filters: established, and SYN with ACK where they are TCP."""
    space = packets.space
    tcp = _of(space, IpProtocol.TCP)
    bare = packets.forgetting(Forgettable.STATE) & space.match(Match(states=(State.ESTABLISHED,)))
    segments = (bare & tcp).forgetting(Forgettable.FLAGS)
    return bare - tcp | segments & space.match(Match(protocols=(only(IpProtocol.TCP),), flags=(_ANSWERING,)))


def bare(packets: PacketSet) -> PacketSet:
    """Packets whatever their state and flags: what a connection table knows of them."""
    return packets.forgetting(Forgettable.STATE, Forgettable.FLAGS)

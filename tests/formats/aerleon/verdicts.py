"""What chains accept, as sets of packets: the simplest reading of the neutral model."""

from collections.abc import Mapping
from dataclasses import dataclass

from isthmus.network import Chain, Continue, Jump, Rule, Unclear, Verdict
from isthmus.packetset import PacketSet, Space


def accepted(chain: Chain, space: Space) -> tuple[PacketSet, PacketSet]:
    """The packets that a router's chain surely accepts, and those that it possibly accepts. It jumps nowhere."""
    surely = possibly = space.nothing
    surely_left = possibly_left = space.everything
    for rule in chain.rules:
        matched, may_match = _matched(rule, space)
        if rule.action is Verdict.ACCEPT:
            surely |= matched & surely_left
        if rule.action is Verdict.ACCEPT or isinstance(rule.action, Unclear):
            possibly |= may_match & possibly_left
        if not isinstance(rule.action, Continue):
            surely_left -= may_match
        if isinstance(rule.action, Verdict):
            possibly_left -= matched
    assert chain.default is Verdict.DROP
    return surely, possibly


def _matched(rule: Rule, space: Space) -> tuple[PacketSet, PacketSet]:
    surely = space.union(space.match(each) for each in rule.matches)
    return surely, surely | space.union(space.match(each) for each in rule.perhaps)


@dataclass(frozen=True, slots=True)
class Sorted:
    """What a chain made of some packets."""

    accepted: PacketSet
    dropped: PacketSet
    left: PacketSet


def through(chains: Mapping[str, Chain], name: str, packets: PacketSet) -> Sorted:
    """Packets through a chain of which everything is known, and through those that it jumps to."""
    accepted_ = dropped = packets.space.nothing
    for rule in chains[name].rules:
        assert not rule.doubts, rule
        matched = packets & _matched(rule, packets.space)[0]
        if isinstance(rule.action, Jump):
            inside = through(chains, rule.action.chain, matched)
            accepted_, dropped, matched = accepted_ | inside.accepted, dropped | inside.dropped, matched - inside.left
        elif rule.action is Verdict.ACCEPT:
            accepted_ |= matched
        elif isinstance(rule.action, Verdict):
            dropped |= matched
        else:
            assert isinstance(rule.action, Continue), rule.action
            matched = packets.space.nothing
        packets -= matched
    if chains[name].default is None:
        return Sorted(accepted_, dropped, packets)
    passes = chains[name].default is Verdict.ACCEPT
    left = packets.space.nothing
    return Sorted(accepted_ | packets, dropped, left) if passes else Sorted(accepted_, dropped | packets, left)

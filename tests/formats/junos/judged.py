"""One packet through a chain, by plain values: the concrete model that tests hold the lowered filters against."""

from isthmus.network import Continue, Device, Jump, Rule, Unclear, Verdict
from isthmus.packetset import Packet
from tests.packetset.concrete import passes

ACCEPT, DROP, REJECT = Verdict.ACCEPT, Verdict.DROP, Verdict.REJECT
Outcome = Verdict | None
"""None: the chain decides nothing."""


def outcomes(device: Device, chain: str, packet: Packet, arriving: str = "xe-0/0/0.0") -> set[Outcome]:
    """Everything that the chain may do with the packet; one thing where nothing is in doubt."""
    found: set[Outcome] = set()
    for rule in device.chains[chain].rules:
        sure, maybe = (_holds(rule, packet, arriving, sure=sure) for sure in (True, False))
        if not sure and not maybe:
            continue
        results = _results(device, rule, packet, arriving)
        found |= results - {None}
        if sure and None not in results:
            return found
    return found | {device.chains[chain].default}


def _holds(rule: Rule, packet: Packet, arriving: str, *, sure: bool) -> bool:
    on_interface = rule.arriving is None or rule.arriving.holds(arriving)
    return on_interface and any(passes(each, packet) for each in (rule.matches if sure else rule.perhaps))


def _results(device: Device, rule: Rule, packet: Packet, arriving: str) -> set[Outcome]:
    if isinstance(rule.action, Verdict):
        return {rule.action}
    if isinstance(rule.action, Continue):
        return {None}
    if isinstance(rule.action, Jump):
        return outcomes(device, rule.action.chain, packet, arriving)
    assert isinstance(rule.action, Unclear)
    return {ACCEPT, DROP, REJECT, None}

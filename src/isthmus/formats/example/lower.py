"""Lines → chains of rules; what is not understood becomes a rule that may match every packet."""

from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import PurePosixPath

from isthmus.diagnostics import Span
from isthmus.formats.example.parse import Filter, Line
from isthmus.formats.format import Lowered
from isthmus.network import Chain, Coverage, Device, DeviceKind, Rule, Unclear, Unmodelled, Verdict
from isthmus.packetset import Block, IpProtocol, Match, only

_PROTOCOLS = {"ip": None, "tcp": (only(IpProtocol.TCP),), "udp": (only(IpProtocol.UDP),)}


def lower(device: str, filters: Sequence[Filter]) -> Lowered:
    """The device with one chain for each file."""
    chains = {PurePosixPath(each.name).stem: _chain(each) for each in filters}
    lines = sum(len(each.lines) for each in filters)
    doubts = [doubt for chain in chains.values() for rule in chain.rules for doubt in rule.doubts]
    coverage = Coverage(lines, tuple(doubts))
    part = Device(device, Span(filters[0].name), DeviceKind.ROUTER, chains=chains, coverage=coverage)
    return Lowered((part,) if filters else ())


def _chain(each: Filter) -> Chain:
    name = PurePosixPath(each.name).stem
    return Chain(name, tuple(_rule(line) for line in each.lines), Span(each.name), Verdict.DROP)


def _rule(line: Line) -> Rule:
    fields = line.fields
    try:
        if fields is not None:
            port = fields["port"]
            match = Match(
                source=_blocks(fields["source"]),
                destination=_blocks(fields["destination"]),
                protocols=_PROTOCOLS[str(fields["protocol"])],
                destination_ports=None if port is None else (only(int(port)),),
            )
            verdict = Verdict.ACCEPT if fields["verb"] == "permit" else Verdict.DROP
            return Rule((match,), verdict, line.where, line.text)
    except ValueError:
        pass
    doubt = Unmodelled(line.where, f"`{line.text}`")
    return Rule((), Unclear(), line.where, line.text, perhaps=(Match(),), doubts=(doubt,))


def _blocks(word: str | None) -> tuple[Block, ...] | None:
    return None if word in (None, "any") else (ip_network(str(word)),)

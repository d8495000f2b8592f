"""Rulesets to devices, and rules to sets of packets, for tests."""

from functools import cache

from isthmus.diagnostics import Diagnostic
from isthmus.formats import Text
from isthmus.formats.nftables import FORMAT
from isthmus.network import Device, InterfaceTest, Rule
from isthmus.packetset import Packet, PacketSet, Space


def device(text: str, name: str = "ruleset.nft") -> Device:
    return read(text, name)[0]


def read(text: str, name: str = "ruleset.nft") -> tuple[Device, list[Diagnostic]]:
    parsed = FORMAT.parse(Text(name, text))
    lowered = FORMAT.lower("host", [parsed.tree])
    [part] = lowered.devices
    return part, [*parsed.diagnostics, *lowered.diagnostics]


def rules(line: str, *, family: str = "inet", before: str = "") -> tuple[Rule, ...]:
    """The rules of a chain with one line."""
    text = f"table {family} t {{\n{before}\nchain c {{\n{line}\n}}\n}}"
    return device(text).chains[f"{family} t c"].rules


@cache
def space() -> Space:
    return Space(1 << 20)


def surely(found: tuple[Rule, ...]) -> PacketSet:
    return space().union([space().match(match) for rule in found for match in rule.matches])


def perhaps(found: tuple[Rule, ...]) -> PacketSet:
    return space().union([space().match(match) for rule in found for match in rule.perhaps])


def matches(found: tuple[Rule, ...], packet: Packet) -> str:
    if packet in surely(found):
        return "yes"
    return "perhaps" if packet in perhaps(found) else "no"


def names(test: InterfaceTest | None) -> str:
    return "any" if test is None else f"{test.negated} {sorted(test.names)}"


Effect = dict[tuple[str, str], tuple[PacketSet, PacketSet]]


def effects(part: Device) -> dict[str, Effect]:
    """For each rule as written: what it does under which tests of interfaces and marks, and to which packets."""
    made: dict[str, Effect] = {}
    for chain in part.chains.values():
        for rule in chain.rules:
            written = made.setdefault(f"{chain.name}, {' '.join(rule.name.split()[:2])}", {})
            key = (str(rule.action), f"{names(rule.arriving)} {names(rule.leaving)} {rule.mark}")
            sure, maybe = written.get(key, (space().nothing, space().nothing))
            written[key] = (sure | surely((rule,)), maybe | perhaps((rule,)))
    return made

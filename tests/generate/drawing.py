"""Rules at random, small enough that sets of packets tell quickly whether two lists of them mean the same."""

from ipaddress import ip_address, ip_network

from hypothesis import strategies as some

from isthmus.diagnostics import Span
from isthmus.generate.needs import ESTABLISHED
from isthmus.network import Action, Chain, Rule, Verdict
from isthmus.packetset import (
    AddressRange,
    Block,
    FlagTest,
    IcmpType,
    Interval,
    MaskedAddresses,
    Match,
    State,
    only,
)

HERE = Span("drawn")

PREFIXES = tuple(
    map(
        ip_network,
        ("10.0.0.0/8", "10.1.0.0/16", "10.1.2.3/32", "192.0.2.0/25", "192.0.2.128/25", "0.0.0.0/0",
         "2001:db8::/32", "2001:db8:1::/48", "2001:db8::1/128", "::/0"),
    )
)  # fmt: skip
RANGES = (
    AddressRange(ip_address("10.0.0.7"), ip_address("10.0.1.9")),
    AddressRange(ip_address("2001:db8::5"), ip_address("2001:db8::1:0")),
)
MASKED = (MaskedAddresses(4, 0x0A000001, 0xFF0000FF), MaskedAddresses(6, 1, 0xFFFF))
PORTS = (only(22), only(443), Interval(1024, 65535), Interval(8000, 8080), Interval(0, 0))
FLAGS = (FlagTest(2, 2), FlagTest(18, 2), FlagTest(16, 16), FlagTest(4, 4), FlagTest(255, 2))

prefixes = some.lists(some.sampled_from(PREFIXES), min_size=1, max_size=3, unique=True).map(tuple)
blocks: some.SearchStrategy[tuple[Block, ...]] = some.lists(
    some.sampled_from((*PREFIXES, *RANGES, *MASKED)), max_size=3, unique=True
).map(tuple)
ports = some.lists(some.sampled_from(PORTS), min_size=1, max_size=2, unique=True).map(tuple)


def maybe(strategy: some.SearchStrategy[tuple[Block, ...]]) -> some.SearchStrategy[tuple[Block, ...] | None]:
    """None half of the time."""
    return some.none() | strategy


matches = some.builds(
    Match,
    source=maybe(blocks),
    destination=maybe(blocks),
    protocols=some.none() | some.sampled_from(((only(6),), (only(17),), (only(6), only(17)), (Interval(1, 60),), ())),
    source_ports=some.none() | some.none() | ports,
    destination_ports=some.none() | ports,
    flags=some.none() | some.none() | some.lists(some.sampled_from(FLAGS), max_size=2, unique=True).map(tuple),
    states=some.none() | some.lists(some.sampled_from(list(State)), max_size=2, unique=True).map(tuple),
    version=some.none() | some.sampled_from((4, 6)),
) | some.builds(
    lambda source, version, icmp: Match(
        source, protocols=(only(1 if version == 4 else 58),), icmp=icmp, version=version
    ),
    source=maybe(blocks),
    version=some.sampled_from((4, 6)),
    icmp=some.lists(
        some.sampled_from((IcmpType(8), IcmpType(3, 1), IcmpType(128), IcmpType(1))), max_size=2, unique=True
    ).map(tuple),
)
"""Matches of every kind that a stateful filter can ask."""


@some.composite
def stateless(draw: some.DrawFn) -> Match:
    """A match that a filter without memory can ask: of prefixes, ports of exact protocols, and replies."""
    source, destination = draw(some.none() | prefixes), draw(some.none() | prefixes)
    kind = draw(some.sampled_from(("any", "ports", "replies", "icmp", "icmpv6")))
    if kind == "any":
        return Match(source, destination, version=draw(some.sampled_from((None, 4, 6))))
    if kind == "ports":
        numbers = draw(some.sampled_from(((6,), (17,), (6, 17), (132,))))
        asked = draw(some.none() | ports), draw(some.none() | ports)
        return Match(source, destination, tuple(map(only, numbers)), *asked)
    if kind == "replies":
        return Match(source, destination, (only(6),), draw(ports), flags=ESTABLISHED)
    number, types, version = (1, (8, 0, 3), 4) if kind == "icmp" else (58, (128, 1), 6)
    return Match(source, destination, (only(number),), icmp=tuple(map(IcmpType, types)), version=version)


def rules(asked: some.SearchStrategy[Match], *actions: Action) -> some.SearchStrategy[Rule]:
    """Rules with one or two matches and one of some actions."""
    return some.builds(
        Rule,
        matches=some.lists(asked, min_size=1, max_size=2).map(tuple),
        action=some.sampled_from(actions or tuple(Verdict)),
        where=some.just(HERE),
        name=some.sampled_from(("term a", "b c", "d")),
        comment=some.sampled_from(("", 'says "this"\nand that', "x" * 200, "crossing a; exception b until 2027-01-31")),
    )


def chains(name: str, asked: some.SearchStrategy[Match], *defaults: Verdict) -> some.SearchStrategy[Chain]:
    """Chains of up to four rules."""
    return some.builds(
        Chain,
        name=some.just(name),
        rules=some.lists(rules(asked), max_size=4).map(tuple),
        where=some.just(HERE),
        default=some.sampled_from(defaults),
    )

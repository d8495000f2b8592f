"""How long long rule lists take to become sets, what differs between two of them, and with how much memory."""

import resource
from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from random import Random
from typing import Any

import pytest

from isthmus.packetset import (
    Decided,
    Interval,
    Match,
    PacketSet,
    Space,
    accepting,
    first_match,
    only,
    refusing,
    tcp,
)

RULES = 10_000
SECONDS = 6.0
"""The most that the permit set of the list may take; about four times what was measured."""


@dataclass(frozen=True, slots=True)
class Rule:
    match: Match
    accepts: bool


def enterprise(rules: int, seed: int = 1) -> list[Rule]:
    """A list as companies have them: a tenth as many objects as rules, 20 % from any, 10 % to any, 25 % deny."""
    chance = Random(seed)
    pool = [_object(chance) for _ in range(rules // 10)]
    services = [_service(chance) for _ in range(60)]
    return [_rule(chance, pool, services) for _ in range(rules)]


def _object(chance: Random) -> IPv4Network:
    length = chance.choice([32, 32, 32, 28, 26, 24, 24, 22, 20, 16])
    return IPv4Network((10 << 24 | chance.getrandbits(24) & ~((1 << 32 - length) - 1), length))


def _service(chance: Random) -> tuple[int, Interval]:
    first = chance.choice([22, 25, 53, 80, 443, chance.randrange(1024, 60000), chance.randrange(1024, 60000)])
    return chance.choice([6, 6, 17]), Interval(first, first + chance.choice([0, 0, 0, 10, 100]))


def _rule(chance: Random, pool: list[IPv4Network], services: list[tuple[int, Interval]]) -> Rule:
    protocol, ports = chance.choice(services)
    open_end = chance.random()
    source = None if open_end < 0.2 else (chance.choice(pool),)
    destination = None if open_end > 0.9 else (chance.choice(pool),)
    match = Match(
        source=source, destination=destination, protocols=(only(protocol),), destination_ports=(ports,), version=4
    )
    return Rule(match, chance.random() >= 0.25)


def permits(space: Space, rules: list[Rule]) -> PacketSet:
    pieces = [(accepting if rule.accepts else refusing)(space.match(rule.match)) for rule in rules]
    return first_match(pieces).accepted


def peak() -> float:
    """The most memory that this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def engines() -> list[Any]:
    return [pytest.param(Space, id="oxidd"), pytest.param(Space.on_cudd, id="cudd")]


@pytest.mark.parametrize("make", engines())
def test_rule_list_to_permit_set(benchmark: Any, make: Any) -> None:
    if make is not Space:
        pytest.importorskip("dd.cudd", reason="dd has no CUDD on this machine")
    rules, before = enterprise(RULES), peak()
    spaces: list[tuple[tuple[Space, list[Rule]], dict[str, Any]]] = []

    def fresh() -> tuple[tuple[Space, list[Rule]], dict[str, Any]]:
        spaces.append(((make(), rules), {}))
        return spaces.pop()

    accepted: PacketSet = benchmark.pedantic(permits, setup=fresh, rounds=1)
    seconds = benchmark.stats.stats.min
    grown = peak() - before
    benchmark.extra_info["nodes"] = accepted.size()
    print(f"\n{RULES:,} rules: permit set in {seconds:.2f} s, {accepted.size():,} nodes, memory grew by {grown:.0f} MB")
    assert make is not Space or seconds < SECONDS
    chance = Random(2)
    for _ in range(300):  # against the list itself, rule by rule
        a, b = (IPv4Network((10 << 24 | chance.getrandbits(24), 32)) for _ in range(2))
        rule = chance.choice(rules).match
        source = rule.source[0] if rule.source else a
        destination = rule.destination[0] if rule.destination else b
        assert rule.destination_ports is not None
        packet = tcp(str(source[0]), str(destination[0]), rule.destination_ports[0].first)  # type: ignore[index]
        assert (packet in accepted) == decided(rules, source, destination, packet.destination_port)


def decided(rules: list[Rule], source: Any, destination: Any, port: int | None) -> bool:
    for rule in rules:
        match = rule.match
        assert match.protocols is not None
        assert match.destination_ports is not None
        ports = match.destination_ports[0]
        if (
            match.protocols[0].first == 6
            and port is not None
            and ports.first <= port <= ports.last
            and (match.source is None or source[0] in match.source[0])
            and (match.destination is None or destination[0] in match.destination[0])
        ):
            return rule.accepts
    return False


def test_difference_of_five_edits(benchmark: Any) -> None:
    space, rules = Space(), enterprise(RULES)
    edited = list(rules)
    chance = Random(3)
    for index in chance.sample(range(RULES // 10), 5):
        edited[index] = replace(edited[index], accepts=not edited[index].accepts)
    one, other = permits(space, rules), permits(space, edited)

    def differ() -> tuple[PacketSet, object, str]:
        changed = one ^ other
        return changed, changed.sample(), str(changed.describe())

    changed, sample, rows = benchmark(differ)
    first = benchmark.stats.stats.max
    print(
        f"\n5 edits of {RULES:,}: difference, sample and rows in {first * 1000:.1f} ms at most; {changed.size()} nodes"
    )
    print(f"{sample}\n{rows}")
    assert changed
    assert first < 1


def test_whole_description(benchmark: Any) -> None:
    """Counting the rows that are left out means looking at all of them."""
    space = Space()
    accepted = permits(space, enterprise(RULES))
    description = benchmark.pedantic(accepted.describe, rounds=1)
    print(f"\n{len(description.rows) + description.left_out:,} rows counted in {benchmark.stats.stats.min:.2f} s")
    packets = benchmark.extra_info["packets"] = accepted.count()
    assert packets > 0


def test_pieces_are_small(benchmark: Any) -> None:
    """What one rule takes: the cost of every other step is on top of it."""
    space, rules = Space(), enterprise(RULES)

    def build() -> Decided:
        for rule in rules:
            last = accepting(space.match(rule.match))
        return last

    assert benchmark.pedantic(build, rounds=3).accepted
    print(f"\n{RULES:,} rules built in {benchmark.stats.stats.min:.2f} s")

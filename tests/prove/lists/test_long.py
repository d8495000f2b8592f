"""Long lists: slices against the whole, rules found dead by numbers against sets, outlines against packets."""

from ipaddress import IPv4Address
from random import Random

import pytest
from hypothesis import given

from isthmus.packetset import Match, Packet, Space, tcp
from isthmus.prove.certainty import Bounds
from isthmus.prove.lists import Compiler, Method, Place, Ruleset, dead_rules, remainder
from isthmus.prove.lists.boxes import Boxes
from isthmus.prove.lists.outline import MOST_RUNS, Outline, outlines
from isthmus.prove.replay.chains import Judge
from tests.packetset.small import matches, space
from tests.prove.lists.generated import mixed

SEEDS = range(6)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_slice_is_the_whole_for_its_packets(seed: int) -> None:
    compiler = Compiler(Space(1 << 20))
    chain = mixed(150, seed)
    whole, sliced = (Ruleset(compiler, {"list": chain}, method=each) for each in (Method.WHOLE, Method.SLICED))
    for rule in mixed(40, seed + 100).rules:
        packets = Bounds.exactly(compiler.space.match(rule.matches[0]))
        assert sliced.evaluate("list", packets).accepted == whole.evaluate("list", packets).accepted


@pytest.mark.parametrize("seed", SEEDS)
def test_exactly_the_rules_without_remainder_are_dead(seed: int) -> None:
    """The same list once more behind itself: everything there is dead."""
    chain = mixed(120, seed)
    ruleset = Ruleset(Compiler(Space(1 << 20)), {"list": chain})
    found = dead_rules(ruleset, "list")
    dead = {each.place.index for each in found.found}
    for index in range(len(chain.rules)):
        left = remainder(ruleset, Place("list", index))
        assert isinstance(left, Bounds)
        assert bool(left) == (index not in dead)
    for each in found.found:
        taken = ruleset.space.union(ruleset.space.match(chain.rules[by.index].matches[0]) for by in each.covered_by)
        assert ruleset.space.match(each.rule.matches[0]) <= taken, "what is named covers it"
        assert all(by < each.place for by in each.covered_by)
    assert 10 < len(dead) < 110
    assert any(len(each.covered_by) > 1 for each in found.found) or seed != 0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_packet_is_judged_by_all_rules_of_a_long_list(seed: int) -> None:
    """The shortlist of the concrete evaluator leaves out no rule that matters."""
    chain = mixed(150, seed)
    compiler = Compiler(Space(1 << 20))
    accepted = Ruleset(compiler, {"list": chain}).evaluate("list", Bounds.exactly(compiler.space.everything)).accepted
    judge = Judge({"list": chain})
    for rule in chain.rules[::3]:
        packet = compiler.space.match(rule.matches[0]).sample()
        if packet is not None:
            verdict = judge.judge("list", packet).verdict
            assert verdict is not None
            assert (packet in accepted.possibly) == verdict.lets_pass


@given(a=matches, b=matches)
def test_packets_lie_in_the_outline_of_their_set(a: Match, b: Match) -> None:
    packets = space("oxidd").match(a) - space("oxidd").match(b)
    found = outlines(packets)
    for sample in (packets.sample(), packets.sample([])):
        assert (sample is not None) == bool(found)
        assert sample is None or any(_inside(sample, each) for each in found)


def test_many_places_are_outlined_together() -> None:
    """More runs of addresses and ports than an outline has: it is wider then, and still holds every packet."""
    chance = Random(1)  # noqa: S311
    packets = [tcp(str(IPv4Address(chance.getrandbits(32))), f"10.0.{at}.{at}", 3 * at + 1) for at in range(20)]
    (found,) = outlines(space("oxidd").packets(packets))
    assert all(_inside(each, found) for each in packets)
    assert len(found.destination) == len(found.source) == len(found.destination_ports) == MOST_RUNS


def _inside(packet: Packet, outline: Outline) -> bool:
    tests = (
        (int(packet.destination), outline.destination),
        (int(packet.source), outline.source),
        (packet.destination_port, outline.destination_ports),
        (packet.source_port, outline.source_ports),
    )
    return (
        packet.version == outline.version
        and bool(outline.protocols >> packet.protocol & 1)
        and all(number is None or any(first <= number <= last for first, last in runs) for number, runs in tests)
    )


@given(match=matches)
def test_a_match_without_a_box_has_no_packets(match: Match) -> None:
    assert Boxes().add(match) == bool(space("oxidd").match(match))

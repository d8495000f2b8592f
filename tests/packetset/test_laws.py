"""Laws of sets, on both engines, against packets listed one by one."""

import operator
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.packetset import Decided, Forgettable, Match, Packet, PacketSet, Rewrite, accepting, first_match, refusing
from tests.packetset.concrete import answered, passes, rewritten
from tests.packetset.small import (
    ENGINES,
    UNIVERSE,
    listed,
    matches,
    rewrites,
    some_packets,
    space,
    universe,
)

on_both_engines = pytest.mark.parametrize("engine", ENGINES)
Packets = set[Packet]
OPERATIONS = [operator.or_, operator.and_, operator.sub, operator.xor]


@on_both_engines
@given(match=matches)
def test_a_match_holds_what_passes_it(engine: str, match: Match) -> None:
    """Exactly: equal to the packets that pass, listed, and so for the complement."""
    packets = space(engine).match(match)
    passing = {each for each in UNIVERSE if passes(match, each)}
    assert packets & universe(engine) == listed(engine, passing)
    assert ~packets & universe(engine) == listed(engine, set(UNIVERSE) - passing)


@on_both_engines
@given(match=matches, index=st.integers(0, len(UNIVERSE) - 1))
def test_membership_is_what_the_matcher_says(engine: str, match: Match, index: int) -> None:
    assert (UNIVERSE[index] in space(engine).match(match)) == passes(match, UNIVERSE[index])


@on_both_engines
@given(one=some_packets, other=some_packets)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_operations_do_what_they_do_to_lists(
    engine: str, operation: Callable[..., PacketSet], one: Packets, other: Packets
) -> None:
    result = operation(listed(engine, one), listed(engine, other))
    expected: object = operation(one, other)
    assert isinstance(expected, set)
    assert result == listed(engine, expected)
    assert hash(result) == hash(listed(engine, expected))
    assert bool(result) == bool(expected)
    assert result.count() == len(expected)


@on_both_engines
@given(one=some_packets, other=some_packets)
def test_order_is_inclusion(engine: str, one: Packets, other: Packets) -> None:
    a, b = listed(engine, one), listed(engine, one | other)
    assert a <= b
    assert b >= a
    assert (b <= a) == (a == b) == (not a < b) == (one == one | other)
    assert (listed(engine, other) <= a) == (other <= one)


@on_both_engines
@given(a=matches, b=matches, c=matches)
def test_sets_are_a_boolean_algebra(engine: str, a: Match, b: Match, c: Match) -> None:
    x, y, z = (space(engine).match(each) for each in (a, b, c))
    assert (x & y) | (x - y) == x, "the pieces make the whole"
    assert ~(x | y) == ~x & ~y
    assert x & (y | z) == (x & y) | (x & z)
    assert x ^ y == (x - y) | (y - x)
    assert ~~x == x
    assert x | ~x == space(engine).everything
    assert x & ~x == space(engine).nothing
    assert space(engine).union([x, y, z]) == x | y | z
    assert x.count() + y.count() == (x | y).count() + (x & y).count()


@on_both_engines
@given(match=matches, prefer=matches)
def test_a_sample_is_in_the_set(engine: str, match: Match, prefer: Match) -> None:
    packets, wanted = space(engine).match(match), space(engine).match(prefer)
    for sample in (packets.sample(), packets.sample([])):
        assert (sample is not None) == bool(packets)
        assert sample is None or (sample in packets and passes(match, sample))
    assert packets.sample() == (packets | packets).sample()
    preferred = packets.sample([wanted])
    assert preferred is None or (preferred in wanted) == bool(packets & wanted)


@on_both_engines
@given(a=matches, b=matches)
def test_rows_share_nothing_and_make_the_set(engine: str, a: Match, b: Match) -> None:
    """Each row is a match again: reading and describing are inverses."""
    packets = space(engine).match(a) - space(engine).match(b)
    description = packets.describe(limit=5000)
    rows = [space(engine).match(each) for each in description.rows]
    assert description.left_out == 0
    assert space(engine).union(rows) == packets
    assert sum(each.count() for each in rows) == packets.count()
    short = packets.describe(limit=1)
    assert short.rows == description.rows[:1]
    assert short.left_out == max(0, len(rows) - 1)


@on_both_engines
@given(before=some_packets, guard=matches, rewrite=rewrites)
def test_the_image_is_what_each_packet_can_become(engine: str, before: Packets, guard: Match, rewrite: Rewrite) -> None:
    expected = {after for each in before for after in (rewritten(each, rewrite) if passes(guard, each) else {each})}
    assert listed(engine, before).image(space(engine).match(guard), rewrite) == listed(engine, expected)


@on_both_engines
@given(after=some_packets, guard=matches, rewrite=rewrites)
def test_the_preimage_is_what_can_become_one(engine: str, after: Packets, guard: Match, rewrite: Rewrite) -> None:
    expected = {each for each in UNIVERSE if after & (rewritten(each, rewrite) if passes(guard, each) else {each})}
    before = listed(engine, after).preimage(space(engine).match(guard), rewrite)
    assert before & universe(engine) == listed(engine, expected)


@on_both_engines
@given(a=matches, b=matches, guard=matches, rewrite=rewrites)
def test_image_and_preimage_meet_in_the_same_packets(
    engine: str, a: Match, b: Match, guard: Match, rewrite: Rewrite
) -> None:
    x, y, inside = (space(engine).match(each) for each in (a, b, guard))
    assert bool(x.image(inside, rewrite) & y) == bool(x & y.preimage(inside, rewrite))
    assert x <= x.image(inside, rewrite).preimage(inside, rewrite), "nothing vanishes"


@on_both_engines
@given(packets=some_packets, match=matches)
def test_the_mirror_holds_the_replies(engine: str, packets: Packets, match: Match) -> None:
    assert listed(engine, packets).mirrored() == listed(engine, {answered(each) for each in packets})
    whole = space(engine).match(match)
    assert whole.mirrored().mirrored() == whole
    if match.icmp is None:
        assert whole.mirrored() == space(engine).match(match.mirrored())


@on_both_engines
@given(match=matches)
@pytest.mark.parametrize("field", Forgettable)
def test_forgetting_adds_what_differs_there_only(engine: str, field: Forgettable, match: Match) -> None:
    packets = space(engine).match(match)
    wider = packets.forgetting(field)
    assert packets <= wider
    assert wider.forgetting(field) == wider
    assert bool(packets) == bool(wider)


@on_both_engines
@given(rules=st.lists(st.tuples(matches, st.booleans()), min_size=1, max_size=9))
def test_the_first_rule_that_matches_decides(engine: str, rules: list[tuple[Match, bool]]) -> None:
    built = [(accepting if accepts else refusing)(space(engine).match(match)) for match, accepts in rules]
    decided: Decided = first_match(built)
    expected: dict[bool, Packets] = {True: set(), False: set()}
    for packet in UNIVERSE:
        verdict = next((accepts for match, accepts in rules if passes(match, packet)), None)
        if verdict is not None:
            expected[verdict].add(packet)
    assert decided.accepted & universe(engine) == listed(engine, expected[True])
    assert decided.refused & universe(engine) == listed(engine, expected[False])
    assert not decided.accepted & decided.refused


@given(a=matches, b=matches)
def test_engines_agree(a: Match, b: Match) -> None:
    one, other = ((space(each).match(a) ^ space(each).match(b)) for each in ENGINES)
    assert one.sample() == other.sample()
    assert one.count() == other.count()
    assert one.describe(100) == other.describe(100)

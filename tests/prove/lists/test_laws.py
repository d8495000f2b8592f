"""Laws of rule lists, on both engines: one packet at a time, every way to compute, every way to settle doubts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.network import Chain, Verdict
from isthmus.packetset import Match, Packet
from isthmus.prove.certainty import Bounds
from isthmus.prove.lists import Method, Place, Ruleset
from isthmus.prove.replay.chains import Judge
from tests.packetset.small import ENGINES, UNIVERSE, alone, space
from tests.prove.lists.small import INTERFACES, compiler, devices, ends, everything, questions, settled

on_both_engines = pytest.mark.parametrize("engine", ENGINES)
interfaces = st.sampled_from(INTERFACES)
packets = st.integers(0, 16).map(lambda start: UNIVERSE[start::17])
Chains = dict[str, Chain]


@on_both_engines
@given(chains=devices(), arriving=interfaces, leaving=interfaces, within=questions)
def test_every_way_to_compute_gives_the_same(
    engine: str, chains: Chains, arriving: tuple[str, ...], leaving: tuple[str, ...], within: Match
) -> None:
    """Whole, sliced, and rule by rule; the last of them is less sure at most."""
    some = Bounds.exactly(space(engine).match(within))
    found = [
        Ruleset(compiler(engine), chains, method=method).evaluate("first", some, arriving=arriving, leaving=leaving)
        for method in Method
    ]
    whole = ends(found[0])
    assert all(ends(each) == whole for each in found[1:])
    told = Ruleset(compiler(engine), chains).tell("first", some, arriving=arriving, leaving=leaving)
    one_by_one = ends(told.outcome)
    assert {end: each.possibly for end, each in one_by_one.items()} == {
        end: each.possibly for end, each in whole.items()
    }
    assert all(each.surely <= whole[end].surely for end, each in one_by_one.items())
    assert all(each.surely <= each.possibly for each in whole.values())


@on_both_engines
@given(
    chains=devices(doubts=False, changes=False) | devices(changes=False),
    arriving=interfaces,
    leaving=interfaces,
    some=packets,
)
def test_one_packet_and_sets_of_packets_agree(
    engine: str, chains: Chains, arriving: tuple[str, ...], leaving: tuple[str, ...], some: tuple[Packet, ...]
) -> None:
    """Sets hold exactly the packets that the concrete evaluator brings to the same end."""
    outcome = Ruleset(compiler(engine), chains).evaluate(
        "first", everything(engine), arriving=arriving, leaving=leaving
    )
    judge = Judge(chains)
    for packet in some:
        judged = judge.judge("first", packet, arriving, leaving)
        possible = {each.verdict for each in judged.branches if each.translation is None}
        assert (packet in outcome.accepted.possibly) >= (Verdict.ACCEPT in possible)
        assert (packet in outcome.dropped.possibly) >= (Verdict.DROP in possible)
        assert (packet in outcome.rejected.possibly) >= (Verdict.REJECT in possible)
        assert (packet in outcome.undecided.possibly) >= (None in possible)
        if packet not in outcome.unclear:
            assert (packet in outcome.accepted.possibly) == (Verdict.ACCEPT in possible)
            assert (packet in outcome.accepted.surely) == (judged.verdict is Verdict.ACCEPT)
            assert (packet in outcome.refused.surely) >= (judged.verdict in (Verdict.DROP, Verdict.REJECT))
            assert (packet in outcome.undecided.possibly) == (None in possible)
        translated = {each.place for each in outcome.translated if packet in each.packets.possibly}
        assert translated == {Place(each.chain, each.hits[-1].index) for each in judged.branches if each.translation}


@on_both_engines
@given(chains=devices(doubts=False), arriving=interfaces, some=packets)
def test_marks_and_changed_states_are_those_of_the_packet(
    engine: str, chains: Chains, arriving: tuple[str, ...], some: tuple[Packet, ...]
) -> None:
    """Each packet by itself, because `notrack` makes several of them one."""
    judge, ruleset = Judge(chains), Ruleset(compiler(engine), chains)
    for packet in some[::4]:
        outcome = ruleset.evaluate("first", Bounds.exactly(alone(engine, packet)), arriving=arriving)
        judged = judge.judge("first", packet, arriving)
        if outcome.unclear:
            continue
        (branch,) = judged.branches
        after = Bounds.exactly(space(engine).packets([branch.packet]))
        end: object = (branch.verdict or "undecided", branch.mark)
        if branch.translation:
            end = (Place(branch.chain, branch.hits[-1].index), branch.mark)
        elif branch.verdict in (Verdict.DROP, Verdict.REJECT):
            end = str(branch.verdict)
        assert ends(outcome) == {end: after}


@on_both_engines
@given(chains=devices(), arriving=interfaces, data=st.data())
def test_the_truth_lies_between(engine: str, chains: Chains, arriving: tuple[str, ...], data: st.DataObject) -> None:
    """However doubts are settled: what surely comes to an end does, and nothing comes that possibly does not."""
    truth = settled(chains, data)
    believed, true = (
        Ruleset(compiler(engine), each, minds_marks=True).evaluate("first", everything(engine), arriving=arriving)
        for each in (chains, truth)
    )
    nothing = Bounds.exactly(space(engine).nothing)
    found, actual = ends(believed), ends(true)
    for end in found.keys() | actual.keys():
        guess = found.get(end, nothing)
        of_any_mark = found.get((end[0], None), nothing) if isinstance(end, tuple) else nothing
        outcome = actual.get(end, nothing)
        assert outcome.possibly <= guess.possibly | of_any_mark.possibly
        assert guess.surely <= outcome.possibly
        assert guess.surely <= outcome.surely or true.unclear, "only jumps that lead nowhere are left in doubt"

"""Laws of single rules: dead ones, what one is good for, and what two versions of a list do differently."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.network import Chain, Rule, Verdict
from isthmus.packetset import Packet
from isthmus.prove.certainty import Bounds
from isthmus.prove.lists import (
    Outcome,
    Place,
    Ruleset,
    TooLarge,
    dead_rules,
    difference,
    remainder,
    rule_effect,
)
from isthmus.prove.lists.content import shared
from isthmus.prove.replay.chains import Judge
from tests.packetset.small import ENGINES, UNIVERSE
from tests.prove.lists.small import INTERFACES, compiler, devices, everything, rules

on_both_engines = pytest.mark.parametrize("engine", ENGINES)
interfaces = st.sampled_from(INTERFACES)
packets = st.integers(0, 16).map(lambda start: UNIVERSE[start::17])
Chains = dict[str, Chain]
Names = tuple[str, ...]


def without(chains: Mapping[str, Chain], index: int) -> Chains:
    first = chains["first"]
    return {**chains, "first": replace(first, rules=first.rules[:index] + first.rules[index + 1 :])}


def deeds(outcome: Outcome) -> dict[object, Bounds]:
    """What becomes of packets, by what is done and not by where the rule stands."""
    found: dict[object, Bounds] = {"drop": outcome.dropped, "reject": outcome.rejected}
    for mark, fate in outcome.by_mark.items():
        found |= {("accept", mark): fate.accepted, ("undecided", mark): fate.undecided}
        for each in fate.translated:
            found[each.rule.where, each.action, mark] = each.packets
    return {end: each for end, each in found.items() if each}


@on_both_engines
@given(chains=devices(), told=st.booleans(), data=st.data())
def test_what_is_dead_is_missed_by_nobody(engine: str, chains: Chains, told: bool, data: st.DataObject) -> None:
    known = INTERFACES if told else None
    ruleset = Ruleset(compiler(engine), chains)
    dead = dead_rules(ruleset, "first", arriving=known, leaving=known)
    assert not dead.undecided
    for each in dead.found:
        arriving, leaving = data.draw(interfaces), data.draw(interfaces)
        rest = Ruleset(compiler(engine), without(chains, each.place.index), minds_marks=ruleset.stretches.minds_marks)
        before, after = (
            one.evaluate("first", everything(engine), arriving=arriving, leaving=leaving) for one in (ruleset, rest)
        )
        assert deeds(before) == deeds(after)


@on_both_engines
@given(chains=devices(changes=False))
def test_rules_that_are_not_dead_have_something_to_decide(engine: str, chains: Chains) -> None:
    ruleset = Ruleset(compiler(engine), chains)
    dead = {each.place.index for each in dead_rules(ruleset, "first", arriving=INTERFACES, leaving=INTERFACES).found}
    for index, rule in enumerate(chains["first"].rules):
        ways = [(a, b) for a in INTERFACES for b in INTERFACES]
        ways = [(a, b) for a, b in ways if rule.arriving is None or rule.arriving.holds(*a)]
        ways = [(a, b) for a, b in ways if rule.leaving is None or rule.leaving.holds(*b)]
        left = (remainder(ruleset, Place("first", index), arriving=a, leaving=b) for a, b in ways)
        assert any(bool(each) for each in left if isinstance(each, Bounds)) == (index not in dead)


@on_both_engines
@given(chains=devices(doubts=False, changes=False), arriving=interfaces, some=packets, data=st.data())
def test_the_effect_of_a_rule_is_what_changes_without_it(
    engine: str, chains: Chains, arriving: Names, some: tuple[Packet, ...], data: st.DataObject
) -> None:
    if not chains["first"].rules:
        return
    index = data.draw(st.integers(0, len(chains["first"].rules) - 1))
    ruleset = Ruleset(compiler(engine), chains)
    effect = rule_effect(ruleset, Place("first", index), arriving=arriving)
    assert isinstance(effect, Bounds)
    with_it, without_it = Judge(chains), Judge(without(chains, index))
    for packet in some:
        one, other = (each.judge("first", packet, arriving) for each in (with_it, without_it))
        if one.is_clear and other.is_clear:
            changes = (one.verdict, one.translation) != (other.verdict, other.translation)
            assert changes <= (packet in effect.possibly)
            assert (packet in effect.surely) <= changes
        else:
            assert packet not in effect.surely


@st.composite
def versions(draw: st.DrawFn) -> tuple[Chains, Chains]:
    """A device, and the same with some edits of its first chain."""
    old = draw(devices(doubts=False, changes=False))
    edited: list[Rule] = list(old["first"].rules)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(edited)))
        kind = draw(st.sampled_from(["add", "remove", "move"]))
        if kind == "add":
            edited.insert(at, draw(rules(doubts=False, changes=False)))
        elif at < len(edited):
            rule = edited.pop(at)
            if kind == "move":
                edited.insert(draw(st.integers(0, len(edited))), rule)
    default = draw(st.sampled_from([old["first"].default] * 3 + [Verdict.DROP]))
    return old, {**old, "first": replace(old["first"], rules=tuple(edited), default=default)}


@given(old=st.lists(st.integers(0, 5)), new=st.lists(st.integers(0, 5)))
def test_what_two_lists_share_is_the_same_in_the_same_order(old: list[int], new: list[int]) -> None:
    kept, same = shared(old, new)
    assert [old[place] for place in sorted(kept)] == [new[place] for place in sorted(same)]
    assert shared(old, old) == (set(range(len(old))), set(range(len(old))))


@on_both_engines
@given(pair=versions(), arriving=interfaces, some=packets)
def test_a_difference_is_what_fares_otherwise(
    engine: str, pair: tuple[Chains, Chains], arriving: Names, some: tuple[Packet, ...]
) -> None:
    old, new = (Ruleset(compiler(engine), each) for each in pair)
    found = difference(old, new, "first", arriving=arriving)
    assert not isinstance(found, TooLarge)
    judges = [Judge(each) for each in pair]
    for packet in some:
        was, is_now = (each.judge("first", packet, arriving) for each in judges)
        if not (was.is_clear and is_now.is_clear):
            continue
        before, after = ((each.verdict is None or each.verdict.lets_pass) for each in (was, is_now))
        otherwise = before and after and (was.verdict, was.translation) != (is_now.verdict, is_now.translation)
        for truth, told in (
            (after and not before, found.newly_accepted),
            (before and not after, found.newly_refused),
            (otherwise, found.otherwise),
        ):
            assert truth <= (packet in told.possibly)
            assert (packet in told.surely) <= truth
            assert told.surely <= told.possibly
            assert truth == (packet in told.possibly) or not told.is_exact

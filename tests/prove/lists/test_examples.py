"""Small lists as people write them, and what is said of them."""

from dataclasses import replace
from ipaddress import ip_network

import pytest

from isthmus.diagnostics import Span
from isthmus.network import (
    Chain,
    Changes,
    InterfaceTest,
    Jump,
    MarkTest,
    Masquerade,
    Return,
    SetMark,
    Translate,
    Unclear,
    Untrack,
    Verdict,
)
from isthmus.packetset import Interval, Match, Rewrite, Space, State, only, tcp, udp
from isthmus.prove.certainty import Bounds
from isthmus.prove.lists import Compiler, Limits, Place, Ruleset, TooLarge, dead_rules, difference, rule_effect
from isthmus.prove.replay.chains import Judge, judge
from tests.prove.lists.written import DOUBT, accept, asks, chain, device, drop, rule

WEB = asks(destination="192.0.2.0/24", port="443")
SSH = asks(port="22")
PACKET = tcp("198.51.100.1", "192.0.2.1", 443)


def ruleset(*chains: Chain, limits: Limits | None = None) -> Ruleset:
    return Ruleset(Compiler(Space(1 << 20), limits), device(*chains))


def every(rules: Ruleset) -> Bounds:
    return Bounds.exactly(rules.space.everything)


# Dead rules


def test_a_rule_that_only_two_others_cover_together_is_dead() -> None:
    halves = (asks("10.0.0.0/25", port="22"), asks("10.0.0.128/25", port="22"))
    rules = ruleset(
        chain(accept(halves[0]), drop(asks(port="53")), drop(halves[1]), accept(asks("10.0.0.0/24", port="22")))
    )
    (dead,) = dead_rules(rules, "list").found
    assert dead.place == Place("list", 3)
    assert dead.covered_by == (Place("list", 0), Place("list", 2))
    assert dead.against == Place("list", 2)


def test_a_rule_behind_the_port_ranges_that_make_all_ports_is_dead() -> None:
    tcp_ports = [asks(port=each, protocol=6) for each in ("0-1023", "1024-65535")]
    rules = ruleset(chain(*map(accept, tcp_ports), drop(asks(protocol=6)), drop(asks(protocol=17))))
    assert [each.place.index for each in dead_rules(rules, "list").found] == [2]


def test_a_rule_that_no_packet_can_match_is_told_apart() -> None:
    ports_of_icmp = Match(protocols=(only(1),), destination_ports=(only(80),))
    rules = ruleset(chain(drop(), accept(ports_of_icmp), accept(asks("10.0.0.0/8"), ports_of_icmp)))
    first, second = dead_rules(rules, "list").found
    assert first.is_unmatchable
    assert first.against is None
    assert (second.covered_by, second.against) == ((Place("list", 0),), Place("list", 0))


def test_what_may_match_takes_nothing_for_sure() -> None:
    """A limit may let packets pass, so the rule behind it is not dead."""
    rules = ruleset(chain(rule(Verdict.DROP, SSH, is_sure=False), accept(SSH), drop(SSH)))
    assert [each.place.index for each in dead_rules(rules, "list").found] == [2]


def test_rules_of_other_interfaces_take_nothing() -> None:
    rules = ruleset(chain(drop(arriving="eth0"), accept(SSH, arriving="eth1"), accept(SSH, arriving="eth0"), drop(SSH)))
    assert [each.place.index for each in dead_rules(rules, "list").found] == [2]
    known = [("eth0",), ("eth1",)]
    assert [each.place.index for each in dead_rules(rules, "list", arriving=known).found] == [2, 3]
    gone = dead_rules(rules, "list", arriving=[("eth0",)]).found
    assert [(each.place.index, each.is_unmatchable) for each in gone] == [(1, True), (2, False), (3, False)]


def test_a_negated_test_of_a_vrf_leaves_the_interfaces_in_it() -> None:
    """A packet of eth0 in vrf1 shows both names: it fails the first rule's test, and comes to the second."""
    outside = replace(drop(), arriving=InterfaceTest(("vrf1",), negated=True))
    rules = ruleset(chain(outside, accept(SSH, arriving="eth0")))
    assert not dead_rules(rules, "list").found
    (dead,) = dead_rules(rules, "list", arriving=[("eth0",), ("eth1", "vrf1")]).found
    assert dead.place == Place("list", 1)


def test_a_jump_takes_what_its_chain_decides() -> None:
    below = chain(rule(Return(), SSH), drop(), name="below", default=None)
    rules = ruleset(chain(rule(Jump("below")), accept(asks(port="80")), accept(SSH)), below)
    assert [each.place.index for each in dead_rules(rules, "list").found] == [1]


def test_a_state_that_changes_on_the_way_keeps_a_rule_alive() -> None:
    untracked = asks(state=State.UNTRACKED)
    rules = ruleset(chain(drop(untracked), rule(Untrack(), SSH), accept(untracked), accept(asks(port="22-23"))))
    assert not dead_rules(rules, "list").found
    rules = ruleset(chain(rule(Untrack(), SSH), drop(SSH), accept(untracked), accept(asks("10.0.0.0/8", port="22"))))
    assert [each.place.index for each in dead_rules(rules, "list").found] == [3]


def test_a_mark_that_changes_on_the_way_keeps_a_rule_alive() -> None:
    marked = [rule(Verdict.DROP, SSH, mark=MarkTest(1)), rule(Verdict.ACCEPT, SSH, mark=MarkTest(1))]
    assert [each.place.index for each in dead_rules(ruleset(chain(*marked)), "list").found] == [1]
    rules = ruleset(chain(marked[0], rule(SetMark(1)), marked[1]))
    assert not dead_rules(rules, "list").found


def test_a_jump_passes_on_what_returns() -> None:
    below = chain(rule(Return(), SSH), drop(), name="below", default=None)
    for comes_back, left in ((True, Verdict.ACCEPT), (False, Verdict.REJECT)):
        rules = ruleset(chain(rule(Jump("below", comes_back)), accept(), default=Verdict.REJECT), below)
        alone = ruleset(chain(rule(Jump("below", comes_back)), default=None), below)
        outcome = rules.evaluate("list", every(rules))
        assert outcome.dropped.surely == ~rules.space.match(SSH)
        passed = outcome.accepted if left is Verdict.ACCEPT else outcome.rejected
        assert passed == Bounds.exactly(rules.space.match(SSH))
        assert alone.evaluate("list", every(alone)).undecided == Bounds.exactly(alone.space.match(SSH))


# What becomes of packets


def test_a_doubt_that_makes_no_difference_leaves_none() -> None:
    rules = ruleset(chain(rule(Verdict.ACCEPT, SSH, is_sure=False), accept(SSH)))
    outcome = rules.evaluate("list", every(rules))
    assert outcome.accepted.is_exact
    assert outcome.accepted.surely == rules.space.match(SSH)


def test_a_doubt_is_named_where_it_counts() -> None:
    rules = ruleset(chain(accept(WEB), rule(Verdict.ACCEPT, SSH, is_sure=False)))
    assert rules.tell("list", Bounds.exactly(rules.space.match(SSH))).doubts == (DOUBT,)
    assert rules.tell("list", Bounds.exactly(rules.space.match(WEB))).doubts == ()


def test_an_unclear_rule_leaves_everything_possible() -> None:
    rules = ruleset(chain(rule(Unclear(), WEB), drop(WEB), accept()))
    outcome = rules.evaluate("list", every(rules))
    web = rules.space.match(WEB)
    assert outcome.unclear == web
    assert (outcome.accepted.surely, outcome.accepted.possibly) == (~web, rules.space.everything)
    assert (outcome.dropped.surely, outcome.dropped.possibly) == (rules.space.nothing, web)
    assert rules.tell("list", every(rules)).doubts == (DOUBT,)
    judged = judge(rules.chains, "list", PACKET)
    assert (judged.is_clear, judged.verdict, judged.doubts) == (False, None, (DOUBT,))


def test_what_an_unclear_rule_met_may_still_be_translated_or_marked() -> None:
    rules = ruleset(chain(rule(Unclear(), WEB), rule(Masquerade())))
    for outcome in (rules.evaluate("list", every(rules)), rules.tell("list", every(rules)).outcome):
        (translated,) = outcome.translated
        assert translated.packets == Bounds(~rules.space.match(WEB), rules.space.everything)
    reading = ruleset(chain(rule(Unclear(), WEB), rule(Verdict.REJECT, mark=MarkTest(5)), accept()))
    web = reading.space.match(WEB)
    for outcome in (reading.evaluate("list", every(reading)), reading.tell("list", every(reading)).outcome):
        assert outcome.rejected == Bounds.perhaps(web)
        assert outcome.by_mark[None].accepted == Bounds.perhaps(web)
        assert outcome.by_mark[0].accepted == Bounds(~web, reading.space.everything)
    marked = ruleset(chain(rule(Unclear(), WEB), rule(Masquerade(), mark=MarkTest(5)), accept()))
    for outcome in (marked.evaluate("list", every(marked)), marked.tell("list", every(marked)).outcome):
        (translated,) = outcome.translated
        assert translated.packets == Bounds.perhaps(marked.space.match(WEB))


def test_doubts_in_a_chain_that_is_jumped_to() -> None:
    """What perhaps returns is decided behind the jump; what perhaps goes to its end, by the default."""
    below = chain(
        rule(Return(), SSH, is_sure=False), rule(Verdict.DROP, WEB, is_sure=False), name="below", default=None
    )
    rules = ruleset(chain(rule(Jump("below")), accept(SSH), default=Verdict.REJECT), below)
    outcome = rules.evaluate("list", every(rules))
    web, ssh = rules.space.match(WEB), rules.space.match(SSH)
    assert outcome.accepted == Bounds.exactly(ssh)
    assert outcome.dropped == Bounds.perhaps(web)
    assert outcome.rejected == Bounds(~web - ssh, ~ssh)
    left = ruleset(chain(rule(Jump("below", comes_back=False)), accept(), default=Verdict.REJECT), below)
    assert left.evaluate("list", every(left)).rejected == Bounds(~left.space.match(WEB), left.space.everything)


def test_jumps_that_lead_nowhere_are_doubts() -> None:
    circle = chain(rule(Jump("list")), name="circle", default=None)
    rules = ruleset(chain(rule(Jump("gone"), SSH), rule(Jump("circle"), WEB), accept()), circle)
    told = rules.tell("list", every(rules))
    assert told.outcome.unclear == rules.space.match(SSH) | rules.space.match(WEB)
    assert [each.what for each in told.doubts] == ["`gone` is not defined", "`circle` leads back here"]


def test_which_rule_decides_what() -> None:
    rules = ruleset(chain(accept(WEB), drop(asks(destination="192.0.2.0/24")), accept(SSH)))
    shares = rules.tell("list", Bounds.exactly(rules.space.match(asks(port="80-1000")))).shares
    assert [each.place and each.place.index for each in shares] == [0, 1, None]
    assert shares[0].packets.possibly == rules.space.match(WEB)
    assert shares[0].rule is rules.chains["list"].rules[0]
    assert not shares[1].packets.possibly & shares[2].packets.possibly


def test_marks_are_written_and_read() -> None:
    to_web = rule(SetMark(7), WEB)
    marked = rule(Verdict.ACCEPT, mark=MarkTest(7))
    rules = ruleset(chain(to_web, marked))
    outcome = rules.evaluate("list", every(rules))
    assert outcome.by_mark[7].accepted.surely == rules.space.match(WEB)
    assert outcome.dropped.surely == ~rules.space.match(WEB)
    assert judge(rules.chains, "list", PACKET).mark == 7
    assert judge(rules.chains, "list", PACKET).verdict is Verdict.ACCEPT


def test_a_mark_is_written_under_its_mask() -> None:
    rules = ruleset(chain(rule(SetMark(9)), rule(SetMark(7, 6)), default=None))
    assert set(rules.evaluate("list", every(rules), mark=64).by_mark) == {15}
    assert judge(rules.chains, "list", PACKET, mark=64).mark == 15
    alone = ruleset(chain(rule(SetMark(7, 6)), default=None))
    assert set(alone.evaluate("list", every(alone), mark=64).by_mark) == {70}
    assert judge(alone.chains, "list", PACKET, mark=64).mark == 70


def test_translations_are_told_with_their_packets() -> None:
    inward = Translate(Changes.DESTINATION, Rewrite(destination=ip_network("10.0.0.1/32")))
    rules = ruleset(
        chain(rule(Return(), SSH), rule(inward, WEB), rule(Masquerade(Interval(1024, 65535))), default=None)
    )
    first, second = rules.evaluate("list", every(rules)).translated
    assert (first.place.index, first.action, first.packets.surely) == (1, inward, rules.space.match(WEB))
    assert second.packets.surely == ~rules.space.match(WEB) - rules.space.match(SSH)
    assert judge(rules.chains, "list", PACKET).translation == inward
    assert judge(rules.chains, "list", tcp("198.51.100.1", "192.0.2.1", 22)).verdict is None


def test_a_long_list_is_the_same_whatever_was_asked_before() -> None:
    """The concrete evaluator remembers which rules concern a destination; the end of a block is a place of its own."""
    hosts = [accept(asks(destination=f"10.0.{each}.0/24")) for each in range(60)]
    judged = Judge(device(chain(*hosts)))
    assert judged.judge("list", tcp("192.0.2.1", "10.0.60.0", 80)).verdict is Verdict.DROP
    assert judged.judge("list", tcp("192.0.2.1", "10.0.59.255", 80)).verdict is Verdict.ACCEPT
    assert judged.judge("list", tcp("192.0.2.1", "10.0.0.0", 80)).verdict is Verdict.ACCEPT
    assert judged.judge("list", tcp("192.0.2.1", "9.255.255.255", 80)).verdict is Verdict.DROP


def test_an_empty_list_leaves_everything_to_its_default() -> None:
    for default in (None, Verdict.ACCEPT, Verdict.REJECT):
        rules = ruleset(chain(default=default))
        outcome = rules.evaluate("list", every(rules))
        end = {None: outcome.undecided, Verdict.ACCEPT: outcome.accepted, Verdict.REJECT: outcome.rejected}[default]
        assert end == every(rules)
        assert dead_rules(rules, "list").found == ()


def test_several_lists_are_asked_as_one() -> None:
    """The default of the first does not count: what it leaves goes to the second."""
    rules = ruleset(chain(accept(WEB), name="a"), chain(accept(SSH), name="b"))
    first = rules.evaluate("a", every(rules), closes=False)
    second = rules.evaluate("b", first.undecided)
    assert first.accepted | second.accepted == Bounds.exactly(rules.space.match(WEB) | rules.space.match(SSH))


# What a rule is good for, and what differs


def test_a_rule_that_a_later_one_repeats_has_no_effect() -> None:
    rules = ruleset(chain(accept(WEB), drop(SSH), accept(asks(destination="192.0.2.0/24")), drop()))
    effects = [rule_effect(rules, Place("list", index)) for index in range(4)]
    assert effects[0] == Bounds.exactly(rules.space.nothing)
    assert effects[1] == Bounds.exactly(rules.space.match(asks(destination="192.0.2.0/24", port="22")))
    assert effects[3] == Bounds.exactly(rules.space.nothing), "the default does the same"


def test_the_effect_of_a_rule_before_a_doubtful_one_is_in_doubt() -> None:
    rules = ruleset(chain(accept(WEB), rule(Verdict.ACCEPT, asks(port="443"), is_sure=False)))
    assert rule_effect(rules, Place("list", 0)) == Bounds.perhaps(rules.space.match(WEB))
    assert rule_effect(rules, Place("list", 1)) == Bounds.perhaps(
        rules.space.match(asks(port="443")) - rules.space.match(WEB)
    )


def test_every_match_of_a_new_rule_counts() -> None:
    compiler = Compiler(Space(1 << 20))
    before = chain(*(accept(asks(port=str(each))) for each in range(1, 20)))
    after = replace(before, rules=(*before.rules, accept(SSH, WEB, asks("10.0.0.0/8"))))
    found = difference(Ruleset(compiler, device(before)), Ruleset(compiler, device(after)), "list")
    assert not isinstance(found, TooLarge)
    union = compiler.space.union(map(compiler.space.match, (SSH, WEB, asks("10.0.0.0/8"))))
    old = compiler.space.match(asks(port="1-19"))
    assert found.newly_accepted == Bounds.exactly(union - old)


def test_what_a_new_rule_opens_and_closes() -> None:
    compiler = Compiler(Space(1 << 20))
    before, after = (
        chain(accept(SSH), accept(WEB)),
        chain(drop(asks("10.0.0.0/8", port="22")), accept(SSH), accept(asks(port="443"))),
    )
    old, new = (Ruleset(compiler, device(each)) for each in (before, after))
    found = difference(old, new, "list")
    assert not isinstance(found, TooLarge)
    assert str(found.newly_refused.possibly) == str(compiler.space.match(asks("10.0.0.0/8", port="22")))
    assert found.newly_accepted.surely == compiler.space.match(asks(port="443")) - compiler.space.match(WEB)
    assert (found.removed, found.added) == ((1,), (0, 2))
    assert [each.place for each in new.tell("list", found.newly_accepted).shares] == [Place("list", 2)]
    same = difference(old, Ruleset(compiler, device(before)), "list")
    assert not isinstance(same, TooLarge)
    assert not same


def test_rules_are_compared_by_what_they_say_not_by_where() -> None:
    compiler = Compiler(Space(1 << 20))
    one = device(chain(rule(Jump("below")), drop()), chain(accept(SSH), name="below", default=None))
    moved = replace(one["below"], where=Span("elsewhere.conf", 3))
    found = difference(Ruleset(compiler, one), Ruleset(compiler, {**one, "below": moved}), "list")
    assert not isinstance(found, TooLarge)
    assert (found.removed, found.added) == ((), ())


# Bounds


def distinct_ranges(rules: int) -> list[Match]:
    """Ranges in all fields, no two alike: the hardest lists there are."""
    return [
        Match(
            source=(ip_network((167772160 + 257 * at * at % (1 << 20), 32)),),
            destination_ports=(Interval(7 * at % 30000, 30000 + 11 * at % 30000),),
            source_ports=(Interval(13 * at % 30000, 30000 + 17 * at % 30000),),
        )
        for at in range(1, rules)
    ]


def test_a_question_that_takes_too_much_is_not_answered() -> None:
    rules = ruleset(chain(*map(accept, distinct_ranges(400))), limits=Limits(nodes=5_000))
    found = rules.compiler.answer(lambda: rules.evaluate("list", every(rules)))
    assert found == TooLarge("sets of more than 5,000 nodes together would have to be worked out")
    small = rules.compiler.answer(lambda: rules.evaluate("list", Bounds.exactly(rules.space.packets([PACKET]))))
    assert not isinstance(small, TooLarge), "a smaller question is answered"


def test_a_full_space_is_told_as_well() -> None:
    compiler = Compiler(Space(20_000))
    rules = Ruleset(compiler, device(chain(*map(accept, distinct_ranges(2000)))))
    found = compiler.answer(lambda: rules.evaluate("list", every(rules)))
    assert found == TooLarge("its sets take more than 20,000 nodes at a time")


def test_jumps_that_multiply_are_not_followed_for_ever() -> None:
    """Every chain jumps to the next one twice, for other packets each time: 2 ** 30 ways."""
    halves = [Match(source=(ip_network("0.0.0.0/1"),)), Match(version=4)]
    levels = [
        chain(*(rule(Jump(f"level{at + 1}"), each) for each in halves), name=f"level{at}", default=None)
        for at in range(30)
    ]
    rules = ruleset(*levels, chain(rule(Return()), name="level30", default=None), limits=Limits(rules=2000))
    found = rules.compiler.answer(lambda: rules.tell("level0", every(rules)))
    assert found == TooLarge("more than 2,000 rules would have to be looked at")
    judged = judge(rules.chains, "level0", udp("10.0.0.1", "192.0.2.1", 53))
    assert not judged.is_clear
    assert "without an end" in judged.doubts[0].what


def test_marks_that_multiply_are_not_followed_for_ever() -> None:
    writing = [rule(SetMark(1 << at, 1 << at), asks(port=str(at + 1))) for at in range(3)]
    doubled = [rule(SetMark(1 << at, 1 << at), asks(f"{at}.0.0.0/8"), is_sure=False) for at in range(10)]
    rules = ruleset(chain(*writing, *doubled, rule(Verdict.ACCEPT, mark=MarkTest(5))), limits=Limits(marks=8))
    found = rules.compiler.answer(lambda: rules.evaluate("list", every(rules)))
    assert found == TooLarge("packets carry more than 8 different marks")


def test_jumps_that_nest_too_deep_are_doubts() -> None:
    levels = [chain(rule(Jump(f"level{at + 1}")), name=f"level{at}", default=None) for at in range(1500)]
    rules = ruleset(*levels, chain(accept(), name="level1500", default=None))
    assert rules.evaluate("level0", every(rules)).unclear == rules.space.everything
    assert rules.evaluate("level1490", every(rules)).accepted.surely == rules.space.everything
    assert not judge(rules.chains, "level0", PACKET).is_clear
    assert judge(rules.chains, "level1490", PACKET).verdict is Verdict.ACCEPT


def test_dead_rules_are_told_as_far_as_the_bound_allows() -> None:
    hard = [accept(each) for each in distinct_ranges(300)]
    easy = [drop(asks("172.16.0.0/12")), accept(asks("172.16.0.0/13"))]
    rules = ruleset(chain(*easy, *hard, accept(asks(port="25000-35000"))), limits=Limits(nodes=1_000))
    found = dead_rules(rules, "list")
    assert Place("list", 1) in [each.place for each in found.found]


def test_rulesets_of_two_compilers_are_not_compared() -> None:
    one, other = ruleset(chain()), ruleset(chain())
    with pytest.raises(ValueError, match="different compilers"):
        difference(one, other, "list")

"""A proof after a change says what a proof from scratch says, to the letter, and does less."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.diagnostics import Span
from isthmus.network import Chain, Device, Network, Rule, Verdict
from isthmus.packetset import Space
from isthmus.prove import Prover
from isthmus.prove.reach.direction import Direction, first_packets
from isthmus.prove.reach.journey import Journey, journey, ordinary
from isthmus.prove.reach.reach import Reach
from tests.prove.estates import TWO_REALMS as ESTATE
from tests.prove.estates import facts_of, prover_of
from tests.prove.networks import NOWHERE, changed, match, two_realms
from tests.prove.reach.test_agrees import rules

TWO_REALMS = two_realms()
WITH_CHAINS = sorted(each.name for each in TWO_REALMS.devices.values() if each.chains)
ALL = sorted(TWO_REALMS.devices)


def _proof(network: Network, space: Space, before: Reach | None = None) -> Journey:
    """Everything that can begin anywhere, there and back."""
    reach = Reach(network, space, before)
    return journey(reach, ordinary(reach, first_packets(space)))


def _everything_said(told: Journey) -> tuple[object, ...]:
    """All that a journey tells, in its order; of ways back, what leads to the last place."""
    explored = ((each.arrived, each.entered, each.lost, each.ended, each.moves) for each in (told.there, told.back))
    place, arrived = list(told.there.arrived.items())[-1]
    return dict(told.begun), told.returned, *explored, told.origins(place, arrived.possibly)


@st.composite
def edits(draw: st.DrawFn, network: Network) -> Network:
    """One change: of rules, of their lines only, of an interface, of a route, of nothing."""
    kind = draw(st.sampled_from(["rule", "rule", "rule", "lines", "interface", "route", "nothing"]))
    if kind in ("rule", "lines"):
        device = network.devices[draw(st.sampled_from(WITH_CHAINS))]
        chain = device.chains[draw(st.sampled_from(sorted(device.chains)))]
        if kind == "lines":
            moved = tuple(replace(each, where=Span(each.where.file, each.where.line + 1)) for each in chain.rules)
        else:
            at = draw(st.integers(0, len(chain.rules)))
            moved = (*chain.rules[:at], *draw(st.lists(rules(), max_size=1)), *chain.rules[at + 1 :])
        return changed(network, _with_chain(device, replace(chain, rules=moved)))
    device = network.devices[draw(st.sampled_from(ALL))]
    if kind == "interface" and device.interfaces:
        one = device.interfaces[draw(st.sampled_from(sorted(device.interfaces)))]
        return changed(network, replace(device, interfaces={**device.interfaces, one.name: replace(one, is_up=False)}))
    if kind == "route" and any(device.tables.values()):
        name = draw(st.sampled_from(sorted(each for each, routes in device.tables.items() if routes)))
        return changed(network, replace(device, tables={**device.tables, name: device.tables[name][1:]}))
    return changed(network, replace(device))


def _with_chain(device: Device, chain: Chain) -> Device:
    return replace(device, chains={**device.chains, chain.name: chain})


@settings(max_examples=12)
@given(st.data())
def test_one_change_after_another(data: st.DataObject) -> None:
    """Each proof builds on the one before; whatever changes, it is the proof from scratch."""
    space = Space(1 << 20)
    network = TWO_REALMS
    told = _proof(network, space)
    for _ in range(3):
        network = data.draw(edits(network))
        told = _proof(network, space, told.reach)
        assert _everything_said(told) == _everything_said(_proof(network, space))


def _refusing(network: Network) -> Network:
    """The border refuses https first of all, in each of its filters."""
    device = network.devices["border"]
    rule = Rule((match(protocol="tcp", port=443),), Verdict.DROP, NOWHERE)
    chains = {name: replace(each, rules=(rule, *each.rules)) for name, each in device.chains.items()}
    return changed(network, replace(device, chains=chains))


def test_the_change_is_seen() -> None:
    """Else the tests above would say nothing."""
    space = Space(1 << 20)
    before = _proof(TWO_REALMS, space)
    after = _proof(_refusing(TWO_REALMS), space, before.reach)
    assert _everything_said(before) != _everything_said(after)


@pytest.mark.parametrize("direction", Direction)
def test_only_what_changed_is_compiled(direction: Direction) -> None:
    """Devices that are equal, although they were read anew, are those of the proof before."""
    space = Space(1 << 20)
    before = Reach(TWO_REALMS, space)
    known = {name: before.compiled(name, direction) for name in ALL}
    after = Reach(_refusing(two_realms()), space, before)
    assert {name for name in ALL if after.compiled(name, direction) is not known[name]} == {"border"}


def test_rules_change_nothing_of_the_surroundings() -> None:
    """Segments are found once; a route or an address that changes asks for all of it again."""
    before = Reach(TWO_REALMS, Space(1 << 20))
    assert Reach(_refusing(TWO_REALMS), before.space, before).topology.segments is before.topology.segments
    border = TWO_REALMS.devices["border"]
    without = changed(TWO_REALMS, replace(border, tables={}))
    assert Reach(without, before.space, before).topology.segments is not before.topology.segments


def test_steps_that_were_taken_are_not_taken_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a device does to the same packets is looked up, also for the replies."""
    space = Space(1 << 20)
    before = _proof(TWO_REALMS, space)
    asked: list[str] = []
    monkeypatch.setattr(before.reach.compiler, "begin", lambda: asked.append("a chain"))
    reach = Reach(two_realms(), space, before.reach)
    assert _everything_said(journey(reach, ordinary(reach, first_packets(space)))) == _everything_said(before)
    assert not asked


def test_a_prover_after_another_one() -> None:
    """An estate that changes beside the same network costs no proof; a network that changes gets its own."""
    first = prover_of(TWO_REALMS)
    proved = first.all_traffic
    assert Prover(facts_of(ESTATE), two_realms(), after=first).all_traffic is proved
    other = Prover(facts_of(ESTATE), _refusing(TWO_REALMS), after=first)
    assert other.space is first.space
    assert _everything_said(other.all_traffic) == _everything_said(_proof(_refusing(TWO_REALMS), other.space))

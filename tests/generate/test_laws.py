"""The laws of generating, over every kind of crossing in small estates."""

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as some

from isthmus.evidence import Finding
from isthmus.packetset import Space
from tests.generate.world import CROSSINGS, Made, made
from tests.prove.estates import NODES

chosen = some.sets(some.sampled_from(sorted(CROSSINGS))).map(lambda names: tuple(sorted(names)))


@cache
def generated(names: tuple[str, ...]) -> Made:
    return made(names)


@settings(max_examples=6, deadline=None)
@given(chosen)
def test_what_is_admitted_is_what_is_declared(names: tuple[str, ...]) -> None:
    """Between the realms nothing else gets in, whatever way it takes; and every declared flow works, there and back."""
    world, space = generated(names), Space(NODES)
    prover = world.prover(space)
    declared = world.declared(space)
    for realm, other in prover.realm_pairs:
        journey = prover.journey((prover.from_realm(realm) & prover.to_realm(other)) - declared)
        answer = prover.claims.never_gets_in(journey, space.everything, f"from {realm} gets in")
        assert answer.finding is Finding.MET, answer.because
    for crossing in world.facts.estate.crossings.values():
        answer = prover.claims.works(prover.crossing(crossing), crossing.id)
        assert answer.finding is Finding.MET, answer.because


@settings(max_examples=3, deadline=None)
@given(chosen, some.sampled_from(sorted(CROSSINGS)))
def test_another_crossing_removes_nothing(names: tuple[str, ...], one: str) -> None:
    before, after = generated(names), generated(tuple(sorted({*names, one})))
    space = Space(NODES)
    provers = before.prover(space), after.prover(space)
    for realm, other in provers[0].realm_pairs:
        asked = provers[0].from_realm(realm) & provers[0].to_realm(other)
        assert provers[0].journey(asked).returned.surely <= provers[1].journey(asked).returned.surely


@settings(max_examples=3, deadline=None)
@given(chosen)
def test_the_same_estate_gives_the_same_bytes(names: tuple[str, ...]) -> None:
    assert made(names).texts == generated(names).texts


def test_each_rule_names_its_crossing() -> None:
    world = generated(tuple(sorted(CROSSINGS)))
    for each in world.needs.flows:
        spoken = [text for text in world.texts.values() if each.says in text]
        assert spoken, each.crossing


def test_nothing_is_declared_and_nothing_crosses() -> None:
    world, space = generated(()), Space(NODES)
    prover = world.prover(space)
    for realm, other in prover.realm_pairs:
        assert not prover.between(realm, other).returned.possibly

"""What is written as a ruleset means the same when it is read back, and `nft` takes it."""

import subprocess
from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings

from isthmus.formats import CannotRenderError, Text, read
from isthmus.formats.nftables.render import render
from isthmus.network import (
    Chain,
    Changes,
    Device,
    Hook,
    HookPoint,
    InterfaceTest,
    Jump,
    MarkTest,
    Masquerade,
    Rule,
    SetMark,
    Translate,
    Unclear,
    Unmodelled,
    Verdict,
)
from isthmus.packetset import AddressRange, Match, PrefixMap, Rewrite, Space, only
from tests.formats.aerleon.verdicts import through
from tests.formats.nftables.kernel import missing
from tests.generate.drawing import HERE, chains, matches

NAME = "inet made input"
HOOK = Hook(NAME, HookPoint.INPUT, 0)


def device(chain: Chain, *others: Chain, hook: Hook = HOOK) -> Device:
    return Device("host", HERE, chains={each.name: each for each in (chain, *others)}, hooks=(hook,))


def again(part: Device) -> Device:
    """The device as its ruleset reads."""
    found = read("host", [Text(f"host/{each.name}", each.text) for each in render([part], ["made for a test"])])
    assert not found.diagnostics, found.diagnostics[0].message
    assert not found.devices[0].coverage.unmodelled
    return found.devices[0]


@settings(max_examples=40, deadline=None)
@given(chains(NAME, matches, Verdict.DROP, Verdict.ACCEPT), chains("inet made other", matches, Verdict.DROP))
def test_what_is_written_admits_the_same(chain: Chain, other: Chain) -> None:
    space = Space(1 << 20)
    chain = replace(chain, rules=(*chain.rules, Rule((Match(version=4),), Jump(other.name), HERE)))
    part = device(chain, other)
    before, after = (through(each.chains, NAME, space.everything) for each in (part, again(part)))

    assert before.accepted == after.accepted
    assert before.dropped == after.dropped


RULES = (
    Rule((Match(),), SetMark(3, 0xFF), HERE),
    Rule((Match(),), Verdict.ACCEPT, HERE, arriving=InterfaceTest(("lo", "eth*")), mark=MarkTest(3, 0xFF)),
    Rule((Match(),), Verdict.DROP, HERE, leaving=InterfaceTest(("eth0",), negated=True)),
)
TRANSLATIONS = (
    Translate(Changes.SOURCE, Rewrite(source=ip_network("192.0.2.1/32"))),
    Translate(
        Changes.SOURCE,
        Rewrite(source=AddressRange(ip_address("192.0.2.1"), ip_address("192.0.2.3")), source_port=only(1024)),
    ),
    Translate(Changes.DESTINATION, Rewrite(destination=ip_network("2001:db8::1/128"), destination_port=only(80))),
    Translate(Changes.SOURCE, Rewrite(PrefixMap(ip_network("10.0.0.0/24"), ip_network("192.0.2.0/24")))),
    Masquerade(),
)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_interfaces_and_marks_are_kept(rule: Rule) -> None:
    part = device(Chain(NAME, (rule,), HERE, Verdict.ACCEPT))
    found = again(part).chains[NAME].rules

    assert [(each.arriving, each.leaving, each.mark) for each in found] == [(rule.arriving, rule.leaving, rule.mark)]
    assert found[0].action == rule.action


@pytest.mark.parametrize("action", TRANSLATIONS, ids=str)
def test_translations_are_kept(action: Translate | Masquerade) -> None:
    at = HookPoint.PREROUTING if getattr(action, "changes", None) is Changes.DESTINATION else HookPoint.POSTROUTING
    hook = Hook(NAME, at, 100, translates=True)
    rule = Rule((Match((ip_network("10.0.0.0/24"),)),), action, HERE)
    if getattr(action, "changes", None) is Changes.DESTINATION:
        rule = Rule((Match((ip_network("2001:db8:5::/48"),), protocols=(only(6),)),), action, HERE)
    found = again(device(Chain(NAME, (rule,), HERE, Verdict.ACCEPT), hook=hook))

    assert [each.translates for each in found.hooks] == [True]
    assert str(found.chains[NAME].rules[0].action) == str(action)


def test_a_part_that_tells_everything_replaces_everything() -> None:
    part = device(Chain(NAME, (), HERE, Verdict.DROP))

    assert "flush ruleset" not in render([part])[0].text
    assert "delete table inet made" in render([part])[0].text
    assert "flush ruleset" in render([replace(part, reads_host=True)])[0].text


def test_what_is_not_known_is_not_written() -> None:
    doubt = Unmodelled(HERE, "whim")
    unclear = Rule((), Unclear(), HERE, perhaps=(Match(),), doubts=(doubt,))
    with pytest.raises(CannotRenderError):
        render([device(Chain(NAME, (unclear,), HERE, Verdict.DROP))])
    with pytest.raises(CannotRenderError):
        render([device(Chain("input", (), HERE, Verdict.DROP))])


@pytest.mark.skipif(bool(missing()), reason=missing() or "nft is here")
@settings(max_examples=8, deadline=None)
@given(chains(NAME, matches, Verdict.DROP))
def test_nft_takes_it(chain: Chain) -> None:
    text = render([device(chain)])[0].text
    done = subprocess.run(
        ["unshare", "-rn", "nft", "-c", "-f", "-"], input=text, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr + text

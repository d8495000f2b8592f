"""What is written as policies means the same when it is read back, and when Aerleon has rendered it for Junos."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from isthmus.formats import CannotRenderError, Text, read
from isthmus.formats.aerleon.render import render
from isthmus.network import Chain, Definition, Device, InterfaceTest, Rule, Verdict
from isthmus.packetset import FlagTest, IcmpType, Match, PacketSet, Space, State, only
from tests.formats.aerleon.verdicts import accepted
from tests.generate.drawing import HERE, PREFIXES, chains, stateless

NAME = "border-in"


def device(*some: Chain, **definitions: Definition) -> Device:
    return Device("cr", HERE, chains={each.name: each for each in some}, definitions=definitions)


def again(texts: Sequence[Text]) -> Device:
    """The filters as Aerleon's own rules read them."""
    found = read("cr", [Text(f"cr/{each.name}", each.text) for each in texts])
    assert not found.diagnostics
    return found.devices[0]


def meant(chain: Chain, space: Space) -> PacketSet:
    return accepted(chain, space)[0]


def both(chains_: Any, space: Space) -> PacketSet:
    """What the filters for both IP versions accept together."""
    parts = [(space.match(Match(version=each)), chains_.get(f"{NAME}{each}")) for each in (4, 6)]
    return space.union(guard & meant(chain, space) for guard, chain in parts if chain is not None)


@settings(max_examples=40, deadline=None)
@given(chains(NAME, stateless(), Verdict.DROP))
def test_what_is_written_admits_the_same(chain: Chain) -> None:
    space = Space(1 << 20)
    found = again(render([device(chain)], ["made for a test"]))

    assert both(found.chains, space) == meant(chain, space)
    assert not found.coverage.unmodelled


@settings(max_examples=15, deadline=None)
@given(chains(NAME, stateless(), Verdict.DROP))
def test_aerleon_renders_the_same(chain: Chain) -> None:
    """Aerleon's own library reads the policy and renders it for Junos; what that accepts is what was meant."""
    space = Space(1 << 20)
    texts = render([device(chain)])

    assert both(_rendered(texts), space) == meant(chain, space)


def _rendered(texts: Sequence[Text]) -> Any:
    naming = pytest.importorskip("aerleon.lib.naming", reason="Aerleon is not installed")
    juniper = pytest.importorskip("aerleon.lib.juniper", reason="Aerleon is not installed")
    aerleon_yaml = pytest.importorskip("aerleon.lib.yaml", reason="Aerleon is not installed")
    logging.getLogger("absl").setLevel(logging.CRITICAL)
    files = {each.name: each.text for each in texts}
    definitions = naming.Naming()
    definitions.ParseNetworkList(files["definitions/crossings.net"].splitlines())
    definitions.ParseServiceList(files["definitions/crossings.svc"].splitlines())
    policy = files[f"policies/{NAME}.yaml"]
    parsed = aerleon_yaml.ParsePolicy(policy, filename="p.yaml", base_dir=".", definitions=definitions)
    junos = str(juniper.Juniper(parsed, 2))
    return read("cr", [Text("cr/r.conf", junos)]).devices[0].chains


def test_addresses_go_by_the_names_that_the_device_has_for_them() -> None:
    clients = Definition("clients of a", "network", HERE, PREFIXES[:2])
    rule = Rule((Match(PREFIXES[:2], PREFIXES[3:4]),), Verdict.ACCEPT, HERE, "term a")
    texts = {
        each.name: each.text for each in render([device(Chain(NAME, (rule,), HERE, Verdict.DROP), clients=clients)])
    }

    assert "clients = 10.0.0.0/8" in texts["definitions/crossings.net"]
    assert "source-address: clients\n" in texts[f"policies/{NAME}.yaml"]
    assert "destination-address: a-to\n" in texts[f"policies/{NAME}.yaml"]


PLAIN = Rule((Match(),), Verdict.ACCEPT, HERE, "a")


@pytest.mark.parametrize(
    "rule",
    [
        replace(PLAIN, matches=(Match(states=(State.NEW,)),)),
        replace(PLAIN, arriving=InterfaceTest(("xe-0/0/0",))),
        replace(PLAIN, matches=(Match(protocols=(only(6),), flags=(FlagTest(2, 2),)),)),
        replace(PLAIN, matches=(Match(destination_ports=(only(80),)),)),
        replace(PLAIN, matches=(Match(protocols=(only(1),), icmp=(IcmpType(3, 1),)),)),
    ],
    ids=["state", "interface", "flags", "ports-of-nothing", "icmp-code"],
)
def test_what_no_term_can_say_is_refused(rule: Rule) -> None:
    with pytest.raises(CannotRenderError):
        render([device(Chain(NAME, (rule,), HERE, Verdict.DROP))])

"""The neutral model as nftables: tables of small matches, and that the kernel's own tool takes whatever is written."""

import subprocess
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from isthmus.diagnostics import Span
from isthmus.lab.render import ChainWriter, conditions, port_filters
from isthmus.lab.render.portions import MOST, portions
from isthmus.network import Chain, FilterUse, Interface, Jump, Rule, SetMark, Unclear, Unmodelled, Verdict
from isthmus.packetset import (
    AddressRange,
    FlagTest,
    IcmpType,
    Interval,
    MaskedAddresses,
    Match,
    State,
    only,
)
from tests.lab.places import EQIAD1, needs_namespaces, plan_of

HERE = Span("test", 1)
NET = ip_network


@pytest.mark.parametrize(
    ("match", "said"),
    [
        (Match(), [""]),
        (Match(version=6), ["meta nfproto ipv6"]),
        (Match(source=(NET("10.0.0.0/8"), NET("10.1.0.0/16"))), ["ip saddr 10.0.0.0/8"]),
        (Match(source=()), []),
        (Match(source=(NET("10.0.0.0/8"),), destination=(NET("2001:db8::/32"),)), []),
        (
            Match(source=(NET("10.0.0.1/32"), NET("2001:db8::1/128"))),
            ["ip saddr 10.0.0.1", "ip6 saddr 2001:db8::1"],
        ),
        (Match(protocols=(only(6),), destination_ports=(only(80), only(81), Interval(443, 444))),
         ["meta l4proto 6 th dport { 80-81, 443-444 }"]),
        (Match(protocols=(only(1),), destination_ports=(only(80),)), []),
        (Match(icmp=(IcmpType(8),)),
         ["meta l4proto 1 icmp type 8", "meta l4proto 58 icmpv6 type 8"]),
        (Match(protocols=(only(1),), icmp=(IcmpType(3, 4),)), ["meta l4proto 1 icmp type 3 icmp code 4"]),
        (Match(flags=(FlagTest(0x12, 0x02),)), ["meta l4proto 6 tcp flags & 0x12 == 0x2"]),
        (Match(states=(State.NEW, State.RELATED)), ["ct state { new, related }"]),
        (Match(source=(MaskedAddresses(4, 1, 0xFF0000FF),)), ["ip saddr & 255.0.0.255 == 0.0.0.1"]),
    ],
)  # fmt: skip
def test_a_match_is_written_as_conditions(match: Match, said: list[str]) -> None:
    assert list(conditions(match)) == said


def writer(*chains: Chain) -> tuple[ChainWriter, list[str]]:
    doubts: list[str] = []
    made = ChainWriter({each.name: each for each in chains}, lambda name: name, lambda what, _: doubts.append(what))
    return made, doubts


def test_the_filters_of_an_interface_are_one_list_and_the_default_of_the_last_counts() -> None:
    first = Chain("one", (Rule((Match(version=4),), Jump("two"), HERE),), HERE, Verdict.DROP)
    second = Chain("two", (), HERE, Verdict.REJECT)
    uses = (FilterUse("one", HERE, frozenset({4})), FilterUse("two", HERE, frozenset({4})))
    text = port_filters([(Interface("ge-0/0/0.0", HERE, filters_in=uses), "ge-0-0-0.0")], writer(first, second)[0])
    assert text.count("chain c") == 2
    assert "    jump c0\n    jump c1\n    counter reject with icmpx type admin-prohibited\n" in text
    assert 'iifname "ge-0-0-0.0" meta nfproto ipv4 jump in0_4' in text


def test_what_is_not_understood_is_said_and_not_written() -> None:
    doubt = (Unmodelled(HERE, "option `--quota`"),)
    chain = Chain("one", (Rule((), Unclear(), HERE, perhaps=(Match(),), doubts=doubt),), HERE)
    made, doubts = writer(chain)
    assert list(made.rules(chain.rules)) == []
    assert doubts == ["option `--quota`"]


def test_a_comment_cannot_break_out_of_its_quotes() -> None:
    rule = Rule((Match(),), Verdict.ACCEPT, Span('x" drop; # \n'), "é" * 300)
    (line,) = writer()[0].rules([rule])
    assert line.count('"') == 2
    assert "\n" not in line
    assert len(line.partition('comment "')[2]) <= 129


def test_a_mark_keeps_the_bits_outside_its_mask() -> None:
    (line,) = writer()[0].rules([Rule((Match(),), SetMark(0x2, 0xFFFF), HERE)])
    assert "meta mark set meta mark & 0xffff0000 | 0x2" in line


def listed(texts: list[str], folder: Path) -> str:
    """What the kernel lists after it was given some texts, one behind the other."""
    for number, text in enumerate(texts):
        (folder / f"{number:03}.nft").write_text(text, encoding="utf-8")
    script = 'for each in "$0"/*.nft; do nft -f "$each" || exit; done; nft -s list ruleset'
    done = subprocess.run(
        ["unshare", "-Urn", "sh", "-c", script, str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_namespaces
@pytest.mark.parametrize("most", [200, 1000, 10_000])
def test_a_ruleset_in_portions_is_the_same_ruleset(most: int, tmp_path: Path) -> None:
    (whole,) = [each.text for each in plan_of(EQIAD1).nodes["cr1-eqiad"].rulesets]
    in_portions = list(portions(whole, most))
    assert len(in_portions) > 1 or most > len(whole)
    (tmp_path / "whole").mkdir()
    (tmp_path / "portions").mkdir()
    assert listed(in_portions, tmp_path / "portions") == listed([whole], tmp_path / "whole")


def test_a_large_bridge_of_instances_comes_in_portions() -> None:
    bridge = plan_of(EQIAD1).nodes["hypervisor-lan-flat-cloudinstances2b"]
    assert len(bridge.rulesets) > 1
    assert all(len(each.text) < 2 * MOST for each in bridge.rulesets)


BLOCKS = st.one_of(
    st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 32)).map(
        lambda t: NET((t[0] >> (32 - t[1]) << (32 - t[1]), t[1]))
    ),
    st.tuples(st.integers(0, 2**128 - 1), st.integers(0, 128)).map(
        lambda t: NET((t[0] >> (128 - t[1]) << (128 - t[1]), t[1]))
    ),
    st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)).map(
        lambda t: AddressRange(NET(min(t)).network_address, NET(max(t)).network_address)
    ),
    st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)).map(
        lambda t: MaskedAddresses(4, t[0] & t[1], t[1])
    ),
)  # fmt: skip
SETS = st.none() | st.lists(BLOCKS, max_size=4).map(tuple)
PORTS = st.none() | st.lists(
    st.tuples(st.integers(0, 65535), st.integers(0, 65535)).map(lambda t: Interval(min(t), max(t))), max_size=3
).map(tuple)
MATCHES = st.builds(
    Match,
    source=SETS,
    destination=SETS,
    protocols=st.none() | st.lists(st.integers(0, 255).map(only), max_size=3).map(tuple),
    source_ports=PORTS,
    destination_ports=PORTS,
    icmp=st.none()
    | st.lists(st.builds(IcmpType, st.integers(0, 255), st.none() | st.integers(0, 255)), max_size=2).map(tuple),
    flags=st.none() | st.just((FlagTest(0x12, 0x02),)),
    states=st.none() | st.lists(st.sampled_from(State), max_size=3, unique=True).map(tuple),
    version=st.sampled_from([None, 4, 6]),
)


@needs_namespaces
@given(st.lists(MATCHES, min_size=1, max_size=25))
@budget(max_examples=12)
def test_nft_takes_every_condition(matches: list[Match]) -> None:
    lines = [f"    {each} counter accept" for match in matches for each in conditions(match)]
    text = "\n".join(["table inet t {", "  chain c {", *lines, "  }", "}", ""])
    done = subprocess.run(
        ["unshare", "-Urn", "nft", "-c", "-f", "-"], input=text, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr + text

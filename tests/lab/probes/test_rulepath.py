"""The rules that real packets meet, as the kernel names them: nftables and what iptables loaded, there and back."""

import subprocess
from collections.abc import Iterator

import pytest

from isthmus.lab.kernel import inside_network
from isthmus.lab.probes import Met, Probe, Role, RulePath, Shot, trace
from isthmus.lab.probes.rulebook import read_rulebook
from isthmus.lab.probes.rulepath import TABLE
from isthmus.packetset import Packet, ping, tcp, udp
from tests.lab.probes.chain import CLIENT, CLIENT6, FRONT, SERVER, SERVER6, TRANSLATION, Chain, chain, missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

PERIMETER = """
table inet perimeter {
  chain forwarding {
    type filter hook forward priority 0; policy drop
    ct state established accept
    tcp dport { 80, 443 } accept comment "firewall.nft:7"
    jump more
  }
  chain more {
    ip saddr 198.51.100.1 udp dport 53 accept
    return
  }
}
"""
HOST = """*filter
:INPUT ACCEPT
:FORWARD ACCEPT
:OUTPUT ACCEPT
-A INPUT -p tcp -m multiport --dports 80,443 -m comment --comment web -j ACCEPT
-A INPUT -p tcp --dport 8080 -j REJECT --reject-with tcp-reset
-A INPUT -p tcp --dport 81 -j DROP
COMMIT
"""


@pytest.fixture(scope="module")
def network() -> Iterator[Chain]:
    with chain() as made:
        made.load("r3", TRANSLATION)
        made.load("r4", PERIMETER)
        with inside_network(made.nodes["server"]):
            subprocess.run(["iptables-restore"], input=HOST, text=True, check=True, timeout=20)
        yield made


def traced(network: Chain, *packets: Packet) -> list[RulePath]:
    return trace(network.nodes, [Shot("client", Probe(7000 + at, each)) for at, each in enumerate(packets)])


def told(met: Met) -> tuple[str, str, str, str]:
    text = met.rule.text.split(" counter")[0] if met.rule else "policy"
    return met.node, met.chain, text, met.verdict


def test_an_admitted_packet_meets_its_rules_in_order_there_and_back(network: Chain) -> None:
    [path] = traced(network, tcp(CLIENT, FRONT, 80))
    assert path.is_complete
    assert path.refusal is None
    there = [each for each in path.met if each.seen.role is Role.PROBE]
    assert [told(each) for each in there[:3]] == [
        ("r3", "pre", f"ip daddr {FRONT} dnat to {SERVER}", "accept"),
        ("r3", "post", f"ip saddr {CLIENT} snat to 198.51.100.1", "accept"),
        ("r4", "forwarding", 'tcp dport { 80, 443 } accept comment "firewall.nft:7"', "accept"),
    ]
    assert (there[3].node, there[3].chain, there[3].verdict) == ("server", "INPUT", "accept")
    assert there[2].rule is not None
    assert there[2].rule.comment == "firewall.nft:7"
    assert there[2].rule.place == 1
    back = [told(each) for each in path.met if each.seen.role is not Role.PROBE]
    assert ("r4", "forwarding", "ct state established accept", "accept") in back
    there_nodes = [each.node for each in path.passages if each.seen.role is Role.PROBE]
    assert there_nodes == ["client", "r1", "r2", "r3", "r4", "r5", "server"]
    assert [each.node for each in path.passages if each.seen.role is not Role.PROBE] == there_nodes[::-1]


@pytest.mark.parametrize(
    ("packet", "refusal"),
    [
        (tcp(CLIENT, FRONT, 81), ("r4", "forwarding", "policy", "drop")),
        (ping(CLIENT6, SERVER6), ("r4", "forwarding", "policy", "drop")),
        (udp(CLIENT, SERVER, 54), ("r4", "forwarding", "policy", "drop")),
    ],
)
def test_a_dropped_packet_names_what_dropped_it(
    network: Chain, packet: Packet, refusal: tuple[str, str, str, str]
) -> None:
    [path] = traced(network, packet)
    assert path.refusal is not None
    assert told(path.refusal) == refusal
    assert path.trail.answered is None


def test_rules_that_iptables_loaded_are_named_too(network: Chain) -> None:
    network.flush("r4")
    try:
        rejected, dropped = traced(network, tcp(CLIENT, SERVER, 8080), tcp(CLIENT, SERVER, 81))
    finally:
        network.load("r4", PERIMETER)
    assert rejected.refusal is not None
    assert told(rejected.refusal)[:2] == ("server", "INPUT")
    assert "tcp dport 8080" in told(rejected.refusal)[2]
    assert rejected.trail.answered is not None
    assert rejected.trail.answered.seen.role is Role.REFUSAL
    assert dropped.refusal is not None
    assert dropped.refusal.rule is not None
    assert dropped.refusal.rule.place == 2
    assert dropped.trail.answered is None


def test_the_lab_is_left_as_it_was(network: Chain) -> None:
    traced(network, tcp(CLIENT, FRONT, 80))
    tables = {each.table for namespace in network.nodes.values() for each in read_rulebook(namespace).rules.values()}
    assert TABLE not in tables


def test_many_packets_are_traced_at_once_and_kept_apart(network: Chain) -> None:
    paths = traced(network, *(tcp(CLIENT, FRONT, 80 + at % 2, 40000 + at) for at in range(250)))
    assert all(each.is_complete for each in paths)
    assert {each.refusal is None for each in paths[::2]} == {True}
    assert {each.refusal is None for each in paths[1::2]} == {False}

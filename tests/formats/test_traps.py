"""Lines of configurations that fool well-known tools, each as one test: what really passes a filter that has them.

Between a client and a server stands the device `filter`, read from its texts; asked is which packets of the client
arrive, surely and possibly, and of single packets whether they do.
"""

import json
from dataclasses import replace
from ipaddress import ip_network

import pytest

from isthmus.diagnostics import Severity
from isthmus.formats import Text, read
from isthmus.network import Network, assemble
from isthmus.packetset import (
    IcmpType,
    Interval,
    IpProtocol,
    Match,
    Packet,
    PacketSet,
    Space,
    State,
    TcpFlags,
    only,
    tcp,
)
from isthmus.prove import Place, Prover
from isthmus.prove.findings.dead_rule import find
from isthmus.prove.replay import Outcome
from tests.prove.estates import NODES, TWO_REALMS, facts_of

CLIENT, SERVER = "192.0.2.9", "198.51.100.9"
CLIENT6, SERVER6 = "2001:db8:1::9", "2001:db8:2::9"
TCP, UDP, ICMP = ((only(each),) for each in (IpProtocol.TCP, IpProtocol.UDP, IpProtocol.ICMP))


def addresses(**held: tuple[str, str]) -> str:
    """What `ip -j addr` says of interfaces with an address of each IP version."""

    def entry(address: str) -> dict[str, object]:
        local, _, length = address.partition("/")
        return {"family": "inet6" if ":" in local else "inet", "local": local, "prefixlen": int(length)}

    interfaces = [{"ifname": name, "flags": ["UP"], "addr_info": [*map(entry, own)]} for name, own in held.items()]
    return json.dumps(interfaces)


def routes(*ends: tuple[str, str]) -> str:
    """What `ip -j route` says."""
    return json.dumps([{"dst": "default", "gateway": gateway, "dev": name} for gateway, name in ends])


HOSTS = {
    "client/ip-addr.json": addresses(eth0=(f"{CLIENT}/24", f"{CLIENT6}/64")),
    "client/ip-route.json": routes(("192.0.2.1", "eth0")),
    "client/ip6-route.json": routes(("2001:db8:1::1", "eth0")),
    "server/open.nft": "table inet open { chain input { type filter hook input priority 0; policy accept; } }\n",
    "server/ip-addr.json": addresses(eth0=(f"{SERVER}/24", f"{SERVER6}/64")),
    "server/ip-route.json": routes(("198.51.100.1", "eth0")),
    "server/ip6-route.json": routes(("2001:db8:2::1", "eth0")),
}
LINUX = {
    "filter/ip-addr.json": addresses(
        eth0=("192.0.2.1/24", "2001:db8:1::1/64"), eth1=("198.51.100.1/24", "2001:db8:2::1/64")
    ),
    "filter/ip-route.json": routes(("198.51.100.254", "eth1")),
    "filter/ip6-route.json": "[]\n",
    "filter/sysctl.conf": "net.ipv4.ip_forward = 1\nnet.ipv6.conf.all.forwarding = 1\n",
}
ROUTER = """\
set interfaces ge-0/0/0 unit 0 family inet address 192.0.2.1/24
set interfaces ge-0/0/0 unit 0 family inet6 address 2001:db8:1::1/64
set interfaces ge-0/0/1 unit 0 family inet address 198.51.100.1/24
set interfaces ge-0/0/1 unit 0 family inet6 address 2001:db8:2::1/64
"""


def prover(files: dict[str, str]) -> Prover:
    """The client, the server and what stands between them; fails where a text has an error."""
    folders: dict[str, list[Text]] = {}
    for name, text in {**HOSTS, **files}.items():
        folders.setdefault(name.partition("/")[0], []).append(Text(name, text))
    readings = [read(device, texts) for device, texts in folders.items()]
    assembled = assemble(part for reading in readings for part in reading.devices)
    problems = [*assembled.diagnostics, *(each for reading in readings for each in reading.diagnostics)]
    assert not [each.message for each in problems if each.severity is Severity.ERROR]
    network: Network = assembled.network
    return Prover(facts_of(TWO_REALMS), network, Space(NODES))


def iptables(*rules: str, forward: str = "DROP", others: str = "ACCEPT") -> Prover:
    """A Linux router with these lines of `iptables-save`."""
    head = ["*filter", f":INPUT {others} [0:0]", f":FORWARD {forward} [0:0]", f":OUTPUT {others} [0:0]"]
    return prover({**LINUX, "filter/iptables.save": "\n".join([*head, *rules, "COMMIT", ""])})


def forward_chain(family: str, policy: str, *rules: str, priority: int = 0) -> str:
    """A table of nftables with one chain for what is forwarded; its rules begin in the fourth line."""
    head = f"type filter hook forward priority {priority}; policy {policy};"
    inside = "\n".join(f"\t\t{each}" for each in (head, *rules))
    return f"table {family} filter {{\n\tchain forward {{\n{inside}\n\t}}\n}}\n"


def nftables(*rules: str, policy: str = "drop") -> Prover:
    """A Linux router with these rules in its forward chain."""
    return prover({**LINUX, "filter/ruleset.nft": forward_chain("inet", policy, *rules)})


def junos(*lines: str) -> Prover:
    """A router with these lines of `show configuration | display set`."""
    return prover({"filter/junos.set": "\n".join([ROUTER, *lines, ""])})


def between(asked: Prover, version: int = 4) -> PacketSet:
    """Every first packet from the client to the server."""
    ends = (CLIENT, SERVER) if version == 4 else (CLIENT6, SERVER6)
    source, destination = (ip_network(each) for each in ends)
    return asked.first & asked.space.match(Match(source=(source,), destination=(destination,)))


def arriving(asked: Prover, version: int = 4) -> tuple[PacketSet, PacketSet]:
    """The first packets of the client that surely arrive at the server, and those that possibly do."""
    arrived = asked.journey(between(asked, version)).there.arrived.get(Place(device="server"))
    nothing = asked.space.nothing
    return (arrived.surely, arrived.possibly) if arrived else (nothing, nothing)


def exactly(asked: Prover, match: Match, version: int = 4) -> tuple[PacketSet, PacketSet]:
    """Surely and possibly the same: the first packets that pass a match."""
    packets = between(asked, version) & asked.space.match(match)
    assert packets
    return packets, packets


def passes(asked: Prover, flags: TcpFlags) -> bool:
    """Whether one segment with these flags arrives, by the evaluator of single packets."""
    packet: Packet = replace(tcp(CLIENT, SERVER, 443), flags=flags)
    ways = asked.walker.walk(packet)
    assert ways.outcome is not Outcome.UNKNOWN
    return ways.outcome is Outcome.THROUGH


def test_a_port_range_of_iptables_with_the_last_port() -> None:
    """`--dport 1024:65535` is a range with both ends, and not the port 1024."""
    asked = iptables("-A FORWARD -p tcp -m tcp --dport 1024:65535 -j ACCEPT")
    assert arriving(asked) == exactly(asked, Match(protocols=TCP, destination_ports=(Interval(1024, 65535),)))


@pytest.mark.parametrize(("written", "ports"), [("1024:", Interval(1024, 65535)), (":1023", Interval(0, 1023))])
def test_a_port_range_of_iptables_with_an_end_left_out(written: str, ports: Interval) -> None:
    asked = iptables(f"-A FORWARD -p udp -m udp --dport {written} -j ACCEPT")
    assert arriving(asked) == exactly(asked, Match(protocols=UDP, destination_ports=(ports,)))


def test_a_negated_port_range_of_iptables() -> None:
    asked = iptables("-A FORWARD -p tcp -m tcp ! --dport 1024:65535 -j ACCEPT")
    assert arriving(asked) == exactly(asked, Match(protocols=TCP, destination_ports=(Interval(0, 1023),)))


@pytest.mark.parametrize(
    "words", ["-m conntrack --ctstate RELATED,ESTABLISHED", "-m state --state RELATED,ESTABLISHED"]
)
def test_a_line_about_known_connections_admits_no_new_one(words: str) -> None:
    """A reader that skips the match takes the line for `accept everything`."""
    asked = iptables(f"-A FORWARD {words} -j ACCEPT", "-A FORWARD -p tcp -m tcp --dport 443 -j ACCEPT")
    assert arriving(asked) == exactly(asked, Match(protocols=TCP, destination_ports=(only(443),)))


def test_a_line_about_known_connections_lets_their_replies_home() -> None:
    """A reader that drops the line finds that nothing works."""
    asked = iptables(
        "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "-A FORWARD -s 192.0.2.0/24 -p tcp -m tcp --dport 443 -j ACCEPT",
    )
    returned = asked.journey(between(asked)).returned
    assert returned.surely
    assert returned.surely == returned.possibly


def test_a_line_about_invalid_packets_refuses_no_new_connection() -> None:
    asked = iptables("-A FORWARD -m conntrack --ctstate INVALID -j DROP", forward="ACCEPT")
    assert arriving(asked) == exactly(asked, Match(states=(State.NEW,)))


def test_the_policy_of_forward_in_iptables_is_not_that_of_input() -> None:
    """`:FORWARD DROP` beside `:INPUT ACCEPT`: what is not for the router itself is dropped."""
    asked = iptables("-A FORWARD -p icmp -m icmp --icmp-type 8 -j ACCEPT")
    assert arriving(asked) == exactly(asked, Match(protocols=ICMP, icmp=(IcmpType(8),)))
    assert not any(arriving(iptables()))


def test_the_policy_of_input_in_iptables_is_not_that_of_forward() -> None:
    asked = iptables(forward="ACCEPT", others="DROP")
    assert arriving(asked) == exactly(asked, Match())


def test_the_policy_of_forward_in_nftables() -> None:
    asked = nftables("tcp dport 443 accept")
    assert arriving(asked) == exactly(asked, Match(protocols=TCP, destination_ports=(only(443),)))


def test_a_chain_of_nftables_that_accepts_does_not_outvote_one_that_drops() -> None:
    """Accept ends a chain, and a later one at the same hook still judges the packet; drop is final."""
    first = forward_chain("inet", "drop", "accept")
    later = forward_chain("ip", "drop", "tcp dport 443 accept", priority=10)
    alone = prover({**LINUX, "filter/a.nft": first})
    both = prover({**LINUX, "filter/a.nft": first, "filter/b.nft": later})
    assert arriving(alone) == exactly(alone, Match())
    assert arriving(both) == exactly(both, Match(protocols=TCP, destination_ports=(only(443),)))
    assert arriving(both, 6) == exactly(both, Match(), 6), "the later chain judges IPv4 alone"


INET6 = (
    "set firewall family inet6 filter edge term web from next-header tcp",
    "set firewall family inet6 filter edge term web from destination-port https",
    "set firewall family inet6 filter edge term web then accept",
    "set interfaces ge-0/0/0 unit 0 family inet6 filter input edge",
)


def test_a_filter_of_family_inet6_in_junos_judges_ipv6_alone() -> None:
    """A reader that knows family inet only finds no filter, or applies it to IPv4."""
    asked = junos(*INET6)
    assert arriving(asked, 6) == exactly(asked, Match(protocols=TCP, destination_ports=(only(443),)), 6)
    assert arriving(asked, 4) == exactly(asked, Match())


def test_filters_of_one_name_in_both_families_of_junos_are_two() -> None:
    asked = junos(
        *INET6,
        "set firewall family inet filter edge term ping from protocol icmp",
        "set firewall family inet filter edge term ping then accept",
        "set interfaces ge-0/0/0 unit 0 family inet filter input edge",
    )
    assert arriving(asked, 6) == exactly(asked, Match(protocols=TCP, destination_ports=(only(443),)), 6)
    assert arriving(asked, 4) == exactly(asked, Match(protocols=ICMP))


SYN, ACK, FIN, RST = TcpFlags.SYN, TcpFlags.ACK, TcpFlags.FIN, TcpFlags.RST
# a test of nftables, the flags of segments that it accepts, and of those that it does not
MASKS = [
    ("tcp flags & (fin | syn | rst | ack) == syn", [SYN, SYN | TcpFlags.ECE], [SYN | ACK, ACK, SYN | FIN, RST]),
    ("tcp flags & (fin | syn) == fin | syn", [SYN | FIN, SYN | FIN | ACK], [SYN, FIN, ACK]),
    ("tcp flags & (fin | syn) != 0", [SYN, FIN, SYN | FIN, SYN | ACK], [ACK, RST, TcpFlags(0)]),
    ("tcp flags & syn == 0", [ACK, FIN, TcpFlags(0)], [SYN, SYN | ACK]),
    ("tcp flags syn", [SYN, SYN | ACK, SYN | FIN], [ACK, FIN]),
    ("tcp flags == syn", [SYN], [SYN | ACK, ACK, SYN | TcpFlags.ECE]),
    ("tcp flags != syn", [SYN | ACK, ACK], [SYN]),
    ("tcp flags syn / fin,syn,rst,ack", [SYN, SYN | TcpFlags.PSH], [SYN | ACK, ACK]),
    ("tcp flags { syn, syn | ack }", [SYN, SYN | ACK], [ACK, SYN | FIN]),
]


@pytest.mark.parametrize(("test", "accepted", "refused"), MASKS, ids=lambda each: each if isinstance(each, str) else "")
def test_a_bit_mask_of_tcp_flags_in_nftables(test: str, accepted: list[TcpFlags], refused: list[TcpFlags]) -> None:
    """Which bits are looked at and which must be set are two things; both evaluators know it."""
    asked = nftables(f"{test} accept")
    assert [passes(asked, flags) for flags in accepted] == [True] * len(accepted)
    assert [passes(asked, flags) for flags in refused] == [False] * len(refused)
    begins = exactly(asked, Match(protocols=TCP)) if SYN in accepted else (asked.space.nothing,) * 2
    assert arriving(asked) == begins


COVERED = [
    pytest.param(
        iptables(
            "-A FORWARD -p tcp -m tcp --dport 1:30000 -j ACCEPT",
            "-A FORWARD -p tcp -m tcp --dport 30001:65535 -j ACCEPT",
            "-A FORWARD -p tcp -m tcp --dport 20000:40000 -j DROP",
        ),
        ("filter/iptables.save:5:", "filter/iptables.save:6:"), "filter/iptables.save:7:1", id="iptables",
    ),
    pytest.param(
        nftables(
            "ip saddr 192.0.2.0/25 tcp dport 443 accept",
            "ip saddr 192.0.2.128/25 tcp dport 443 accept",
            "ip saddr 192.0.2.0/24 tcp dport 443 drop",
        ),
        ("filter/ruleset.nft:4:", "filter/ruleset.nft:5:"), "filter/ruleset.nft:6:3", id="nftables",
    ),
    pytest.param(
        junos(
            "set firewall family inet6 filter edge term low from source-address 2001:db8:1::/65",
            "set firewall family inet6 filter edge term low then accept",
            "set firewall family inet6 filter edge term high from source-address 2001:db8:1:0:8000::/65",
            "set firewall family inet6 filter edge term high then accept",
            "set firewall family inet6 filter edge term both from source-address 2001:db8:1::/64",
            "set firewall family inet6 filter edge term both then discard",
            "set interfaces ge-0/0/0 unit 0 family inet6 filter input edge",
        ),
        ("term low", "term high"), "filter/junos.set:10:44", id="junos",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "covers", "where"), COVERED)
def test_a_rule_that_only_two_others_together_cover_is_dead(asked: Prover, covers: tuple[str, str], where: str) -> None:
    """No single rule covers it, so comparing rules two by two does not find it."""
    [dead] = find(asked)
    assert dead.code == "PRV013"
    assert str(dead.where) == where
    assert all(each in dead.message for each in covers), dead.message


def test_a_rule_that_two_others_nearly_cover_is_alive() -> None:
    """One port is left for it."""
    asked = iptables(
        "-A FORWARD -p tcp -m tcp --dport 1:30000 -j ACCEPT",
        "-A FORWARD -p tcp -m tcp --dport 30002:65535 -j ACCEPT",
        "-A FORWARD -p tcp -m tcp --dport 20000:40000 -j DROP",
        forward="ACCEPT",
    )
    assert not list(find(asked))
    left = asked.space.match(Match(protocols=TCP, destination_ports=(only(30001),)))
    assert arriving(asked) == ((between(asked) - left),) * 2

"""Single rules and the packets that match them, one a line."""

from ipaddress import ip_address

import pytest

from isthmus.formats import Text
from isthmus.formats import read as read_folder
from isthmus.formats.nftables import FORMAT
from isthmus.network import Jump, MarkTest, SetMark, Unclear, Verdict
from isthmus.packetset import Packet, State, TcpFlags, ping, tcp, udp
from tests.formats.nftables.reading import device, matches, read, rules

SYN, ACK, FIN, RST, PSH = TcpFlags.SYN, TcpFlags.ACK, TcpFlags.FIN, TcpFlags.RST, TcpFlags.PSH


def segment(flags: TcpFlags, state: State = State.NEW) -> Packet:
    return Packet(ip_address("192.0.2.1"), ip_address("198.51.100.1"), 6, 40000, 80, flags=flags, state=state)


def plain(protocol: int, source: str = "192.0.2.1", destination: str = "198.51.100.1") -> Packet:
    return Packet(ip_address(source), ip_address(destination), protocol)


V6 = tcp("2001:db8::1", "2001:db8::2", 22)
V4 = tcp("192.0.2.1", "198.51.100.1", 22)

TABLE = [
    # a value alone asks for any of its bits, `==` for these and no others
    ("tcp flags syn accept", segment(SYN), "yes"),
    ("tcp flags syn accept", segment(SYN | ACK), "yes"),
    ("tcp flags syn accept", segment(ACK), "no"),
    ("tcp flags == syn accept", segment(SYN | ACK), "no"),
    ("tcp flags syn,ack accept", segment(ACK | PSH), "yes"),
    ("tcp flags { syn, ack } accept", segment(SYN | ACK), "no"),
    ("tcp flags { syn, syn|ack } accept", segment(SYN | ACK), "yes"),
    # under a mask, bits outside it do not matter
    ("tcp flags & (fin|syn|rst|ack) == syn accept", segment(SYN | PSH), "yes"),
    ("tcp flags & (fin|syn|rst|ack) == syn accept", segment(SYN | ACK), "no"),
    ("tcp flags syn / syn,ack accept", segment(SYN | FIN), "yes"),
    ("tcp flags != syn / syn,ack accept", segment(SYN | FIN), "no"),
    ("tcp flags != syn accept", segment(SYN | FIN), "yes"),
    ("tcp flags ! syn,rst accept", segment(FIN), "yes"),
    ("tcp flags ! syn,rst accept", segment(FIN | RST), "no"),
    ("tcp flags & rst == syn accept", segment(SYN), "no"),
    ("tcp flags != syn accept", udp("192.0.2.1", "198.51.100.1", 53), "no"),
    # states: each packet has one
    ("ct state established,related accept", segment(ACK, State.ESTABLISHED), "yes"),
    ("ct state != established accept", segment(ACK, State.RELATED), "yes"),
    ("ct state != { new, established } accept", segment(ACK, State.NEW), "no"),
    ("ct state ! new accept", segment(ACK, State.UNTRACKED), "yes"),
    ("ct state == established,related accept", segment(ACK, State.ESTABLISHED), "no"),
    # a negated test asks for the protocol and the family all the same
    ("tcp dport != 22 accept", tcp("192.0.2.1", "198.51.100.1", 23), "yes"),
    ("tcp dport != 22 accept", udp("192.0.2.1", "198.51.100.1", 23), "no"),
    ("ip saddr != 192.0.2.0/24 accept", V6, "no"),
    ("ip saddr != 203.0.113.0/24 accept", V4, "yes"),
    ("ip protocol != udp accept", V6, "no"),
    ("meta l4proto != udp accept", V6, "yes"),
    ("icmp type != echo-request accept", ping("192.0.2.1", "198.51.100.1"), "no"),
    # ICMP of the other family only where the family was asked for before
    ("icmpv6 type echo-request accept", ping("2001:db8::1", "2001:db8::2"), "yes"),
    ("icmp type echo-request accept", ping("2001:db8::1", "2001:db8::2"), "no"),
    ("meta nfproto ipv4 icmpv6 type 128 accept", ping("2001:db8::1", "2001:db8::2"), "no"),
    # transport ports by their place: of what has none, perhaps
    ("th dport 22 accept", V6, "yes"),
    ("th dport 22 accept", plain(47), "perhaps"),
    ("meta l4proto { tcp, udp } th dport 22 accept", plain(47), "no"),
    ("th dport != 22 accept", V4, "no"),
    # both must agree in a concatenation, and each pair stands for itself
    ("ip saddr . tcp dport { 192.0.2.1 . 22, 192.0.2.2 . 23 } accept", V4, "yes"),
    ("ip saddr . tcp dport { 192.0.2.1 . 23, 192.0.2.2 . 22 } accept", V4, "no"),
    ("ip saddr . tcp dport != { 192.0.2.1 . 23, 192.0.2.2 . 22 } accept", V4, "yes"),
    ("ip saddr . tcp dport != { 192.0.2.0/24 . 20-25, 10.0.0.0/8 . 1-5 } accept", V4, "no"),
    # masks of addresses, whole or with holes
    ("ip saddr & 255.255.255.0 == 192.0.2.0 accept", V4, "yes"),
    ("ip saddr & 0.0.0.1 == 0.0.0.1 accept", V4, "yes"),
    ("ip saddr & 0.0.0.3 != 0.0.0.1 accept", V4, "no"),
    # what implies a protocol without naming it in a test
    ("reject with tcp reset", udp("192.0.2.1", "198.51.100.1", 53), "no"),
    ("reject with icmpv6 no-route", V4, "no"),
    ("dnat ip to 10.0.0.1", V6, "no"),
    ("dnat to 10.0.0.1", V4, "yes"),
    # perhaps, with and without a rest that is sure
    ("limit rate 1/second accept", V4, "perhaps"),
    ("ip saddr 203.0.113.1 limit rate 1/second accept", V4, "no"),
    ("ip saddr { 192.0.2.1 timeout 5s, 192.0.2.2 } accept", V4, "perhaps"),
    ("ip saddr != { 192.0.2.1 timeout 5s, 192.0.2.2 } accept", V4, "perhaps"),
    ("tcp dport nosuchservice accept", V4, "perhaps"),
    ("tcp dport != { 22, nosuchservice } accept", V4, "no"),
    ("tcp dport != { 23, nosuchservice } accept", V4, "perhaps"),
    ("ip saddr @nosuchset accept", V4, "perhaps"),
    ("ip saddr @nosuchset accept", V6, "no"),
]


@pytest.mark.parametrize(("line", "packet", "expected"), TABLE)
def test_a_rule_matches(line: str, packet: Packet, expected: str) -> None:
    assert matches(rules(line), packet) == expected


def test_a_set_without_elements_holds_nothing() -> None:
    empty = "set none { type ipv4_addr; }"
    assert matches(rules("ip saddr @none accept", before=empty), V4) == "no"
    assert matches(rules("ip saddr != @none accept", before=empty), V4) == "yes"


@pytest.mark.parametrize("flags", ["flags timeout", "flags dynamic", "timeout 1h", "limit rate 1/second"])
def test_a_set_that_changes_holds_perhaps(flags: str) -> None:
    changing = f"set some {{ type ipv4_addr; {flags}; elements = {{ 192.0.2.1 }}; }}"
    assert matches(rules("ip saddr @some accept", before=changing), V4) == "perhaps"
    assert matches(rules("ip saddr != @some accept", before=changing), V4) == "perhaps"


def test_a_set_that_another_rule_changes_holds_perhaps() -> None:
    text = """table inet t {
        set some { type ipv4_addr; elements = { 192.0.2.1 }; }
        chain c { ip saddr @some accept; }
        chain d { add @some { ip saddr }; }
    }"""
    assert matches(device(text).chains["inet t c"].rules, V4) == "perhaps"


def test_an_element_for_all_others_is_no_other() -> None:
    """``*`` does not catch packets that come back from another element's chain."""
    other = "chain other { }\nchain c2 { }"
    [jump, rest] = rules("tcp dport vmap { 22 : jump other, * : drop }", before=other)
    assert isinstance(jump.action, Jump)
    assert (matches((jump,), V4), matches((rest,), V4)) == ("yes", "no")


def test_a_rule_that_writes_what_it_asked_for_asks_once() -> None:
    """Else the second effect would hit packets that had the new mark before."""
    part = device("table ip t {\nchain c {\nmeta mark 1 meta mark set 2 accept\n}\n}")
    [jump] = part.chains["ip t c"].rules
    assert jump.mark == MarkTest(1)
    assert jump.action == Jump("ip t c rule 1")
    assert [rule.mark for rule in part.chains["ip t c rule 1"].rules] == [None, None]
    assert part.chains["ip t c rule 1"].rules[0].action == SetMark(2)


def test_a_chain_for_several_marks_may_change_them() -> None:
    [first, second] = rules("meta mark { 1, 2 } jump other", before="chain other { meta mark set 2; }")
    assert (bool(first.matches), bool(first.perhaps)) == (True, False)
    assert (bool(second.matches), bool(second.perhaps)) == (False, True)


@pytest.mark.parametrize("line", ["queue", "tproxy to :1", "ct zone set 1", "ip daddr set 10.0.0.1", "fwd to eth0"])
def test_what_is_not_modelled_may_do_anything(line: str) -> None:
    [rule, *_] = rules(f"tcp dport 22 {line}")
    assert isinstance(rule.action, Unclear)
    assert rule.doubts


def test_an_include_of_the_folder_is_put_in_where_it_stands() -> None:
    main = 'define a = 192.0.2.1\ninclude "/etc/nftables/*.nft"\ntable ip t { chain c { ip daddr $b drop; } }\n'
    inner = "define b = 192.0.2.2\ntable ip t { chain c { ip saddr $a accept; } }\n"
    texts = [Text("gw/nftables.conf", main), Text("gw/nftables/one.nft", inner)]
    reading = read_folder("gw", texts)
    assert not reading.diagnostics
    [part] = reading.devices
    assert [str(rule.where) for rule in part.chains["ip t c"].rules] == [
        "gw/nftables/one.nft:2:24",
        "gw/nftables.conf:3:24",
    ]
    assert not part.doubts


def test_a_file_that_includes_itself_ends() -> None:
    part, problems = read('include "/etc/ruleset.nft"\ntable ip t { chain c { accept; } }\n')
    assert [each.code for each in problems] == ["NFT004"]
    assert part.doubts


def test_devices_that_json_leaves_out_make_a_chain_uncertain() -> None:
    chain = '{"chain": {"family": "netdev", "table": "t", "name": "c", "type": "filter", "hook": "ingress", "prio": 0, '
    told = '{"nftables": [{"table": {"family": "netdev", "name": "t"}}, ' + chain + '"policy": "drop"}}]}'
    part = device(told, "nft.json")
    [hook] = part.hooks
    [rule] = part.chains[hook.chain].rules
    assert (rule.matches, rule.action) == ((), Jump("netdev t c"))


def test_a_chain_that_is_told_again_keeps_its_place_and_policy() -> None:
    first = "table ip t { chain c { type filter hook input priority 5; policy drop; accept; } }\n"
    again = "table ip t { chain c { type filter hook input priority 5; drop; } }\nadd chain ip t c { policy accept; }\n"
    kept = device(first + again.splitlines()[0])
    assert (kept.chains["ip t c"].default, len(kept.chains["ip t c"].rules)) == (Verdict.DROP, 2)
    changed = device(first + again)
    assert (changed.chains["ip t c"].default, changed.hooks[0].priority) == (Verdict.ACCEPT, 5)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("etc/nftables.conf", ""),
        ("rules/10-input.nft", ""),
        ("nft-ruleset.json", "{}"),
        ("ruleset.json", ' {"nftables": []}'),
        ("firewall", "#!/usr/sbin/nft -f\nflush ruleset\n"),
    ],
)
def test_a_ruleset_is_recognised(path: str, text: str) -> None:
    assert FORMAT.looks_like(path, text)


@pytest.mark.parametrize(("path", "text"), [("ports.json", '{"ports": []}'), ("rules.v4", "*filter\nCOMMIT\n")])
def test_other_texts_are_not_rulesets(path: str, text: str) -> None:
    assert not FORMAT.looks_like(path, text)

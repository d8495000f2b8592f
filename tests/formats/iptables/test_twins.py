"""Twins: a line of iptables, and what Debian's `iptables-translate` makes of it for nftables, are the same packets."""

import shlex
import shutil
import subprocess

import pytest

from isthmus.formats.format import Text
from isthmus.formats.nftables import FORMAT as NFTABLES
from isthmus.network import Rule
from isthmus.packetset import Space
from tests.formats.iptables.rules import of_version, possibly, rules, surely

SPACE = Space(max_nodes=1 << 18)

LINES_4 = """
-A FORWARD -j ACCEPT
-A FORWARD -s 10.0.0.0/8 -j ACCEPT
-A FORWARD ! -s 10.0.0.0/8 -j DROP
-A FORWARD -s 10.0.0.0/8 -d 192.168.1.1/32 -j ACCEPT
-A FORWARD -s 192.168.0.1/255.255.0.255 -j ACCEPT
-A FORWARD ! -d 192.168.0.1/255.255.0.255 -j ACCEPT
-A FORWARD -p tcp -j ACCEPT
-A FORWARD ! -p tcp -j ACCEPT
-A FORWARD -p 47 -j ACCEPT
-A FORWARD -p esp -j ACCEPT
-A FORWARD -p tcp -m tcp --dport 22 -j ACCEPT
-A FORWARD -p tcp -m tcp --dport 1024:65535 -j ACCEPT
-A FORWARD -p tcp -m tcp --sport 1024: -j ACCEPT
-A FORWARD -p udp -m udp --sport :1023 --dport 53 -j ACCEPT
-A FORWARD -p tcp -m tcp ! --dport 22 -j DROP
-A FORWARD -p tcp -m tcp ! --dport 22:80 -j DROP
-A FORWARD -p udp -m udp ! --sport 53 -j DROP
-A FORWARD -p sctp -m sctp --dport 3868 -j ACCEPT
-A FORWARD -p dccp -m dccp --dport 5001 -j ACCEPT
-A FORWARD -p tcp -m multiport --dports 80,443,8000:8080 -j ACCEPT
-A FORWARD -p tcp -m multiport ! --dports 80,443 -j DROP
-A FORWARD -p udp -m multiport --sports 53,123 -j ACCEPT
-A FORWARD -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT
-A FORWARD -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -j DROP
-A FORWARD -p tcp -m tcp --tcp-flags SYN,ACK SYN,ACK -j ACCEPT
-A FORWARD -p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE -j DROP
-A FORWARD -p icmp -j ACCEPT
-A FORWARD -p icmp -m icmp --icmp-type 8 -j ACCEPT
-A FORWARD -p icmp -m icmp --icmp-type 3 -j ACCEPT
-A FORWARD -p icmp -m icmp --icmp-type echo-reply -j ACCEPT
-A FORWARD -p icmp -m icmp ! --icmp-type 8 -j DROP
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -m conntrack --ctstate NEW -j ACCEPT
-A FORWARD -m conntrack ! --ctstate INVALID -j ACCEPT
-A FORWARD -m conntrack --ctstate INVALID,UNTRACKED -j DROP
-A FORWARD -m state --state NEW,RELATED -j ACCEPT
-A FORWARD -m state ! --state ESTABLISHED -j DROP
-A FORWARD -i eth0 -j ACCEPT
-A FORWARD -i eth+ -o tun0 -j ACCEPT
-A FORWARD ! -i eth0 -j DROP
-A FORWARD ! -o eth+ -j DROP
-A FORWARD -m iprange --src-range 10.0.0.5-10.0.0.9 -j ACCEPT
-A FORWARD -m iprange ! --dst-range 10.0.0.5-10.0.0.9 -j ACCEPT
-A FORWARD -m mark --mark 0x1 -j ACCEPT
-A FORWARD -m mark --mark 0x1/0xff -j ACCEPT
-A FORWARD -m mark ! --mark 0x1/0xff -j DROP
-A FORWARD -m comment --comment "let it through" -j ACCEPT
-A FORWARD -p tcp -m tcp --dport 80 -m limit --limit 5/sec -j ACCEPT
-A FORWARD -m pkttype --pkt-type broadcast -j DROP
-A FORWARD -s 10.0.0.0/8 -j other
-A FORWARD -s 10.0.0.0/8 -g other
-A FORWARD -s 10.0.0.0/8 -j RETURN
-A FORWARD -p tcp -j REJECT --reject-with tcp-reset
-A FORWARD -j REJECT --reject-with icmp-port-unreachable
-A FORWARD -j LOG --log-prefix "seen: "
-A FORWARD -p tcp
-A OUTPUT -m owner --uid-owner 113 -j ACCEPT
nat -A PREROUTING -d 192.0.2.1/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.1:8080
nat -A PREROUTING -d 192.0.2.1/32 -j DNAT --to-destination 10.0.0.1
nat -A PREROUTING -d 192.0.2.1/32 -j DNAT --to-destination 10.0.0.1-10.0.0.5
nat -A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 3128
nat -A POSTROUTING -s 10.0.0.0/8 -j SNAT --to-source 192.0.2.1
nat -A POSTROUTING -s 10.0.0.0/8 -p tcp -j SNAT --to-source 192.0.2.1-192.0.2.4:1024-2047
nat -A POSTROUTING -s 10.0.0.0/8 -o eth0 -j MASQUERADE
nat -A POSTROUTING -s 10.0.0.0/8 -p udp -j MASQUERADE --to-ports 1024-2047
mangle -A FORWARD -p tcp -j MARK --set-xmark 0x1/0xffffffff
mangle -A FORWARD -p tcp -j MARK --set-xmark 0x10/0xf0
mangle -A FORWARD -p tcp -j MARK --or-mark 0x4
mangle -A FORWARD -p tcp -j MARK --and-mark 0xff
raw -A PREROUTING -p udp -m udp --dport 53 -j NOTRACK
"""

LINES_6 = """
-A FORWARD -s 2001:db8::/32 -j ACCEPT
-A FORWARD ! -s 2001:db8::/32 -p tcp -m tcp --dport 22 -j DROP
-A FORWARD -d 2001:db8::1/128 -p udp -m udp --dport 53 -j ACCEPT
-A FORWARD -p ipv6-icmp -j ACCEPT
-A FORWARD -p ipv6-icmp -m icmp6 --icmpv6-type 128 -j ACCEPT
-A FORWARD -p ipv6-icmp -m icmp6 ! --icmpv6-type 135 -j DROP
-A FORWARD -p tcp -m multiport --dports 80,443 -m conntrack --ctstate NEW -j ACCEPT
-A FORWARD -s 2001:db8::/ffff:ffff:0:ffff:: -j ACCEPT
-A FORWARD -j REJECT --reject-with icmp6-adm-prohibited
nat -A PREROUTING -d 2001:db8::1/128 -p tcp -m tcp --dport 80 -j DNAT --to-destination [2001:db8::2]:8080
nat -A POSTROUTING -s 2001:db8::/64 -j SNAT --to-source 2001:db8:5::1
"""


def _split(lines: str) -> list[tuple[str, str]]:
    """Table and line; the table is filter where none stands before it."""
    found = []
    for line in lines.strip().splitlines():
        name, _, rest = line.partition(" ")
        found.append(("filter", line) if name == "-A" else (name, rest))
    return found


CASES = [(4, *each) for each in _split(LINES_4)] + [(6, *each) for each in _split(LINES_6)]


@pytest.fixture(scope="module", autouse=True)
def tool() -> None:
    for name in ("iptables-translate", "ip6tables-translate"):
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed: package iptables")


def translated(version: int, table: str, line: str) -> str:
    """The rule in the words of nftables."""
    tool = "iptables-translate" if version == 4 else "ip6tables-translate"
    done = subprocess.run(
        [tool, "-t", table, *shlex.split(line)], capture_output=True, text=True, check=True, timeout=20
    )
    (command,) = shlex.split(done.stdout)[1:]
    return command


def twin(version: int, table: str, line: str) -> tuple[Rule, ...]:
    """The translated rule as nftables' reader understands it."""
    command = translated(version, table, line)
    family, chain = "ip" if version == 4 else "ip6", line.split()[1]
    start = f"add rule {family} {table} {chain} "
    assert command.startswith(start), command
    rule = command.removeprefix(start)
    text = f"table {family} {table} {{\n chain other {{\n }}\n chain {chain} {{\n  {rule}\n }}\n}}\n"
    parsed = NFTABLES.parse(Text("host/rules.nft", text))
    lowered = NFTABLES.lower("host", [parsed.tree])
    assert not [each for each in (*parsed.diagnostics, *lowered.diagnostics) if each.severity == "error"], command
    return lowered.devices[0].chains[f"{family} {table} {chain}"].rules


@pytest.mark.parametrize(("version", "table", "line"), CASES, ids=lambda each: str(each))
def test_a_line_and_its_translation_are_the_same(version: int, table: str, line: str) -> None:
    """The same packets surely, the same possibly, by the same interfaces and marks, to the same end."""
    mine, theirs = rules(line, name=table, version=version), twin(version, table, line)
    everything = of_version(SPACE, version)
    assert surely(SPACE, mine) == surely(SPACE, theirs) & everything
    assert possibly(SPACE, mine) == possibly(SPACE, theirs) & everything
    assert [_ends(each) for each in mine] == [_ends(each) for each in theirs[-1:]]


def test_translated_connections_are_narrower_here() -> None:
    """nftables' reader says of `ct status dnat` that any packet may pass; one without a connection never does."""
    line = "-A FORWARD -m conntrack --ctstate DNAT -j ACCEPT"
    mine, theirs = rules(line), twin(4, "filter", line)
    assert not surely(SPACE, mine)
    assert not surely(SPACE, theirs)
    assert possibly(SPACE, mine) <= possibly(SPACE, theirs)


def _ends(rule: Rule) -> tuple[object, ...]:
    return rule.arriving, rule.leaving, rule.mark, rule.action

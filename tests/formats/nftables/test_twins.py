"""One ruleset, told in several ways, must mean the same: as written, as `nft` lists it, and as its JSON."""

import json
import re
from pathlib import Path

import pytest

from tests.formats.nftables.kernel import missing, read_back
from tests.formats.nftables.reading import device, effects, read
from tests.formats.outline import outline

CASES = Path(__file__).parent / "testdata"

needs_kernel = pytest.mark.skipif(bool(missing()), reason=missing() or "none")

WRITTEN = {
    "sets-and-maps": "sets-and-maps/in/nat.nft",
    "host-firewall": "host-firewall/in/nftables.conf",
    "tcp-flags": "tcp-flags/in/flags.nft",
    "cloud-gateway": "cloud-gateway/in/ruleset.nft",
}

LINES = """
ct state established,related accept
ct state != { new, untracked } drop
ct state ! new drop
ct state & (established|related) != 0 accept
iifname "eth*" oifname { "a", "b*" } accept
iifname . ip saddr { "a" . 192.0.2.4, "b*" . 192.0.2.5 } accept
meta mark & 0xff == 0x10 accept
meta mark 0x1-0x5 accept
meta mark set meta mark and 0xffffff00 xor 0x3 accept
ip saddr & 255.0.0.255 == 10.0.0.1 accept
ip saddr & 0xff != 0 accept
ip saddr != 10.0.0.1-10.0.0.9 accept
ip saddr < 10.0.0.9 ip daddr != { 192.0.2.4, 198.51.100.0/24 } accept
ip6 saddr 2001:db8::/32 ip6 daddr { ::1, fe80::/10, 1::1-1::5 } accept
ip6 saddr & ::ffff:ffff:ffff:ffff == ::1 accept
ip protocol { tcp, udp } th dport 53 accept
meta l4proto . th dport { tcp . 22, udp . 53 } accept
meta l4proto != { tcp, udp, sctp } drop
meta nfproto ipv6 tcp dport >= 1024 accept
icmp type destination-unreachable icmp code host-unreachable accept
icmp type . icmp code { 3 . 4, 11 . 0 } accept
icmpv6 type { nd-neighbor-solicit, echo-request } accept
tcp dport != { 22, 25-30 } accept
tcp dport & 0xff00 == 0x100 accept
udp sport { ntp, 1000-2000 } udp dport < 1024 accept
sctp dport 5 reject with icmp host-unreachable
reject with tcp reset
tcp dport 25 reject with tcp reset
tcp dport vmap { 22 : jump other, 80-90 : accept, * : drop }
ip saddr . ip daddr vmap { 192.0.2.4 . 192.0.2.8 : jump other, 10.0.0.0/8 . 11.0.0.0/8 : drop }
ip saddr . tcp dport != { 192.0.2.4 . 22, 10.0.0.0/8 . 23-25 } accept
ct state vmap { established : accept, related : accept, invalid : drop }
limit rate 10/second burst 7 packets tcp dport 22 accept
ip dscp af11 udp dport 5060 accept
fib daddr . iif type { local, broadcast } accept
ip saddr 192.0.2.4 icmpv6 type echo-request accept
@th,16,16 22 accept
meta pkttype multicast counter packets 3 bytes 180 drop comment "no multicast"
"""


@needs_kernel
@pytest.mark.parametrize("case", WRITTEN)
def test_the_kernel_lists_the_same_rules(case: str) -> None:
    """Golden rulesets, loaded and read back: every rule has the same effect on the same packets."""
    text = (CASES / WRITTEN[case]).read_text()
    # interfaces by index would have to be there
    same_as_its_lists(re.sub(r"\b([io]if) ", r"\1name ", text))


@needs_kernel
def test_the_kernel_lists_the_same_lines() -> None:
    """Kinds of tests and statements, a line each."""
    body = "\n".join(f"\t\t{line}" for line in LINES.strip().splitlines())
    table = f"table inet t {{\n\tchain other {{\n\t}}\n\tchain c {{\n{body}\n\t}}\n}}\n"
    same_as_its_lists(table)


def same_as_its_lists(text: str) -> None:
    written, problems = read(text)
    assert not problems
    wanted = effects(written)
    listed = read_back(text)
    for name, told in (("listed.nft", listed.text), ("listed.json", listed.json)):
        part, problems = read(told, name)
        assert not problems, name
        assert [(hook.chain, hook.at, hook.priority) for hook in part.hooks] == [
            (hook.chain, hook.at, hook.priority) for hook in written.hooks
        ]
        found = effects(part)
        assert found.keys() == wanted.keys()
        assert [rule for rule in wanted if found[rule] != wanted[rule]] == [], name


def test_json_reads_as_its_text() -> None:
    """The same listing as text and as JSON gives the same outline, but for the places."""
    text = (CASES / "listed/in/ruleset.nft").read_text()
    told = (CASES / "listed-json/in/nft-ruleset.json").read_text()
    assert told != text
    assert without_places(outline((device(told, "a.json"),))) == without_places(outline((device(text, "a.nft"),)))


def test_an_element_of_json_has_its_own_place() -> None:
    """Rules of a verdict map point to the line of their element, in JSON too."""
    path = CASES / "listed-json/in/nft-ruleset.json"
    lines = path.read_text().splitlines()
    rules = device(path.read_text(), "a.json").chains["inet filter services"].rules
    jump = next(rule for rule in rules if rule.name == "rule 1 element 22")
    assert lines[jump.where.line].strip() == "22,"
    assert json.loads(path.read_text())["nftables"]


def without_places(told: str) -> str:
    return re.sub(r"(?m)^( *(?:- )?)\d+:\d+ ", r"\1", told)

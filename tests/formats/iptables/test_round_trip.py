"""The real tools: what iptables-save prints of the lines that it was given means the same as the lines."""

import shutil
import subprocess
from pathlib import Path

import pytest

from isthmus.formats.format import Text
from isthmus.formats.iptables import FORMAT
from isthmus.network import Device, Rule
from isthmus.packetset import Space
from tests.formats.iptables.rules import HEADS, device, possibly, surely, table

SPACE = Space(max_nodes=1 << 18)
GOLDEN = Path(__file__).parent / "testdata"
ODD = ("frobnicate", "--colour", "DORP", "--with-a", "TPROXY", "TEE", "--helper", "! -f", "owner")
"""What no iptables knows, or asks for parts of a kernel that few machines have."""


FILTER = """
-A FORWARD -s 10.0.0.0/255.0.255.0 ! -d 192.0.2.1 -p tcp --dport 1024: --syn -j ACCEPT
-A FORWARD -s 10.0.0.9/8 -p udp --sport domain -j ACCEPT
-A FORWARD -p tcp -m multiport --ports ssh,80:90 -m state --state NEW,ESTABLISHED -j other
-A FORWARD -p tcp -m multiport ! --dports 1024: -g other
-A FORWARD -p icmp --icmp-type fragmentation-needed -j ACCEPT
-A FORWARD -p icmp ! --icmp-type ping -j DROP
-A FORWARD ! -p tcp -m conntrack ! --ctstate NEW,INVALID -j DROP
-A FORWARD ! -i eth+ -o tun0 -m iprange ! --dst-range 10.0.0.5-10.0.0.9 -j RETURN
-A FORWARD -m mark ! --mark 0x10/0xf0 -m comment --comment "a \\"quoted\\" -j word" -j LOG --log-prefix "-j x: "
-A FORWARD -p tcp --tcp-flags ALL SYN,ACK -m limit --limit 5/min -j REJECT --reject-with tcp-reset
-A FORWARD -p 47
-A OUTPUT -p tcp -m owner --uid-owner 0 -j ACCEPT
"""
NAT = """
-A PREROUTING -d 192.0.2.1 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.1-10.0.0.5:8080-8090 --random --persistent
-A PREROUTING -d 192.0.2.64/26 -j NETMAP --to 10.0.0.64/26
-A PREROUTING -p tcp --dport 81 -j REDIRECT --to-ports 3128
-A POSTROUTING -s 10.1.0.0/16 -j SNAT --to-source 192.0.2.1-192.0.2.3 --random-fully
-A POSTROUTING -s 10.0.0.0/8 -p tcp -j MASQUERADE --to-ports 1024-2047
"""
MANGLE = """
-A FORWARD -j MARK --set-mark 0x1/0xff
-A FORWARD -j MARK --or-mark 0x4
-A FORWARD -j MARK --and-mark 0xff
-A FORWARD -j CONNMARK --save-mark
-A FORWARD -j CONNMARK --restore-mark
"""
FILTER_6 = """
-A FORWARD -s 2001:db8::5/32 ! -d 2001:db8:1::1 -p tcp --dport 22 -j ACCEPT
-A FORWARD -s 2001:db8::/ffff:ffff:0:ffff:: -j ACCEPT
-A FORWARD -p icmpv6 --icmpv6-type packet-too-big -j ACCEPT
-A FORWARD -p icmpv6 ! --icmpv6-type echo-request -j DROP
-A FORWARD -j REJECT --reject-with icmp6-adm-prohibited
"""
CASES = [(4, "filter", FILTER), (4, "nat", NAT), (4, "mangle", MANGLE), (6, "filter", FILTER_6)]


@pytest.fixture(scope="module", autouse=True)
def tools() -> None:
    for name in ("unshare", "iptables-restore", "ip6tables-save"):
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed: packages util-linux and iptables")
    done = subprocess.run(["unshare", "-rn", "iptables-save"], capture_output=True, timeout=20, check=False)
    if done.returncode:
        pytest.skip("this machine lets us make no network namespace in which iptables works")


def in_namespace(script: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a network namespace of its own."""
    command = ["unshare", "-rn", "sh", "-c", script]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def kept(version: int, name: str, lines: list[str]) -> tuple[str, list[str]]:
    """What the tool saves of lines that it was given one by one, and the lines that it took."""
    tool = "iptables" if version == 4 else "ip6tables"
    head = f"*{name}\n:other - [0:0]\nCOMMIT\n"
    steps = [f"{tool}-restore --noflush <<'END'\n{head}END"]
    steps += [f"{tool}-restore --noflush 2>/dev/null <<'END' || echo refused {place}\n*{name}\n{line}\nCOMMIT\nEND"
              for place, line in enumerate(lines)]  # fmt: skip
    script = "\n".join([*steps, f"{tool}-save -t {name}"])
    done = in_namespace(script)
    assert not done.returncode, done.stderr
    told = done.stdout.splitlines()
    refused = {int(each.split()[1]) for each in told if each.startswith("refused ")}
    saved = "\n".join(each for each in told if not each.startswith("refused "))
    return f"{saved}\n", [line for place, line in enumerate(lines) if place not in refused]


@pytest.mark.parametrize(("version", "name", "lines"), CASES, ids=lambda each: str(each)[:8].strip())
def test_what_was_saved_means_what_was_loaded(version: int, name: str, lines: str) -> None:
    written = lines.strip().splitlines()
    saved, taken = kept(version, name, written)
    assert len(taken) >= len(written) / 2, "the kernel refused most of the lines"
    before, after = device(table(taken, name, version)), device(saved)
    for chain in {line.split()[1] for line in taken}:
        assert_same(_rules(before, version, name, chain), _rules(after, version, name, chain))


def _rules(read: Device, version: int, name: str, chain: str) -> tuple[Rule, ...]:
    return read.chains[f"{'ip' if version == 4 else 'ip6'} {name} {chain}"].rules


def assert_same(mine: tuple[Rule, ...], theirs: tuple[Rule, ...]) -> None:
    """The same packets, interfaces, marks and ends, rule by rule."""
    assert len(mine) == len(theirs)
    for one, other in zip(mine, theirs, strict=True):
        assert surely(SPACE, [one]) == surely(SPACE, [other]), one
        assert possibly(SPACE, [one]) == possibly(SPACE, [other]), one
        assert (one.arriving, one.leaving, one.mark) == (other.arriving, other.leaving, other.mark)
        assert (one.action, one.comment) == (other.action, other.comment)


def test_a_saved_set_holds_what_was_put_into_it() -> None:
    """Entries as people write them, and as `ipset save` prints them."""
    if shutil.which("ipset") is None:
        pytest.skip("ipset is not installed")
    written = """
create hosts hash:ip family inet
add hosts 10.0.0.1-10.0.0.9
add hosts 10.0.1.0/28
create nets hash:net family inet6
add nets 2001:db8::/32
add nets 2001:db8:5::/48 nomatch
create ends hash:ip,port family inet
add ends 10.0.0.1,80
add ends 10.0.0.1,udp:50-60
add ends 10.0.0.1,icmp:ping
add ends 10.0.0.1,gre:0
create blocks bitmap:ip range 10.0.0.0/16 netmask 24
add blocks 10.0.5.77
create numbers bitmap:port range 0-65535
add numbers 80-90
create legs hash:net,iface family inet
add legs 10.0.0.0/8,eth0
create passing hash:ip family inet timeout 300
add passing 10.0.0.1
add passing 10.0.0.2 timeout 0
create all list:set size 8
add all hosts
add all passing
"""
    asked = {"hosts": "src", "nets": "src", "ends": "src,dst", "blocks": "dst", "numbers": "dst", "legs": "src,src",
             "passing": "src", "all": "src"}  # fmt: skip
    script = f"ipset restore <<'END'\n{written.lstrip()}END\nipset save"
    done = in_namespace(script)
    if done.returncode:
        pytest.skip(f"the kernel has not all of the set types: {done.stderr.strip()[:80]}")
    lines = [f"-A FORWARD -m set {no}--match-set {name} {asked[name]}" for name in asked for no in ("", "! ")]
    for version in (4, 6):
        before, after = (device(table(lines, "filter", version), each) for each in (written, done.stdout))
        mine, theirs = _rules(before, version, "filter", "FORWARD"), _rules(after, version, "filter", "FORWARD")
        for line in range(7, 7 + len(lines)):
            one, other = ([each for each in found if each.where.line == line] for found in (mine, theirs))
            assert surely(SPACE, one) == surely(SPACE, other)
            assert possibly(SPACE, one) == possibly(SPACE, other)


def test_the_head_of_a_saved_text_tells_its_version() -> None:
    assert kept(6, "filter", ["-A FORWARD -j ACCEPT"])[0].startswith(HEADS[6].split(" v")[0])


@pytest.mark.parametrize("case", ["host-firewall", "nat", "ip6tables", "neutron-router", "not-modelled", "traps"])
def test_a_golden_text_is_saved_as_it_was(case: str) -> None:
    """Whole texts: every chain has the rules that it had, in their order."""
    for path in sorted((GOLDEN / case / "in").iterdir()):
        text = path.read_text()
        tool = "ip6tables" if path.name.startswith("ip6") or path.name.endswith("v6") else "iptables"
        known = "\n".join(line for line in text.splitlines() if not any(odd in line for odd in ODD)) + "\n"
        done = in_namespace(f"{tool}-restore <<'END' && {tool}-save\n{known}END")
        if "RULE_APPEND failed" in done.stderr or "No chain/target/match" in done.stderr:
            pytest.skip(f"the kernel lacks something: {done.stderr.strip()[:100]}")
        assert not done.returncode, done.stderr
        written, saved = _chains(path.name, known), _chains(path.name, done.stdout)
        assert written.keys() <= saved.keys()
        for name, rules in written.items():
            if len(rules) == len(saved[name]):
                assert_same(rules, saved[name])
            else:  # a line with several addresses is saved as several
                assert surely(SPACE, rules) == surely(SPACE, saved[name])


def _chains(file: str, text: str) -> dict[str, tuple[Rule, ...]]:
    parsed = FORMAT.parse(Text(f"host/{file}", text))
    (read,) = FORMAT.lower("host", [parsed.tree]).devices
    return {name: chain.rules for name, chain in read.chains.items()}

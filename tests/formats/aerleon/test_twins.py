"""Aerleon renders a policy; what the rendered text accepts is what we say that the policy accepts."""

import logging
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from isthmus.formats import every_format
from isthmus.formats.format import Format, Text
from isthmus.network import Chain, Device
from isthmus.packetset import Match, Space, State
from tests.formats.aerleon.folder import policy, read
from tests.formats.aerleon.verdicts import accepted, through

_ABSENT = "Aerleon is not installed"
naming: Any = pytest.importorskip("aerleon.lib.naming", reason=_ABSENT)
juniper: Any = pytest.importorskip("aerleon.lib.juniper", reason=_ABSENT)
nftables: Any = pytest.importorskip("aerleon.lib.nftables", reason=_ABSENT)
capirca: Any = pytest.importorskip("aerleon.lib.policy", reason=_ABSENT)
aerleon_yaml: Any = pytest.importorskip("aerleon.lib.yaml", reason=_ABSENT)

NETWORKS = """
FOUR = 10.0.0.0/8 # only IPv4
BOTH = 192.0.2.0/24
       2001:db8::/32
SIX = 2001:db8:1::/48
PARTS = 10.1.0.0/16
        10.1.2.0/24
WIDER = 10.0.0.0/7
NESTED = PARTS
         SIX
         172.16.0.1
HOST_BITS = 10.9.8.7/16
ANY4 = 0.0.0.0/0
"""
SERVICES = """
SSH = 22/tcp
DNS = 53/tcp 53/udp
HIGH = 1024-65535/tcp
WEB = HTTP HTTPS
HTTP = 80/tcp
HTTPS = 443/tcp 443/udp
OVERLAPPING = 1000-2000/tcp 1500-3000/udp
SIGNALS = 99/sctp
"""
REFUSED = {"AER003", "AER005", "AER012"}
CRASHES = ("are not of the same version", "'direction'")
"""What Aerleon 1.18 raises where its own code fails, and not because the policy is wrong."""


def _format(name: str) -> Format:
    found = next((each for each in every_format() if each.name == name), None)
    if found is None:
        pytest.skip(f"no format {name} to read the rendered text with")
    return found


def _tokens(*names: str) -> some.SearchStrategy[str]:
    return some.lists(some.sampled_from(names), min_size=1, max_size=2, unique=True).map(" ".join)


NETS = _tokens("FOUR", "BOTH", "SIX", "PARTS", "WIDER", "NESTED", "HOST_BITS", "ANY4")
PORTS = _tokens("SSH", "DNS", "HIGH", "WEB", "OVERLAPPING", "SIGNALS", "HTTP")
PROTOCOLS = some.sampled_from(
    ["tcp", "udp", "tcp udp", "icmp", "icmpv6", "ospf", "gre esp", "sctp", "6", "ipip", "tcp icmp"]
)
VERBS = some.sampled_from(["accept", "deny", "reject", "next", "reject-with-tcp-rst"])
OPTIONAL = {
    "source-address": NETS,
    "destination-address": NETS,
    "source-exclude": NETS,
    "destination-exclude": NETS,
    "address": NETS,
    "protocol": PROTOCOLS,
    "source-port": PORTS,
    "destination-port": PORTS,
    "port": PORTS,
    "option": some.sampled_from(
        ["established", "tcp-established", "rst", "initial", "tcp-initial", "not-syn-ack", "sample", "inactive"]
    ),
    "icmp-type": some.sampled_from(["echo-request", "echo-request echo-reply", "unreachable", "packet-too-big"]),
    "icmp-code": some.sampled_from(["0", "1", "0 1"]),
    "restrict-address-family": some.sampled_from(["inet", "inet6"]),
    "protocol-except": some.sampled_from(["tcp", "icmp udp"]),
    "platform": some.sampled_from(["juniper", "cisco"]),
    "platform-exclude": some.sampled_from(["juniper", "cisco"]),
}


@some.composite
def terms(draw: some.DrawFn) -> str:
    """One term, as `policy` takes it: a few conditions, wrong ones among them, and an action."""
    keys = draw(some.lists(some.sampled_from(sorted(OPTIONAL)), max_size=4, unique=True))
    if {"source-port", "destination-port", "port", "option"} & set(keys) and "protocol" not in keys:
        keys.append("protocol")
    return "; ".join([*(f"{key}: {draw(OPTIONAL[key])}" for key in keys), f"action: {draw(VERBS)}"])


def _rendered(text: str, generator: Any, *, optimize: bool) -> str:
    """What Aerleon makes of a policy, or an exception of its own."""
    logging.getLogger("absl").setLevel(logging.CRITICAL)
    definitions = naming.Naming()
    definitions.ParseNetworkList(NETWORKS.splitlines())
    definitions.ParseServiceList(SERVICES.splitlines())
    if text.startswith("filters:"):
        parsed = aerleon_yaml.ParsePolicy(
            text, filename="p.yaml", base_dir=".", definitions=definitions, optimize=optimize
        )
    else:
        parsed = capirca.ParsePolicy(text, definitions, optimize)
    return str(generator(parsed, 2))


def _junos(text: str) -> Device:
    form = _format("junos")
    parsed = form.parse(Text("cr/rendered.conf", text))
    return form.lower("cr", [parsed.tree]).devices[0]


def _assert_same(ours: Chain, theirs: Chain) -> None:
    """The same packets, where both readings are sure of them; else neither is sure of what the other rules out."""
    space = Space(1 << 18)
    surely, possibly = accepted(ours, space)
    there_surely, there_possibly = accepted(theirs, space)
    assert surely <= there_possibly
    assert there_surely <= possibly
    if not any(rule.doubts for rule in (*ours.rules, *theirs.rules)):
        assert surely == there_surely


@given(
    some.lists(terms(), min_size=1, max_size=4),
    some.sampled_from(["f mixed", "f inet", "f inet6", "f", "f mixed not-interface-specific"]),
    some.booleans(),
)
def test_what_aerleon_renders_for_juniper_accepts_what_we_say(written: list[str], target: str, optimize: bool) -> None:
    """Chain by chain, term by term that is left out; and where Aerleon refuses a policy, so do we, and never else."""
    text = policy(*written, target=target)
    ours, told = read({"p.yaml": text, "a.net": NETWORKS, "a.svc": SERVICES})
    refused = REFUSED & {each.code for each in told}
    try:
        rendered = _rendered(text, juniper.Juniper, optimize=optimize)
    except Exception as error:  # noqa: BLE001 - Aerleon raises whatever its parts raise
        rendered = f"{type(error).__name__}: {error}"
    if not rendered.startswith("firewall"):
        assert refused or any(each in rendered for each in CRASHES), rendered
        return
    assert not refused or "AER019" in {each.code for each in told}
    theirs = _junos(rendered)
    assert set(ours.chains) == set(theirs.chains)
    for name, chain in ours.chains.items():
        _assert_same(chain, theirs.chains[name])


CAPIRCA = """
# the same in Capirca's own spelling
header {
    comment:: "a policy # with a comment that is none"
    target:: juniper f mixed
}
term web {
    source-address:: FOUR
                     BOTH   # over two lines
    destination-address:: NESTED
    destination-port:: WEB
                       DNS
    protocol:: tcp udp
    action:: accept
}
term pings { protocol:: icmp icmp-type:: echo-request
             action:: accept }
term replies {
    protocol:: tcp
    option:: tcp-established
    action:: accept
}
"""


def test_capircas_own_spelling() -> None:
    ours, told = read({"p.pol": CAPIRCA, "a.net": NETWORKS, "a.svc": SERVICES})
    theirs = _junos(_rendered(CAPIRCA, juniper.Juniper, optimize=True))

    assert [each.code for each in told] == ["AER008"]
    assert set(ours.chains) == {"f4", "f6"} == set(theirs.chains)
    for name, chain in ours.chains.items():
        assert not any(rule.doubts for rule in chain.rules)
        _assert_same(chain, theirs.chains[name])


PLAIN = {"source-address": NETS, "destination-address": NETS, "source-port": PORTS, "destination-port": PORTS}


@some.composite
def plain_terms(draw: some.DrawFn) -> str:
    """A term that means the same on a router and on a host that tracks connections."""
    keys = draw(some.lists(some.sampled_from(sorted(PLAIN)), max_size=3, unique=True))
    protocol = draw(some.sampled_from(["tcp", "udp", "tcp udp"]))
    entries = [*(f"{key}: {draw(PLAIN[key])}" for key in keys), f"protocol: {protocol}"]
    return "; ".join([*entries, f"action: {draw(some.sampled_from(['accept', 'deny']))}"])


@given(some.lists(plain_terms(), min_size=1, max_size=3))
def test_what_aerleon_renders_for_nftables_admits_the_same_new_connections(written: list[str]) -> None:
    """Two differences: a host's chain tracks connections, and its terms accept the first packet only; and a term whose

    ends have no IP version in common, which routers leave out, loses its addresses there, so such terms are not tried.
    """
    form = _format("nftables")
    text = policy(*written)
    ours, told = read({"p.yaml": text, "a.net": NETWORKS, "a.svc": SERVICES})
    assume(not (REFUSED | {"AER017"}) & {each.code for each in told})
    rendered = _rendered(text.replace("juniper: f mixed", "nftables: mixed input"), nftables.Nftables, optimize=True)
    parsed = form.parse(Text("cr/rendered.nft", rendered))
    theirs = form.lower("cr", [parsed.tree]).devices[0]
    space = Space(1 << 18)
    first = space.match(Match(states=(State.NEW,)))
    mine = space.union(accepted(ours.chains[name], space)[0] for name in ("f4", "f6"))
    hook = theirs.hooks[0].chain
    assert mine & first == through(theirs.chains, hook, first).accepted

"""What filters do with packets: one packet a line, under the sentence that it tests."""

from dataclasses import replace
from ipaddress import ip_address

import pytest

from isthmus.packetset import Packet, TcpFlags, ping, tcp, udp
from tests.formats.junos.judged import ACCEPT, DROP, REJECT, Outcome, outcomes
from tests.formats.junos.reading import case, device, terms


def segment(flags: TcpFlags) -> Packet:
    return replace(tcp("192.0.2.1", "192.0.2.2", 22), flags=flags)


def icmp(source: str, destination: str, kind: int, code: int = 0) -> Packet:
    protocol = 58 if ":" in source else 1
    return Packet(ip_address(source), ip_address(destination), protocol, icmp_type=kind, icmp_code=code)


def other(source: str, destination: str, protocol: int) -> Packet:
    return Packet(ip_address(source), ip_address(destination), protocol)


BORDER = [
    # the egress address of the gateway is public: the last term lets it out
    (ACCEPT, tcp("185.15.56.1", "208.80.154.151", 443)),
    # instances come with their own address only where translation is excepted: wikis and LDAP, and nothing else
    (ACCEPT, tcp("172.16.3.145", "208.80.154.224", 443)),
    (ACCEPT, tcp("172.16.5.10", "208.80.154.252", 636)),
    (DROP, tcp("172.16.3.145", "208.80.154.224", 22)),
    (DROP, tcp("172.16.3.145", "195.200.68.224", 443)),
    (DROP, udp("172.16.3.145", "208.80.154.224", 443)),
    # private destinations and the cloud's private range are rejected, whoever asks
    (REJECT, tcp("185.15.56.161", "10.64.48.98", 443)),
    (REJECT, tcp("185.15.56.87", "10.64.0.5", 443)),
    (REJECT, tcp("172.20.1.5", "192.0.2.1", 443)),
    # the filter is stateless: answers pass by their source port
    (ACCEPT, tcp("172.16.5.10", "208.80.154.132", 50000, source_port=22)),
    (DROP, tcp("172.16.5.10", "208.80.154.132", 50000, source_port=23)),
    # transit networks may ping
    (ACCEPT, ping("185.15.56.225", "10.64.0.1")),
    (REJECT, ping("185.15.56.228", "10.64.0.1")),
]


@pytest.mark.parametrize(("verdict", "packet"), BORDER, ids=str)
def test_border(verdict: Outcome, packet: Packet) -> None:
    assert outcomes(case("border-filters"), "cloud-in4", packet) == {verdict}


BORDER6 = [
    (ACCEPT, tcp("2a02:ec80:a000:1::5", "2620:0:861:ed1a::1", 443)),
    (REJECT, tcp("2a02:ec80:a000:1::5", "2620:0:861:101::1", 443)),
    (REJECT, tcp("2a02:ec80:a000:201::5", "2001:db8::1", 443)),
    (ACCEPT, ping("2a02:ec80:a000:fe01::2", "2620:0:861:101::1")),
    # an IPv4 filter's rules never speak of IPv6, and the other way round
    (DROP, tcp("185.15.56.1", "192.0.2.1", 443)),
]


@pytest.mark.parametrize(("verdict", "packet"), BORDER6, ids=str)
def test_an_inet6_filter_judges_ipv6(verdict: Outcome, packet: Packet) -> None:
    """Some tools pass over ``family inet6``; then everything seems to pass, or nothing."""
    assert outcomes(case("border-filters"), "cloud-in6", packet) == {verdict}


def test_each_family_is_applied_to_its_own_packets() -> None:
    uses = case("border-filters").interfaces["ae0.1102"].filters_in
    assert [(each.chain, set(each.versions)) for each in uses] == [("cloud-in4", {4}), ("cloud-in6", {6})]


IMPLICIT = [
    # no `then`, an empty one, or one that only counts: the packet is accepted there, and no later term sees it
    (ACCEPT, other("192.0.2.1", "192.0.2.2", 2)),
    (ACCEPT, other("192.0.2.1", "192.0.2.2", 89)),
    (ACCEPT, other("192.0.2.1", "192.0.2.2", 50)),
]


@pytest.mark.parametrize(("verdict", "packet"), IMPLICIT, ids=str)
def test_a_term_that_decides_nothing_accepts(verdict: Outcome, packet: Packet) -> None:
    """Read as "count and go on", the deny behind it would seem to hold."""
    text = (
        "term a { from { protocol igmp; } } term b { from { protocol ospf; } then { count c; log; } }"
        "term c { from { protocol esp; } then; } term d { then discard; }"
    )
    assert outcomes(terms(text), "f", packet) == {verdict}


def test_next_term_goes_on() -> None:
    found = terms("term a { then { count c; next term; } } term b { from { protocol tcp; } then discard; }")
    assert outcomes(found, "f", tcp("192.0.2.1", "192.0.2.2", 22)) == {DROP}
    accepting = terms("term a { then next term; } term b { then accept; }")
    assert outcomes(accepting, "f", tcp("192.0.2.1", "192.0.2.2", 22)) == {ACCEPT}


def test_what_no_term_decides_is_discarded() -> None:
    found = terms("term a { from { protocol udp; } then accept; }")
    assert outcomes(found, "f", tcp("192.0.2.1", "192.0.2.2", 22)) == {DROP}


LONGEST_MATCH = [
    # the longest prefix decides, in whatever order they stand, and however they came into the list
    (ACCEPT, "192.0.2.1"),
    (DROP, "192.0.2.129"),
    (ACCEPT, "192.0.2.200"),
    (DROP, "192.0.2.201"),
    (ACCEPT, "198.51.100.255"),
    (DROP, "203.0.113.1"),
]


@pytest.mark.parametrize(("verdict", "source"), LONGEST_MATCH)
def test_exceptions(verdict: Outcome, source: str) -> None:
    found = terms(
        "term a { from { source-address { 192.0.2.128/25 except; 192.0.2.0/24; 192.0.2.200/32; 198.51.100.0/24; } }"
        " then accept; }"
    )
    assert outcomes(found, "f", tcp(source, "10.0.0.1", 22)) == {verdict}


@pytest.mark.parametrize(("verdict", "source"), [(ACCEPT, "10.200.0.9"), (DROP, "10.200.0.8"), (ACCEPT, "10.0.0.9")])
def test_a_mask_need_not_be_a_prefix(verdict: Outcome, source: str) -> None:
    found = terms("term a { from { source-address { 10.0.0.9/255.0.0.255; } } then accept; }")
    assert outcomes(found, "f", tcp(source, "192.0.2.1", 22)) == {verdict}


EITHER_END = [
    (ACCEPT, tcp("192.0.2.1", "10.0.0.1", 53)),
    (ACCEPT, tcp("10.0.0.1", "192.0.2.1", 4000, source_port=53)),
    (ACCEPT, tcp("10.0.0.1", "192.0.2.1", 53)),
    (DROP, tcp("10.0.0.1", "10.0.0.2", 53)),
    (DROP, tcp("192.0.2.1", "10.0.0.1", 54)),
    # an exception holds only where neither end matches otherwise
    (DROP, tcp("192.0.2.7", "10.0.0.1", 53)),
    (ACCEPT, tcp("192.0.2.7", "192.0.2.8", 53)),
]


@pytest.mark.parametrize(("verdict", "packet"), EITHER_END, ids=str)
def test_address_and_port_hold_for_either_end(verdict: Outcome, packet: Packet) -> None:
    found = terms(
        "term a { from { address { 192.0.2.0/24; 192.0.2.7/32 except; } protocol tcp; port 53; } then accept; }"
    )
    assert outcomes(found, "f", packet) == {verdict}


NO_PROTOCOL = [
    # Junos looks at the two bytes, whatever the protocol: TCP and UDP surely match, others by chance
    ({ACCEPT}, tcp("192.0.2.1", "192.0.2.2", 22)),
    ({ACCEPT}, udp("192.0.2.1", "192.0.2.2", 22)),
    ({DROP}, tcp("192.0.2.1", "192.0.2.2", 23)),
    ({ACCEPT, DROP}, ping("192.0.2.1", "192.0.2.2")),
    ({ACCEPT, DROP}, other("192.0.2.1", "192.0.2.2", 47)),
]


@pytest.mark.parametrize(
    ("verdicts", "packet"),
    NO_PROTOCOL,
    ids=lambda each: str(each) if isinstance(each, Packet) else "-".join(sorted(each)),
)
def test_a_port_without_a_protocol(verdicts: set[Outcome], packet: Packet) -> None:
    found = terms("term a { from { destination-port ssh; } then accept; }")
    assert outcomes(found, "f", packet) == verdicts


FLAGS = [
    ("tcp-established", {TcpFlags.ACK, TcpFlags.RST, TcpFlags.SYN | TcpFlags.ACK}, {TcpFlags.SYN, TcpFlags.FIN}),
    ("tcp-initial", {TcpFlags.SYN, TcpFlags.SYN | TcpFlags.ECE}, {TcpFlags.ACK, TcpFlags.SYN | TcpFlags.ACK}),
    ('tcp-flags "!(syn & !ack) | rst"', {TcpFlags.ACK, TcpFlags.SYN | TcpFlags.RST, TcpFlags.FIN}, {TcpFlags.SYN}),
    ("tcp-flags 0x3", {TcpFlags.SYN | TcpFlags.FIN}, {TcpFlags.SYN, TcpFlags.FIN}),
    ('tcp-flags "fin, syn"', {TcpFlags.SYN, TcpFlags.FIN}, {TcpFlags.ACK}),
]


@pytest.mark.parametrize(("condition", "passing", "others"), FLAGS, ids=[each[0] for each in FLAGS])
def test_flags(condition: str, passing: set[TcpFlags], others: set[TcpFlags]) -> None:
    found = terms(f"term a {{ from {{ protocol tcp; {condition}; }} then accept; }}")
    assert all(outcomes(found, "f", segment(each)) == {ACCEPT} for each in passing)
    assert all(outcomes(found, "f", segment(each)) == {DROP} for each in others)


ICMP = [
    ("icmp-type echo-request;", icmp("192.0.2.1", "192.0.2.2", 8), icmp("192.0.2.1", "192.0.2.2", 0)),
    ("icmp-type unreachable; icmp-code 4;", icmp("192.0.2.1", "192.0.2.2", 3, 4), icmp("192.0.2.1", "192.0.2.2", 3)),
    ("icmp-type-except 0-7;", icmp("192.0.2.1", "192.0.2.2", 8), icmp("192.0.2.1", "192.0.2.2", 5)),
    ("icmp-code port-unreachable;", icmp("192.0.2.1", "192.0.2.2", 3, 3), icmp("192.0.2.1", "192.0.2.2", 3, 1)),
]


@pytest.mark.parametrize(("condition", "passing", "not_passing"), ICMP, ids=[each[0] for each in ICMP])
def test_icmp(condition: str, passing: Packet, not_passing: Packet) -> None:
    found = terms(f"term a {{ from {{ protocol icmp; {condition} }} then accept; }}")
    assert outcomes(found, "f", passing) == {ACCEPT}
    assert outcomes(found, "f", not_passing) == {DROP}


def test_names_of_icmp_types_are_those_of_the_family() -> None:
    found = terms("term a { from { next-header icmp6; icmp-type echo-request; } then accept; }", family="inet6")
    assert outcomes(found, "f", ping("2001:db8::1", "2001:db8::2")) == {ACCEPT}


RANGES = [(ACCEPT, 1024), (ACCEPT, 65535), (DROP, 1023), (DROP, 0)]


@pytest.mark.parametrize(("verdict", "port"), RANGES)
def test_a_range_of_ports_is_a_range(verdict: Outcome, port: int) -> None:
    """Some tools read ``1024-65535`` as its first port."""
    found = terms("term a { from { protocol tcp; destination-port 1024-65535; } then accept; }")
    assert outcomes(found, "f", tcp("192.0.2.1", "192.0.2.2", port)) == {verdict}


def test_interface() -> None:
    found = terms("term a { from { interface ae0.*; } then accept; }")
    packet = tcp("192.0.2.1", "192.0.2.2", 22)
    assert outcomes(found, "f", packet, "ae0.1102") == {ACCEPT}
    assert outcomes(found, "f", packet, "ae1.1102") == {DROP}


NESTED = [
    # a filter inside another decides what it decides, and leaves the rest to the terms behind it
    ("outer", DROP, 23),
    ("outer", ACCEPT, 24),
    # applied by itself, it discards the rest
    ("inner", DROP, 23),
    ("inner", DROP, 24),
    # so it is in a list, up to the end of the list
    ("list inner rest", DROP, 23),
    ("list inner rest", ACCEPT, 22),
    ("list inner rest", DROP, 24),
]


@pytest.mark.parametrize(("chain", "verdict", "port"), NESTED)
def test_nested_filters_and_lists(chain: str, verdict: Outcome, port: int) -> None:
    found = device(
        """
        firewall { family inet {
            filter inner { term a { from { protocol tcp; destination-port telnet; } then discard; } }
            filter outer { term a { filter inner; } term b { then accept; } }
            filter rest { term a { from { protocol tcp; destination-port 22; } then accept; } }
        } }
        interfaces { ae0 { unit 0 { family inet { filter { input-list [ inner rest ]; } } } } }
        """
    )
    assert outcomes(found, chain, tcp("192.0.2.1", "192.0.2.2", port)) == {verdict}


def test_what_is_not_known_is_not_decided() -> None:
    """Each of these may drop, may accept, or may not even match; none of them rounds up."""
    packet = tcp("192.0.2.1", "192.0.2.2", 22)
    for term, expected in (
        ("from { dscp ef; } then accept;", {ACCEPT, DROP}),
        ("from { source-prefix-list { nowhere; } } then accept;", {ACCEPT, DROP}),
        ("then { policer p; accept; }", {ACCEPT, DROP}),
        ("then { routing-instance x; }", {ACCEPT, DROP, REJECT}),
        ("from { no-such-thing 1; } then accept;", {ACCEPT, DROP}),
        ("then { no-such-thing 1; accept; }", {ACCEPT, DROP, REJECT}),
    ):
        assert outcomes(terms(f"term a {{ {term} }}"), "f", packet) == expected, term

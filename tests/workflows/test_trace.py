"""`isthmus trace`, from words to an answer: what the words mean, what the estate declares, what the snapshot says."""

from datetime import date
from pathlib import Path

import pytest

from isthmus.packetset import Packet, tcp
from isthmus.report.trace import text
from isthmus.workflows.declared import declaring
from isthmus.workflows.packet_words import Ends, flow_of, packet_of
from isthmus.workflows.refusal import Refused
from isthmus.workflows.trace import trace
from tests.conftest import ROOT
from tests.prove.networks import device, interface, network, route, two_realms
from tests.report.trace.traces import ESTATE, facts, traced

DAY = date(2026, 11, 23)
EQIAD1 = ROOT / "examples" / "eqiad1"
ENDS = Ends(facts(), two_realms())


def packet(source: str, destination: str, flow: str, source_port: int | None = None) -> str:
    return str(packet_of(ENDS, source, destination, flow, source_port).packet)


# what is written, what it means
WORDS = [
    (("172.16.0.20", "192.0.2.10", "873/tcp"), "tcp 172.16.0.20:50000 > 192.0.2.10:873 syn new"),
    (("172.16.0.20", "192.0.2.10", "53/UDP"), "udp 172.16.0.20:50000 > 192.0.2.10:53 new"),
    (("172.16.0.20", "192.0.2.10", "https/tcp"), "tcp 172.16.0.20:50000 > 192.0.2.10:443 syn new"),
    (("172.16.0.20", "192.0.2.10", "icmp"), "icmp 172.16.0.20 > 192.0.2.10 type 8 code 0 new"),
    (("172.16.0.20", "192.0.2.10", "gre"), "gre 172.16.0.20 > 192.0.2.10 new"),
    (("2001:db8::1", "2001:db8::2", "icmp"), "icmpv6 2001:db8::1 > 2001:db8::2 type 128 code 0 new"),
    (("2001:db8::1", "[2001:db8::2]", "22/tcp"), "tcp [2001:db8::1]:50000 > [2001:db8::2]:22 syn new"),
    (("2001:db8::1", "2001:db8::2", "icmpv6"), "icmpv6 2001:db8::1 > 2001:db8::2 type 128 code 0 new"),
    # hosts, services, names, fronts, devices of the snapshot
    (("tools", "mirror.example.org", "873/tcp"), "tcp 172.16.0.10:50000 > 192.0.2.10:873 syn new"),
    (("tools", "rsync.example.org", "873/tcp"), "tcp 172.16.0.10:50000 > 192.0.2.10:873 syn new"),
    (("tools", "front", "8443/tcp"), "tcp 172.16.0.10:50000 > 192.0.2.20:8443 syn new"),
    (("idle", "192.0.2.10", "22/tcp"), "tcp 172.16.0.20:50000 > 192.0.2.10:22 syn new"),
]


@pytest.mark.parametrize(
    ("words", "expected"), WORDS, ids=lambda each: " ".join(each) if isinstance(each, tuple) else ""
)
def test_what_words_mean(words: tuple[str, str, str], expected: str) -> None:
    assert packet(*words) == expected


def test_of_a_service_the_endpoint_that_fits() -> None:
    """`mirror` is a host as well as a service; by the service's own name it is the endpoint of that port."""
    assert packet("tools", "rsync.example.org", "21/tcp") == "tcp 172.16.0.10:50000 > 192.0.2.11:21 syn new"


def test_of_several_addresses_of_a_service_one_is_chosen_and_told() -> None:
    asked = packet_of(ENDS, "tools", "pair", "443/tcp", None)
    assert str(asked.packet.destination) == "192.0.2.10"
    assert asked.remarks == ("service `pair` has 2 addresses; this is the first of `192.0.2.10`, `192.0.2.20`",)


def test_a_source_port_can_be_told() -> None:
    assert packet("tools", "mirror", "873/tcp", 22) == "tcp 172.16.0.10:22 > 192.0.2.10:873 syn new"


# words, message, help
MISTAKES = [
    (
        ("toools", "mirror", "873/tcp"),
        "`toools` is neither an address nor a name of the estate",
        "did you mean `tools`?",
    ),
    (("172.16.0.300", "mirror", "873/tcp"), "`172.16.0.300` is neither an address nor a name", ""),
    (("tools", "two-legs", "22/tcp"), "host `two-legs` has 2 addresses", "`192.0.2.99`, `10.0.0.99`"),
    (("border", "mirror", "22/tcp"), "device `border` has 4 addresses", "name the one that is meant"),
    (("tools", "nowhere.example.org", "22/tcp"), "nobody knows the address of name `nowhere.example.org`", "itself"),
    (("tools", "mirror", "873"), "`873` is not a protocol", "443/tcp"),
    (("tools", "mirror", "873/tcpp"), "`tcpp` is not a protocol", "did you mean `tcp`?"),
    (("tools", "mirror", "tcp"), "`tcp` has no port", "write `443/tcp`"),
    (("tools", "mirror", "8/icmp"), "`icmp` has no ports", "write `icmp`"),
    (("tools", "mirror", "70000/tcp"), "`70000` is not a port", "443/tcp"),
    (("tools", "mirror", "-1/tcp"), "`-1` is not a port", ""),
    (("tools", "mirror", "٣/tcp"), "is not a port", ""),
    (("tools", "mirror", "/tcp"), "`` is not a port", ""),
    (("tools", "mirror", ""), "`` is not a protocol", ""),
    (("tools", "2001:db8::2", "22/tcp"), "`tools` and `2001:db8::2` have no addresses of one IP version", "two IPv4"),
    (("tools", "mirror", "icmpv6"), "`icmpv6` goes between IPv6 addresses", "write `icmp`"),
]


@pytest.mark.parametrize(
    ("words", "message", "help_"), MISTAKES, ids=lambda each: " ".join(each) if isinstance(each, tuple) else ""
)
def test_mistakes_are_refused_with_help(words: tuple[str, str, str], message: str, help_: str) -> None:
    with pytest.raises(Refused) as refusal:
        packet(*words)
    assert message in refusal.value.message
    assert help_ in refusal.value.help


def test_a_ping_has_no_source_port() -> None:
    with pytest.raises(Refused, match="no source port"):
        packet("tools", "mirror", "icmp", 22)


def test_flows_are_values() -> None:
    assert flow_of("443/tcp") == flow_of("https/TCP")


# What the estate declares

DECLARED = [
    (tcp("172.16.0.20", "192.0.2.10", 873), ["mirror"]),
    (tcp("172.16.0.20", "192.0.2.11", 21), []),  # an endpoint that the crossing does not use
    (tcp("172.16.0.20", "192.0.2.10", 874), []),
    (tcp("192.0.2.99", "192.0.2.10", 873), []),
    (tcp("172.16.0.10", "192.0.2.20", 443), ["pair"]),
    (tcp("172.16.0.20", "192.0.2.20", 443), []),  # another host than the one that is declared
    (tcp("172.16.0.20", "192.0.2.10", 8080), ["gone"]),
]


@pytest.mark.parametrize(("sent", "crossings"), DECLARED, ids=str)
def test_which_crossings_declare_a_packet(sent: Packet, crossings: list[str]) -> None:
    assert [each.id for each in declaring(facts(), sent)] == crossings


def test_a_retired_crossing_declares_nothing() -> None:
    assert traced(two_realms(), tcp("172.16.0.20", "192.0.2.10", 8080)).crossings == ()


def test_inside_one_realm_nothing_has_to_be_declared() -> None:
    told = text(traced(two_realms(), tcp("172.16.0.10", "172.16.0.20", 80)))
    assert "both ends are of realm cloud, so none has to" in told


def test_what_leaves_towards_the_estate_is_not_known() -> None:
    """The estate knows the destination, and the snapshot holds no way to it."""
    host = device("host", interface("eth0", "203.0.113.234/30"))
    legs = (interface("a", "203.0.113.233/30"), interface("wan"))
    edge = device("edge", *legs, forwards=True, routes=[route("default", "dev wan")])
    made = traced(network(host, edge), tcp("203.0.113.234", "192.0.2.10", 873))
    assert made.journey.outcome == "gets through"
    assert (made.outcome, made.exit_code) == ("cannot tell", 3)
    assert "the snapshot does not hold the way on to 192.0.2.10 in public" in text(made)


# A real snapshot

REAL = [
    # sender, receiver, port, exit code
    ("172.16.5.10", "208.80.154.142", "2049/tcp", 0),
    ("172.16.5.10", "cumin1002", "22/tcp", 1),
    ("contint1002", "puppet-catalog-compiler", "443/tcp", 0),
    ("172.16.5.10", "openstack-apis", "25000/tcp", 0),
]


@pytest.mark.parametrize(("source", "destination", "flow", "code"), REAL)
def test_in_eqiad1(source: str, destination: str, flow: str, code: int) -> None:
    assert trace(EQIAD1, source, destination, flow, today=DAY).exit_code == code


def test_the_nat_exception_is_seen() -> None:
    told = text(trace(EQIAD1, "172.16.5.10", "208.80.154.142", "2049/tcp", today=DAY))
    assert "source becomes 185.15.56.1 (network cloud-nat-egress-eqiad" in told
    assert "crossing `dumps-nfs` declares this flow" in told
    assert "examples/eqiad1/snapshot/cloudgw1001/ruleset.nft:" in told


# What cannot be used


def test_an_estate_without_a_snapshot_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="has no snapshot") as refusal:
        trace(ESTATE, "tools", "mirror", "873/tcp", today=DAY)
    assert "DEVICE" in refusal.value.help


def test_an_empty_snapshot_is_refused(tmp_path: Path) -> None:
    (tmp_path / "estate.yaml").write_text(ESTATE.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "snapshot").mkdir()
    with pytest.raises(Refused, match="holds no device"):
        trace(tmp_path, "tools", "mirror", "873/tcp", today=DAY)


def test_a_broken_estate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "estate.yaml").write_text("estate: [", encoding="utf-8")
    with pytest.raises(Refused, match="cannot be used"):
        trace(tmp_path, "tools", "mirror", "873/tcp", today=DAY)


@pytest.mark.parametrize("word", ["255.255.255.255", "224.0.0.1", "::", "127.0.0.1", "::1", "ff02::1"])
def test_an_address_that_no_host_has_is_refused(word: str) -> None:
    with pytest.raises(Refused, match="address"):
        ENDS.addresses(word)

"""Invented terms and packets: what the lowered filter does is what the terms say, worked out without our code."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from isthmus.packetset import Packet, TcpFlags
from tests.formats.junos.judged import ACCEPT, DROP, REJECT, Outcome, outcomes
from tests.formats.junos.reading import device

BASE = int(IPv4Address("10.0.0.0"))
HOSTS = st.integers(0, 15).map(lambda number: IPv4Address(BASE + number))
PREFIXES = st.tuples(st.integers(0, 15), st.integers(28, 32)).map(
    lambda each: IPv4Network((BASE + each[0], each[1]), strict=False)
)
Entries = list[tuple[IPv4Network, bool]]
ENTRIES: st.SearchStrategy[Entries] = st.lists(
    st.tuples(PREFIXES, st.booleans()), min_size=1, max_size=4, unique_by=lambda each: each[0]
).filter(lambda entries: any(not is_exception for _, is_exception in entries))
PORTS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 3)).map(lambda each: (each[0], sum(each))), min_size=1, max_size=3
)
Test = Callable[[Packet], bool]


@dataclass(frozen=True)
class Condition:
    """What stands in the text, and what it means."""

    text: str
    holds: Test


@dataclass(frozen=True)
class Term:
    text: str
    holds: Test
    verdict: Outcome
    """None: it goes on."""


def longest(entries: Entries, host: object) -> bool:
    around = [each for each in entries if host in each[0]]
    return bool(around) and not max(around, key=lambda each: each[0].prefixlen)[1]


def addresses(entries: Entries, end: str) -> Condition:
    listed = " ".join(f"{prefix}{' except' if is_exception else ''};" for prefix, is_exception in entries)
    tests: dict[str, Test] = {
        "source-address": lambda packet: longest(entries, packet.source),
        "destination-address": lambda packet: longest(entries, packet.destination),
        "address": lambda packet: longest(entries, packet.source) or longest(entries, packet.destination),
    }
    return Condition(f"{end} {{ {listed} }}", tests[end])


def ports(ranges: list[tuple[int, int]], end: str) -> Condition:
    listed = " ".join(f"{first}-{last}" if first != last else str(first) for first, last in ranges)

    def inside(number: int | None) -> bool:
        return number is not None and any(first <= number <= last for first, last in ranges)

    tests: dict[str, Test] = {
        "source-port": lambda packet: inside(packet.source_port),
        "destination-port": lambda packet: inside(packet.destination_port),
        "destination-port-except": lambda packet: not inside(packet.destination_port),
        "port": lambda packet: inside(packet.source_port) or inside(packet.destination_port),
    }
    return Condition(f"{end} [ {listed} ];", tests[end])


def protocols(numbers: list[int], word: str) -> Condition:
    listed = " ".join({6: "tcp", 17: "udp"}[each] for each in numbers)
    wanted = word == "protocol"
    return Condition(f"{word} [ {listed} ];", lambda packet: (packet.protocol in numbers) == wanted)


HOST_CONDITIONS = st.sampled_from(["source-address", "destination-address"])
CONDITIONS = st.tuples(
    st.one_of(st.just([]), st.just([]), st.builds(addresses, ENTRIES, HOST_CONDITIONS).map(lambda one: [one]),
              st.builds(addresses, ENTRIES, st.just("address")).map(lambda one: [one]),
              st.tuples(st.builds(addresses, ENTRIES, st.just("source-address")),
                        st.builds(addresses, ENTRIES, st.just("destination-address"))).map(list)),
    st.one_of(st.just([]),
              st.builds(ports, PORTS, st.sampled_from(["destination-port", "port"])).map(lambda one: [one]),
              st.tuples(st.builds(ports, PORTS, st.just("source-port")),
                        st.builds(ports, PORTS, st.just("destination-port-except"))).map(list)),
    st.builds(protocols, st.lists(st.sampled_from([6, 17]), min_size=1, max_size=2, unique=True), st.just("protocol")),
).map(lambda each: [*each[0], *each[1], each[2]])  # fmt: skip
ENDS = st.sampled_from(
    [("accept;", ACCEPT), ("discard;", DROP), ("reject;", REJECT), ("count c;", ACCEPT), ("next term;", None)]
)
TERMS = st.tuples(CONDITIONS, ENDS).map(
    lambda each: Term(
        f"from {{ {' '.join(one.text for one in each[0])} }} then {{ log; {each[1][0]} }}",
        lambda packet: all(one.holds(packet) for one in each[0]),
        each[1][1],
    )
)
PACKETS = st.builds(
    lambda source, destination, protocol, ports_: Packet(
        source, destination, protocol, ports_[0], ports_[1], flags=TcpFlags.SYN if protocol == 6 else None
    ),
    HOSTS, HOSTS, st.sampled_from([6, 17]), st.tuples(st.integers(0, 12), st.integers(0, 12)),
)  # fmt: skip


def decided(terms: list[Term], packet: Packet) -> Outcome:
    """The first term that matches and does not go on; the rest is discarded."""
    return next((each.verdict for each in terms if each.verdict is not None and each.holds(packet)), DROP)


@given(st.lists(TERMS, min_size=1, max_size=5), st.lists(PACKETS, min_size=1, max_size=8))
def test_filters_do_what_their_terms_say(terms: list[Term], packets: list[Packet]) -> None:
    text = " ".join(f"term t{number} {{ {each.text} }}" for number, each in enumerate(terms))
    found = device(f"firewall {{ family inet {{ filter f {{ {text} }} }} }}")
    for packet in packets:
        assert outcomes(found, "f", packet) == {decided(terms, packet)}, packet
    assert found.coverage.share == 1


@given(ENTRIES, ENTRIES, HOSTS)
def test_a_prefix_list_is_as_good_as_its_addresses(own: Entries, listed: Entries, host: IPv4Address) -> None:
    """Addresses and prefix lists of one condition are one list; an exception stands behind the list's name."""
    merged = dict(own)
    every = [(prefix, True) for prefix, _ in listed if prefix not in merged] + list(own)
    prefixes = " ".join(f"{prefix};" for prefix, _ in listed if prefix not in merged)
    own_text = " ".join(f"{prefix}{' except' if is_exception else ''};" for prefix, is_exception in own)
    found = device(
        f"policy-options {{ prefix-list p {{ {prefixes} }} }} firewall {{ family inet {{ filter f {{ term t {{ from {{"
        f"source-address {{ {own_text} }} source-prefix-list {{ p except; }} }} then accept; }} }} }} }}"
    )
    packet = Packet(host, IPv4Address("192.0.2.1"), 17, 1, 1)
    assert outcomes(found, "f", packet) == {ACCEPT if longest(every, host) else DROP}

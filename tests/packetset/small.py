"""A small header space, listed packet by packet, and strategies for what can be said about it."""

from collections.abc import Iterator
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from itertools import product

import pytest
from hypothesis import strategies as st

from isthmus.packetset import (
    AddressRange,
    FlagTest,
    IcmpType,
    Interval,
    MaskedAddresses,
    Match,
    Packet,
    PacketSet,
    PrefixMap,
    Rewrite,
    Space,
    State,
    TcpFlags,
)

HOSTS = {4: ["10.0.0.1", "10.0.1.2", "192.0.2.9"], 6: ["2001:db8::1", "2001:db8:0:1::2"]}
PORTS = [80, 2048, 50000]  # 2048 has the bits of an echo request: type 8, code 0
STATES = [State.NEW, State.ESTABLISHED, State.INVALID]


def packets() -> Iterator[Packet]:
    pairs = [each for version in (4, 6) for each in product(map(ip_address, HOSTS[version]), repeat=2)]
    for (source, destination), state in product(pairs, STATES):
        yield Packet(source, destination, 47, state=state)
        for ports in product(PORTS[1:], PORTS[:2]):
            yield Packet(source, destination, 17, *ports, state=state)
            for flags in (TcpFlags.SYN, TcpFlags.SYN | TcpFlags.ACK):
                yield Packet(source, destination, 6, *ports, flags=flags, state=state)
        for protocol, kind in ((1, 8), (1, 0), (58, 128), (58, 1)):
            yield Packet(source, destination, protocol, icmp_type=kind, icmp_code=0, state=state)


UNIVERSE = tuple(packets())

ENGINES = ["oxidd", "cudd"]


@cache
def space(engine: str) -> Space:
    if engine == "oxidd":
        return Space(max_nodes=1 << 22)
    pytest.importorskip("dd.cudd", reason="dd has no CUDD on this machine")
    return Space.on_cudd(max_nodes=1 << 22)


@cache
def alone(engine: str, packet: Packet) -> PacketSet:
    return space(engine).packets([packet])


@cache
def universe(engine: str) -> PacketSet:
    return space(engine).packets(UNIVERSE)


def listed(engine: str, each: "set[Packet] | frozenset[Packet]") -> PacketSet:
    return space(engine).union(alone(engine, packet) for packet in sorted(each, key=str))


some_packets = st.sets(st.sampled_from(UNIVERSE), max_size=12)

blocks = st.sampled_from(
    [
        *map(ip_network, ["0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/24", "192.0.2.9/32", "::/0", "2001:db8::/64"]),
        AddressRange(IPv4Address("10.0.0.1"), IPv4Address("10.0.1.1")),
        AddressRange(IPv6Address("2001:db8::1"), IPv6Address("2001:db8:0:1::2")),
        MaskedAddresses(4, 2, 3),
        MaskedAddresses(4, int(IPv4Address("10.0.0.1")), int(IPv4Address("255.0.255.255"))),
    ]
)
ports = st.tuples(st.sampled_from([0, 80, 81, 2048]), st.sampled_from([80, 2048, 2303, 65535])).map(
    lambda pair: Interval(min(pair), max(pair))
)
protocols = st.sampled_from([Interval(6, 6), Interval(17, 17), Interval(1, 1), Interval(58, 58), Interval(6, 47)])
kinds = st.sampled_from([IcmpType(8), IcmpType(8, 0), IcmpType(0, 0), IcmpType(128), IcmpType(1, 4)])
tests = st.sampled_from([FlagTest(2, 2), FlagTest(18, 2), FlagTest(0, 0), FlagTest(255, 18), FlagTest(16, 0)])


def some(entries: st.SearchStrategy[object]) -> "st.SearchStrategy[tuple[object, ...] | None]":
    return st.none() | st.none() | st.lists(entries, max_size=3).map(tuple)


matches = st.builds(
    Match, source=some(blocks), destination=some(blocks), protocols=some(protocols), source_ports=some(ports),
    destination_ports=some(ports), icmp=some(kinds), flags=some(tests), states=some(st.sampled_from(State)),
    version=st.none() | st.sampled_from([4, 6]),
)  # fmt: skip

targets = st.none() | st.sampled_from(
    [
        ip_network("192.0.2.9/32"),
        ip_network("10.0.1.0/30"),
        AddressRange(IPv4Address("10.0.0.1"), IPv4Address("10.0.0.3")),
        PrefixMap(ip_network("10.0.0.0/24"), ip_network("10.0.1.0/24")),
        PrefixMap(ip_network("10.0.0.0/16"), ip_network("192.0.0.0/16")),
    ]
)
small_ports = st.none() | st.sampled_from([Interval(80, 80), Interval(2047, 2049)])
rewrites = st.tuples(targets, targets, small_ports, small_ports).filter(any).map(lambda each: Rewrite(*each))

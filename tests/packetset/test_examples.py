"""Packets as tables: what rules that people write let through; and what is refused, in words."""

import pickle
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest

from isthmus.packetset import (
    AddressRange,
    DifferentSpacesError,
    FlagTest,
    IcmpType,
    Interval,
    MaskedAddresses,
    Match,
    Packet,
    PrefixMap,
    Rewrite,
    Space,
    State,
    TcpFlags,
    TooLargeError,
    accepting,
    first_match,
    only,
    ping,
    refusing,
    tcp,
    udp,
)
from tests.packetset.small import ENGINES, space

TCP, UDP, WEB = (only(6),), (only(17),), (only(80), only(443))
SERVICE, CLOUD = ip_network("208.80.154.142/32"), ip_network("172.16.0.0/21")
V6 = ip_network("2001:db8:1::/48")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_border_filter(engine: str) -> None:
    """The NAT address may reach the export, instances only the web, both families alike; the rest is refused."""
    rules = [
        accepting(space(engine).match(Match(source=(ip_network("185.15.56.1/32"),), destination=(SERVICE,),
                                            protocols=TCP, destination_ports=(only(2049),)))),
        refusing(space(engine).match(Match(protocols=TCP, destination_ports=(only(2049),)))),
        accepting(space(engine).match(Match(source=(CLOUD, V6), protocols=TCP, destination_ports=WEB))),
        accepting(space(engine).match(Match(icmp=(IcmpType(8), IcmpType(128))))),
        refusing(space(engine).everything),
    ]  # fmt: skip
    accepted = first_match(rules).accepted
    table = [
        (True, tcp("185.15.56.1", "208.80.154.142", 2049)),
        (False, tcp("172.16.5.10", "208.80.154.142", 2049)),
        (False, udp("185.15.56.1", "208.80.154.142", 2049)),
        (True, tcp("172.16.5.10", "208.80.154.142", 443)),
        (True, tcp("2001:db8:1::5", "2001:db8:2::1", 443)),
        (False, tcp("2001:db8:3::5", "2001:db8:2::1", 443)),
        (False, tcp("172.16.8.0", "208.80.154.142", 443)),
        (True, ping("203.0.113.9", "208.80.154.142")),
        (True, ping("2001:db8:3::5", "2001:db8:2::1")),
    ]
    for expected, packet in table:
        assert (packet in accepted) == expected, packet


@pytest.mark.parametrize("engine", ENGINES)
def test_ports_belong_to_protocols_that_have_them(engine: str) -> None:
    """Port 2048 has the bits of an echo request, and yet no echo request has a port."""
    port = space(engine).match(Match(destination_ports=(only(2048),)))
    assert tcp("10.0.0.1", "10.0.0.2", 2048) in port
    assert ping("10.0.0.1", "10.0.0.2") not in port
    assert not port & space(engine).match(Match(icmp=(IcmpType(8, 0),)))
    assert port == port & space(engine).match(Match(protocols=tuple(map(only, (6, 17, 33, 132, 136)))))
    assert not space(engine).match(Match(protocols=UDP, flags=(FlagTest(2, 2),)))


@pytest.mark.parametrize("engine", ENGINES)
def test_different_words_for_the_same_packets_are_equal(engine: str) -> None:
    def of(**fields: object) -> object:
        return space(engine).match(Match(**fields))  # type: ignore[arg-type]

    halves = (ip_network("10.0.0.0/9"), ip_network("10.128.0.0/9"))
    assert of(source=halves) == of(source=(ip_network("10.0.0.0/8"),))
    assert of(source=(AddressRange(IPv4Address("10.0.0.0"), IPv4Address("10.255.255.255")),)) == of(source=halves)
    assert of(source=(MaskedAddresses(4, 10 << 24, 255 << 24),)) == of(source=halves)
    assert of(protocols=TCP, destination_ports=(Interval(0, 65535),)) == of(protocols=TCP)
    assert of(states=tuple(State)) == space(engine).everything == of(version=4) | of(version=6)  # type: ignore[operator]
    assert of(source=()) == of(source=(CLOUD,), destination=(V6,)) == space(engine).nothing
    assert of(icmp=tuple(IcmpType(3, code) for code in range(256))) == of(icmp=(IcmpType(3),))


@pytest.mark.parametrize("engine", ENGINES)
def test_counts_are_exact(engine: str) -> None:
    whole = space(engine).match
    assert whole(Match(protocols=(only(47),), version=4, states=(State.NEW,))).count() == 2**64
    assert whole(Match(protocols=(only(47),), version=6, states=(State.RELATED,))).count() == 2**256
    assert whole(Match(protocols=UDP, version=4)).count() == 5 * 2**64 * 2**32
    assert whole(Match(protocols=TCP, source=(SERVICE,))).count() == 5 * 2**32 * 2**32 * 2**8
    kinds = 246 + 1 * 2**32 * 2**8 + 4 * 2**32 + 2 * 2**16 + (256 - 246 - 7)
    assert space(engine).everything.count() == 5 * (2**64 + 2**256) * kinds


@pytest.mark.parametrize("engine", ENGINES)
def test_translations(engine: str) -> None:
    """Masquerade hides a network behind one address; a port forward leads in; a map keeps the place."""
    everything = space(engine).everything
    out = space(engine).match(Match(source=(CLOUD,)))
    hide = Rewrite(source=ip_network("185.15.56.1/32"), source_port=Interval(1024, 65535))
    seen = space(engine).packets([tcp("172.16.5.10", "208.80.154.142", 443)]).image(out, hide)
    assert str(seen) == (
        "tcp from 185.15.56.1/32 port 1024-65535 to 208.80.154.142/32 port 443 "
        "flags syn/fin,syn,rst,psh,ack,urg,ece,cwr state new"
    )
    pinged = space(engine).packets([ping("172.16.5.10", "208.80.154.142")]).image(out, hide)
    assert pinged == space(engine).packets([ping("185.15.56.1", "208.80.154.142")])
    elsewhere = space(engine).packets([tcp("10.9.9.9", "208.80.154.142", 443)])
    assert elsewhere.image(out, hide) == elsewhere

    forward = Rewrite(destination=ip_network("172.16.5.10/32"), destination_port=only(8080))
    door = space(engine).match(Match(destination=(SERVICE,), protocols=TCP, destination_ports=(only(80),)))
    inner = space(engine).match(Match(destination=(ip_network("172.16.5.10/32"),), protocols=TCP,
                                      destination_ports=(only(8080),)))  # fmt: skip
    assert everything.image(door, forward) & inner == inner
    assert inner.preimage(door, forward) == door | inner

    moved = Rewrite(destination=PrefixMap(ip_network("10.1.0.0/16"), ip_network("10.2.0.0/16")))
    before = space(engine).packets([udp("192.0.2.1", "10.1.3.4", 53)])
    assert before.image(everything, moved) == space(engine).packets([udp("192.0.2.1", "10.2.3.4", 53)])


@pytest.mark.parametrize("engine", ENGINES)
def test_descriptions_read_like_rules(engine: str) -> None:
    of = space(engine).match
    hole = of(Match(source=(CLOUD,))) - of(Match(source=(ip_network("172.16.0.0/23"),), protocols=TCP))
    assert str(hole).splitlines() == [
        "protocol 0-5, protocol 7-255 from 172.16.0.0/21 to any",
        "tcp from 172.16.2.0/23, 172.16.4.0/22 to any",
    ]
    ports = of(Match(protocols=(*TCP, *UDP), destination_ports=(Interval(0, 1023), only(8080))))
    assert str(ports).splitlines() == ["tcp, udp from any to any port 0-1023, 8080"]
    pings = of(Match(icmp=(IcmpType(8), IcmpType(0)), protocols=(only(1),), version=4))
    assert str(pings) == "ipv4 icmp from any to any type 0, 8"
    many = space(engine).packets(udp(f"10.0.{n}.1", f"192.0.2.{n}", 53) for n in range(30))
    assert str(many).splitlines()[-1] == "and 10 more rows"
    assert str(space(engine).everything) == "any protocol from any to any"
    assert str(space(engine).nothing) == "nothing"
    mask = of(Match(source=(MaskedAddresses(4, 1, 0xFF),)))
    assert str(mask) == "any protocol from 0.0.0.1/0.0.0.255 to any"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_full_space_says_its_bound_and_stays_usable(engine: str) -> None:
    small = Space(max_nodes=3000) if engine == "oxidd" else Space.on_cudd(max_nodes=3000)
    far = [tcp(f"10.{n}.7.{n * 3 % 251}", f"192.0.{n * 7 % 256}.{n}", n * 1000 + 1) for n in range(60)]
    with pytest.raises(TooLargeError, match="more than the 3,000 nodes"):
        small.packets(far)
    few = small.packets(far[:3])
    assert few.count() == 3


def test_sets_of_two_spaces_never_meet() -> None:
    """Without the check, the library underneath would end the process."""
    one, other = (Space(max_nodes=1 << 16).match(Match(source=(CLOUD,))) for _ in range(2))
    hide = Rewrite(source=SERVICE)
    meetings: list[Callable[[], object]] = [
        lambda: one | other, lambda: one & other, lambda: one - other, lambda: one ^ other, lambda: one <= other,
        lambda: one == other, lambda: one.sample([other]), lambda: one.space.union([one, other]),
        lambda: one.image(other, hide), lambda: one.preimage(other, hide),
    ]  # fmt: skip
    for meet in meetings:
        with pytest.raises(DifferentSpacesError, match="different spaces"):
            meet()
    with pytest.raises(TypeError, match="does not leave its process"):
        pickle.dumps(one)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: Interval(9, 3), "`9-3`"),
        (lambda: Interval.parse("80-"), "`80-`"),
        (lambda: AddressRange(IPv4Address("10.0.0.2"), IPv4Address("10.0.0.1")), "10.0.0.2-10.0.0.1"),
        (lambda: AddressRange(IPv4Address("10.0.0.2"), IPv6Address("::3")), "of one family"),
        (lambda: MaskedAddresses(4, 3, 1), "bits that the mask lacks"),
        (lambda: PrefixMap(ip_network("10.0.0.0/24"), ip_network("10.0.0.0/25")), "family and length"),
        (lambda: Rewrite(), "writes something"),
        (lambda: Rewrite(source=CLOUD, destination=V6), "one family"),
        (lambda: Packet(ip_address("10.0.0.1"), ip_address("::1"), 47), "two families"),
        (lambda: Packet(ip_address("10.0.0.1"), ip_address("10.0.0.2"), 6), "has a port"),
        (lambda: Packet(ip_address("10.0.0.1"), ip_address("10.0.0.2"), 47, flags=TcpFlags.SYN), "no set of TCP flags"),
        (lambda: FlagTest(1, 2), "not a test of TCP flags"),
        (lambda: IcmpType(256), "`256`"),
        (lambda: Space(max_nodes=1 << 31), "not 2147483648"),
        (lambda: space("oxidd").match(Match(destination_ports=(Interval(0, 65536),))), "`0-65536`"),
        (lambda: space("oxidd").match(Match(protocols=(only(256),))), "`256`"),
        (lambda: space("oxidd").match(Match(version=5)), "IP version `5`"),
        (lambda: space("oxidd").nothing.describe(0), "at least one row"),
        (lambda: first_match([]), "at least one rule"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words(wrong: Callable[[], object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        wrong()

"""Loops, long ways, too many ways: every walk ends, and says so where it was cut short."""

from ipaddress import IPv4Address, ip_address

from hypothesis import given
from hypothesis import strategies as st

from isthmus.network import Device, Network
from isthmus.packetset import IpProtocol, Packet, TcpFlags, tcp
from isthmus.packetset.packets import WITH_PORTS
from isthmus.prove.replay import MOST_DEVICES, MOST_WAYS, EndKind, Outcome, Walker
from tests.prove.networks import accept, chain, device, hook, interface, network, perhaps, route, two_realms
from tests.prove.replay.words import ends


def router(name: str, *interfaces: object, **others: object) -> Device:
    return device(name, *interfaces, forwards=True, **others)  # type: ignore[arg-type]


def line(length: int) -> Network:
    """Routers one behind the other, each with a default route to the next."""
    made = []
    for at in range(length):
        here = interface("left", f"10.{at // 250}.{at % 250}.2/24")
        there = interface("right", f"10.{(at + 1) // 250}.{(at + 1) % 250}.1/24")
        following = f"10.{(at + 1) // 250}.{(at + 1) % 250}.2"
        made.append(router(f"r{at:03}", here, there, routes=[route("default", following)]))
    return network(*made)


def test_the_same_packet_at_the_same_port_again() -> None:
    one = router(
        "one", interface("a", "192.0.2.1/24"), interface("b", "10.0.0.1/24"), routes=[route("default", "10.0.0.2")]
    )
    other = router("other", interface("a", "10.0.0.2/24"), routes=[route("default", "10.0.0.1")])
    assert ends(network(one, other), tcp("192.0.2.9", "203.0.113.1", 80)) == ["looped at other"]
    assert Walker(network(one, other)).walk(tcp("192.0.2.9", "203.0.113.1", 80)).outcome is Outcome.NOT


def test_as_many_devices_as_may_be() -> None:
    packet = tcp("10.0.0.9", "203.0.113.1", 80)
    assert ends(line(MOST_DEVICES), packet) == [f"left at segment 10.0.{MOST_DEVICES}.0/24"]


def test_one_device_more_is_too_long() -> None:
    packet = tcp("10.0.0.9", "203.0.113.1", 80)
    found = Walker(line(MOST_DEVICES + 1)).walk(packet)
    assert [way.end.kind for way in found.ways] == [EndKind.TOO_LONG]
    assert found.outcome is Outcome.UNKNOWN


def doubling(length: int) -> Network:
    """Between each router and the next two equal links: twice as many ways each time."""
    made = []
    for at in range(length):
        legs = [interface(f"in{k}", f"10.{k}.{at}.2/24") for k in (0, 1)]
        legs += [interface(f"out{k}", f"10.{k}.{at + 1}.1/24") for k in (0, 1)]
        made.append(router(f"r{at}", *legs, routes=[route("default", f"10.0.{at + 1}.2", f"10.1.{at + 1}.2")]))
    return network(*made)


def test_as_many_ways_as_may_be() -> None:
    found = Walker(doubling(8)).walk(tcp("10.0.0.9", "203.0.113.1", 80))
    assert (len(found.ways), found.is_complete, found.outcome) == (MOST_WAYS, True, Outcome.THROUGH)


def test_too_many_ways_are_cut_short_and_told() -> None:
    found = Walker(doubling(20)).walk(tcp("10.0.0.9", "203.0.113.1", 80))
    assert (len(found.ways), found.is_complete, found.outcome) == (MOST_WAYS, False, Outcome.UNKNOWN)


def test_too_many_ways_back_are_cut_short_as_well() -> None:
    made = doubling(9)
    server = device("server", interface("eth0", "10.0.9.9/24"), routes=[route("default", "10.0.9.1")])
    back = {
        name: device(name, *each.interfaces.values(), forwards=True, routes=[
            *each.tables["main"], route("10.0.0.0/24", f"10.0.{name[1:]}.1", f"10.1.{name[1:]}.1"),
        ]) if name != "r0" else each
        for name, each in made.devices.items()
    }  # fmt: skip
    journey = Walker(Network({**back, "server": server})).there_and_back(tcp("10.0.0.9", "10.0.9.9", 80))
    assert journey.outcome in (Outcome.UNKNOWN, Outcome.PARTLY)
    assert sum(len(one.back.ways) for one in journey.rounds if one.back) <= MOST_WAYS


def test_many_rules_in_doubt_do_not_multiply() -> None:
    rules = [perhaps(accept().action) for _ in range(200)]
    chains = [chain("maybe", *rules)]
    hooks = [hook("maybe", each) for each in ("prerouting", "forward", "postrouting")]
    made = router("one", interface("a", "192.0.2.1/24"), interface("b", "10.0.0.1/24"), chains=chains, hooks=hooks)
    assert ends(network(made), tcp("192.0.2.9", "10.0.0.9", 80)) == ["delivered at segment 10.0.0.0/24"]


ADDRESSES = [
    "172.16.0.10", "172.16.0.20", "172.16.0.99", "203.0.113.10", "203.0.113.77", "203.0.113.234", "203.0.113.242",
    "192.0.2.1", "192.0.2.10", "192.0.2.20", "192.0.2.80", "192.0.2.99", "10.0.0.1", "10.0.0.11", "10.0.0.99",
    "198.51.100.1", "198.51.100.2", "198.51.100.66", "127.0.0.1", "255.255.255.255", "224.0.0.1",
]  # fmt: skip
NETWORK = Walker(two_realms())


@st.composite
def packets(draw: st.DrawFn) -> Packet:
    """Any packet between the addresses of the network and a few others."""
    source, destination = (ip_address(draw(st.sampled_from(ADDRESSES))) for _ in range(2))
    protocol = draw(st.sampled_from([1, 6, 17, 47]))
    if protocol == IpProtocol.ICMP:
        return Packet(source, destination, protocol, icmp_type=draw(st.integers(0, 18)), icmp_code=0)
    if protocol not in WITH_PORTS:
        return Packet(source, destination, protocol)
    flags = TcpFlags(draw(st.integers(0, 255))) if protocol == IpProtocol.TCP else None
    ports = st.sampled_from([0, 22, 80, 443, 873, 8443, 50000])
    return Packet(source, destination, protocol, draw(ports), draw(ports), flags=flags)


@given(packets())
def test_every_packet_comes_to_an_end(packet: Packet) -> None:
    """Whatever is sent: each way has an end that is told, and the answer is one of the four."""
    found = NETWORK.there_and_back(packet)
    assert found.outcome in Outcome
    for one in found.rounds:
        assert str(one.there.end)
        assert isinstance(one.there.packet.source, IPv4Address)
        assert (one.back is None) == (not one.there.arrives)


@given(packets())
def test_a_walk_is_the_same_every_time(packet: Packet) -> None:
    assert NETWORK.walk(packet) == Walker(two_realms()).walk(packet)


def test_nobody_sends_from_an_address_that_only_translation_makes() -> None:
    found = NETWORK.there_and_back(tcp("203.0.113.10", "192.0.2.10", 873))
    assert (found.rounds, found.outcome) == ((), Outcome.UNKNOWN)

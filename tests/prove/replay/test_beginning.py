"""docs/packet-path.md, "Where a packet begins"."""

import pytest

from isthmus.network import DeviceKind, Port
from isthmus.packetset import Packet, ping, tcp
from isthmus.prove.replay import ComingIn, OnDevice, OnSegment, Stage, Walker
from tests.prove.networks import (
    accept,
    chain,
    device,
    drop,
    hook,
    instance,
    interface,
    match,
    network,
    route,
    two_realms,
    uses,
)
from tests.prove.replay.words import ends, met, ways

NETWORK = two_realms()

# packet, where it begins
BEGINNINGS = [
    # on a device that holds its source
    (tcp("192.0.2.10", "192.0.2.80", 443), [OnDevice("mirror")]),
    (tcp("203.0.113.234", "192.0.2.10", 873), [OnDevice("gateway")]),
    # on the segment of its source, where no device holds it
    (tcp("192.0.2.99", "192.0.2.80", 443), [OnSegment("192.0.2.0/24")]),
    (tcp("172.16.0.99", "192.0.2.80", 443), [OnSegment("instances")]),
    # outside: by each edge whose routing leads to its source
    (tcp("198.51.100.200", "192.0.2.10", 873), [ComingIn(Port("border", "outside"))]),
    (ping("2001:db8::1", "2001:db8::2"), []),
]


@pytest.mark.parametrize(
    ("packet", "starts"), BEGINNINGS, ids=lambda each: str(each) if isinstance(each, Packet) else ""
)
def test_where_a_packet_begins(packet: Packet, starts: list[object]) -> None:
    assert list(Walker(NETWORK).wiring.beginnings(packet)) == starts


def test_by_each_edge_that_leads_to_the_source() -> None:
    def edge(name: str, inner: str, outer: str, neighbour: str) -> object:
        return device(
            name, interface("in", inner), interface("out", outer), forwards=True, routes=[route("default", neighbour)]
        )

    two = network(
        edge("one", "192.0.2.1/24", "198.51.100.2/30", "198.51.100.1"),  # type: ignore[arg-type]
        edge("other", "192.0.2.2/24", "198.51.100.6/30", "198.51.100.5"),  # type: ignore[arg-type]
    )
    packet = tcp("203.0.113.1", "192.0.2.50", 80)
    assert [str(each.start) for each in ways(two, packet)] == ["outside, by one out", "outside, by other out"]


def test_a_prefix_on_the_wire_has_no_neighbour_and_is_no_edge() -> None:
    """A route by an interface alone leads to hosts there, not to a neighbour that could send from elsewhere."""
    legs = (interface("in", "192.0.2.1/24"), interface("out", "198.51.100.1/24"))
    router = device("router", *legs, forwards=True, routes=[route("203.0.113.0/24", "dev out")])
    assert Walker(network(router)).wiring.beginnings(tcp("203.0.113.1", "192.0.2.10", 80)) == ()


def test_a_host_that_does_not_forward_is_no_edge() -> None:
    only = network(device("host", interface("eth0", "192.0.2.10/24"), routes=[route("default", "192.0.2.1 dev eth0")]))
    assert Walker(only).wiring.beginnings(tcp("203.0.113.1", "192.0.2.10", 80)) == ()


def test_an_address_that_two_devices_hold_begins_on_both() -> None:
    twins = network(*(device(name, interface("eth0", "192.0.2.10/24")) for name in ("one", "other")))
    starts = Walker(twins).wiring.beginnings(tcp("192.0.2.10", "192.0.2.20", 80))
    assert starts == (OnDevice("one"), OnDevice("other"))


def test_a_packet_of_its_own_starts_with_output() -> None:
    refusing = device(
        "host",
        interface("eth0", "192.0.2.10/24"),
        chains=[
            chain("output", drop(match(protocol="tcp", port=25), leaving="eth0"), file="out.nft"),
            chain("input", drop()),
        ],
        hooks=[hook("output", "output"), hook("input", "input"), hook("input", "prerouting")],
        routes=[route("default", "192.0.2.1 dev eth0")],
    )
    assert ends(network(refusing), tcp("192.0.2.10", "192.0.2.20", 25)) == ["refused at host"]
    assert ends(network(refusing), tcp("192.0.2.10", "192.0.2.20", 26)) == ["delivered at segment 192.0.2.0/24"]


# A host whose configuration was not read


def test_to_an_address_of_its_segment_it_goes_directly() -> None:
    (way,) = ways(NETWORK, tcp("192.0.2.99", "192.0.2.10", 873))
    assert way.devices == ("mirror",)


def test_anything_else_goes_to_a_gateway() -> None:
    (way,) = ways(NETWORK, tcp("192.0.2.99", "10.0.0.11", 443))
    assert met(way)[0] == "192.0.2.0/24 on the segment: to gateway border public"
    assert way.devices == ("border", "web1")


def test_where_there_are_several_gateways_each_is_followed() -> None:
    """Which one the host uses was not read, so no way is sure; what all of them say is."""
    gateways = [
        device(name, interface("in", f"192.0.2.{at}/24"), interface("out", f"198.51.100.{at}/24"), forwards=True)
        for at, name in ((1, "one"), (2, "other"))
    ]
    both = network(*gateways, device("server", interface("eth0", "198.51.100.10/24")))
    packet = tcp("192.0.2.99", "198.51.100.10", 80)
    assert ends(both, packet) == ["delivered at server", "delivered at server"]
    assert Walker(both).walk(packet).outcome == "gets through"


def test_without_a_gateway_it_goes_nowhere() -> None:
    alone = network(device("host", interface("eth0", "192.0.2.10/24")))
    assert ends(alone, tcp("192.0.2.99", "203.0.113.1", 80)) == ["no route at segment 192.0.2.0/24"]


# A device of which no routes were read sends as such a host does, through its own filters


def test_an_instance_sends_through_its_filters_to_the_gateway() -> None:
    (way,) = ways(NETWORK, tcp("172.16.0.20", "192.0.2.10", 873))
    assert [each.stage for each in way.steps[:2]] == [Stage.ROUTING, Stage.FILTER_OUT]
    assert way.devices[:3] == ("idle", "qrouter", "gateway")


def test_an_instance_sends_directly_on_its_segment() -> None:
    assert ends(NETWORK, tcp("172.16.0.20", "172.16.0.99", 80)) == ["delivered at segment instances"]


def test_an_instance_with_two_legs_sends_by_the_one_that_holds_the_source() -> None:
    two_legs = device(
        "vm",
        interface("port0", "172.16.0.10/24", filters_out=uses("closed")),
        interface("port1", "172.17.0.10/24"),
        chains=[chain("closed", drop()), chain("open", accept())],
        kind=DeviceKind.INSTANCE,
    )
    gateway = device(
        "router",
        interface("a", "172.16.0.1/24"),
        interface("b", "172.17.0.1/24"),
        interface("c", "192.0.2.1/24"),
        forwards=True,
    )
    both = network(two_legs, gateway)
    assert ends(both, tcp("172.16.0.10", "192.0.2.10", 80)) == ["refused at vm"]
    assert ends(both, tcp("172.17.0.10", "192.0.2.10", 80)) == ["delivered at segment 192.0.2.0/24"]


def test_a_start_can_be_named() -> None:
    packet = tcp("198.51.100.66", "203.0.113.10", 22)
    assert ends(NETWORK, packet, ComingIn(Port("border", "outside"))) == ["refused at border"]
    assert ends(NETWORK, packet, ComingIn(Port("qrouter", "qg"))) == ["refused at tools"]
    assert ends(NETWORK, packet, OnSegment("instances")) == ["refused at tools"]


def test_instances_of_one_segment_meet_there() -> None:
    pair = network(
        instance("one", "172.16.0.10/24", accept(match(protocol="tcp", port=5432))),
        instance("other", "172.16.0.20/24"),
    )
    assert ends(pair, tcp("172.16.0.20", "172.16.0.10", 5432)) == ["delivered at one"]
    assert ends(pair, tcp("172.16.0.10", "172.16.0.20", 5432)) == ["refused at other"]

"""Tables of IPVS: which balancer takes a packet, and to whom it hands it."""

import pytest

from isthmus.formats import Lowered, Text
from isthmus.formats.ipvs import FORMAT
from isthmus.network import Balancer, Delivery
from isthmus.packetset import Packet, tcp, udp


def table(text: str) -> Lowered:
    return FORMAT.lower("lvs", [FORMAT.parse(Text("lvs/ipvs.save", text)).tree])


def taken(by: Lowered, packet: Packet) -> Balancer | None:
    """The first balancer that surely takes a packet."""
    for each in by.devices[0].balancers:
        bind = each.bind
        if (
            not each.doubts
            and bind.protocol == packet.protocol
            and bind.address in (None, packet.destination)
            and bind.ports.first <= (packet.destination_port or 0) <= bind.ports.last
        ):
            return each
    return None


WEB = """\
-A -t 192.0.2.1:0 -s wrr -p 300
-a -t 192.0.2.1:0 -r 10.0.0.9:0 -g -w 1
-A -t 192.0.2.1:443 -s wrr
-a -t 192.0.2.1:443 -r 10.0.0.1:443 -g -w 10
-a -t 192.0.2.1:443 -r 10.0.0.2:443 -g -w 0
-A -u 192.0.2.1:443 -s mh
-a -u 192.0.2.1:443 -r 10.0.0.3:443 -i -w 1
-A -t [2001:db8::1]:80 -s rr
-a -t [2001:db8::1]:80 -r [2001:db8:1::1]:8080 -m -w 1
"""


@pytest.mark.parametrize(
    ("packet", "delivery", "servers"),
    [
        # the service of the very port comes before that of every port
        (tcp("198.51.100.7", "192.0.2.1", 443), Delivery.DIRECT, ["10.0.0.1 443"]),
        (tcp("198.51.100.7", "192.0.2.1", 22), Delivery.DIRECT, ["10.0.0.9 None"]),
        # protocols apart, and only masquerading changes the port
        (udp("198.51.100.7", "192.0.2.1", 443), Delivery.TUNNEL, ["10.0.0.3 443"]),
        (tcp("2001:db8:2::7", "2001:db8::1", 80), Delivery.TRANSLATE, ["2001:db8:1::1 8080"]),
    ],
)
def test_who_gets_a_packet(packet: Packet, delivery: Delivery, servers: list[str]) -> None:
    """A server of weight 0 gets nothing new."""
    balancer = taken(table(WEB), packet)

    assert balancer is not None
    assert balancer.delivery is delivery
    assert [f"{each.address} {each.port}" for each in balancer.servers] == servers


def test_packets_for_nobody_are_not_taken() -> None:
    assert taken(table(WEB), udp("198.51.100.7", "192.0.2.1", 53)) is None
    assert taken(table(WEB), tcp("198.51.100.7", "192.0.2.2", 443)) is None


def test_a_mark_may_be_on_any_packet() -> None:
    """A service by mark is asked before every other, so packets of the others are not sure to reach theirs."""
    reading = table("-A -t 192.0.2.1:80 -s rr\n-A -f 3 -s rr\n-a -f 3 -r 10.0.0.1:0 -g -w 1\n")
    told = [(each.name, [str(doubt) for doubt in each.doubts]) for each in reading.devices[0].balancers]

    doubt = "lvs/ipvs.save:2:7: packets with mark 3, whichever they are"
    marks = [(f"mark 3 {each}", [doubt]) for each in ("tcp", "udp", "sctp")]
    assert told == [*marks, ("tcp 192.0.2.1:80", [])]


def test_a_service_without_servers_takes_packets_all_the_same() -> None:
    balancer = taken(table("-A -t 192.0.2.1:80 -s rr\n"), tcp("198.51.100.7", "192.0.2.1", 80))

    assert balancer is not None
    assert balancer.servers == ()


def test_long_options_and_the_name_of_the_program_mean_the_same() -> None:
    short = table("-A -t 192.0.2.1:80 -s rr\n-a -t 192.0.2.1:80 -r 10.0.0.1:80 -i -w 2\n")
    long = table(
        "ipvsadm --add-service --tcp-service 192.0.2.1:http --scheduler rr\n"
        "ipvsadm --add-server --tcp-service 192.0.2.1:http --real-server 10.0.0.1:http --ipip --weight 2 # fast\n"
    )

    for mine, theirs in zip(short.devices[0].balancers, long.devices[0].balancers, strict=True):
        assert (mine.bind.ports, mine.delivery) == (theirs.bind.ports, theirs.delivery)
        assert [each.port for each in mine.servers] == [each.port for each in theirs.servers] == [80]


def test_a_line_that_is_not_understood_makes_only_its_service_unsure() -> None:
    reading = table("-A -t 192.0.2.1:80 -s rr\n-A -t 192.0.2.2:80 -s rr\n-E -t 192.0.2.1:80 -s wrr --new\n")

    assert [bool(each.doubts) for each in reading.devices[0].balancers] == [True, False]
    assert reading.devices[0].coverage.share == pytest.approx(2 / 3)


def test_a_line_that_nobody_knows_makes_every_service_unsure() -> None:
    reading = table("-A -t 192.0.2.1:80 -s rr\n--clear\n")

    assert [bool(each.doubts) for each in reading.devices[0].balancers] == [True]

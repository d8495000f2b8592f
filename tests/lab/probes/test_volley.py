"""Real packets over five routers: what arrives where, as whom, and what comes back. The kernel decides, nobody else."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from threading import Thread
from time import process_time

import pytest

from isthmus.lab.kernel import inside_network
from isthmus.lab.plan.shape import Listener
from isthmus.lab.probes import Call, Outcome, Probe, Role, Shot, Watch, exchange
from isthmus.lab.probes.capture import Tap
from isthmus.lab.probes.inject import Parcel, Stack, Wire
from isthmus.lab.probes.packets import encode, encode_answer
from isthmus.lab.up.echo import Echo
from isthmus.packetset import IpProtocol, Packet, ping, tcp, udp
from tests.lab.probes.chain import CLIENT, CLIENT6, EGRESS, FRONT, SERVER, SERVER6, TRANSLATION, Chain, chain, missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())


@pytest.fixture(scope="module")
def network() -> Iterator[Chain]:
    with chain() as made:
        made.load("r3", TRANSLATION)
        yield made


@contextmanager
def serving(network: Chain) -> Iterator[None]:
    """An echo server on 80/tcp and 53/udp of the server."""
    echo = Echo("server")
    with inside_network(network.nodes["server"]):
        echo.open([Listener("tcp", 80), Listener("udp", 53)])
    assert not echo.refused
    Thread(target=echo.serve, daemon=True).start()
    yield
    for key in list(echo.selector.get_map().values()):
        key.fileobj.close()  # type: ignore[union-attr]


PROBES = [
    # packet, as whom the server sees it, what comes back
    (tcp(CLIENT, SERVER, 80), EGRESS, Role.ANSWER),
    (tcp(CLIENT, SERVER, 81), EGRESS, Role.REFUSAL),
    (udp(CLIENT, SERVER, 53), EGRESS, Role.ANSWER),
    (udp(CLIENT, SERVER, 54), EGRESS, Role.REFUSAL),
    (ping(CLIENT, SERVER), EGRESS, Role.ANSWER),
    (tcp(CLIENT, FRONT, 80, 50001), EGRESS, Role.ANSWER),
    (udp(CLIENT, FRONT, 53, 50002), EGRESS, Role.ANSWER),
    (ping(CLIENT, FRONT), EGRESS, Role.ANSWER),
    (tcp(CLIENT6, SERVER6, 80), CLIENT6, Role.ANSWER),
    (tcp(CLIENT6, SERVER6, 81), CLIENT6, Role.REFUSAL),
    (udp(CLIENT6, SERVER6, 53), CLIENT6, Role.ANSWER),
    (udp(CLIENT6, SERVER6, 54), CLIENT6, Role.REFUSAL),
    (ping(CLIENT6, SERVER6), CLIENT6, Role.ANSWER),
]


def test_every_probe_is_seen_where_it_arrives_and_where_its_answer_does(network: Chain) -> None:
    with serving(network), Watch(network.nodes) as watch:
        trails = watch.fire([Shot("client", Probe(1000 + at, each[0])) for at, each in enumerate(PROBES)])
        assert watch.lost == 0
    for trail, (packet, source, back) in zip(trails, PROBES, strict=True):
        assert not trail.unsent
        assert trail.admitted is not None, packet
        assert (trail.admitted.node, str(trail.admitted.seen.source)) == ("server", source)
        assert [each.node for each in trail.passed] == ["r1", "r2", "r3", "r4", "r5", "server"]
        assert trail.answered is not None, packet
        assert (trail.answered.seen.role, trail.answered.seen.destination) == (back, packet.source)
        if back is Role.ANSWER:
            assert trail.answered.seen.source == packet.destination


def test_a_filter_on_the_way_and_one_at_the_host_are_told_apart(network: Chain) -> None:
    network.load("r4", "table ip f {\n chain c {\n type filter hook forward priority 0\n tcp dport 22 drop\n }\n}")
    network.load("server", "table ip f {\n chain c {\n type filter hook input priority 0\n tcp dport 23 drop\n }\n}")
    try:
        with Watch(network.nodes) as watch:
            on_the_way, at_the_host = watch.fire(
                [Shot("client", Probe(port, tcp(CLIENT, SERVER, port))) for port in (22, 23)]
            )
    finally:
        network.flush("r4")
        network.flush("server")
    assert on_the_way.passed[-1].node == "r4"
    assert at_the_host.passed[-1].node == "server"
    assert on_the_way.admitted is at_the_host.admitted is None
    assert on_the_way.answered is at_the_host.answered is None


def test_a_host_without_a_route_says_why_it_does_not_send(network: Chain) -> None:
    with Watch({"r1": network.nodes["r1"]}) as watch:
        [trail] = watch.fire([Shot("r1", Probe(5, tcp("10.0.0.1", "192.0.2.1", 80)))])
    assert trail.unsent == "Network is unreachable"
    assert not trail.sightings


def test_an_answer_that_is_injected_comes_back_translated(network: Chain) -> None:
    """The server drops what comes, so that its kernel stays silent, and answers by our hand."""
    network.load("server", "table ip f {\n chain c {\n type filter hook prerouting priority -400\n drop\n }\n}")
    probes = [
        Probe(9000, tcp(CLIENT, FRONT, 80)),
        Probe(9001, udp(CLIENT, FRONT, 53)),
        Probe(9002, ping(CLIENT, FRONT)),
    ]
    try:
        with Watch(network.nodes) as watch:
            for probe, trail in zip(probes, watch.fire([Shot("client", each) for each in probes]), strict=True):
                assert trail.admitted is None
                seen = trail.passed[-1].seen
                assert (str(seen.source), str(seen.destination)) == (EGRESS, SERVER)
                arrived = _as_seen(probe.packet, seen.source_port, seen.destination_port)
                answer = encode_answer(Probe(probe.number, arrived))
                with inside_network(network.nodes["server"]), Stack() as stack:
                    assert not stack.send([Parcel(arrived.destination, arrived.source, answer)])
                back = [each for each in watch.drain([probe.number]) if each.node == "client"]
                assert {str(each.seen.source) for each in back} == {FRONT}
                assert {each.seen.role for each in back} == {Role.ANSWER}
    finally:
        network.flush("server")


def _as_seen(packet: Packet, source_port: int, destination_port: int) -> Packet:
    if packet.protocol == IpProtocol.ICMP:
        return ping(EGRESS, SERVER)
    return (tcp if packet.flags else udp)(EGRESS, SERVER, destination_port, source_port)


def test_a_frame_on_the_wire_needs_no_host_to_send_it(network: Chain) -> None:
    """A stranger's address, put onto the client's wire: r1 forwards it, and the server sees it as it is."""
    stranger = Probe(77, tcp("192.0.2.66", SERVER, 80))
    neighbour = network.link("r1", "left")
    with Watch(network.nodes) as watch, inside_network(network.nodes["client"]), Wire("right", neighbour) as wire:
        packet = stranger.packet
        assert not wire.send([Parcel(packet.source, packet.destination, encode(stranger))])
        nodes = [each.node for each in watch.drain([77]) if each.seen.role is Role.PROBE]
    assert nodes[:1] == ["r1"]
    assert nodes[-1] == "server"


def test_packets_that_nobody_looked_at_in_time_are_counted(network: Chain) -> None:
    """A tap with room for a few packets, and many that come: silence would mean nothing, and that is told."""
    with inside_network(network.nodes["server"]):
        tap = Tap("server")
    with socket.socket(fileno=os.dup(tap.fileno())) as same:
        same.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    with Watch({"client": network.nodes["client"]}, tapped=()) as watch:
        watch.fire([Shot("client", Probe(4000 + at, udp(CLIENT, SERVER, 9, 30000 + at))) for at in range(200)])
        assert watch.lost == 0
    seen = len(list(tap.read()))
    lost = tap.lost
    tap.close()
    assert lost > 0
    assert seen + lost >= 200


def test_ten_thousand_probes_a_second_go_there_and_back(network: Chain) -> None:
    """Over five routers and two translations, half TCP and half UDP, every one refused by the server's kernel.

    Counted in the time of the processor that sends, routes and looks: others may use the machine meanwhile.
    """
    ends = {name: network.nodes[name] for name in ("client", "server")}
    shots = [
        Shot("client", Probe(1 << 20 | at, (udp if at % 2 else tcp)(CLIENT, FRONT, at % 30000 + 1000, 40000)))
        for at in range(12_000)
    ]
    with Watch(ends, tapped=()) as watch:
        watch.fire(shots[:10])
        began = process_time()
        trails = watch.fire(shots[10:])
        rate = len(trails) / (process_time() - began)
        assert watch.lost == 0
    assert all(each.admitted and str(each.admitted.seen.source) == EGRESS for each in trails)
    assert all(each.answered for each in trails)
    assert rate >= 10_000


def test_conversations_tell_whom_the_server_sees(network: Chain) -> None:
    server, front, six = ip_address(SERVER), ip_address(FRONT), ip_address(SERVER6)
    calls = [
        Call("client", None, server, IpProtocol.TCP, 80),
        Call("client", ip_address(CLIENT), front, IpProtocol.TCP, 80, "www.example.org"),
        Call("client", None, front, IpProtocol.UDP, 53),
        Call("client", ip_address(CLIENT6), six, IpProtocol.TCP, 80),
        Call("client", None, server, IpProtocol.TCP, 81),
        Call("client", None, six, IpProtocol.UDP, 54),
        Call("r1", None, ip_address("192.0.2.1"), IpProtocol.TCP, 80),
        Call("client", ip_address("192.0.2.9"), server, IpProtocol.TCP, 80),
    ]
    with serving(network):
        heard = exchange(network.nodes, calls)
    assert [(each.outcome, each.peer and str(each.peer), each.status) for each in heard] == [
        (Outcome.ANSWERED, EGRESS, None),
        (Outcome.ANSWERED, EGRESS, 200),
        (Outcome.ANSWERED, EGRESS, None),
        (Outcome.ANSWERED, CLIENT6, None),
        (Outcome.REFUSED, None, None),
        (Outcome.REFUSED, None, None),
        (Outcome.PROHIBITED, None, None),
        (Outcome.PROHIBITED, None, None),
    ]
    assert {each.server for each in heard if each.peer} == {"server"}


def test_a_conversation_that_nobody_answers_ends_in_time(network: Chain) -> None:
    network.load("server", "table ip f {\n chain c {\n type filter hook input priority 0\n drop\n }\n}")
    try:
        heard = exchange(network.nodes, [Call("client", None, ip_address(SERVER), IpProtocol.TCP, 80)] * 450, 0.2)
    finally:
        network.flush("server")
    assert {each.outcome for each in heard} == {Outcome.SILENT}
    assert len(heard) == 450

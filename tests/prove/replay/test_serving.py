"""docs/packet-path.md, "On a device", 7: load balancers hand packets on, proxies end flows and begin new ones."""

from dataclasses import replace
from ipaddress import ip_address

import pytest

from isthmus.network import Delivery, Device, ProxyPath, Server, Verdict
from isthmus.packetset import Packet, ping, tcp, udp
from isthmus.prove.replay import EndKind, Walker
from tests.prove.networks import (
    DOUBT,
    NOWHERE,
    WIKIS,
    accept,
    balancer,
    bind,
    changed,
    device,
    director,
    drop,
    front,
    host,
    interface,
    match,
    network,
    perhaps,
    proxy,
    route,
    servers,
    two_realms,
)
from tests.prove.replay.words import ends, journey, met, there_and_back, told, ways

NETWORK = two_realms()
TO_WIKIS = tcp("172.16.0.20", WIKIS, 443)


# Load balancers


@pytest.mark.parametrize("delivery", [Delivery.DIRECT, Delivery.TUNNEL])
def test_with_its_addresses_as_they_are(delivery: Delivery) -> None:
    """Each server takes the packet for its own, though its address is the balancer's."""
    found = ways(changed(NETWORK, director(delivery)), TO_WIKIS)
    assert [told(each) for each in found] == ["delivered at web1", "delivered at web2"]
    assert all(str(each.packet) == "tcp 172.16.0.20:50000 > 192.0.2.80:443 syn new" for each in found)


@pytest.mark.parametrize("delivery", [Delivery.DIRECT, Delivery.TUNNEL])
def test_the_answer_goes_past_the_balancer(delivery: Delivery) -> None:
    found = journey(changed(NETWORK, director(delivery)), TO_WIKIS)
    assert found.outcome == "gets through"
    backs = [way for one in found.rounds if one.back for way in one.back.ways]
    assert {way.devices[1] for way in backs} == {"border"}


def test_the_server_s_firewall_judges_it() -> None:
    strict = host("web2", "10.0.0.12/24", "10.0.0.1", accept(match(source="192.0.2.0/24", protocol="tcp", port=443)))
    assert ends(changed(NETWORK, strict), TO_WIKIS) == ["delivered at web1", "refused at web2"]
    assert Walker(changed(NETWORK, strict)).walk(TO_WIKIS).outcome == "gets through on some ways only"


def translating(gateway: str) -> list[Device]:
    """The balancer translates; the servers answer through it, or through the border."""
    webs = [
        host(name, address, gateway, accept(match(protocol="tcp", port=443)))
        for name, address in (("web1", "10.0.0.11/24"), ("web2", "10.0.0.12/24"))
    ]
    return [director(Delivery.TRANSLATE), *webs]


def test_translated_with_a_new_destination() -> None:
    found = ways(changed(NETWORK, *translating("10.0.0.80")), TO_WIKIS)
    assert [str(each.packet.destination) for each in found] == ["10.0.0.11", "10.0.0.12"]


def test_the_answer_comes_back_through_the_balancer_that_translates() -> None:
    found = journey(changed(NETWORK, *translating("10.0.0.80")), TO_WIKIS)
    assert found.outcome == "gets through"
    backs = [way for one in found.rounds if one.back for way in one.back.ways]
    assert [str(way.packet.source) for way in backs] == [WIKIS, WIKIS]


def test_an_answer_that_goes_past_it_is_not_recognised() -> None:
    """The client waits for the balancer's address, and the server answers with its own."""
    found = journey(changed(NETWORK, *translating("10.0.0.1")), TO_WIKIS)
    assert found.outcome == "does not get through"
    backs = [way for one in found.rounds if one.back for way in one.back.ways]
    assert EndKind.MISTAKEN in {way.end.kind for way in backs}
    assert not any(way.arrives for way in backs)


def test_a_server_s_own_port() -> None:
    lb = device(
        "lb",
        interface("eth0", "192.0.2.80/24"),
        forwards=True,
        balancers=[balancer("web", bind("192.0.2.80", 80), Delivery.TRANSLATE, "192.0.2.11:8080")],
    )
    (way,) = ways(network(lb), tcp("192.0.2.9", "192.0.2.80", 80))
    assert str(way.packet) == "tcp 192.0.2.9:50000 > 192.0.2.11:8080 syn new"


LISTENS = [
    # packet, whether the balancer takes it
    (tcp("192.0.2.9", "192.0.2.80", 443), True),
    (tcp("192.0.2.9", "192.0.2.80", 444), False),
    (udp("192.0.2.9", "192.0.2.80", 443), False),
    (ping("192.0.2.9", "192.0.2.80"), False),
    (tcp("192.0.2.9", "192.0.2.81", 443), False),
]


@pytest.mark.parametrize(("packet", "taken"), LISTENS, ids=str)
def test_its_address_and_port(packet: Packet, taken: bool) -> None:
    lb = device(
        "lb",
        interface("eth0", "192.0.2.80/24", "192.0.2.81/24"),
        balancers=[balancer("web", bind("192.0.2.80", 443), Delivery.DIRECT, "192.0.2.11")],
    )
    (way,) = ways(network(lb, device("server", interface("eth0", "192.0.2.11/24"))), packet)
    assert way.end.device == ("server" if taken else "lb")


def test_any_port_and_any_address() -> None:
    lb = device(
        "lb", interface("eth0", "192.0.2.80/24"),
        balancers=[balancer("all", bind(None, (0, 65535)), Delivery.DIRECT, "192.0.2.11")],
    )  # fmt: skip
    assert ends(network(lb), tcp("192.0.2.9", "192.0.2.80", 7)) == ["delivered at segment 192.0.2.0/24"]


def test_servers_that_were_not_read_stand_on_their_segment() -> None:
    without = {name: each for name, each in NETWORK.devices.items() if name not in ("web1", "web2")}
    found = ways(replace(NETWORK, devices=without), TO_WIKIS)
    assert [(told(each), each.end.is_read) for each in found] == [("delivered at segment 10.0.0.0/24", False)] * 2


def test_without_servers() -> None:
    lb = device(
        "lb", interface("eth0", "192.0.2.80/24"),
        balancers=[balancer("none", bind(None, 80), Delivery.DIRECT)],
    )  # fmt: skip
    assert ends(network(lb), tcp("192.0.2.9", "192.0.2.80", 80)) == ["no server at lb"]


def test_a_server_whose_address_is_not_told() -> None:
    lb = device(
        "lb", interface("eth0", "192.0.2.80/24"),
        balancers=[balancer("named", bind(None, 80), Delivery.DIRECT, "some.example")],
    )  # fmt: skip
    packet = tcp("192.0.2.9", "192.0.2.80", 80)
    assert ends(network(lb), packet) == ["possibly no server at lb"]
    assert Walker(network(lb)).walk(packet).outcome == "cannot tell"


def test_a_balancer_in_doubt_may_pass_it_over() -> None:
    web = replace(balancer("web", bind(None, 80), Delivery.DIRECT, "192.0.2.11"), doubts=(DOUBT,))
    lb = device("lb", interface("eth0", "192.0.2.80/24"), balancers=[web])
    server = device("server", interface("eth0", "192.0.2.11/24"))
    found = ends(network(lb, server), tcp("192.0.2.9", "192.0.2.80", 80))
    assert found == ["possibly delivered at server", "possibly delivered at lb"]


# Proxies

TO_APIS = tcp("172.16.0.20", "192.0.2.20", 8443)


def test_a_proxy_ends_the_flow_and_begins_a_new_one() -> None:
    found = journey(NETWORK, TO_APIS)
    (one,) = found.rounds
    assert (told(one.there), one.there.end.what) == ("delivered at front", "to proxy apis")
    (onward,) = one.onward
    assert str(onward.packet) == "tcp 10.0.0.20:50000 > 10.0.0.11:443 syn new"
    assert found.outcome == "gets through"


def test_the_new_flow_belongs_to_the_journey() -> None:
    closed = host("web1", "10.0.0.11/24", "10.0.0.1")
    found = journey(changed(NETWORK, closed), TO_APIS)
    assert found.there.outcome == "gets through"
    assert found.rounds[0].onward[0].outcome == "does not get through"
    assert found.outcome == "does not get through"


def test_its_own_rules_judge_the_client() -> None:
    rules = (drop(match(source="203.0.113.0/24"), name="http-request deny"), accept())
    found = ways(changed(NETWORK, front(admission=rules)), TO_APIS)
    assert [(told(each), each.end.what) for each in found] == [("refused at front", "drop by http-request deny")]
    assert ends(changed(NETWORK, front(admission=rules)), tcp("192.0.2.10", "192.0.2.20", 8443)) == [
        "delivered at front"
    ]


def test_who_passes_all_its_rules_is_admitted() -> None:
    rules = (drop(match(source="10.0.0.0/8")),)
    assert ends(changed(NETWORK, front(admission=rules)), TO_APIS) == ["delivered at front"]


def test_a_proxy_that_keeps_the_client_s_address() -> None:
    (one,) = journey(changed(NETWORK, front(keeps_client=True)), TO_APIS).rounds
    assert str(one.onward[0].packet.source) == "203.0.113.234"


def pathed(*paths: ProxyPath) -> Device:
    made = proxy("web", bind(None, 80))
    return device("px", interface("eth0", "192.0.2.20/24"), proxies=[replace(made, paths=paths)])


def path(*ends_: str, **told_: object) -> ProxyPath:
    return ProxyPath(servers(*ends_), NOWHERE, **told_)  # type: ignore[arg-type]


CLIENT = tcp("192.0.2.9", "192.0.2.20", 80)


def begun(made: Device) -> list[list[str]]:
    """Of each way the packets with which the proxy begins flows."""
    return [[str(flow.packet) for flow in each.flows] for each in ways(network(made), CLIENT)]


def test_the_first_path_whose_match_holds() -> None:
    other, mine = match(source="198.51.100.0/24"), match(source="192.0.2.0/24")
    made = pathed(path("192.0.2.1:1", matches=(other,)), path("192.0.2.2:2", matches=(mine,)), path("192.0.2.3:3"))
    assert begun(made) == [["tcp 192.0.2.20:50000 > 192.0.2.2:2 syn new"]]


def test_each_server_of_the_path() -> None:
    assert begun(pathed(path("192.0.2.1:1", "192.0.2.2"))) == [
        ["tcp 192.0.2.20:50000 > 192.0.2.1:1 syn new", "tcp 192.0.2.20:50000 > 192.0.2.2:80 syn new"]
    ]


def test_a_path_that_may_hold_is_followed_both_ways() -> None:
    doubtful = path("192.0.2.1:1", matches=(), perhaps=(match(),), doubts=(DOUBT,))
    made = pathed(doubtful, path("192.0.2.2:2"))
    assert begun(made) == [
        ["tcp 192.0.2.20:50000 > 192.0.2.1:1 syn new"],
        ["tcp 192.0.2.20:50000 > 192.0.2.2:2 syn new"],
    ]
    assert all(each.doubts == (DOUBT,) for each in ways(network(made), CLIENT))


def test_no_path_and_no_server() -> None:
    assert ends(network(pathed(path("192.0.2.1:1", matches=()))), CLIENT) == ["no server at px"]
    assert ends(network(pathed(path())), CLIENT) == ["no server at px"]


def test_a_server_of_unknown_address_leaves_the_answer_open() -> None:
    found = journey(network(pathed(path("some.example"))), CLIENT)
    assert found.rounds[0].there.flows[0].packet is None
    assert found.outcome == "cannot tell"


def test_a_server_of_an_ip_version_that_the_proxy_lacks_leaves_the_answer_open() -> None:
    six = Server("six", ip_address("2001:db8::1"), 443, NOWHERE)
    found = journey(network(pathed(ProxyPath((six,), NOWHERE))), CLIENT)
    assert found.outcome == "cannot tell"


def test_an_admission_in_doubt() -> None:
    made = changed(NETWORK, front(admission=(perhaps(Verdict.DROP),)))
    assert ends(made, TO_APIS) == ["possibly refused at front", "possibly delivered at front"]


def test_the_proxy_s_reply_to_its_client() -> None:
    ((there, back),) = there_and_back(NETWORK, TO_APIS)
    assert (there, back) == ("delivered at front", ["delivered at idle"])


def test_a_proxy_on_the_same_device() -> None:
    """The server is the device itself: the new flow goes by the loopback interface."""
    made = pathed(path("192.0.2.20:8080"))
    found = journey(network(made), CLIENT)
    assert str(found.rounds[0].onward[0].packet) == "tcp 192.0.2.20:50000 > 192.0.2.20:8080 syn new"
    assert found.rounds[0].onward[0].outcome == "gets through"


def test_proxies_one_behind_the_other_are_followed_up_to_a_bound() -> None:
    """A proxy whose server is itself turns for ever."""
    found = journey(network(pathed(path("192.0.2.20:80"))), CLIENT)
    assert found.outcome == "cannot tell"


def test_the_balancer_is_asked_before_the_proxy() -> None:
    both = replace(
        pathed(path("192.0.2.1:1")), balancers=(balancer("lb", bind(None, 80), Delivery.DIRECT, "192.0.2.11"),)
    )
    assert ends(network(both), CLIENT) == ["delivered at segment 192.0.2.0/24"]


def test_what_is_known_to_listen() -> None:
    made = replace(device("host", interface("eth0", "192.0.2.20/24")), listeners=(bind(None, 22),))
    assert [ways(network(made), tcp("192.0.2.9", "192.0.2.20", port))[0].end.what for port in (22, 23)] == [
        "a program listens on port 22",
        "no program listens on port 23",
    ]


def test_a_backup_server_is_a_server() -> None:
    spare = Server("spare", servers("192.0.2.2")[0].address, 2, NOWHERE, is_backup=True)
    made = pathed(ProxyPath((*servers("192.0.2.1:1"), spare), NOWHERE))
    assert [packet.split()[3] for packet in begun(made)[0]] == ["192.0.2.1:1", "192.0.2.2:2"]


def test_the_source_of_a_new_flow_is_that_of_the_interface_by_which_it_leaves() -> None:
    made = device(
        "px",
        interface("eth0", "192.0.2.20/24"),
        interface("eth1", "10.0.0.20/24"),
        routes=[route("10.9.0.0/16", "10.0.0.1 dev eth1"), route("default", "192.0.2.1 dev eth0")],
        proxies=[replace(proxy("web", bind(None, 80)), paths=(path("10.9.0.1", "203.0.113.1", "10.0.0.7"),))],
    )
    assert [packet.split()[1] for packet in begun(made)[0]] == [
        "10.0.0.20:50000",
        "192.0.2.20:50000",
        "10.0.0.20:50000",
    ]


def test_steps_tell_who_hands_it_on() -> None:
    assert "director load balancer: wikis hands it to 10.0.0.11 (direct)" in met(ways(NETWORK, TO_WIKIS)[0])

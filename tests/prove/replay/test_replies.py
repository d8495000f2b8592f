"""docs/packet-path.md, "The reply": there and back, where one-way paths show."""

from dataclasses import replace

import pytest

from isthmus.network import Device, DeviceKind, Redirect, Untrack, Verdict
from isthmus.packetset import FlagTest, Packet, TcpFlags, only, ping, tcp, udp
from isthmus.prove.replay import ComingIn, EndKind, OnSegment, Outcome, Walker
from tests.prove.networks import (
    DOUBT,
    REPLIES,
    accept,
    border,
    chain,
    changed,
    device,
    dnat,
    drop,
    gateway,
    hook,
    host,
    instance,
    interface,
    masquerade,
    match,
    network,
    qrouter,
    route,
    rule,
    two_realms,
    uses,
)
from tests.prove.replay.words import ends, journey, met, there_and_back, told

NETWORK = two_realms()

# packet, the end of its way, the end of the reply's
ROUND_TRIPS = [
    # the gateway masquerades what instances send
    (tcp("172.16.0.20", "192.0.2.10", 873), "delivered at mirror", ["delivered at idle"]),
    # the exception is not masqueraded, and the border lets it pass
    (tcp("172.16.0.20", "192.0.2.80", 443), "delivered at web1", ["delivered at idle"]),
    # the exception is not masqueraded, and the border drops it: a black hole
    (tcp("172.16.0.20", "192.0.2.80", 80), "refused at border", []),
    # production's private addresses are closed
    (tcp("172.16.0.20", "10.0.0.11", 443), "refused at border", []),
    # the host's own firewall
    (tcp("172.16.0.20", "192.0.2.10", 22), "refused at mirror", []),
    # the floating address, from production and from elsewhere
    (tcp("192.0.2.10", "203.0.113.10", 22), "delivered at tools", ["delivered at mirror"]),
    (tcp("198.51.100.200", "203.0.113.10", 22), "refused at tools", []),
    # what the floating address sends shows the floating address
    (tcp("172.16.0.10", "192.0.2.10", 873), "delivered at mirror", ["delivered at tools"]),
    # out to the internet and home again
    (udp("172.16.0.20", "198.51.100.200", 53), "left at segment 198.51.100.0/30", ["delivered at idle"]),
    (ping("172.16.0.20", "198.51.100.200"), "left at segment 198.51.100.0/30", ["delivered at idle"]),
    # from a host of the segment that was not read
    (tcp("192.0.2.99", "10.0.0.11", 443), "delivered at web1", ["delivered at segment 192.0.2.0/24"]),
    # from outside
    (tcp("198.51.100.200", "192.0.2.10", 873), "delivered at mirror", ["left at segment 198.51.100.0/30"]),
]  # fmt: skip


@pytest.mark.parametrize(("packet", "there", "back"), ROUND_TRIPS, ids=str)
def test_there_and_back(packet: Packet, there: str, back: list[str]) -> None:
    assert there_and_back(NETWORK, packet)[0] == (there, back)


def test_source_and_destination_change_places() -> None:
    (one,) = journey(NETWORK, tcp("172.16.0.20", "192.0.2.10", 873)).rounds
    assert one.back is not None
    assert str(one.back.packet) == "tcp 192.0.2.10:873 > 203.0.113.234:50000 syn,ack established"
    assert str(one.back.ways[0].packet) == "tcp 192.0.2.10:873 > 172.16.0.20:50000 syn,ack established"


def test_a_ping_is_answered() -> None:
    (one,) = journey(NETWORK, ping("172.16.0.20", "198.51.100.200")).rounds
    assert one.back is not None
    assert (one.back.packet.icmp_type, one.back.packet.icmp_code) == (0, 0)


def test_it_begins_where_the_first_packet_ended() -> None:
    starts = {
        packet.destination: journey(NETWORK, packet).rounds[0].back.ways[0].start  # type: ignore[union-attr]
        for packet in (
            tcp("172.16.0.20", "192.0.2.10", 873),
            tcp("172.16.0.20", "192.0.2.99", 80),
            tcp("172.16.0.20", "198.51.100.200", 80),
        )
    }
    assert [str(each) for each in starts.values()] == ["mirror", "segment 192.0.2.0/24", "outside, by border outside"]


# One-way paths


def dropping_replies(flags: FlagTest | None = None, **told_: object) -> Device:
    """A border whose filter towards the cloud drops some replies; it remembers nothing."""
    made = border()
    to_cloud = chain("to-cloud", drop(match(flags=flags, **told_), name="term replies"), accept())  # type: ignore[arg-type]
    return replace(made, chains={**made.chains, "to-cloud": to_cloud})


def test_a_stateless_filter_judges_the_reply_anew() -> None:
    found = journey(
        changed(NETWORK, dropping_replies(protocol="tcp", source_port=873)), tcp("172.16.0.20", "192.0.2.10", 873)
    )
    (one,) = found.rounds
    assert one.back is not None
    (back,) = one.back.ways
    assert (found.there.outcome, found.back, found.outcome) == ("gets through", "does not get through", Outcome.NOT)
    assert (told(back), back.end.what) == ("refused at border", "drop by term replies")


def test_flags_of_a_reply() -> None:
    """A filter that lets SYN alone pass refuses the answer, which has ACK as well."""
    syn_and_ack = FlagTest(int(TcpFlags.SYN | TcpFlags.ACK), int(TcpFlags.SYN | TcpFlags.ACK))
    made = changed(NETWORK, dropping_replies(flags=syn_and_ack))
    assert journey(made, tcp("172.16.0.20", "192.0.2.10", 873)).outcome is Outcome.NOT
    assert journey(made, udp("172.16.0.20", "198.51.100.200", 53)).outcome is Outcome.THROUGH


def test_a_reply_without_a_route() -> None:
    lost = replace(border(), tables={"main": (route("default", "198.51.100.1"),)})
    found = journey(changed(NETWORK, lost), tcp("172.16.0.20", "192.0.2.80", 443))
    backs = [told(way) for one in found.rounds if one.back for way in one.back.ways]
    assert backs == ["possibly mistaken at segment 198.51.100.0/30"] * 2
    assert found.outcome is Outcome.UNKNOWN, "the neighbour outside may know the way to the instances"


# Connection tracking


def firewall(*rules: object, **others: object) -> Device:
    """A Linux firewall between 192.0.2.0/24 and 198.51.100.0/24."""
    chains = [chain("forward", *rules, default=Verdict.DROP)]  # type: ignore[arg-type]
    return device(
        "fw",
        interface("in", "192.0.2.1/24"),
        interface("out", "198.51.100.1/24"),
        **{"chains": chains, "hooks": [hook("forward", "forward")], "forwards": True, **others},  # type: ignore[arg-type]
    )


OUT = tcp("192.0.2.9", "198.51.100.9", 80)


def test_the_reply_is_established_where_the_first_packet_was_seen() -> None:
    made = network(firewall(REPLIES, accept(arriving="in")))
    assert there_and_back(made, OUT) == [
        ("delivered at segment 198.51.100.0/24", ["delivered at segment 192.0.2.0/24"])
    ]


def test_without_a_rule_for_replies_they_are_refused() -> None:
    made = network(firewall(accept(arriving="in")))
    assert there_and_back(made, OUT)[0][1] == ["refused at fw"]


def test_what_was_not_tracked_is_not_established() -> None:
    raw = chain("raw", rule(Untrack()))
    made = firewall(REPLIES, accept(arriving="in"))
    made = replace(
        made,
        chains={**made.chains, "raw": raw},
        hooks=(*made.hooks, hook("raw", "prerouting", -300)),
    )
    assert there_and_back(network(made), OUT)[0][1] == ["refused at fw"]


def two_ways_home(*rules: object) -> tuple[Device, ...]:
    """Packets go out by one firewall, and their answers come home by the other."""
    one = firewall(accept())
    other = replace(
        firewall(*rules),
        name="other",
        interfaces={
            "in": interface("in", "192.0.2.2/24"),
            "out": interface("out", "198.51.100.2/24"),
        },
    )
    client = host("client", "192.0.2.9/24", "192.0.2.1")
    server = host("server", "198.51.100.9/24", "198.51.100.2", accept(match(protocol="tcp", port=80)))
    return one, other, client, server


def test_a_device_that_did_not_see_the_first_packet_may_take_it_for_anything() -> None:
    found = journey(network(*two_ways_home(REPLIES)), OUT)
    assert found.outcome is Outcome.UNKNOWN
    backs = found.rounds[0].back.ways  # type: ignore[union-attr]
    assert [told(way) for way in backs] == [
        "possibly delivered at client", "possibly refused at other", "possibly refused at other",
    ]  # fmt: skip
    assert "`other` did not see the packet that this one answers" in str(backs[0].doubts[0])


def test_if_its_rules_do_not_tell_states_nothing_is_in_doubt() -> None:
    assert journey(network(*two_ways_home(accept(match(protocol="tcp")))), OUT).outcome is Outcome.THROUGH
    assert journey(network(*two_ways_home()), OUT).outcome is Outcome.NOT


def test_if_all_states_fare_alike_nothing_is_in_doubt() -> None:
    made = two_ways_home(REPLIES, accept(match(source_port=80)))
    assert journey(network(*made), OUT).outcome is Outcome.THROUGH


def test_a_stateful_port_filter_knows_its_own_connections() -> None:
    """A security group that lets nothing in lets answers in."""
    closed = instance("vm", "172.16.0.20/24")
    peer = device("peer", interface("eth0", "172.16.0.30/24", segment="instances"))
    assert there_and_back(network(closed, peer), tcp("172.16.0.20", "172.16.0.30", 80)) == [
        ("delivered at peer", ["delivered at vm"])
    ]
    assert ends(network(closed, peer), tcp("172.16.0.30", "172.16.0.20", 80)) == ["refused at vm"]


def test_a_stateless_port_filter_does_not() -> None:
    port = interface("port0", "172.16.0.20/24", segment="instances", filters_in=uses("none"))
    closed = device("vm", port, chains=[chain("none", default=Verdict.DROP)], kind=DeviceKind.INSTANCE)
    peer = device("peer", interface("eth0", "172.16.0.30/24", segment="instances"))
    assert there_and_back(network(closed, peer), tcp("172.16.0.20", "172.16.0.30", 80))[0][1] == ["refused at vm"]


# Translations are undone


def test_the_destination_of_a_reply_is_restored_before_routing() -> None:
    (one,) = journey(NETWORK, tcp("172.16.0.20", "192.0.2.10", 873)).rounds
    assert one.back is not None
    assert "gateway prerouting: destination becomes 172.16.0.20, as the connection was translated" in met(
        one.back.ways[0]
    )


def test_its_source_is_restored_when_it_leaves() -> None:
    (one,) = journey(NETWORK, tcp("192.0.2.10", "203.0.113.10", 22)).rounds
    assert one.back is not None
    assert "qrouter postrouting: source becomes 203.0.113.10, as the connection was translated" in met(one.back.ways[0])


def test_so_the_forward_hook_sees_the_server_s_own_address() -> None:
    """Linux (nf_nat): a reply's source is rewritten behind postrouting, so rules before it see the translated one."""
    made = qrouter()
    watch = chain("watch", accept(match("172.16.0.10/32"), match(destination="172.16.0.10/32")), drop())
    made = replace(made, chains={**made.chains, "watch": watch}, hooks=(*made.hooks, hook("watch", "forward")))
    assert there_and_back(changed(NETWORK, made), tcp("192.0.2.10", "203.0.113.10", 22)) == [
        ("delivered at tools", ["delivered at mirror"])
    ]


def test_ports_are_restored() -> None:
    nat = chain("nat", dnat("198.51.100.9", match(port=80), port=8080))
    made = device(
        "fw", interface("in", "192.0.2.1/24"), interface("out", "198.51.100.1/24"),
        chains=[nat], hooks=[hook("nat", "prerouting", translates=True)], forwards=True,
    )  # fmt: skip
    found = journey(network(made), tcp("192.0.2.9", "192.0.2.1", 80))
    (one,) = found.rounds
    assert one.back is not None
    assert str(one.there.packet) == "tcp 192.0.2.9:50000 > 198.51.100.9:8080 syn new"
    assert str(one.back.ways[0].packet) == "tcp 192.0.2.1:80 > 192.0.2.9:50000 syn,ack established"


def test_a_redirected_flow_is_answered_from_the_address_that_was_asked() -> None:
    nat = chain("nat", rule(Redirect(only(3128)), match(port=80)))
    made = device(
        "fw", interface("in", "192.0.2.1/24"), interface("out", "198.51.100.1/24"),
        chains=[nat], hooks=[hook("nat", "prerouting", translates=True)], forwards=True,
    )  # fmt: skip
    (one,) = journey(network(made), OUT).rounds
    assert one.back is not None
    assert [told(way) for way in one.back.ways] == ["delivered at segment 192.0.2.0/24"]
    assert str(one.back.ways[0].packet) == "tcp 198.51.100.9:80 > 192.0.2.9:50000 syn,ack established"


def hairpin(*more: object) -> Device:
    """A router whose own segment holds both the client and the server behind its outer address."""
    nat_in = chain("in-nat", dnat("192.0.2.9", match(destination="198.51.100.1/32", port=80)))
    nat_out = chain("out-nat", *more)  # type: ignore[arg-type]
    return device(
        "nat", interface("in", "192.0.2.1/24"), interface("out", "198.51.100.1/24"),
        chains=[nat_in, nat_out], forwards=True,
        hooks=[hook("in-nat", "prerouting", translates=True), hook("out-nat", "postrouting", translates=True)],
    )  # fmt: skip


def test_hairpin_without_source_translation_is_not_recognised() -> None:
    """The server answers its neighbour directly, and the client waits for another address."""
    found = journey(network(hairpin()), tcp("192.0.2.8", "198.51.100.1", 80))
    (one,) = found.rounds
    assert (told(one.there), found.outcome) == ("delivered at segment 192.0.2.0/24", Outcome.NOT)
    assert [way.end.kind for way in one.back.ways] == [EndKind.MISTAKEN]  # type: ignore[union-attr]


def test_hairpin_with_source_translation_comes_home() -> None:
    found = journey(network(hairpin(masquerade(leaving="in"))), tcp("192.0.2.8", "198.51.100.1", 80))
    (one,) = found.rounds
    assert [told(way) for way in one.back.ways] == ["delivered at segment 192.0.2.0/24"]  # type: ignore[union-attr]


def test_to_its_own_floating_address() -> None:
    """What the instance sends comes back to it with its own address as the source."""
    found = journey(NETWORK, tcp("172.16.0.10", "203.0.113.10", 22))
    assert found.outcome is Outcome.NOT


# Names and choices


def test_equal_routes_of_which_one_is_broken() -> None:
    """Some flows get through, others do not; which is which depends on the router's choice."""
    sender = device(
        "sender", interface("eth0", "192.0.2.9/24"),
        routes=[route("default", "192.0.2.1 dev eth0", "192.0.2.2 dev eth0")],
    )  # fmt: skip
    good, bad = (
        device(
            name, interface("in", f"192.0.2.{at}/24"), interface("out", f"198.51.100.{at}/24"), forwards=True,
            chains=[chain("stop", drop())], hooks=[hook("stop", "forward")] if at == 2 else [],
        )
        for at, name in ((1, "good"), (2, "bad"))
    )  # fmt: skip
    server = host("server", "198.51.100.9/24", "198.51.100.1", accept())
    found = journey(network(sender, good, bad, server), OUT)
    assert there_and_back(network(sender, good, bad, server), OUT) == [
        ("delivered at server", ["delivered at sender"]),
        ("refused at bad", []),
    ]
    assert found.outcome is Outcome.PARTLY


def test_regardless_of_refusals_a_way_tells_everything_that_stands_in_it() -> None:
    closed = changed(
        NETWORK, host("mirror", "192.0.2.10/24", "192.0.2.1"), dropping_replies(protocol="tcp", source_port=80)
    )
    blocked = replace(
        gateway(), chains={**gateway().chains, "forward": chain("forward", REPLIES, default=Verdict.DROP)}
    )
    found = Walker(changed(closed, blocked)).there_and_back(tcp("172.16.0.20", "192.0.2.10", 80), regardless=True)
    (one,) = found.rounds
    assert one.back is not None
    assert [(step.device, step.what) for step in one.there.refusals] == [
        ("gateway", "drop by default"),
        ("mirror", "drop by default"),
    ]
    assert [(step.device, step.what) for step in one.back.ways[0].refusals] == [("border", "drop by term replies")]


def test_a_doubtful_device_on_the_way_back_leaves_the_answer_open() -> None:
    made = changed(NETWORK, replace(gateway(), doubts=(DOUBT,)))
    assert journey(made, tcp("172.16.0.20", "192.0.2.10", 873)).outcome is Outcome.UNKNOWN


def test_a_host_that_was_not_read_leaves_the_answer_open() -> None:
    found = journey(NETWORK, tcp("172.16.0.20", "192.0.2.99", 80))
    assert (found.outcome, found.back) == (Outcome.UNKNOWN, Outcome.THROUGH)
    assert found.rounds[0].there.is_sure


def test_starts_can_be_named() -> None:
    found = journey(NETWORK, tcp("192.0.2.99", "10.0.0.11", 443), OnSegment("192.0.2.0/24"))
    assert found.outcome is Outcome.THROUGH
    assert isinstance(journey(NETWORK, tcp("198.51.100.200", "192.0.2.10", 873)).rounds[0].there.start, ComingIn)

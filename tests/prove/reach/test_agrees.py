"""The two evaluators share no code and must say the same of each packet: where it arrives, how surely, what answers."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address

from hypothesis import given
from hypothesis import strategies as st

from isthmus.network import Chain, Network, Rule, Unclear, Verdict
from isthmus.packetset import Match, Packet, Space, ping, tcp, udp
from isthmus.prove.reach.direction import bare
from isthmus.prove.reach.journey import Journey, beginnings, journey
from isthmus.prove.reach.places import Place
from isthmus.prove.reach.reach import Reach
from isthmus.prove.replay.walk import Walker
from isthmus.prove.replay.ways import End, EndKind
from isthmus.prove.replay.wiring import Wiring
from isthmus.prove.witness import start_of
from tests.prove.networks import DOUBT, NOWHERE, changed, match, two_realms

STRANGERS = ("198.51.100.77", "192.0.2.99", "10.0.0.77", "172.16.0.77", "203.0.113.10", "203.0.113.77")
PORTS = (22, 80, 443, 3306)
TWO_REALMS = two_realms()
ADDRESSES = sorted({*map(str, Reach(TWO_REALMS, Space(1 << 16)).topology.owners), *STRANGERS})

ends = st.sampled_from([each for each in ADDRESSES if ip_address(each).version == 4])
packets = st.one_of(
    st.builds(tcp, ends, ends, st.sampled_from(PORTS)),
    st.builds(udp, ends, ends, st.sampled_from(PORTS)),
    st.builds(ping, ends, ends),
)

tests = st.sampled_from(
    [
        Match(),
        match(source="172.16.0.0/24"),
        match(source="203.0.113.0/24"),
        match(destination="192.0.2.0/24"),
        match(destination="10.0.0.0/24"),
        match(protocol="tcp", port=443),
        match(protocol="tcp", source_port=443),
        match(protocol="icmp"),
    ]
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """A rule that accepts or refuses, perhaps; or one that may do anything."""
    test, verdict = draw(tests), draw(st.sampled_from([Verdict.ACCEPT, Verdict.DROP]))
    kind = draw(st.sampled_from(["sure", "sure", "sure", "perhaps", "unclear"]))
    if kind == "sure":
        return Rule((test,), verdict, NOWHERE)
    if kind == "perhaps":
        return Rule((), verdict, NOWHERE, perhaps=(test,), doubts=(DOUBT,))
    return Rule((test,), Unclear(), NOWHERE, doubts=(DOUBT,))


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """The two realms, with other rules before those of one filter of the border and one of the gateway."""
    changes = []
    for name in ("border", "gateway"):
        device = TWO_REALMS.devices[name]
        chain = device.chains[draw(st.sampled_from(sorted(device.chains)))]
        new = Chain(chain.name, (*draw(st.lists(rules(), max_size=3)), *chain.rules), chain.where, chain.default)
        chains = {**device.chains, chain.name: new}
        changes.append(replace(device, chains=chains))
    return changed(TWO_REALMS, *changes)


def _symbolic(network: Network, packet: Packet) -> tuple[Reach, dict[Place, Journey]]:
    space = Space(1 << 20)
    reach = Reach(network, space)
    begun = beginnings(reach, space.packets([packet]))
    return reach, {place: journey(reach, {place: part}) for place, part in begun.items()}


def _place(end: End) -> Place | None:
    """Where a packet has arrived; None of one that has not."""
    if end.kind is EndKind.DELIVERED:
        return Place(segment=end.segment) if end.segment else Place(device=end.device)
    return None


@given(networks(), packets)
def test_packets_arrive_where_the_walker_says(network: Network, packet: Packet) -> None:
    """Possibly: by some way; surely: by a way without doubt. Both begin at the same places."""
    _, journeys = _symbolic(network, packet)
    assert {start_of(place) for place in journeys} == set(Wiring(network).beginnings(packet))
    for start, told in journeys.items():
        ways = Walker(network).walk(packet, [start_of(start)]).ways
        arrived = {place: each for place, each in told.there.arrived.items() if place.edge is None}
        assert {_place(way.end) for way in ways} - {None} == set(arrived)
        for place, each in arrived.items():
            if each.surely:
                assert any(way.is_sure and _place(way.end) == place for way in ways)


@given(networks(), packets)
def test_replies_come_home_where_the_walker_says(network: Network, packet: Packet) -> None:
    """A reply possibly comes home exactly where some way of the walker's reply does."""
    _, journeys = _symbolic(network, packet)
    for start, told in journeys.items():
        trip = Walker(network).there_and_back(packet, [start_of(start)])
        answered = any(way.arrives for each in trip.rounds if each.back for way in each.back.ways)
        assert bool(told.returned.possibly) == answered


@given(networks(), packets)
def test_origins_lead_back_to_what_was_sent(network: Network, packet: Packet) -> None:
    """From whatever a packet became where it arrived, the way back leads to the packet and where it began."""
    _, journeys = _symbolic(network, packet)
    for start, told in journeys.items():
        for place, arrived in told.there.arrived.items():
            assert told.origins(place, arrived.possibly).keys() == {start}
            assert packet in bare(told.origins(place, arrived.possibly)[start])


def test_strangers_are_not_left_out() -> None:
    """The packets of these tests begin everywhere: on devices, on segments, outside."""
    kinds = {type(start).__name__ for each in ADDRESSES[:40] for start in _starts(each)}
    assert kinds == {"OnDevice", "OnSegment", "ComingIn"}


def _starts(address: str) -> Iterator[object]:
    if ip_address(address).version == 4:
        yield from Wiring(TWO_REALMS).beginnings(ping(address, "192.0.2.10"))

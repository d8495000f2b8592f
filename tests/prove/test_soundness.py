"""What a proof says is so: held against every packet of a tiny universe, one by one, in random networks.

`met` has no packet that speaks against it; the packet of `not met` does what is said of it; and what surely speaks
against a claim is never passed over.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import ip_address

from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.estate import Network as EstateNetwork
from isthmus.estate import Sphere, State
from isthmus.evidence import Answer, Finding
from isthmus.network import Chain, Device, Network, Route, RouteKind, Rule, Unclear, Verdict
from isthmus.packetset import FlagTest, IpProtocol, Match, Packet, Space, TcpFlags
from isthmus.prove.differences import differences, getting_through
from isthmus.prove.findings.declared_not_configured import carried
from isthmus.prove.replay import Outcome
from isthmus.workflows.declared import declaring
from tests.prove.estates import NODES, TWO_REALMS, asked, facts_of, prover_of
from tests.prove.networks import (
    DOUBT,
    NOWHERE,
    accept,
    chain,
    changed,
    device,
    dnat,
    drop,
    host,
    interface,
    match,
    route,
    snat,
    two_realms,
    uses,
)
from tests.prove.universe import Seen, Universe

FEWER = settings(max_examples=max(2, settings().max_examples // 10))
"""A network of this size with all its packets takes about a second."""

ADDRESSES = (
    "172.16.0.10", "172.16.0.20", "172.16.0.77", "203.0.113.10", "203.0.113.234", "192.0.2.10", "192.0.2.80",
    "192.0.2.99", "10.0.0.11", "10.0.0.77", "198.51.100.66",
)  # fmt: skip
PORTS = (22, 443, 873)
FACTS = facts_of(TWO_REALMS)
ANSWERS = FlagTest(int(TcpFlags.ACK), int(TcpFlags.ACK))


# Random networks


TESTS = st.sampled_from(
    [
        Match(),
        match(source="172.16.0.0/24"),
        match(source="172.16.0.20/32"),
        match(source="203.0.113.234/32"),
        match(source="192.0.2.0/24"),
        match(destination="192.0.2.0/24"),
        match(destination="192.0.2.10/32"),
        match(destination="10.0.0.0/24"),
        match(destination="203.0.113.10/32"),
        match(protocol="tcp", port=873),
        match(protocol="tcp", port=22),
        match(protocol="tcp", source_port=873),
        match(protocol="icmp"),
    ]
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """A rule that accepts or refuses, now and then perhaps; or one that may do anything."""
    test, verdict = draw(TESTS), draw(st.sampled_from([Verdict.ACCEPT, Verdict.DROP]))
    kind = draw(st.sampled_from(["sure"] * 6 + ["perhaps", "unclear"]))
    if kind == "sure":
        return Rule((test,), verdict, NOWHERE)
    if kind == "perhaps":
        return Rule((), verdict, NOWHERE, perhaps=(test,), doubts=(DOUBT,))
    return Rule((test,), Unclear(), NOWHERE, doubts=(DOUBT,))


TRANSLATIONS = st.sampled_from(
    [
        accept(match(destination="192.0.2.10/32")),
        accept(match(destination="192.0.2.0/24", protocol="tcp", port=873)),
        accept(match(destination="10.0.0.0/24")),
        accept(match(source="172.16.0.20/32")),
        accept(),
        snat("203.0.113.77", match(source="172.16.0.20/32")),
        snat("192.0.2.99", match(destination="192.0.2.10/32")),
    ]
)
DESTINATIONS = st.sampled_from(
    [
        dnat("172.16.0.20", match(destination="203.0.113.10/32", protocol="tcp", port=873)),
        dnat("192.0.2.10", match(destination="203.0.113.10/32", protocol="tcp", port=443), port=873),
        dnat("10.0.0.11", match(destination="203.0.113.10/32", protocol="tcp", port=443)),
        dnat("10.0.0.11", match(destination="192.0.2.99/32")),
    ]
)
BORDER_ROUTES = st.sampled_from(
    [
        route("172.16.0.0/24", kind=RouteKind.DISCARD),
        route("172.16.0.20/32", kind=RouteKind.DISCARD),
        route("192.0.2.10/32", "203.0.113.234"),
        route("10.0.0.0/24", "203.0.113.234", "dev private"),
        route("192.0.2.99/32", "dev outside"),
        route("default", "203.0.113.234"),
    ]
)
GATEWAY_ROUTES = st.sampled_from(
    [
        route("10.0.0.0/8", kind=RouteKind.DISCARD),
        route("192.0.2.10/32", "203.0.113.241 dev inner"),
        route("192.0.2.0/25", "203.0.113.233 dev border", "203.0.113.241 dev inner"),
        route("172.16.0.20/32", "203.0.113.233 dev border"),
    ]
)


def with_rules(before: Device, name: str, new: list[Rule]) -> Device:
    """A device with more rules at the head of a chain."""
    old = before.chains[name]
    return replace(before, chains={**before.chains, name: Chain(name, (*new, *old.rules), old.where, old.default)})


def with_routes(before: Device, new: list[Route]) -> Device:
    """A device with more routes; equal ones share the packets."""
    return replace(before, tables={"main": (*before.tables["main"], *new)})


def bypass(draw: st.DrawFn) -> Device:
    """A host with a leg in both realms that forwards: the bridge that should not be."""
    return device(
        "bypass",
        interface("cloud", "172.16.0.66/24", segment="instances"),
        interface("production", draw(st.sampled_from(["192.0.2.66/24", "10.0.0.66/24"]))),
        routes=[route("default", "172.16.0.1 dev cloud")],
        forwards=draw(st.booleans()),
    )


def tight() -> Network:
    """The two realms with a border that lets through what the estate declares, and nothing else."""
    seen_as = "203.0.113.234/32 203.0.113.10/32"
    edge = two_realms().devices["border"]
    chains = [
        chain(
            "from-cloud",
            accept(match(seen_as, "192.0.2.10/32", "tcp", 873)),
            accept(match(seen_as, "192.0.2.80/32", "tcp", 443)),
            accept(match("203.0.113.10/32", "192.0.2.0/24", "tcp", source_port=22, flags=ANSWERS)),
            default=Verdict.DROP,
        ),
        chain(
            "to-cloud",
            accept(match("192.0.2.10/32", seen_as, "tcp", source_port=873, flags=ANSWERS)),
            accept(match("192.0.2.80/32", seen_as, "tcp", source_port=443, flags=ANSWERS)),
            accept(match("192.0.2.0/24", "203.0.113.10/32", "tcp", 22)),
            default=Verdict.DROP,
        ),
        chain("links", drop(match(destination="203.0.113.233/32")), drop(match("203.0.113.233/32")), accept()),
    ]
    interfaces = {
        name: each if name == "cloud" else replace(each, filters_in=uses("links"), filters_out=uses("links"))
        for name, each in edge.interfaces.items()
    }
    gate = two_realms().devices["gateway"]
    egress = gate.chains["egress-nat"]
    translating = {**gate.chains, "egress-nat": replace(egress, rules=egress.rules[1:])}
    mirror = host("mirror", "192.0.2.10/24", "192.0.2.1", accept(match(seen_as, protocol="tcp", port=873)))
    border = replace(edge, interfaces=interfaces, chains={each.name: each for each in chains})
    return changed(two_realms(), border, replace(gate, chains=translating), mirror)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """The two realms, wide open or tight, a few things of which are otherwise."""
    few = st.lists(rules(), min_size=1, max_size=2)
    devices = dict(draw(st.sampled_from([two_realms, tight]))().devices)
    for name, filtering in draw(st.sets(st.sampled_from(FILTERS), max_size=2)):
        devices[name] = with_rules(devices[name], filtering, draw(few))
    gate = with_rules(devices["gateway"], "egress-nat", draw(st.lists(TRANSLATIONS, max_size=1)))
    devices["gateway"] = with_routes(gate, draw(st.lists(GATEWAY_ROUTES, max_size=1)))
    devices["border"] = with_routes(devices["border"], draw(st.lists(BORDER_ROUTES, max_size=1)))
    devices["qrouter"] = with_rules(devices["qrouter"], "floating-in", draw(st.lists(DESTINATIONS, max_size=1)))
    extra = draw(st.sampled_from(["nothing", "nothing", "bypass", "unread", "no mirror"]))
    if extra == "bypass":
        devices["bypass"] = bypass(draw)
    if extra == "unread":
        devices["mirror"] = host("mirror", "192.0.2.10/24", "192.0.2.1", reads_host=False)
    if extra == "no mirror":
        del devices["mirror"]
    return Network(devices)


FILTERS = [
    ("border", "from-cloud"),
    ("border", "to-cloud"),
    ("gateway", "forward"),
    ("mirror", "input"),
    ("tools", "ingress"),
    ("idle", "egress"),
]


# Claims, each said once more in plain words


@dataclass(frozen=True)
class Claim:
    """A question that a check asks of the network, and how one packet answers it."""

    code: str
    crossing: str
    asks: Callable[[Universe, Packet], bool]
    against: Callable[[Universe, Seen], bool]
    """Whether an arriving way speaks against it."""
    is_about_hosts: bool = False
    """Whether it speaks of what hosts admit, so that nothing is sure of hosts that were not read."""

    def __str__(self) -> str:
        return f"{self.code} {self.crossing}".strip()


def in_crossing(name: str) -> Callable[[Universe, Packet], bool]:
    def asks(_: Universe, packet: Packet) -> bool:
        return any(each.id == name for each in declaring(FACTS, packet))

    return asks


def undeclared(universe: Universe, packet: Packet) -> bool:
    """Whether a packet goes between networks of two realms and no running crossing declares it."""
    ends = [universe.network_of(each) for each in (packet.source, packet.destination)]
    realms = {each.realm for each in ends if each}
    return None not in ends and len(realms) == 2 and not is_declared(packet)


def is_declared(packet: Packet) -> bool:
    """Whether a running crossing declares a packet as its client sends it, or as it arrives."""
    if any(each.state is State.RUNNING for each in declaring(FACTS, packet)):
        return True
    return any(
        packet.source in prefix and listener.address == packet.destination and packet.protocol == IpProtocol.TCP
        and packet.destination_port == FACTS.endpoints(each)[listener.endpoint].port.first  # type: ignore[union-attr]
        for each in FACTS.estate.crossings.values()
        for prefix in each.arrives_as
        for listener in FACTS.reached(each)
    )  # fmt: skip


def to(address: str, port: int) -> Callable[[Universe, Packet], bool]:
    def asks(_: Universe, packet: Packet) -> bool:
        return str(packet.destination) == address and packet.protocol == 6 and packet.destination_port == port

    return asks


def source_not(holds: Callable[[EstateNetwork], bool]) -> Callable[[Universe, Seen], bool]:
    return lambda universe, seen: not universe.is_in(seen.way.packet.source, holds)


def is_translated(network: EstateNetwork) -> bool:
    return network.realm == "cloud" and network.role in ("nat-egress", "floating")


def is_private(network: EstateNetwork) -> bool:
    return network.sphere is Sphere.PRIVATE


def bridges(universe: Universe, seen: Seen) -> bool:
    """Whether a packet arrives with a private address."""
    packet = seen.way.packet
    return universe.is_in(packet.source, is_private) or universe.is_in(packet.destination, is_private)


def round_the_edge(_: Universe, seen: Seen) -> bool:
    """Whether a way touches no interface in a transport network."""
    edge = {("border", "cloud"), ("gateway", "border"), ("gateway", "inner"), ("qrouter", "qg")}
    return not any((step.device, each) in edge for step in seen.way.steps for each in (step.arriving, step.leaving))


CLAIMS = [
    Claim("XR003", "", undeclared, bridges),
    Claim("XR003", "", undeclared, lambda universe, seen: True, is_about_hosts=True),
    Claim("XR202", "mirror", in_crossing("mirror"), source_not(is_translated)),
    Claim("XR202", "wikis", in_crossing("wikis"), source_not(is_translated)),
    Claim(
        "XR201", "mirror", in_crossing("mirror"),
        lambda universe, seen: universe.is_in(seen.way.packet.destination, is_private),
    ),
    Claim(
        "XR203", "mirror", to("192.0.2.10", 873),
        source_not(lambda network: network.realm == "cloud" and network.sphere is Sphere.PUBLIC), is_about_hosts=True,
    ),
    Claim(
        "XR303", "shell", to("203.0.113.10", 22),
        source_not(lambda network: network.realm == "production" and network.sphere is Sphere.PUBLIC),
        is_about_hosts=True,
    ),
    Claim("XR304", "shell", in_crossing("shell"), source_not(lambda network: not is_private(network))),
    Claim("XR206", "mirror", in_crossing("mirror"), round_the_edge),
    Claim("XR306", "shell", in_crossing("shell"), round_the_edge),
]  # fmt: skip


def against(universe: Universe, claim: Claim) -> list[Seen]:
    """The ways of the universe that speak against a claim."""
    asked_about = {packet for packet in universe.packets if claim.asks(universe, packet)}
    return [each for each in universe.arriving(asked_about.__contains__) if claim.against(universe, each)]


def surely(universe: Universe, claim: Claim, seen: list[Seen]) -> list[Seen]:
    """Those of which nothing is in doubt."""
    sure = [each for each in seen if each.is_sure and not universe.goes_nowhere(each)]
    return [each for each in sure if not claim.is_about_hosts or (each.way.end.is_read and each.way.end.device)]


_PACKET = re.compile(
    r"(?P<protocol>\S+) (?P<source>[0-9.]+)(?::(?P<sport>\d+))? > (?P<destination>[0-9.]+)(?::(?P<port>\d+))?"
    r"(?: type (?P<type>\d+) code (?P<code>\d+))?"
)


def packet_of(text: str) -> Packet:
    """The packet that an exhibit shows."""
    found = _PACKET.match(text)
    assert found is not None, text
    word = found["protocol"]
    number = int(word) if word.isdigit() else IpProtocol[word.upper()]
    values = [None if found[name] is None else int(found[name]) for name in ("sport", "port", "type", "code")]
    flags = TcpFlags.SYN if number == IpProtocol.TCP else None
    source, destination = ip_address(found["source"]), ip_address(found["destination"])
    return Packet(source, destination, number, values[0], values[1], values[2], values[3], flags=flags)


def universe_of(network: Network) -> Universe:
    return Universe(network, FACTS, ADDRESSES, PORTS)


def confirmed(network: Network, claim: Claim, answer: Answer) -> None:
    """The packet that an answer shows does what is claimed."""
    assert answer.exhibit is not None
    packet = packet_of(answer.exhibit.packet)
    alone = Universe(network, FACTS, more=[packet])
    assert claim.asks(alone, packet), f"{packet} was not asked about"
    starts = {str(start) for start in alone.starts(packet)}
    assert answer.exhibit.start in starts or any(answer.exhibit.start.startswith(("beyond", "a host")) for _ in "x")
    shown = [each for one in CLAIMS if str(one) == str(claim) for each in surely(alone, one, against(alone, one))]
    assert shown, f"{claim}: {answer.because}"


@FEWER
@given(networks())
def test_claims_hold_for_every_packet(network: Network) -> None:
    prover = prover_of(network, space=Space(NODES))
    universe = universe_of(network)
    for claim in CLAIMS:
        answer = asked(prover, claim.code, claim.crossing)
        speaking = against(universe, claim)
        if answer.finding is Finding.MET:
            assert not speaking, f"{claim} is said to be met: {told(speaking)}"
        if surely(universe, claim, speaking):
            assert answer.finding is Finding.NOT_MET, f"{claim}: {answer.because}: {told(speaking)}"
        if answer.finding is Finding.NOT_MET:
            confirmed(network, claim, answer)


def told(seen: list[Seen]) -> str:
    return "; ".join(f"{each.packet} from {each.start}: {each.way.end} as {each.way.packet}" for each in seen[:3])


# Crossings that work, there and back


@FEWER
@given(networks())
def test_a_crossing_that_works_does_so_for_every_packet(network: Network) -> None:
    prover, universe = prover_of(network), universe_of(network)
    for name, crossing in FACTS.estate.crossings.items():
        answer = carried(prover, crossing)
        trips = {
            (packet, start): universe.trip(packet, start)
            for packet in universe.packets
            if any(each.id == name for each in declaring(FACTS, packet))
            for start in universe.starts(packet)
        }
        bad = [
            f"{packet} from {start}: {trip}" for (packet, start), trip in trips.items() if trip is not Outcome.THROUGH
        ]
        if answer.finding is Finding.MET:
            assert not bad, f"{name} is said to work: {bad[:3]}"
        if Outcome.NOT in trips.values():
            assert answer.finding is Finding.NOT_MET, f"{name}: {answer.because}: {bad[:3]}"
        if answer.finding is Finding.NOT_MET:
            assert answer.exhibit is not None
            alone = Universe(network, FACTS)
            packet = packet_of(answer.exhibit.packet)
            outcomes = [alone.trip(packet, start) for start in alone.starts(packet)]
            assert any(each is Outcome.NOT for each in outcomes), f"{answer.because}: {outcomes}"


# What opens and what closes


@FEWER
@given(networks(), networks())
def test_what_opens_and_closes_is_told(old: Network, new: Network) -> None:
    space = Space(NODES)
    before, after = prover_of(old, space=space), prover_of(new, space=space)
    first, second = universe_of(old), universe_of(new)
    was = {each.packet for each in first.seen if each.way.arrives}
    now = {each.packet for each in second.seen if each.way.arrives}
    told = {(each.source, each.destination, each.opens): each for each in differences(before, after)}
    for packet in first.packets:
        ends = [first.network_of(each) for each in (packet.source, packet.destination)]
        source, destination = (each.realm if each else "" for each in ends)
        if not (source and destination) or source == destination:
            continue
        opens, closes = told.get((source, destination, True)), told.get((source, destination, False))
        assert not (packet in now and packet not in was) or opens, f"{packet} gets through now"
        assert not (packet in was and packet not in now) or closes, f"{packet} does not get through now"
        asked_about = after.from_realm(source) & after.to_realm(destination)
        for prover, packets in ((before, was), (after, now)):
            assert (packet in getting_through(prover.journey(asked_about))) == (packet in packets), str(packet)
    for change in told.values():
        packet = packet_of(change.exhibit.packet)
        alone = [any(each.way.arrives for each in Universe(one, FACTS, more=[packet]).seen) for one in (old, new)]
        assert alone == [not change.opens, change.opens], f"{change}: {packet}"

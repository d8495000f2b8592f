"""Each claim about flows with its three answers: a theorem, a packet with its way, or the line that nobody understands.

The claims are put into words by checks (*only from*, *never from*, *by way of*); here they are asked plainly, of the
two realms of `networks` with one thing changed at a time.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from isthmus.evidence import Answer, Finding
from isthmus.network import Chain, Device, Network, Port, Rule, Verdict
from isthmus.packetset import PacketSet
from isthmus.prove import Prover
from tests.prove.estates import prover_of
from tests.prove.networks import (
    DOUBT,
    MASQUERADED,
    accept,
    border,
    chain,
    changed,
    drop,
    gateway,
    host,
    interface,
    match,
    perhaps,
    route,
    two_realms,
)

RSYNC = match(protocol="tcp", port=873)
MIRROR = "192.0.2.10/24", "192.0.2.1"
BEFORE = border().chains["from-cloud"].rules
EGRESS = gateway().chains["egress-nat"].rules


def with_chain(before: Device, new: Chain) -> Device:
    """A device with another chain in place of one of its own."""
    return replace(before, chains={**before.chains, new.name: new})


def from_cloud(*rules: Rule) -> Device:
    """The border with more rules before those for what comes from the cloud."""
    return with_chain(border(), chain("from-cloud", *rules, *BEFORE, default=Verdict.DROP, file="border.conf"))


def to_cloud(*rules: Rule) -> Device:
    """The border with other rules for what goes to the cloud."""
    return with_chain(border(), chain("to-cloud", *rules, accept(), default=Verdict.DROP, file="border.conf"))


def egress(*rules: Rule) -> Device:
    """The gateway with more rules before its translation."""
    return with_chain(gateway(), chain("egress-nat", *rules, *EGRESS, file="gateway.nft"))


def to_mirror(prover: Prover) -> PacketSet:
    return prover.target(prover.estate.services["mirror"]).packets


def sent_from(prover: Prover, *networks: str) -> PacketSet:
    return prover.zones.sent_from(prover.estate.networks[name] for name in networks)


def sent_to(prover: Prover, *networks: str) -> PacketSet:
    return prover.zones.sent_to(prover.estate.networks[name] for name in networks)


# The claims


def only_from(prover: Prover) -> Answer:
    """Nobody but the cloud's egress address gets in to the mirror."""
    allowed = sent_from(prover, "egress", "floating")
    return prover.claims.never_gets_in(prover.journey(to_mirror(prover)), ~allowed, "of others gets in")


def never_from(prover: Prover) -> Answer:
    """The mirror never sees an instance's own address."""
    return prover.claims.never_arrives(
        prover.crossing(prover.estate.crossings["mirror"]), sent_from(prover, "instances"), "comes untranslated"
    )


def seen_as(prover: Prover) -> Answer:
    """The mirror sees the egress address and floating ones, and no others."""
    others = prover.space.everything - sent_from(prover, "egress", "floating")
    crossing = prover.crossing(prover.estate.crossings["mirror"])
    return prover.claims.never_arrives(crossing, others, "shows another address")


def never_reaches(prover: Prover) -> Answer:
    """No instance reaches production's private network."""
    packets = sent_from(prover, "instances") & sent_to(prover, "private")
    return prover.claims.never_arrives(prover.journey(packets), prover.space.everything, "reaches private hosts")


def by_way_of_the_link(prover: Prover) -> Answer:
    """Every packet to the mirror passes the link between the border and the gateway."""
    around = prover.without(frozenset({Port("border", "cloud"), Port("gateway", "border")}))
    crossing = around.estate.crossings["mirror"]
    return around.claims.never_arrives(around.crossing(crossing), around.space.everything, "goes round the link")


def exactly_what_is_declared(prover: Prover) -> Answer:
    """Nothing that is undeclared gets from an instance to a public host."""
    packets = sent_from(prover, "instances") & sent_to(prover, "public") - prover.all_declared
    return prover.claims.never_gets_in(prover.journey(packets), prover.space.everything, "that is undeclared gets in")


def works(prover: Prover) -> Answer:
    """The declared crossing is carried, there and back."""
    return prover.claims.works(prover.crossing(prover.estate.crossings["mirror"]), "crossing `mirror`")


TIGHT = host("mirror", *MIRROR, accept(match(source=f"{MASQUERADED}/32 203.0.113.10/32", protocol="tcp", port=873)))
UNREAD = host("mirror", *MIRROR, accept(RSYNC), reads_host=False)
EXCEPTED = egress(accept(match(destination="192.0.2.10/32"), name="exception"))
PERHAPS_EXCEPTED = egress(perhaps(Verdict.ACCEPT, match(destination="192.0.2.10/32"), name="exception"))
OPEN = from_cloud(accept(match(destination="192.0.2.10/32"), name="term mirror"))
PRIVATE = accept(match(destination="10.0.0.0/24"), name="term hole")
FROM_PRIVATE = match(destination="10.0.0.0/24")
RSYNC_ONLY = with_chain(
    border(),
    chain(
        "from-cloud",
        accept(match(destination="192.0.2.10/32", protocol="tcp", port=873)),
        accept(match(destination="192.0.2.80/32", protocol="tcp", port=443)),
        default=Verdict.DROP,
    ),
)
MIRROR_ONLY = with_chain(
    border(), chain("from-cloud", accept(match(destination="192.0.2.10/32")), default=Verdict.DROP)
)
SSH_TOO = host("mirror", *MIRROR, accept(RSYNC), accept(match(protocol="tcp", port=22)))


def second_leg(*passing: Rule) -> Device:
    """The gateway with a leg in production's public network, and what it forwards there."""
    old = gateway()
    forward = old.chains["forward"]
    leg = interface("leg", "192.0.2.66/24")
    routes = (route("192.0.2.10/32", "dev leg"), *old.tables["main"])
    chains = {**old.chains, "forward": replace(forward, rules=(*forward.rules, *passing))}
    return replace(old, interfaces={**old.interfaces, "leg": leg}, tables={"main": routes}, chains=chains)


ANSWERS: list[tuple[Callable[[Prover], Answer], tuple[Device, ...], Finding, str]] = [
    (only_from, (TIGHT,), Finding.MET, "no packet of others gets in"),
    (only_from, (), Finding.NOT_MET, "a packet of others gets in: tcp "),
    (only_from, (UNREAD,), Finding.UNKNOWN, "what mirror itself admits was not read"),
    (never_from, (), Finding.MET, "no packet comes untranslated"),
    (never_from, (EXCEPTED, OPEN), Finding.NOT_MET, "a packet comes untranslated: tcp 172.16.0."),
    (never_from, (PERHAPS_EXCEPTED, OPEN), Finding.UNKNOWN, "`whim` (handmade:99:1)"),
    (seen_as, (), Finding.MET, "no packet shows another address"),
    (seen_as, (EXCEPTED, OPEN), Finding.NOT_MET, "a packet shows another address: tcp 172.16.0."),
    (seen_as, (PERHAPS_EXCEPTED, OPEN), Finding.UNKNOWN, "`whim` (handmade:99:1)"),
    (never_reaches, (), Finding.MET, "no packet reaches private hosts"),
    (never_reaches, (from_cloud(PRIVATE),), Finding.NOT_MET, "a packet reaches private hosts: "),
    (never_reaches, (from_cloud(perhaps(Verdict.ACCEPT, FROM_PRIVATE)),), Finding.UNKNOWN, "`whim`"),
    (by_way_of_the_link, (), Finding.MET, "no packet goes round the link"),
    (by_way_of_the_link, (second_leg(accept()),), Finding.NOT_MET, "a packet goes round the link: tcp "),
    (by_way_of_the_link, (second_leg(perhaps(Verdict.ACCEPT)),), Finding.UNKNOWN, "`whim` (handmade:99:1)"),
    (exactly_what_is_declared, (RSYNC_ONLY,), Finding.MET, "no packet that is undeclared gets in"),
    (exactly_what_is_declared, (SSH_TOO, OPEN), Finding.NOT_MET, "a packet that is undeclared gets in: tcp "),
    (
        exactly_what_is_declared,
        (replace(UNREAD, chains={}, hooks=()), MIRROR_ONLY),
        Finding.UNKNOWN,
        "what mirror itself admits was not read",
    ),
    (works, (), Finding.MET, "crossing `mirror`: packets arrive and replies come home"),
    (works, (from_cloud(drop(RSYNC, name="term rsync")),), Finding.NOT_MET, "is lost on its way, refused, at border"),
    (works, (to_cloud(drop(match(source="192.0.2.10/32"))),), Finding.NOT_MET, "is not answered: its reply is lost"),
    (works, (from_cloud(perhaps(Verdict.DROP, RSYNC)),), Finding.UNKNOWN, "`whim` (handmade:99:1)"),
    (
        works,
        (to_cloud(perhaps(Verdict.DROP, match(source="192.0.2.10/32"))),),
        Finding.UNKNOWN,
        "`whim` (handmade:99:1)",
    ),
    (works, (UNREAD,), Finding.UNKNOWN, "what mirror itself admits was not read"),
]


def _names(each: object) -> str | None:
    return getattr(each, "__name__", None)


@pytest.mark.parametrize(("claim", "changes", "finding", "because"), ANSWERS, ids=_names)
def test_answer(claim: Callable[[Prover], Answer], changes: tuple[Device, ...], finding: Finding, because: str) -> None:
    answer = claim(prover_of(changed(two_realms(), *changes)))
    assert answer.finding is finding, answer.because
    assert because in answer.because
    assert answer.exhibit is not None or finding is not Finding.NOT_MET
    assert answer.exhibit is None or finding is not Finding.MET


CLAIMS = list(dict.fromkeys(claim for claim, *_ in ANSWERS))


@pytest.mark.parametrize("claim", CLAIMS, ids=_names)
def test_every_claim_is_shown_with_every_answer(claim: Callable[[Prover], Answer]) -> None:
    shown = {finding for each, _, finding, _ in ANSWERS if each is claim}
    assert shown == {Finding.MET, Finding.NOT_MET, Finding.UNKNOWN}


def test_the_packet_of_an_answer_is_shown_hop_by_hop() -> None:
    answer = never_from(prover_of(changed(two_realms(), EXCEPTED, OPEN)))
    assert answer.exhibit is not None
    path = [str(each) for each in answer.exhibit.path]
    assert any(
        "gateway: postrouting: egress-nat: exception: accept" in each and "gateway.nft:2:1" in each for each in path
    )
    assert any("border" in each and "term mirror" in each and "border.conf:2:1" in each for each in path)
    assert path[-1].startswith("delivered, at mirror")


def test_packets_whose_translation_shows_are_told_as_they_were_sent_and_as_they_arrive() -> None:
    """What arrives at the mirror has the gateway's address; the packet that is shown has the instance's."""
    answer = only_from(prover_of(changed(two_realms(), host("mirror", *MIRROR, accept(RSYNC)))))
    assert answer.remark.startswith("at mirror arrive: tcp from ")
    seen = prover_of(two_realms())
    crossing = seen.crossing(seen.estate.crossings["mirror"])
    told = seen.claims.never_arrives(crossing, seen.space.everything, "arrives")
    assert told.exhibit is not None
    assert "172.16.0." in told.exhibit.packet
    assert MASQUERADED in told.remark or "203.0.113.10" in told.remark


def test_where_packets_leave_the_snapshot_for_an_address_inside_nobody_knows_how_they_come_back() -> None:
    """Without the gateway's configuration nothing is known of what it makes of packets."""
    known = two_realms().devices
    without = Network({name: each for name, each in known.items() if name != "gateway"})
    answer = never_from(prover_of(without))
    assert answer.finding is Finding.UNKNOWN
    assert "the neighbour behind qg was not read, 192.0.2.0/24 was" in answer.because


def test_a_device_that_may_do_anything_leaves_no_theorem() -> None:
    """A whole file of the border was not read: what it holds might let any packet through, or write another source."""
    for claim in (never_reaches, never_from, exactly_what_is_declared):
        doubted = replace(RSYNC_ONLY, doubts=(DOUBT,))
        assert claim(prover_of(changed(two_realms(), RSYNC_ONLY))).finding is Finding.MET
        answer = claim(prover_of(changed(two_realms(), doubted)))
        assert answer.finding is Finding.UNKNOWN
        assert "as far as border was read; `whim` (handmade:99:1)" in answer.because


def test_a_doubt_about_a_device_that_no_packet_comes_to_spoils_nothing() -> None:
    web = replace(two_realms().devices["web1"], doubts=(DOUBT,))
    assert never_from(prover_of(changed(two_realms(), web))).finding is Finding.MET


def test_a_crossing_without_clients_in_the_snapshot_is_unknown() -> None:
    alone = Network({"mirror": two_realms().devices["mirror"]})
    answer = works(prover_of(alone))
    assert answer.finding is Finding.UNKNOWN
    assert "the snapshot holds no place where its clients are" in answer.because


def test_what_comes_to_a_port_is_shown() -> None:
    prover = prover_of(two_realms())
    journey = prover.crossing(prover.estate.crossings["mirror"])
    answer = prover.claims.passed(journey, Port("border", "cloud"), "comes to the border")
    assert answer.finding is Finding.NOT_MET
    assert answer.because.startswith("a packet comes to the border: tcp 172.16.0.")

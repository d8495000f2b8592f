"""docs/packet-path.md, "On a device", sentence by sentence: what one device does to packets."""

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from isthmus.diagnostics import Span
from isthmus.network import (
    Changes,
    Device,
    DeviceKind,
    Hook,
    HookPoint,
    InterfaceTest,
    MarkTest,
    NextHop,
    Port,
    Redirect,
    Route,
    RouteKind,
    SetMark,
    TableChoice,
    Translate,
    Untrack,
    Verdict,
    Vrf,
)
from isthmus.packetset import AddressRange, Packet, PrefixMap, Rewrite, only, ping, tcp, udp
from isthmus.prove.replay import ComingIn, EndKind, OnDevice, Stage, Way
from tests.prove.networks import (
    DOUBT,
    NOWHERE,
    accept,
    chain,
    device,
    dnat,
    drop,
    hook,
    interface,
    masquerade,
    match,
    network,
    perhaps,
    route,
    rule,
    snat,
    uses,
)
from tests.prove.replay.words import ends, seen_at, told, ways

IN = ComingIn(Port("router", "in"))
WEB = tcp("192.0.2.9", "198.51.100.9", 80)


def router(**told: object) -> Device:
    """A device between 192.0.2.0/24 and 198.51.100.0/24 that forwards."""
    legs = told.pop("legs", (interface("in", "192.0.2.1/24"), interface("out", "198.51.100.1/24")))
    return device("router", *legs, **{"forwards": True, **told})  # type: ignore[misc, arg-type]


def one(made: Device, packet: Packet = WEB, *starts: object) -> Way:
    """The one way of a packet that comes to the router."""
    (way,) = ways(network(made), packet, *(starts or (IN,)))  # type: ignore[arg-type]
    return way


def end(made: Device, packet: Packet = WEB) -> str:
    """The end of the one way of a packet that comes to the router."""
    return told(one(made, packet))


def stages(way: Way) -> list[Stage]:
    return [step.stage for step in way.steps]


# 1. Interface filters in


def filtered(*chains: object, tracks: bool = False, versions: tuple[int, ...] = (4, 6)) -> Device:
    names = [each.name for each in chains]  # type: ignore[attr-defined]
    leg = interface("in", "192.0.2.1/24", filters_in=uses(*names, tracks=tracks, versions=versions))
    return router(legs=(leg, interface("out", "198.51.100.1/24")), chains=chains)


def test_filters_of_an_interface_are_one_long_list() -> None:
    """A chain's default counts in the last one only."""
    first = chain("first", drop(match(protocol="tcp", port=22)), default=Verdict.DROP)
    second = chain("second", accept(match(protocol="tcp", port=80)), default=Verdict.DROP)
    assert end(filtered(first, second), tcp("192.0.2.9", "198.51.100.9", 22)) == "refused at router"
    assert end(filtered(first, second)) == "delivered at segment 198.51.100.0/24"
    assert end(filtered(first, second), udp("192.0.2.9", "198.51.100.9", 80)) == "refused at router"
    assert end(filtered(first)) == "refused at router"


def test_what_no_filter_decides_passes() -> None:
    assert end(filtered(chain("open", drop(match(port=22))))) == "delivered at segment 198.51.100.0/24"


def test_filters_of_the_other_ip_version_are_passed_over() -> None:
    assert end(filtered(chain("none", drop()), versions=(6,))) == "delivered at segment 198.51.100.0/24"


def test_a_refusal_names_its_rule_and_line() -> None:
    way = one(filtered(chain("acl", accept(match(port=22)), drop(match(port=80), name="term web"))))
    assert way.end.where == Span("acl.rules", 3)
    assert (way.refusals[-1].chain, way.refusals[-1].rule.name) == ("acl", "term web")  # type: ignore[union-attr]
    assert way.end.what == "drop by term web"


def test_a_default_refuses_at_the_chain_s_line() -> None:
    way = one(filtered(chain("acl", accept(match(port=22)), default=Verdict.REJECT)))
    assert (way.end.what, way.end.where, way.refusals[-1].rule) == ("reject by default", Span("acl.rules", 1), None)


def test_an_interface_that_is_down_takes_nothing() -> None:
    made = router(legs=(interface("in", "192.0.2.1/24", is_up=False), interface("out", "198.51.100.1/24")))
    assert end(made) == "no route at router"


# 2. Prerouting


def hooked(at: str, *rules: object, priority: int = 0, translates: bool = False, **others: object) -> Device:
    name = f"{at}-chain"
    chains = (chain(name, *rules), *others.pop("chains", ()))  # type: ignore[arg-type, misc]
    hooks = (hook(name, at, priority, translates=translates), *others.pop("hooks", ()))  # type: ignore[misc]
    return router(chains=chains, hooks=hooks, **others)


def test_ingress_comes_before_prerouting_and_hooks_by_priority() -> None:
    chains = [chain(name, accept()) for name in ("ingress", "raw", "mangle", "nat")]
    hooks = [
        hook("nat", "prerouting", 10), hook("raw", "prerouting", -300), hook("mangle", "prerouting", -150),
        hook("ingress", "ingress", 500),
    ]  # fmt: skip
    way = one(router(chains=chains, hooks=hooks))
    assert [step.chain for step in way.steps if step.chain] == ["ingress", "raw", "mangle", "nat"]


def test_accept_ends_the_chain_alone_and_drop_ends_everything() -> None:
    chains = [chain("early", accept()), chain("late", drop())]
    hooks = [hook("early", "prerouting", -10), hook("late", "prerouting", 10)]
    assert end(router(chains=chains, hooks=hooks)) == "refused at router"


def test_ingress_stands_at_its_interfaces() -> None:
    def at(*names: str) -> Device:
        place = Hook("stop", HookPoint.INGRESS, 0, interfaces=names)
        return router(chains=[chain("stop", drop())], hooks=[place])

    assert end(at("in")) == "refused at router"
    assert end(at("out")) == "delivered at segment 198.51.100.0/24"


def test_a_first_packet_is_new_from_priority_minus_200_on() -> None:
    assert end(hooked("prerouting", drop(match(states="new")), priority=-150)) == "refused at router"
    assert end(hooked("prerouting", drop(match(states="established")), priority=-150)) != "refused at router"


def test_untracked_where_a_rule_said_so_before() -> None:
    late = chain("late", drop(match(states="untracked")))
    made = hooked(
        "prerouting", rule(Untrack(), match(port=80)), priority=-300, chains=[late], hooks=[hook("late", "forward")]
    )
    assert end(made) == "refused at router"
    assert end(made, tcp("192.0.2.9", "198.51.100.9", 81)) == "delivered at segment 198.51.100.0/24"


def test_untracked_packets_are_not_translated() -> None:
    raw = chain("raw", rule(Untrack()))
    made = hooked(
        "postrouting", snat("198.51.100.1"), translates=True, chains=[raw], hooks=[hook("raw", "prerouting", -300)]
    )
    assert str(one(made).packet.source) == "192.0.2.9"


def test_interface_tests_see_the_interface_and_the_vrf() -> None:
    legs = (interface("in", "192.0.2.1/24", vrf="blue"), interface("out", "198.51.100.1/24", vrf="blue"))
    vrfs = {"blue": Vrf("blue", "10", NOWHERE)}

    def made(arriving: str) -> Device:
        return replace(hooked("prerouting", drop(arriving=arriving), legs=legs), vrfs=vrfs)

    assert end(made("in")) == "refused at router"
    assert end(made("blue")) == "refused at router"
    assert end(made("not blue")) == "delivered at segment 198.51.100.0/24"
    assert end(made("out")) == "delivered at segment 198.51.100.0/24"


# 3. Routing


def test_to_an_address_of_the_device_it_is_delivered() -> None:
    assert end(router(), tcp("192.0.2.9", "192.0.2.1", 22)) == "delivered at router"
    assert end(router(), tcp("192.0.2.9", "198.51.100.1", 22)) == "delivered at router"


def test_an_address_of_another_vrf_is_not_the_device_s_own() -> None:
    legs = (interface("in", "192.0.2.1/24"), interface("out", "198.51.100.1/24", vrf="blue"))
    made = replace(router(legs=legs), vrfs={"blue": Vrf("blue", "10", NOWHERE)})
    assert end(made, tcp("192.0.2.9", "198.51.100.1", 22)) == "no route at router"


def test_otherwise_the_device_must_forward() -> None:
    way = one(router(forwards=False))
    assert way.end.kind is EndKind.NOT_FORWARDED
    assert way.end.what == "198.51.100.9 is not an address of router, which does not forward"


ROUTES = [
    route("default", "192.0.2.254", line=1),
    route("203.0.113.0/24", "198.51.100.2", line=2),
    route("203.0.113.128/25", "198.51.100.3", line=3),
    route("203.0.113.200/32", kind=RouteKind.DISCARD, line=4),
    route("203.0.113.201/32", kind=RouteKind.REJECT, line=5),
    route("203.0.113.202/32", kind=RouteKind.LOCAL, line=6),
    route("203.0.113.203/32", "192.0.9.9", line=7),
    route("203.0.113.204/32", "dev gone", line=8),
]

# destination, end
BY_ROUTE = [
    ("203.0.113.1", "left: to 198.51.100.2"),  # longest prefix
    ("203.0.113.129", "left: to 198.51.100.3"),
    ("192.0.9.1", "left: to 192.0.2.254"),
    ("203.0.113.200", "discarded: the route to 203.0.113.200/32 discards it"),
    ("203.0.113.201", "discarded: the route to 203.0.113.201/32 rejects it"),
    ("203.0.113.202", "delivered: "),
    ("203.0.113.203", "left: to 192.0.2.254"),  # a next hop without an interface is looked up once more
    ("203.0.113.204", "no route: no next hop of the route to 203.0.113.204/32 can be reached"),
]


@pytest.mark.parametrize(("destination", "expected"), BY_ROUTE)
def test_the_longest_prefix_counts(destination: str, expected: str) -> None:
    way = one(router(routes=ROUTES), tcp("192.0.2.9", destination, 80))
    assert f"{way.end.kind}: {way.end.what}" == expected


def test_a_route_step_names_the_route_s_line() -> None:
    way = one(router(routes=ROUTES), tcp("192.0.2.9", "203.0.113.129", 80))
    step = next(each for each in way.steps if each.stage is Stage.ROUTING)
    assert (step.where, step.what) == (Span("routes", 3), "203.0.113.128/25 via 198.51.100.3 dev out")


def test_no_route() -> None:
    way = one(router(), tcp("192.0.2.9", "203.0.113.1", 80))
    assert (way.end.kind, way.end.what) == (EndKind.NO_ROUTE, "router has no route to 203.0.113.1")


def test_then_the_lowest_preference() -> None:
    made = router(
        routes=[
            route("203.0.113.0/24", "198.51.100.2", preference=20),
            route("203.0.113.0/24", "198.51.100.3", preference=10),
        ]
    )
    assert one(made, tcp("192.0.2.9", "203.0.113.1", 80)).end.what == "to 198.51.100.3"


def test_equal_routes_are_choices() -> None:
    made = router(
        routes=[
            route("203.0.113.0/24", "198.51.100.2", "198.51.100.3"),
            route("203.0.113.0/24", "192.0.2.4", "198.51.100.3"),
        ]
    )
    found = ways(network(made), tcp("192.0.2.9", "203.0.113.1", 80), IN)
    assert [each.end.what for each in found] == ["to 198.51.100.2", "to 198.51.100.3", "to 192.0.2.4"]
    assert all(each.is_sure for each in found)


def test_connected_prefixes_count_as_routes_and_are_told_once() -> None:
    made = router(
        routes=[route("198.51.100.0/24", "dev out", line=9), route("198.51.100.0/24", "192.0.2.7", preference=5)]
    )
    (way,) = ways(network(made), WEB, IN)
    assert (told(way), way.steps[0].where) == ("delivered at segment 198.51.100.0/24", Span("routes", 9))


def test_routes_that_turn_in_circles_lead_nowhere() -> None:
    made = router(routes=[route("203.0.113.0/24", "203.0.113.1"), route("10.0.0.0/8", "table other")])
    made = replace(made, tables={**made.tables, "other": (route("10.0.0.0/8", "table main"),)})
    assert end(made, tcp("192.0.2.9", "203.0.113.9", 80)) == "no route at router"
    assert end(made, tcp("192.0.2.9", "10.0.0.1", 80)) == "no route at router"


def test_many_equal_unreachable_hops_are_looked_up_once_each() -> None:
    every = [f"203.0.113.{at}" for at in range(1, 60)]
    made = router(routes=[route("203.0.113.0/24", *every)])
    assert end(made, tcp("192.0.2.9", "203.0.113.99", 80)) == "no route at router"


def chosen(*choices: TableChoice, **tables: tuple[Route, ...]) -> Device:
    return replace(router(routes=[route("default", "198.51.100.2")]), choices=choices, tables={
        "main": (route("default", "198.51.100.2"),), **tables,
    })  # fmt: skip


FAR = tcp("192.0.2.9", "203.0.113.1", 80)
ODD = (route("default", "198.51.100.3"),)


def test_routing_rules_pick_tables_in_their_order() -> None:
    first = TableChoice(100, "odd", NOWHERE, match("192.0.2.0/28"))
    second = TableChoice(50, "even", NOWHERE, match("192.0.2.9/32"))
    made = chosen(first, second, odd=ODD, even=(route("default", "198.51.100.4"),))
    assert one(made, FAR).end.what == "to 198.51.100.4"
    assert one(made, tcp("192.0.2.8", "203.0.113.1", 80)).end.what == "to 198.51.100.3"
    assert one(made, tcp("192.0.2.99", "203.0.113.1", 80)).end.what == "to 198.51.100.2"


def test_a_routing_rule_asks_for_interface_and_mark() -> None:
    by_interface = TableChoice(1, "odd", NOWHERE, arriving=InterfaceTest(("in",)))
    assert one(chosen(by_interface, odd=ODD), FAR).end.what == "to 198.51.100.3"
    other = TableChoice(1, "odd", NOWHERE, arriving=InterfaceTest(("out",)))
    assert one(chosen(other, odd=ODD), FAR).end.what == "to 198.51.100.2"
    by_mark = TableChoice(1, "odd", NOWHERE, mark=MarkTest(7))
    assert one(chosen(by_mark, odd=ODD), FAR).end.what == "to 198.51.100.2"
    marking = replace(
        chosen(by_mark, odd=ODD),
        chains={"mark": chain("mark", rule(SetMark(7), match(port=80)))},
        hooks=(hook("mark", "prerouting", -150),),
    )
    assert one(marking, FAR).end.what == "to 198.51.100.3"
    assert one(marking, tcp("192.0.2.9", "203.0.113.1", 81)).end.what == "to 198.51.100.2"


def test_a_table_without_a_route_leaves_the_next_one_to_be_asked() -> None:
    throw = (route("203.0.113.0/24", kind=RouteKind.THROW),)
    assert one(chosen(TableChoice(1, "odd", NOWHERE), odd=throw), FAR).end.what == "to 198.51.100.2"
    assert one(chosen(TableChoice(1, "none", NOWHERE)), FAR).end.what == "to 198.51.100.2"


def test_a_routing_rule_in_doubt_is_followed_both_ways() -> None:
    found = ways(network(chosen(TableChoice(1, "odd", NOWHERE, doubts=(DOUBT,)), odd=ODD)), FAR, IN)
    assert [(each.end.what, each.doubts) for each in found] == [
        ("to 198.51.100.3", (DOUBT,)),
        ("to 198.51.100.2", (DOUBT,)),
    ]


def in_vrf(**tables: tuple[Route, ...]) -> Device:
    """A VRF with the leg `in` and a leg of its own; the default VRF has another way out."""
    legs = (
        interface("in", "192.0.2.1/24", vrf="blue"),
        interface("own", "10.1.0.1/24", vrf="blue"),
        interface("out", "198.51.100.1/24"),
    )
    return replace(router(legs=legs), vrfs={"blue": Vrf("blue", "10", NOWHERE)}, tables=tables)


def test_a_packet_in_a_vrf_uses_its_table() -> None:
    made = in_vrf(main=(route("default", "198.51.100.2"),), **{"10": (route("default", "10.1.0.2"),)})
    assert one(made, FAR).end.what == "to 10.1.0.2"
    assert end(in_vrf(main=(route("default", "198.51.100.2"),)), FAR) == "no route at router"


def test_connected_prefixes_belong_to_the_vrf_of_their_interface() -> None:
    assert end(in_vrf(), tcp("192.0.2.9", "10.1.0.9", 80)) == "delivered at segment 10.1.0.0/24"
    assert end(in_vrf(), WEB) == "no route at router"


def test_a_route_may_lead_to_another_table() -> None:
    leak = {"10": (Route(ip_network("198.51.100.0/24"), RouteKind.FORWARD, NOWHERE, (NextHop(table="main"),)),)}
    assert end(in_vrf(**leak), WEB) == "delivered at segment 198.51.100.0/24"
    assert end(in_vrf(**leak), tcp("192.0.2.9", "198.51.100.1", 22)) == "delivered at router"


def test_both_ip_versions_have_routes_of_their_own() -> None:
    legs = (
        interface("in", "192.0.2.1/24", "2001:db8:1::1/64"),
        interface("out", "198.51.100.1/24", "2001:db8:2::1/64"),
    )
    made = router(legs=legs, routes=[route("default", "198.51.100.2"), route("2001:db8:9::/48", "2001:db8:2::2")])
    far = ping("2001:db8:1::9", "2001:db8:9::1")
    assert one(made, far).end.what == "to 2001:db8:2::2"
    assert end(made, ping("2001:db8:1::9", "2001:db8:8::1")) == "no route at router"
    assert end(made, ping("2001:db8:1::9", "2001:db8:2::9")) == "delivered at segment 198.51.100.0/24"
    assert end(made, ping("2001:db8:1::9", "2001:db8:2::1")) == "delivered at router"


# 4. Forward


def test_forward_sees_both_interfaces() -> None:
    assert end(hooked("forward", drop(arriving="in", leaving="out"))) == "refused at router"
    assert end(hooked("forward", drop(arriving="out"))) == "delivered at segment 198.51.100.0/24"
    assert end(hooked("forward", drop(leaving="in"))) == "delivered at segment 198.51.100.0/24"


def test_input_and_output_do_not_concern_what_is_forwarded() -> None:
    chains = [chain("stop", drop())]
    hooks = [hook("stop", "input"), hook("stop", "output")]
    assert end(router(chains=chains, hooks=hooks)) == "delivered at segment 198.51.100.0/24"


# 5. Postrouting and egress


def test_source_translation_stands_at_postrouting() -> None:
    way = one(hooked("postrouting", snat("198.51.100.1", leaving="out"), translates=True))
    assert str(way.packet) == "tcp 198.51.100.1:50000 > 198.51.100.9:80 syn new"
    assert way.steps[-1].what == "source becomes 198.51.100.1"
    assert way.steps[-1].where == Span("postrouting-chain.rules", 2)


def test_masquerade_takes_the_address_next_to_the_neighbour() -> None:
    legs = (interface("in", "192.0.2.1/24"), interface("out", "10.9.0.1/24", "198.51.100.1/24"))
    made = hooked("postrouting", masquerade(leaving="out"), translates=True, legs=legs)
    assert str(one(made).packet.source) == "198.51.100.1"
    assert str(one(made, tcp("192.0.2.9", "10.9.0.2", 80)).packet.source) == "10.9.0.1"


def test_masquerade_without_an_address_loses_the_packet() -> None:
    legs = (interface("in", "192.0.2.1/24"), interface("out"))
    made = hooked("postrouting", masquerade(), translates=True, legs=legs, routes=[route("default", "dev out")])
    assert end(made) == "refused at router"


def test_only_the_first_translation_of_a_hook_counts() -> None:
    more = chain("more", snat("198.51.100.77"))
    made = hooked(
        "postrouting", snat("198.51.100.1"), translates=True, chains=[more],
        hooks=[Hook("more", HookPoint.POSTROUTING, 110, translates=True)],
    )  # fmt: skip
    assert str(one(made).packet.source) == "198.51.100.1"


def test_accept_in_a_chain_of_type_nat_is_an_exception_from_it() -> None:
    made = hooked("postrouting", accept(match(destination="198.51.100.9/32")), snat("198.51.100.1"), translates=True)
    assert str(one(made).packet.source) == "192.0.2.9"
    assert str(one(made, tcp("192.0.2.9", "198.51.100.8", 80)).packet.source) == "198.51.100.1"


def test_egress_sees_the_packet_as_it_leaves() -> None:
    stop = chain("stop", drop(match("198.51.100.1/32")))
    made = hooked(
        "postrouting", snat("198.51.100.1"), translates=True, chains=[stop],
        hooks=[Hook("stop", HookPoint.EGRESS, 0, interfaces=("out",))],
    )  # fmt: skip
    assert end(made) == "refused at router"


# Translations

MAPS = [
    # what is written, from, what comes out
    (Rewrite(source=ip_network("203.0.113.5/32")), WEB, ["203.0.113.5:50000"]),
    (Rewrite(source_port=only(1024)), WEB, ["192.0.2.9:1024"]),
    (Rewrite(source_port=only(1024)), ping("192.0.2.9", "198.51.100.9"), ["192.0.2.9"]),
    (Rewrite(source=PrefixMap(ip_network("192.0.2.0/24"), ip_network("203.0.113.0/24"))), WEB, ["203.0.113.9:50000"]),
    (Rewrite(source=PrefixMap(ip_network("10.0.0.0/24"), ip_network("203.0.113.0/24"))), WEB, ["192.0.2.9:50000"]),
    (Rewrite(source=ip_network("2001:db8::1/128")), WEB, ["192.0.2.9:50000"]),
    # a pool is a choice
    (
        Rewrite(source=AddressRange(ip_address("203.0.113.1"), ip_address("203.0.113.3"))),
        WEB,
        ["203.0.113.1:50000", "203.0.113.2:50000", "203.0.113.3:50000"],
    ),
    # of a large one the ends are followed, and the answer is not sure
    (Rewrite(source=ip_network("203.0.113.0/24")), WEB, ["possibly 203.0.113.0:50000", "possibly 203.0.113.255:50000"]),
]


@pytest.mark.parametrize(("rewrite", "packet", "expected"), MAPS)
def test_what_a_translation_writes(rewrite: Rewrite, packet: Packet, expected: list[str]) -> None:
    made = hooked("postrouting", rule(Translate(Changes.SOURCE, rewrite)), translates=True)
    found = ways(network(made), packet, IN)
    written = [
        f"{'' if each.is_sure else 'possibly '}{each.packet.source}"
        + (f":{each.packet.source_port}" if each.packet.source_port is not None else "")
        for each in found
    ]
    assert written == expected


def test_destination_translation_comes_before_routing() -> None:
    made = hooked("prerouting", dnat("198.51.100.9", match(destination="192.0.2.1/32", port=80)), translates=True)
    way = one(made, tcp("192.0.2.9", "192.0.2.1", 80))
    assert (told(way), str(way.packet.destination)) == ("delivered at segment 198.51.100.0/24", "198.51.100.9")


def test_redirect_brings_it_to_the_device_itself() -> None:
    made = hooked("prerouting", rule(Redirect(only(3128)), match(port=80)), translates=True)
    way = one(made)
    assert (told(way), str(way.packet)) == ("delivered at router", "tcp 192.0.2.9:50000 > 192.0.2.1:3128 syn new")


# 6. Interface filters out, and the segment


def test_the_filter_of_the_leaving_interface_judges_last() -> None:
    out = interface("out", "198.51.100.1/24", filters_out=uses("acl"))
    acl = chain("acl", drop(match(source="198.51.100.1/32")), accept())
    legs = (interface("in", "192.0.2.1/24"), out)
    assert end(router(legs=legs, chains=[acl])) == "delivered at segment 198.51.100.0/24"
    made = hooked("postrouting", snat("198.51.100.1"), translates=True, legs=legs, chains=[acl])
    assert end(made) == "refused at router"


def test_a_port_that_answers_takes_the_packet_to_its_device() -> None:
    server = device("server", interface("eth0", "198.51.100.9/24"))
    assert ends(network(router(), server), WEB, IN) == ["delivered at server"]


def test_nobody_answers_for_a_destination() -> None:
    way = one(router())
    assert (told(way), way.end.is_read) == ("delivered at segment 198.51.100.0/24", False)
    assert way.end.what == "to 198.51.100.9, a host that was not read"


def test_nobody_answers_for_a_next_hop() -> None:
    way = one(router(routes=[route("default", "198.51.100.2")]), FAR)
    assert (way.end.kind, way.end.interface, way.is_sure) == (EndKind.LEFT, "out", True)


def test_what_leaves_to_addresses_that_were_read_is_not_sure() -> None:
    """The neighbour was not read, and where it sends packets to a segment of the snapshot nobody knows."""
    made = router(routes=[route("10.0.0.0/8", "198.51.100.2")])
    elsewhere = device("elsewhere", interface("eth0", "10.0.0.1/24"))
    assert ends(network(made, elsewhere), tcp("192.0.2.9", "10.0.0.1", 80), IN) == [
        "possibly left at segment 198.51.100.0/24"
    ]


def test_an_interface_on_no_segment_leads_out() -> None:
    legs = (interface("in", "192.0.2.1/24"), interface("tunnel"))
    assert end(router(legs=legs, routes=[route("default", "dev tunnel")]), FAR) == "left at router"


def test_two_that_answer_are_a_choice() -> None:
    twins = [device(name, interface("eth0", "198.51.100.9/24")) for name in ("one", "other")]
    assert ends(network(router(), *twins), WEB, IN) == ["delivered at one", "delivered at other"]


# 7. Input


def test_input_judges_what_is_for_the_device() -> None:
    made = hooked("input", accept(match(protocol="tcp", port=22)), drop())
    assert end(made, tcp("192.0.2.9", "192.0.2.1", 22)) == "delivered at router"
    assert end(made, tcp("192.0.2.9", "192.0.2.1", 23)) == "refused at router"
    assert end(made) == "delivered at segment 198.51.100.0/24"


def test_a_host_of_which_nobody_knows_what_it_admits() -> None:
    read, unread = router(reads_host=True), router(reads_host=False)
    packet = tcp("192.0.2.9", "192.0.2.1", 22)
    assert [one(each, packet).end.is_read for each in (read, unread)] == [True, False]
    instance = router(reads_host=False, kind=DeviceKind.INSTANCE)
    assert one(instance, packet).end.is_read, "its security groups are what is admitted"


def test_an_address_with_full_length_is_the_device_s_own() -> None:
    legs = (interface("in", "192.0.2.1/24"), interface("lo", "203.0.113.161/32"))
    assert end(router(legs=legs), tcp("192.0.2.9", "203.0.113.161", 443)) == "delivered at router"


# What a device's own doubts name


def test_what_is_not_modelled_of_a_device_makes_every_way_through_it_unsure() -> None:
    made = replace(router(), doubts=(DOUBT,))
    assert end(made) == "possibly delivered at segment 198.51.100.0/24"
    assert one(made).doubts == (DOUBT,)
    assert end(made, tcp("192.0.2.9", "192.0.2.1", 22)) == "possibly delivered at router"


def test_a_rule_that_may_match_is_followed_both_ways() -> None:
    found = ways(network(hooked("forward", perhaps(Verdict.DROP, match(port=80)))), WEB, IN)
    assert [told(each) for each in found] == [
        "possibly refused at router",
        "possibly delivered at segment 198.51.100.0/24",
    ]
    assert all(each.doubts == (DOUBT,) for each in found)


def test_both_ways_leading_to_the_same_leave_nothing_in_doubt() -> None:
    assert end(hooked("forward", perhaps(Verdict.ACCEPT, match(port=80)))) == "delivered at segment 198.51.100.0/24"


def test_a_chain_that_no_file_defines_may_do_anything() -> None:
    found = ways(network(router(hooks=[hook("gone", "forward")])), WEB, IN)
    assert [told(each) for each in found] == [
        "possibly delivered at segment 198.51.100.0/24",
        "possibly refused at router",
    ]


# A packet of its own


OWN = OnDevice("router")


def test_its_own_packets_pass_output_and_postrouting_alone() -> None:
    chains = [chain("stop", drop()), chain("note", accept())]
    points = ("prerouting", "input", "forward")
    hooks = [*(hook("stop", each) for each in points), hook("note", "output"), hook("note", "postrouting")]
    way = one(router(chains=chains, hooks=hooks), tcp("198.51.100.1", "198.51.100.9", 80), OWN)
    assert stages(way) == [Stage.ROUTING, Stage.OUTPUT, Stage.POSTROUTING]


def test_output_may_change_the_destination_and_the_route() -> None:
    made = hooked("output", dnat("192.0.2.9"), translates=True)
    way = one(made, tcp("198.51.100.1", "198.51.100.9", 80), OWN)
    assert (told(way), str(way.packet.destination)) == ("delivered at segment 192.0.2.0/24", "192.0.2.9")


def test_output_may_mark_and_so_choose_the_route() -> None:
    marked = replace(
        chosen(TableChoice(1, "odd", NOWHERE, mark=MarkTest(7)), odd=ODD),
        chains={"mark": chain("mark", rule(SetMark(7)))},
        hooks=(hook("mark", "output", -150),),
    )
    assert one(marked, tcp("198.51.100.1", "203.0.113.1", 80), OWN).end.what == "to 198.51.100.3"


def test_to_itself_a_packet_goes_by_the_loopback_interface() -> None:
    seen = chain("seen", accept(arriving="lo"), drop())
    lo = interface("lo", "127.0.0.1/8")
    made = router(
        legs=(interface("in", "192.0.2.1/24"), lo), chains=[seen], hooks=[hook("seen", "input")], forwards=False
    )
    way = one(made, tcp("192.0.2.1", "127.0.0.1", 80), OWN)
    assert (told(way), way.devices) == ("delivered at router", ("router",))


def test_to_itself_inside_a_vrf() -> None:
    assert end_of_own(in_vrf(), tcp("192.0.2.1", "10.1.0.1", 80)) == "delivered at router"
    assert end_of_own(in_vrf(), tcp("192.0.2.1", "198.51.100.1", 80)) == "no route at router"


def end_of_own(made: Device, packet: Packet) -> str:
    return told(one(made, packet, OWN))


def test_the_vrf_of_its_own_packet_is_that_of_its_source() -> None:
    made = in_vrf(**{"10": (route("default", "10.1.0.2"),)})
    assert one(made, tcp("10.1.0.1", "203.0.113.1", 80), OWN).end.what == "to 10.1.0.2"
    assert one(made, tcp("198.51.100.1", "203.0.113.1", 80), OWN).end.kind is EndKind.NO_ROUTE


def test_what_reaches_a_device_has_been_changed_by_those_before() -> None:
    made = hooked("postrouting", snat("198.51.100.1"), translates=True)
    (way,) = ways(network(made, device("server", interface("eth0", "198.51.100.9/24"), hooks=[hook("note", "input")],
                                       chains=[chain("note", accept())])), WEB, IN)  # fmt: skip
    assert seen_at(way, "server") == ("198.51.100.1", "198.51.100.9")


def test_interfaces_of_a_step() -> None:
    way = one(hooked("forward", accept()))
    step = next(each for each in way.steps if each.stage is Stage.FORWARD)
    assert (step.arriving, step.leaving, step.before) == ("in", "out", WEB)

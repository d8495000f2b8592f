"""Black holes in detail: whose fault a loss is, and which of several addresses or senders it concerns."""

from dataclasses import replace

from isthmus.diagnostics import Diagnostic
from isthmus.network import Device, Network, RouteKind, Rule, Verdict
from isthmus.prove.findings import black_hole
from tests.prove.estates import prover_of
from tests.prove.networks import accept, border, chain, changed, gateway, match, route, two_realms


def found(network: Network, code: str) -> list[Diagnostic]:
    """The black holes of a network that have a code."""
    return [each for each in black_hole.find(prover_of(network)) if each.code == code]


def messages(network: Network, code: str) -> list[str]:
    return [each.message for each in found(network, code)]


def with_chain(before: Device, name: str, *rules: Rule, default: Verdict | None = Verdict.DROP) -> Device:
    """A device with other rules in one of its chains, in a file of its own."""
    new = chain(name, *rules, default=default, file=f"{before.name}-{name}")
    return replace(before, chains={**before.chains, name: new})


def exception(destination: str) -> Device:
    """The gateway with one more exception from its translation."""
    gate = gateway()
    old = gate.chains["egress-nat"].rules
    return with_chain(gate, "egress-nat", accept(match(destination=destination), name="new"), *old, default=None)


def test_an_exception_that_the_border_drops() -> None:
    """The border drops untranslated packets, and has no term for this address."""
    [told] = found(changed(two_realms(), exception("192.0.2.10/32")), "PRV003")
    assert "untranslated packets to 192.0.2.10/32 are all lost: refused, at border" in told.message
    assert str(told.where) == "gateway-egress-nat:2:1"
    assert "172.16.0." in told.packet


def test_an_exception_that_the_border_lets_pass() -> None:
    assert not messages(two_realms(), "PRV003")


def test_an_exception_for_one_port_that_passes_and_others_that_do_not() -> None:
    """Some packets of the exception arrive, so it is no black hole."""
    opened = with_chain(
        border(), "from-cloud", accept(match(destination="192.0.2.10/32", port=873, protocol="tcp")),
        *border().chains["from-cloud"].rules,
    )  # fmt: skip
    assert not messages(changed(two_realms(), exception("192.0.2.10/32"), opened), "PRV003")


def test_an_exception_of_two_addresses_one_of_which_is_lost() -> None:
    """Each address of an exception is looked at by itself."""
    gate = gateway()
    both = accept(match(destination="192.0.2.80/32 192.0.2.10/32"), name="both")
    masked = gate.chains["egress-nat"].rules[-1]
    told = messages(changed(two_realms(), with_chain(gate, "egress-nat", both, masked, default=None)), "PRV003")
    assert len(told) == 1
    assert "192.0.2.10/32" in told[0]


def test_an_exception_whose_packets_are_lost_before_the_gateway_is_not_the_gateways_fault() -> None:
    qrouter = two_realms().devices["qrouter"]
    stuck = replace(qrouter, tables={"main": (route("192.0.2.10/32", kind=RouteKind.DISCARD), *qrouter.tables["main"])})
    assert not messages(changed(two_realms(), exception("192.0.2.10/32"), stuck), "PRV003")


def test_an_exception_is_found_although_one_client_is_lost_before_the_gateway() -> None:
    """The first host that can send is stopped by its own security group; the others are not."""
    idle = two_realms().devices["idle"]
    silent = replace(idle, name="a-first", chains={**idle.chains, "egress": chain("egress", default=Verdict.DROP)})
    old = two_realms()
    first = Network({"a-first": silent, **{name: each for name, each in old.devices.items() if name != "idle"}})
    assert messages(changed(first, exception("192.0.2.10/32")), "PRV003")


def test_a_route_to_where_no_route_is() -> None:
    """The gateway sends one network to the border, which has no way for it."""
    lost = replace(border(), tables={"main": border().tables["main"][1:]})
    told = messages(changed(two_realms(), lost), "PRV004")
    assert told == [
        "director, front, gateway, mirror, web1, web2 send packets to border that end there: border has no route"
    ]


def test_a_route_that_discards_what_another_sends() -> None:
    hole = replace(
        border(), tables={"main": (*border().tables["main"], route("192.0.2.10/32", kind=RouteKind.DISCARD))}
    )
    told = found(changed(two_realms(), hole), "PRV004")
    assert any("gateway" in each.message and "a route discards it" in each.message for each in told)


def test_each_of_two_holes_is_told() -> None:
    lines = {10: "192.0.2.10/32", 11: "192.0.2.80/32"}
    holes = [route(prefix, kind=RouteKind.DISCARD, line=line) for line, prefix in lines.items()]
    hole = replace(border(), tables={"main": (*border().tables["main"], *holes)})
    assert [each.where.line for each in found(changed(two_realms(), hole), "PRV004")] == list(lines)


def test_every_sender_into_a_hole_is_named() -> None:
    hole = replace(border(), tables={"main": (*border().tables["main"], route("10.0.0.11/32", kind=RouteKind.DISCARD))})
    told = " ".join(messages(changed(two_realms(), hole), "PRV004"))
    assert "mirror" in told
    assert "gateway" not in told, "the border's own filter stops what comes from there"

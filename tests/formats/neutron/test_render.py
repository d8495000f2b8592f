"""Groups that are written admit, when they are read back behind a port, what they admitted."""

import json
from ipaddress import ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from isthmus.formats import CannotRenderError, Text, read
from isthmus.formats.neutron.render import groups, listed, render
from isthmus.formats.neutron.terraform import Floating, Member, terraform
from isthmus.network import Chain, Device, Rule, Verdict
from isthmus.packetset import IcmpType, Match, PacketSet, Space, State, only
from tests.formats.aerleon.verdicts import through
from tests.generate.drawing import HERE, ports, prefixes

NAME = "tools web"
NEW = Match(destination=(ip_network("10.1.2.3/32"),), states=(State.NEW,), version=4)
"""First packets to the port's own address."""

asked = some.builds(
    lambda source, number, asked_: Match(source, protocols=(only(number),), destination_ports=asked_),
    source=some.none() | prefixes,
    number=some.sampled_from((6, 17, 132)),
    asked_=some.none() | ports,
) | some.builds(
    lambda source: Match(source, protocols=(only(1),), icmp=(IcmpType(8), IcmpType(3, 1)), version=4),
    source=some.none() | prefixes,
)  # fmt: skip
rules = some.builds(
    Rule,
    matches=some.lists(asked, min_size=1, max_size=2).map(tuple),
    action=some.just(Verdict.ACCEPT),
    where=some.just(HERE),
    comment=some.sampled_from(("", "crossing a", "x" * 300)),
)


def device(*some_: Rule) -> Device:
    return Device("openstack", HERE, chains={NAME: Chain(NAME, some_, HERE, Verdict.DROP)})


AROUND = {
    "networks.json": listed("networks", [{"id": "n", "name": "lan", "admin_state_up": True}]),
    "subnets.json": listed("subnets", [{"id": "s", "name": "lan", "network_id": "n", "cidr": "10.1.0.0/16",
                                        "gateway_ip": None, "host_routes": []}]),
    "routers.json": listed("routers", []),
    "floatingips.json": listed("floatingips", []),
    "ports.json": listed("ports", [{
        "id": "p", "name": "vm", "network_id": "n", "device_id": "vm", "device_owner": "compute:nova",
        "fixed_ips": [{"subnet_id": "s", "ip_address": "10.1.2.3"}], "security_groups": ["tools-web"],
        "port_security_enabled": True, "allowed_address_pairs": [], "admin_state_up": True,
        "mac_address": "fa:16:3e:00:00:01", "project_id": "tools",
    }]),
}  # fmt: skip


def admitted(drawn: list[Rule], space: Space) -> PacketSet:
    """What gets in by the port, read back from the texts of a whole folder."""
    texts = {**AROUND, **{each.name: each.text for each in render([device(*drawn)], ["made for a test"])}}
    found = read("openstack", [Text(f"openstack/{name}", text) for name, text in texts.items()])
    assert not found.diagnostics
    vm = next(each for each in found.devices if each.name == "vm")
    chain = next(iter(vm.interfaces.values())).filters_in[0].chain
    return through(vm.chains, chain, space.match(NEW)).accepted


@settings(max_examples=25, deadline=None)
@given(some.lists(rules, max_size=3))
def test_what_is_written_admits_the_same(drawn: list[Rule]) -> None:
    """Beside what Neutron lets in to every port, such as answers to DHCP."""
    space = Space(1 << 20)
    meant = space.union(space.match(match) for each in drawn for match in each.matches) & space.match(NEW)

    assert admitted(drawn, space) == meant | admitted([], space)


def test_a_second_rule_of_the_same_content_is_never_written() -> None:
    match = Match(protocols=(only(6),), destination_ports=(only(443),), version=4)
    twice = [Rule((match,), Verdict.ACCEPT, HERE, comment=each) for each in ("crossing a", "crossing b")]
    rules_ = groups([device(*twice)])[0].rules

    assert [each.says for each in rules_] == ["", "", "crossing a; crossing b"]


@pytest.mark.parametrize(
    "match",
    [
        Match(destination=(ip_network("10.0.0.0/8"),)),
        Match(source_ports=(only(53),)),
        Match(destination_ports=(only(53),)),
        Match(protocols=(only(1),), version=6),
        Match(states=(State.NEW,)),
    ],
)
def test_what_no_group_can_ask_is_refused(match: Match) -> None:
    with pytest.raises(CannotRenderError):
        render([device(Rule((match,), Verdict.ACCEPT, HERE))])


def test_a_group_refuses_nothing_in_particular() -> None:
    with pytest.raises(CannotRenderError):
        render([device(Rule((Match(),), Verdict.DROP, HERE))])


def test_terraform_names_what_it_refers_to() -> None:
    """Every reference leads to a resource or a lookup that is there."""
    match = Match((ip_network("192.0.2.0/24"),), protocols=(only(6),), destination_ports=(only(443),))
    every = groups([device(Rule((match,), Verdict.ACCEPT, HERE, comment="crossing a"))])
    members = [Member("p", "10.1.2.3", ("tools-web",), ("default-id",))]
    text = terraform(every, members, [Floating("203.0.113.1", "10.1.2.3")], ["made for a test"]).text
    told = json.loads(text)
    known = {f"{kind}.{name}.id" for kind, some_ in told["resource"].items() for name in some_}
    known |= {f"data.{kind}.{name}.id" for kind, some_ in told["data"].items() for name in some_}

    assert {part.partition("}")[0] for part in text.split("${")[1:]} <= known
    assert told["resource"]["openstack_networking_secgroup_rule_v2"]["tools-web_3"] == {
        "security_group_id": "${openstack_networking_secgroup_v2.tools-web.id}", "direction": "ingress",
        "ethertype": "IPv4", "protocol": "tcp", "port_range_min": 443, "port_range_max": 443,
        "remote_ip_prefix": "192.0.2.0/24", "description": "crossing a",
    }  # fmt: skip

"""What is planned: small estates as golden files, the shipped one by its facts."""

import os
import re
import shutil
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.lab import LabPlan, NodeKind
from isthmus.lab.plan.naming import kernel_name
from tests.lab.places import BALANCED, DUAL_STACK, EQIAD1, TESTDATA, plan_of


def written(plan: LabPlan) -> Iterator[str]:
    """A plan as text; paths as they are inside the test's folder."""
    for node in plan.nodes.values():
        yield f"node {node.name}: {node.kind.value}" + (f" of {node.owner}" if node.owner != node.name else "")
        for port in node.ports:
            held = " ".join(str(each) for each in port.addresses)
            yield f"  port {port.device} ({port.name}) on {port.segment or 'nothing'}: {held}".rstrip(": ")
        yield from (f"  lo {each}" for each in node.loopback)
        yield from (f"  wire {each.device} to {each.peer} {each.peer_device}" for each in node.tunnels)
        yield from (f"  ip {each}" for each in (*node.routes, *node.rules))
        for each in node.rulesets:
            source = each.source.rpartition("snapshot/")[2] if each.is_verbatim else "rendered"
            yield f"  {each.tool.value}: {source}"
            yield from (f"    {line}" for line in each.text.splitlines() if not each.is_verbatim)
        yield from (f"  program {each.program} {each.ports}" for each in node.daemons)
        yield from (
            f"  listens {each.protocol}/{each.port} at {each.address or 'every address'}" for each in node.listeners
        )
    for wire in plan.wires:
        yield f"wire {wire.name}: {wire.switch or 'a cable'} {wire.bridge or ''} {' '.join(n for n, _ in wire.ports)}"
    for served in plan.services:
        yield f"service {served.service} {served.endpoint} {served.address}: {' '.join(served.nodes)}"
    for client in plan.clients:
        yield f"client {client.realm} {client.role} {client.network}: {client.node} {client.address}"
    yield from (f"left out: {each.node}: {each.what}" for each in plan.left_out)
    yield from (f"remark: {each}" for each in plan.remarks)
    yield f"unplaced: {' '.join(plan.unplaced)}"


@pytest.mark.parametrize("name", ["dual-stack", "balanced"])
def test_a_small_estate_is_planned_as_its_golden_file_says(name: str) -> None:
    folder = TESTDATA / name
    said = "\n".join([*written(plan_of(folder)), ""]).replace(str(folder), name)
    golden = folder / "plan.txt"
    if os.environ.get("ISTHMUS_ACCEPT"):
        golden.write_text(said, encoding="utf-8")
    assert said == golden.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def eqiad1() -> LabPlan:
    """The plan of the shipped estate."""
    return plan_of(EQIAD1)


def test_the_same_estate_gives_the_same_plan(eqiad1: LabPlan) -> None:
    assert list(written(plan_of(EQIAD1))) == list(written(eqiad1))


@given(st.lists(st.text(max_size=40), max_size=20))
def test_whatever_interfaces_are_called_the_kernel_takes_it(names: list[str]) -> None:
    taken: set[str] = set()
    for name in names:
        made = kernel_name(name, taken)
        assert re.fullmatch(r"[A-Za-z0-9._@+~-]{1,15}", made)
        assert made not in taken | {".", "..", "all", "default"}
        taken.add(made)


def test_each_vrf_is_a_node_and_its_names_are_those_of_the_devices(eqiad1: LabPlan) -> None:
    assert [each.name for each in eqiad1.nodes_of("cloudgw1001")] == ["cloudgw1001", "cloudgw1001@vrf-cloudgw"]
    assert [each.name for each in eqiad1.nodes_of("cloudsw1-c8-eqiad")] == [
        "cloudsw1-c8-eqiad", "cloudsw1-c8-eqiad@cloud",
    ]  # fmt: skip
    assert {each.name for each in eqiad1.nodes["cloudlb1001"].ports} == {"eno1", "vlan1151"}


def test_nothing_of_the_shipped_estate_is_left_out(eqiad1: LabPlan) -> None:
    assert [str(each) for each in eqiad1.left_out] == []


def test_every_address_is_held_once_on_each_segment(eqiad1: LabPlan) -> None:
    for wire in eqiad1.wires:
        ports = [port for node, device in wire.ports for port in eqiad1.nodes[node].ports if port.device == device]
        held = [each.ip for port in ports for each in port.addresses]
        assert len(held) == len(set(held)), wire.name


def test_every_interface_has_a_name_that_linux_allows(eqiad1: LabPlan) -> None:
    for node in eqiad1.nodes.values():
        names = [each.device for each in node.ports] + [each.device for each in node.tunnels]
        assert len(names) == len(set(names))
        assert all(0 < len(each) <= 15 and "/" not in each for each in names), names


def test_services_end_where_translation_and_balancers_lead(eqiad1: LabPlan) -> None:
    ends = {(each.service, each.endpoint, str(each.address)): each.nodes for each in eqiad1.services}
    assert ends["puppet-catalog-compiler", "https", "185.15.56.49"] == ("proxy-03",)
    assert ends["wikis", "text", "208.80.154.224"] == ("cp1100", "cp1102")
    assert ends["wikis", "text", "208.80.153.224"] == ("elsewhere",)
    assert ends["openstack-apis", "keystone", "185.15.56.161"] == ("cloudlb1001", "cloudlb1002")


def test_each_network_with_a_place_has_a_client(eqiad1: LabPlan) -> None:
    clients = {each.network: (each.node, str(each.address)) for each in eqiad1.clients}
    assert clients["cloud-instances2-b-eqiad"] == ("vm-plain", "172.16.5.10")  # no floating address, serves nothing
    assert clients["internet"][0] == "internet"
    assert clients["public1-a-eqiad"][0] == "client-public1-a-eqiad"
    for each in eqiad1.clients:
        node = eqiad1.nodes[each.node]
        assert each.address in node.addresses or node.kind is NodeKind.OUTSIDE
    assert set(eqiad1.unplaced).isdisjoint(clients)


def test_names_resolve_as_the_estate_says(eqiad1: LabPlan) -> None:
    assert eqiad1.names["object.eqiad1.wikimediacloud.org"] == (ip_address("185.15.56.161"),)
    assert eqiad1.names["dumps.wikimedia.org"] == (ip_address("208.80.154.142"), ip_address("208.80.154.71"))
    assert eqiad1.names["cumin1002"] == (ip_address("10.64.48.98"),)


def test_what_the_lab_does_not_do_is_named() -> None:
    said = [str(each) for each in plan_of(DUAL_STACK).left_out]
    assert any("10.98.0.0/16" in each and "junos.conf:18" in each for each in said)
    assert any("lost1" in each and "10.250.0.9" in each for each in said)


def test_what_no_reader_understood_is_named_unless_the_text_itself_is_loaded(tmp_path: Path) -> None:
    estate = tmp_path / "estate"
    shutil.copytree(DUAL_STACK, estate)
    junos, ruleset = estate / "snapshot" / "r1" / "junos.conf", estate / "snapshot" / "gw1" / "ruleset.nft"
    text = junos.read_text(encoding="utf-8")
    junos.write_text(text.replace("destination-port 22;", "destination-port 22; packet-length 99;"), encoding="utf-8")
    text = ruleset.read_text(encoding="utf-8")
    ruleset.write_text(text.replace("tcp dport { 443", "meta length 99 tcp dport { 443"), encoding="utf-8")
    (estate / "snapshot" / "web1" / "notes.txt").write_text("nobody reads this\n", encoding="utf-8")
    said = [str(each) for each in plan_of(estate).left_out]
    assert any("packet-length" in each and "junos.conf" in each for each in said), said
    assert any("notes.txt" in each and "web1" in each for each in said), said
    assert not any("ruleset.nft" in each for each in said), said


def test_the_tools_that_a_plan_needs_are_known_before_it_is_built() -> None:
    assert list(plan_of(BALANCED).tools()) == ["bird", "haproxy", "nft"]
    assert "tc" in plan_of(EQIAD1).tools()  # for its VRFs

"""Whatever stands in a snapshot, planning makes a lab of it that the kernel can take: no two alike, nothing unnamed."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path

from hypothesis import Phase, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from isthmus.diagnostics import Span
from isthmus.estate import Estate
from isthmus.lab import LabPlan, NodeKind, PortPlan, in_own_namespaces, plan_lab, running
from isthmus.lab.up.batches import batches
from isthmus.network import (
    Device,
    DeviceKind,
    Interface,
    Network,
    NextHop,
    Route,
    RouteKind,
    TableChoice,
    Vrf,
)
from isthmus.packetset import Match
from tests.lab.places import needs_namespaces

HERE = Span("snapshot/any/file", 1)
ADDRESSES = st.sampled_from(
    ["10.0.0.1/24", "10.0.0.2/24", "10.0.0.1/25", "10.0.1.1/24", "10.0.1.9/31", "192.0.2.1/32", "0.0.0.0/0",
     "2001:db8::1/64", "2001:db8::2/64", "fe80::1/64", "::1/128", "127.0.0.1/8"]
)  # fmt: skip
NAMES = st.sampled_from(
    ["lo", "eth0", "et-0/0/0.100", "ge-0/0/1", "a b", "fabric", "vrf", "é", "x" * 40, "", "..", "all"]
)
VRFS = st.sampled_from(["default", "default", "red", "blue/1"])
PREFIXES = st.sampled_from(["0.0.0.0/0", "::/0", "10.0.1.0/24", "10.9.0.0/16", "192.0.2.1/32"]).map(ip_network)
TABLES = st.sampled_from(["main", "main", "100", "a table", "red", "local", "99999999999"])
HOPS = st.builds(
    NextHop,
    st.none() | st.sampled_from(["10.0.0.2", "10.0.1.254", "172.16.0.1", "2001:db8::99"]).map(ip_address),
    st.none() | NAMES,
    st.none() | TABLES,
)
ROUTES = st.builds(
    Route, PREFIXES, st.sampled_from(RouteKind), st.just(HERE), st.lists(HOPS, max_size=3).map(tuple), st.integers(0, 9)
)


@st.composite
def devices(draw: st.DrawFn, name: str) -> Device:
    """A device of anything."""
    interfaces = {}
    for each in draw(st.lists(NAMES, max_size=4, unique=True)):
        held = tuple(ip_interface(one) for one in draw(st.lists(ADDRESSES, max_size=3)))
        segment = draw(st.sampled_from([None, None, "lan"]))
        interfaces[each] = Interface(
            each, HERE, held, draw(VRFS), draw(st.none() | NAMES), segment=segment, is_up=draw(st.booleans())
        )
    tables: dict[str, tuple[Route, ...]] = {}
    for table in draw(st.lists(TABLES, max_size=3)):
        tables[table] = tuple(draw(st.lists(ROUTES, max_size=3)))
    choices = tuple(
        TableChoice(priority, table, HERE, Match(source=(ip_network("10.0.0.0/24"),)))
        for priority, table in draw(st.lists(st.tuples(st.integers(0, 40000), TABLES), max_size=2))
    )
    vrfs = {each: Vrf(each, draw(TABLES), HERE) for each in draw(st.sets(st.sampled_from(["red", "blue/1"])))}
    kind = draw(st.sampled_from(DeviceKind))
    forwards = draw(st.booleans())
    return Device(name, HERE, kind, forwards, interfaces, vrfs, tables, choices)


@dataclass(frozen=True)
class Configuration:
    """A network that no text told."""

    network: Network
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    root: Path = Path("snapshot")


NETWORKS = st.tuples(devices("fabric"), devices("a/b"), devices("a-b"), devices("internet")).map(
    lambda every: Network({each.name: each for each in every})
)


@given(NETWORKS)
@budget(max_examples=50)
def test_any_network_is_planned(network: Network) -> None:
    plan = plan_lab(Estate("any", "wikimedia", HERE), Configuration(network))
    assert {each.owner for each in plan.nodes.values()} >= {
        each.name for each in network.devices.values() if each.interfaces
    }
    _names_are_the_kernel_s(plan)
    _every_wire_has_its_ends(plan)
    for wire in plan.wires:
        held = [ip for end in wire.ports for port in _ports(plan, end) for ip in {each.ip for each in port.addresses}]
        assert len(held) == len(set(held)), wire
    told = batches(plan)
    assert all("\n" not in line for lines in (told.links, *told.nodes.values()) for line in lines)
    for node in plan.nodes.values():
        assert all("\n" not in line for line in (*node.routes, *node.rules))


@needs_namespaces
def test_the_kernel_takes_any_network() -> None:
    """The same networks, a few of them, really built; inside namespaces of their own."""
    script = "from tests.lab.test_any_network import build_some; build_some()"
    assert in_own_namespaces([sys.executable, "-c", script]) == 0


def build_some() -> None:
    """Build a few networks one after the other, each where the one before was."""

    @given(NETWORKS)
    @budget(max_examples=12, phases=[Phase.generate], database=None, derandomize=True, deadline=None)
    def built(network: Network) -> None:
        plan = plan_lab(Estate("any", "wikimedia", HERE), Configuration(network))
        with running(plan) as lab:
            assert set(lab.nodes) == set(plan.nodes)

    built()


def _ports(plan: LabPlan, end: tuple[str, str]) -> list[PortPlan]:
    return [each for each in plan.nodes[end[0]].ports if each.device == end[1]]


def _names_are_the_kernel_s(plan: LabPlan) -> None:
    for name, node in plan.nodes.items():
        assert name == node.name
        assert name not in ("", ".", "..")
        assert "/" not in name
        devices_ = [*(each.device for each in node.ports), *(each.device for each in node.tunnels)]
        assert len(devices_) == len(set(devices_))
        assert all(0 < len(each) <= 15 and not set(each) & set(" /:\n") for each in devices_)


def _every_wire_has_its_ends(plan: LabPlan) -> None:
    for wire in plan.wires:
        assert all(len(_ports(plan, end)) == 1 for end in wire.ports)
        if wire.switch is not None:
            assert plan.nodes[wire.switch].kind is NodeKind.SWITCH
            assert len(wire.bridge_ports) == len(wire.ports)
        else:
            assert len(wire.ports) == 2

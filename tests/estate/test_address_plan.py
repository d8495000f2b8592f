"""The address plan against a plain model: of all prefixes around an address, the longest decides."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.estate import AddressPlan, IPAddress, IPPrefix, Network, holds

BITS = {4: 32, 6: 128}


def network(realm: str, *prefixes: str | IPPrefix) -> Network:
    return Network.model_validate({"realm": realm, "role": "any", "sphere": "public", "prefixes": list(prefixes)})


@st.composite
def prefixes(draw: st.DrawFn) -> IPPrefix:
    """Prefixes that often nest, touch or coincide: few bits vary, at both ends of the address."""
    bits = BITS[draw(st.sampled_from([4, 6]))]
    value = draw(st.integers(0, 7)) << (bits - 3) | draw(st.integers(0, 3)) << (bits // 2 - 1) | draw(st.integers(0, 3))
    length = draw(st.sampled_from([0, 1, 2, 3, bits // 2 - 1, bits // 2, bits // 2 + 1, bits - 2, bits - 1, bits]))
    address = IPv4Address(value) if bits == 32 else IPv6Address(value)
    return ip_network((address, length), strict=False)


networks = st.builds(network, st.sampled_from(["red", "blue", "green"]), prefixes(), prefixes()) | st.builds(
    network, st.sampled_from(["red", "blue", "green"]), prefixes()
)
estates = st.lists(networks, max_size=10)


class Model:
    """The same questions, answered by looking at every prefix."""

    def __init__(self, networks: list[Network]) -> None:
        self.networks = networks

    def find(self, address: IPAddress) -> set[int]:
        around = [
            (prefix.prefixlen, number)
            for number, each in enumerate(self.networks)
            for prefix in each.prefixes
            if address in prefix
        ]
        longest = max(around, default=(0, -1))[0]
        return {number for length, number in around if length == longest}

    def edges(self, version: int) -> set[int]:
        """The first and last address of every prefix, and their neighbours: between them nothing changes."""
        ends = {0, 1 << BITS[version]}
        for prefix in (prefix for each in self.networks for prefix in each.prefixes if prefix.version == version):
            ends |= {int(prefix.network_address), int(prefix.broadcast_address) + 1}
        around = {end + step for end in ends for step in (-1, 0, 1)}
        return {edge for edge in around if 0 <= edge < 1 << BITS[version]}

    def within(self, prefix: IPPrefix) -> list[set[int]]:
        first, last = int(prefix.network_address), int(prefix.broadcast_address)
        inside = {edge for edge in self.edges(prefix.version) if first <= edge <= last} | {first, last}
        return [self.find(made(prefix.version, edge)) for edge in inside]


def made(version: int, value: int) -> IPAddress:
    return IPv4Address(value) if version == 4 else IPv6Address(value)


def numbers(plan: AddressPlan, found: tuple[Network, ...]) -> set[int]:
    return {number for number, each in enumerate(plan.networks) if any(each is other for other in found)}


@given(estates)
def test_one_address_belongs_to_the_longest_prefix_around_it(declared: list[Network]) -> None:
    plan, model = AddressPlan(declared), Model(declared)
    for version in BITS:
        for edge in model.edges(version):
            address = made(version, edge)
            assert numbers(plan, plan.find(address)) == model.find(address)


@given(estates)
def test_many_addresses_at_once_are_found_like_one(declared: list[Network]) -> None:
    plan, model = AddressPlan(declared), Model(declared)
    four, six = sorted(model.edges(4)), sorted(model.edges(6))
    found = plan.find_v4(np.array(four, dtype=np.uint32))
    for edge, owner in zip(four, found.tolist(), strict=True):
        assert owners(plan, owner) == model.find(made(4, edge))
    packed = np.array([edge.to_bytes(16, "big") for edge in six], dtype="S16")
    for edge, owner in zip(six, plan.find_v6(packed).tolist(), strict=True):
        assert owners(plan, owner) == model.find(made(6, edge))


def owners(plan: AddressPlan, owner: int) -> set[int]:
    return set() if owner == -1 else set(plan.rivals.get(owner, (owner,)))


@given(estates, prefixes())
def test_a_prefix_holds_addresses_of_these_networks(declared: list[Network], asked: IPPrefix) -> None:
    plan, model = AddressPlan(declared), Model(declared)
    within = model.within(asked)
    assert numbers(plan, plan.inside(asked)) == set().union(*within)
    assert plan.covers(asked) == all(within)


@given(estates)
def test_an_overlap_is_told_wherever_two_realms_meet(declared: list[Network]) -> None:
    plan = AddressPlan(declared)
    claims = [(each.realm, prefix) for each in declared for prefix in each.prefixes]
    meet = {prefix for realm, prefix in claims for other, outer in claims if other != realm and holds(outer, prefix)}
    told = {claim.prefix for overlap in plan.overlaps for claim in overlap.inner}
    assert told == meet
    for overlap in plan.overlaps:
        for claim in overlap.inner:
            assert holds(overlap.outer.prefix, claim.prefix)
            assert plan.networks[claim.number].realm != plan.networks[overlap.outer.number].realm
            assert plan.networks[claim.number].prefixes[claim.at] == claim.prefix


@given(estates)
def test_a_prefix_that_one_realm_claims_again_is_told(declared: list[Network]) -> None:
    claims = [(each.realm, prefix) for each in declared for prefix in each.prefixes]
    twice = [claim for at, claim in enumerate(claims) if claim in claims[:at]]
    plan = AddressPlan(declared)
    told = [(plan.networks[second.number].realm, second.prefix) for _, second in plan.duplicates]
    assert sorted(map(str, told)) == sorted(map(str, twice))


# nested prefixes, the gaps around them, and a prefix that two claim
PLAN = AddressPlan(
    [
        network("cloud", "172.16.0.0/12", "2001:db8::/32"),
        network("cloud", "172.16.0.0/21"),
        network("production", "172.20.0.0/16", "2001:db8:1::/48"),
        network("cloud", "172.20.0.0/16"),
        network("production", "0.0.0.0/32", "255.255.255.255/32", "::/128"),
    ]
)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("172.16.0.0", {1}), ("172.16.7.255", {1}), ("172.16.8.0", {0}), ("172.31.255.255", {0}), ("172.32.0.0", set()),
        ("172.19.255.255", {0}), ("172.20.0.0", {2, 3}), ("172.20.255.255", {2, 3}), ("172.21.0.0", {0}),
        (str(IPv4Address(0)), {4}), ("0.0.0.1", set()), ("255.255.255.255", {4}), ("255.255.255.254", set()),
        ("::", {4}), ("::1", set()), ("2001:db8::", {0}), ("2001:db8:1::1", {2}), ("2001:db9::", set()),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", set()),
    ],
)  # fmt: skip
def test_addresses_at_the_edges(address: str, found: set[int]) -> None:
    assert numbers(PLAN, PLAN.find(ip_address(address))) == found


def test_contested_addresses_have_a_number_of_their_own() -> None:
    (owner,) = PLAN.find_v4(np.array([int(IPv4Address("172.20.1.1"))], dtype=np.uint32)).tolist()
    assert owner < -1
    assert PLAN.rivals[owner] == (2, 3)


def test_thousands_of_equal_prefixes_cost_no_more_than_others() -> None:
    """A hostile estate: one prefix claimed again and again, by two realms."""
    plan = AddressPlan([network("red" if number % 2 else "blue", "10.0.0.0/8") for number in range(4000)])
    assert len(plan.find(IPv4Address("10.0.0.1"))) == 4000
    assert len(plan.overlaps) == 1
    assert len(plan.duplicates) == 3998


def test_an_empty_plan_is_all_internet() -> None:
    plan = AddressPlan([])
    assert plan.find(IPv4Address("10.0.0.1")) == ()
    assert not plan.covers(IPv6Network("::/0"))
    assert plan.inside(IPv4Network("0.0.0.0/0")) == ()

"""Exported labels are those that the kernel finds, for every address."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address, ip_network
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.observe.compile import compile_policy
from isthmus.observe.compiled import CompiledPolicy
from isthmus.observe.exports import EXPORTS
from isthmus.observe.exports.labels import labels_of
from isthmus.observe.kernel_numpy import places
from isthmus.observe.policy import End, Policy, Prefix, Zone
from isthmus.observe.words import INTERNET
from tests.observe import synthetic

Address = IPv4Address | IPv6Address


def looked_up(compiled: CompiledPolicy, address: Address) -> str:
    """The network of an address, as the kernel finds it."""
    number = int(address)
    if address.version == 4:
        place = places(compiled.tables, np.array([], np.int64), np.array([number], np.uint32).view(np.int32))
    else:
        halves = np.array([[number >> 64], [number & (1 << 64) - 1]], np.uint64).view(np.int64)
        place = places(compiled.tables, halves[0], halves[1])
    return str(compiled.names.zones[compiled.tables.place_zone[place[0]]])


def edges(prefix: Prefix) -> list[Address]:
    """The first and last address of a prefix, and their neighbours outside."""
    first, last = int(prefix.network_address), int(prefix.broadcast_address)
    kind = type(prefix.network_address)
    top = (1 << prefix.max_prefixlen) - 1
    return [kind(each) for each in (first, last, max(0, first - 1), min(top, last + 1))]


@settings(max_examples=15)
@given(st.integers(0, 1 << 32), st.integers(1, 60))
def test_every_label_is_the_kernels(seed: int, zones: int) -> None:
    made = synthetic.policy(seed, zones=zones)
    compiled = compile_policy(made)
    labels = list(labels_of(compiled))
    for prefix in [each for zone in made.zones for each in zone.prefixes]:
        for address in edges(prefix):
            found = [
                each.network for each in labels if each.prefix.version == address.version and address in each.prefix
            ]
            wanted = looked_up(compiled, address)
            assert found == ([] if wanted == INTERNET else [wanted])


def test_labels_are_disjoint_and_ascending() -> None:
    labels = list(labels_of(compile_policy(synthetic.policy(5, zones=60))))
    for version in (4, 6):
        prefixes = [each.prefix for each in labels if each.prefix.version == version]
        ends = [(int(each.network_address), int(each.broadcast_address)) for each in prefixes]
        assert all(end < start for (_, end), (start, _) in pairwise(ends))


def test_a_label_says_whose_network_it_is() -> None:
    end = End("cloud", "instances", "private")
    compiled = compile_policy(Policy("e", "g", (Zone("vps", end, (ip_network("172.16.0.0/21"),)),), ()))
    (label,) = [each for each in labels_of(compiled) if each.network == "vps"]
    assert (label.prefix, label.end) == (ip_network("172.16.0.0/21"), end)


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_the_same_each_time_and_ends_with_a_line(name: str) -> None:
    made = synthetic.policy(4)
    one, other = (EXPORTS[name].write(compile_policy(made)) for _ in "12")
    assert one == other
    assert one.endswith("\n")
    assert not any(line.endswith(" ") for line in one.splitlines() if len(line) < 200)


@pytest.mark.parametrize("name", EXPORTS)
def test_a_policy_without_networks_exports_what_is_built_in(name: str) -> None:
    text = EXPORTS[name].write(compile_policy(Policy("nothing", "g", (), ())))
    assert text.strip()


@pytest.mark.parametrize("name", EXPORTS)
def test_hostile_names_stay_names(name: str) -> None:
    evil = "a'); DROP TABLE flows; --\n4200000000,0.0.0.0/0 ]"
    zone = Zone(evil, End("r'", "x\\", "s"), (IPv4Network("192.0.2.0/24"),))
    text = EXPORTS[name].write(compile_policy(Policy(evil, "g\n;", (zone,), ())))
    assert "\n4200000000,0.0.0.0/0" not in text
    assert "'a');" not in text


def test_what_the_estate_does_not_hold_has_no_label() -> None:
    compiled = compile_policy(synthetic.policy(2))
    address = ip_address("93.184.215.14")
    assert looked_up(compiled, address) == INTERNET
    assert not any(address in each.prefix for each in labels_of(compiled) if each.prefix.version == 4)

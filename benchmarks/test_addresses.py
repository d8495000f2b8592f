"""How fast the address plan is built, and how many addresses a second are looked up in it."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

import numpy as np
import pytest

from isthmus.documents import parse_yaml
from isthmus.estate import AddressPlan, Estate, read_estate

NETWORKS = 10_000
LOOKUPS = 1_000_000
SECOND = 1.0
"""The most that loading may take, and that a million addresses may."""


def prefixes() -> list[IPv4Network | IPv6Network]:
    """Half of them IPv4 and half IPv6: a few large ones, each with many smaller ones inside and gaps between."""
    each: list[IPv4Network | IPv6Network] = []
    for number in range(NETWORKS // 2):
        outer, inner = divmod(number, 250)
        length = 16 if inner == 0 else 24
        each.append(ip_network(f"10.{outer}.{inner}.0/{length}"))
        each.append(ip_network(f"2001:db8:{outer:x}:{inner:x}::/{48 if inner == 0 else 64}"))
    return each


def text() -> str:
    head = "estate: many\nedition: none\nowners: {o: {title: O}}\nrealms: {r: {owners: [o]}}\nnetworks:\n"
    return head + "".join(
        f'  n{number}:\n    realm: r\n    role: any\n    sphere: private\n    prefixes: ["{prefix}"]\n'
        for number, prefix in enumerate(prefixes())
    )


def loaded(source: str) -> Estate:
    reading = read_estate([parse_yaml(source, "many.yaml")], None)
    assert reading.estate is not None
    assert len(reading.estate.plan.networks) == NETWORKS
    return reading.estate


@pytest.fixture(scope="module")
def estate() -> Estate:
    return loaded(text())


def fastest(benchmark: Any) -> float:
    """Seconds of the fastest round: what the machine can do when nothing else runs."""
    assert benchmark.stats is not None
    return float(benchmark.stats.stats.min)


def test_load_from_yaml(benchmark: Any) -> None:
    benchmark.pedantic(loaded, args=(text(),), rounds=5, warmup_rounds=1)
    print(f"\n{NETWORKS:,} networks loaded in {fastest(benchmark):.2f} s")
    assert fastest(benchmark) < SECOND


def test_build_the_plan(benchmark: Any, estate: Estate) -> None:
    benchmark.pedantic(AddressPlan, args=(estate.networks.values(),), rounds=10, warmup_rounds=1)
    print(f"\nplan of {NETWORKS:,} networks built in {fastest(benchmark):.3f} s")
    assert fastest(benchmark) < SECOND


def test_find_many_v4(benchmark: Any, estate: Estate) -> None:
    chance = np.random.default_rng(1)
    addresses = chance.integers(10 << 24, (10 << 24) + (21 << 16), LOOKUPS, dtype=np.uint32)
    found = benchmark.pedantic(estate.plan.find_v4, args=(addresses,), rounds=10, warmup_rounds=1)
    assert len(set(found[:1000].tolist())) > 100
    tell(benchmark, "IPv4")


def test_find_many_v6(benchmark: Any, estate: Estate) -> None:
    chance = np.random.default_rng(1)
    halves = np.empty((LOOKUPS, 2), dtype=">u8")
    halves[:, 0] = (0x20010DB8 << 32) + chance.integers(0, 40, LOOKUPS) * 65536 + chance.integers(0, 300, LOOKUPS)
    halves[:, 1] = chance.integers(0, 1 << 63, LOOKUPS)
    addresses = halves.view("S16").ravel()
    found = benchmark.pedantic(estate.plan.find_v6, args=(addresses,), rounds=10, warmup_rounds=1)
    assert len(set(found[:1000].tolist())) > 100
    tell(benchmark, "IPv6")


def tell(benchmark: Any, family: str) -> None:
    rate = LOOKUPS / fastest(benchmark)
    benchmark.extra_info["look-ups per second"] = round(rate)
    print(f"\n{family}: {rate / 1e6:.1f} million look-ups per second")
    assert rate >= LOOKUPS / SECOND

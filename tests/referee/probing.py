"""Which packets are sent to a ruleset: addresses and ports at the edges of its own constants, flags of all kinds."""

from collections.abc import Sequence
from random import Random

import numpy as np
import numpy.typing as npt

from isthmus.packetset import Address
from tests.referee.constants import Constants, own
from tests.referee.probes import ICMP, ICMPV6, ROW, TCP, UDP, WITH_PORTS, Rows
from tests.referee.stage import EAST, SELF, WEST

_LOW = (1 << 64) - 1
_PLAIN = (47, 50, 89, 132, 33, 136, 103)
"""Protocols that no connection tracking looks into here, where no rule asks for it."""
_GENERIC = (89, 103)
"""Protocols that connection tracking knows by their addresses alone."""
_FLAGS = (2, 16, 18, 1, 4, 0, 0xFF, 0xC2, 0x18, 0x29, 0x11, 0x14)
_OPENING = (2, 2, 2, 2, 0xC2, 0x42)
"""Flags of a segment that connection tracking takes for a new connection."""
_TYPES = {4: (8, 0, 3, 11, 13, 42, 5), 6: (128, 129, 135, 2, 1, 200, 127)}


def draw_probes(random: Random, constants: Constants, count: int, *, tracks: bool) -> Rows:
    """Different packets, about so many, half of them IPv4."""
    chance = np.random.default_rng(random.getrandbits(64))
    parts = [_of_version(version, random, chance, constants, count // 2, tracks=tracks) for version in (4, 6)]
    every = np.concatenate(parts)
    chance.shuffle(every)
    chosen: Rows = every[_distinct(every)]
    return chosen


def own_probes(random: Random, constants: Constants, count: int, *, tracks: bool) -> Rows:
    """Packets of the router's own, from its addresses to others."""
    every = draw_probes(random, constants, count, tracks=tracks)
    mine = {version: [int(each) for each in own(version)] for version in (4, 6)}
    to_itself = [
        (int(each["destination_high"]) << 64 | int(each["destination_low"])) in mine[int(each["version"])]
        for each in every
    ]
    every = every[~np.asarray(to_itself, dtype=np.bool_)]
    every["side"] = SELF
    for version in (4, 6):
        held = random.choice(mine[version])
        chosen = every["version"] == version
        every["source_high"][chosen], every["source_low"][chosen] = held >> 64, held & _LOW
    kept: Rows = every[_distinct(every)]
    return kept


def _of_version(
    version: int, random: Random, chance: np.random.Generator, constants: Constants, count: int, *, tracks: bool
) -> Rows:
    made = np.zeros(count, dtype=ROW)
    made["version"] = version
    made["side"] = chance.choice((WEST, WEST, EAST), count)
    icmp = ICMP if version == 4 else ICMPV6
    others = _GENERIC if tracks else _PLAIN
    made["protocol"] = chance.choice([TCP, UDP, icmp, 0], count, p=[0.45, 0.3, 0.12, 0.13])
    plain = made["protocol"] == 0
    made["protocol"][plain] = chance.choice(others, int(plain.sum()))
    edges = constants.edges(version, random)
    _put(made, "source", edges, chance.integers(0, len(edges), count))
    at = chance.integers(0, len(edges) + 1, count)
    _put(made, "destination", [*edges, random.choice(own(version))], at)
    ports = np.asarray(constants.port_edges(), dtype=np.uint16)
    with_ports = np.isin(made["protocol"], WITH_PORTS)
    for name in ("one", "other"):
        made[name] = np.where(with_ports, chance.choice(ports, count), 0)
    is_tcp = made["protocol"] == TCP
    made["flags"] = np.where(is_tcp, chance.choice(_OPENING if tracks else _FLAGS, count), 0)
    typed = made["protocol"] == icmp
    types = ((8,) if version == 4 else (128,)) if tracks else _TYPES[version]
    made["one"] = np.where(typed, chance.choice(types, count), made["one"])
    made["other"] = np.where(typed, chance.choice((0,) if tracks else (0, 1, 4), count), made["other"])
    return made


def _put(made: Rows, end: str, pool: Sequence[Address], at: npt.NDArray[np.integer]) -> None:
    numbers = [int(each) for each in pool]
    made[f"{end}_high"] = np.asarray([each >> 64 for each in numbers], dtype=np.uint64)[at]
    made[f"{end}_low"] = np.asarray([each & _LOW for each in numbers], dtype=np.uint64)[at]


def _distinct(made: Rows) -> npt.NDArray[np.integer]:
    """One packet of each flow and its opposite direction: a second one would belong to the first one's connection."""
    source = made["source_high"] * np.uint64(0x9E3779B97F4A7C15) ^ made["source_low"]
    destination = made["destination_high"] * np.uint64(0x9E3779B97F4A7C15) ^ made["destination_low"]
    typed = np.isin(made["protocol"], (ICMP, ICMPV6))
    one, other = (np.where(typed, 0, made[name]).astype(np.uint64) for name in ("one", "other"))
    here = source * np.uint64(1_000_003) + one
    there = destination * np.uint64(1_000_003) + other
    low, high = np.minimum(here, there), np.maximum(here, there)
    kind = made["protocol"].astype(np.uint64) << np.uint64(40)
    kind += np.where(typed, np.arange(len(made)), 0).astype(np.uint64)
    keys = np.stack([low, high, kind], axis=1)
    _, first = np.unique(keys, axis=0, return_index=True)
    return np.sort(first)

"""The tables of a policy as the compiled kernel takes them: two arrays, with what is used together packed together."""

from typing import NamedTuple

import numpy as np

from isthmus.observe.columns import Rules, frozen
from isthmus.observe.compiled import CompiledPolicy, Ints, Longs


class At(NamedTuple):
    """Where each table begins in its arena, and sizes: plain numbers, which cost nothing to hand on."""

    v4_top: int
    v4_blocks: int
    v6_index: int
    v6_after: int
    v6_from: int
    v6_place: int
    port_class: int
    match_running: int
    match_case: int
    excuse_from: int
    excuse_row: int
    excuse_mask: int
    case_of_pair: int
    effect: int
    v6_hi: int
    """From here on in the arena of 64-bit numbers."""
    v6_lo: int
    place: int
    """Of each place its class, realm, client group and target group, packed."""
    pair: int
    """An open-addressing hash table: a pair of groups and where its rules begin, packed; -1 is an empty place."""
    rule: int
    """Last and first port class and match, packed; each rule set ends with a rule that no port has."""
    shown: int
    """Demands broken and kept, packed."""
    excuse_first: int
    excuse_last: int
    targets: int
    """From here on sizes."""
    classes: int
    cases: int
    pair_mask: int


class Arena(NamedTuple):
    """All tables of a policy in two arrays."""

    small: Ints
    large: Longs
    at: At


REALM, CLIENT, TARGET = 12, 20, 42
"""Where fields of a packed place begin; a class is below them."""
START = 27
"""Bits of where rules begin, in a packed pair; and of a match, in a packed rule."""
PORT = 18
"""Bits of a port class."""
NO_PORT = (1 << PORT) - 1
CLASS = (1 << REALM) - 1


def arena_of(compiled: CompiledPolicy, rules: Rules) -> Arena:
    """The tables of a policy, one behind the other, what is used together packed together."""
    first, second = At._fields.index("v6_hi"), At._fields.index("targets")
    made = _packed(compiled, rules)
    starts: dict[str, int] = {}
    arenas = []
    for names in (At._fields[:first], At._fields[first:second]):
        tables = [made[name] if name in made else getattr(compiled.tables, name) for name in names]
        ends = np.cumsum([len(each) for each in tables]).tolist()
        starts |= dict(zip(names, [0, *ends], strict=False))
        arenas.append(frozen(np.concatenate(tables)))
    sizes = (*(int(each) for each in rules[-3:]), len(made["pair"]) - 1)
    return Arena(arenas[0], arenas[1], At(*(starts[name] for name in At._fields[:second]), *sizes))


def _packed(compiled: CompiledPolicy, rules: Rules) -> dict[str, Longs]:
    tables = compiled.tables
    places = [getattr(tables, name).astype(np.int64) for name in ("place_class", "place_realm")]
    groups = [getattr(tables, name).astype(np.int64) for name in ("place_client", "place_target")]
    limits = zip((*places, *groups), (REALM, CLIENT - REALM, TARGET - CLIENT, 63 - TARGET), strict=True)
    pairs = int(tables.pair_key.max(initial=0)) >> 63 - START
    if pairs or any(int(values.max(initial=0)) >> bits for values, bits in limits):
        raise ValueError("the policy has more classes, realms or groups than the kernel can count")
    place = places[0] | places[1] << REALM | groups[0] << CLIENT | groups[1] << TARGET
    return {
        "place": place,
        "pair": _hashed(tables.pair_key, tables.rule_from[tables.pair_rules] + tables.pair_rules),
        "rule": _rules(compiled),
        "shown": rules.broken.astype(np.int64) << 32 | rules.kept.astype(np.int64),
    }


def _rules(compiled: CompiledPolicy) -> Longs:
    """The rules of all sets, with an end after each."""
    tables = compiled.tables
    packed = (tables.rule_last.astype(np.int64) << PORT | tables.rule_first) << START | tables.rule_match
    end = np.int64((NO_PORT << PORT | NO_PORT) << START)
    return np.insert(packed, tables.rule_from[1:], end)


def _hashed(keys: Longs, starts: Ints) -> Longs:
    """The pairs in an open-addressing hash table, at most half full."""
    size = 2
    while size < 2 * len(keys):
        size *= 2
    made = np.full(size, -1, np.int64)
    for key, start in zip(keys.tolist(), starts.tolist(), strict=True):
        at = (key * PAIR_FACTOR & (1 << 64) - 1) >> 32 & size - 1
        while made[at] != -1:
            at = at + 1 & size - 1
        made[at] = key << START | start
    return made


PAIR_FACTOR = 0x9E3779B97F4A7C15
"""2**64 divided by the golden ratio: Fibonacci hashing."""

"""The kernel, compiled by numba: one pass over a batch finds places, direction, crossing, verdict.

``kernel_numpy`` computes the same without a compiler; a property test holds the two to the last byte. What the numbers
mean is in ``words``; they are written out here, since compiled code knows no enumerations.
"""

from typing import NamedTuple

import numpy as np

from isthmus.observe.columns import Addresses, Judged, Records, Rules, frozen
from isthmus.observe.compiled import AT_BORDER, CompiledPolicy, Ints, Longs
from isthmus.observe.native import Whole, inlined, native


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


_REALM, _CLIENT, _TARGET = 12, 20, 42
"""Where fields of a packed place begin; a class is below them."""
_START = 27
"""Bits of where rules begin, in a packed pair; and of a match, in a packed rule."""
_PORT = 18
"""Bits of a port class."""
_NO_PORT = (1 << _PORT) - 1
_CLASS = (1 << _REALM) - 1


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
    limits = zip((*places, *groups), (_REALM, _CLIENT - _REALM, _TARGET - _CLIENT, 63 - _TARGET), strict=True)
    pairs = int(tables.pair_key.max(initial=0)) >> 63 - _START
    if pairs or any(int(values.max(initial=0)) >> bits for values, bits in limits):
        raise ValueError("the policy has more classes, realms or groups than the kernel can count")
    place = places[0] | places[1] << _REALM | groups[0] << _CLIENT | groups[1] << _TARGET
    return {
        "place": place,
        "pair": _hashed(tables.pair_key, tables.rule_from[tables.pair_rules] + tables.pair_rules),
        "rule": _rules(compiled),
        "shown": rules.broken.astype(np.int64) << 32 | rules.kept.astype(np.int64),
    }


def _rules(compiled: CompiledPolicy) -> Longs:
    """The rules of all sets, with an end after each."""
    tables = compiled.tables
    packed = (tables.rule_last.astype(np.int64) << _PORT | tables.rule_first) << _START | tables.rule_match
    end = np.int64((_NO_PORT << _PORT | _NO_PORT) << _START)
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
        made[at] = key << _START | start
    return made


PAIR_FACTOR = 0x9E3779B97F4A7C15
"""2**64 divided by the golden ratio: Fibonacci hashing."""

_FACTOR = np.uint64(PAIR_FACTOR)
_SIGN = np.int64(-(1 << 63))

Found = tuple[Whole, Whole, Whole, Whole, Whole, Whole, Whole, Whole, Whole, Whole]
"""Client and service place, match, excuse, demands broken and kept, verdict, case, direction, side."""


@inlined
def place_v4(small: Ints, at: At, address: Whole) -> Whole:
    """The place of an IPv4 address."""
    place = np.int64(small[at.v4_top + ((address >> 16) & 0xFFFF)])
    if place < 0:
        place = np.int64(small[at.v4_blocks + ((-1 - place) << 8) + ((address >> 8) & 0xFF)])
        if place < 0:
            place = np.int64(small[at.v4_blocks + ((-1 - place) << 8) + (address & 0xFF)])
    return place


@inlined
def place_v6(small: Ints, large: Longs, at: At, high: Whole, low: Whole) -> Whole:
    """The place of an IPv6 address: its halves are compared as unsigned numbers."""
    top = (high >> 48) & 0xFFFF
    first, last = np.int64(small[at.v6_index + top]), np.int64(small[at.v6_index + top + 1])
    wanted = high ^ _SIGN
    while first < last:
        middle = (first + last + 1) >> 1
        if (large[at.v6_hi + middle] ^ _SIGN) <= wanted:
            first = middle
        else:
            last = middle - 1
    if large[at.v6_hi + first] != high:
        return np.int64(small[at.v6_after + first])
    begin, last = np.int64(small[at.v6_from + first]), np.int64(small[at.v6_from + first + 1]) - 1
    wanted = low ^ _SIGN
    while begin < last:
        middle = (begin + last + 1) >> 1
        if (large[at.v6_lo + middle] ^ _SIGN) <= wanted:
            begin = middle
        else:
            last = middle - 1
    return np.int64(small[at.v6_place + begin])


@inlined
def match_of(large: Longs, at: At, client: Whole, service: Whole, port: Whole) -> Whole:
    """The match of a client's place, a service's place (both packed) and a port class; -1: none."""
    none = np.int64(-1)
    target, group = service >> _TARGET, (client >> _CLIENT) & ((1 << (_TARGET - _CLIENT)) - 1)
    if port == 0 or target == 0 or group == 0:
        return none
    key = group * at.targets + target
    slot = np.int64((np.uint64(key) * _FACTOR) >> np.uint64(32)) & at.pair_mask
    pair = large[at.pair + slot]
    while (pair >> _START) != key:
        if pair == -1:
            return none
        slot = (slot + 1) & at.pair_mask
        pair = large[at.pair + slot]
    row = at.rule + (pair & ((1 << _START) - 1))
    rule = large[row]
    while (rule >> (_START + _PORT)) < port:
        row += 1
        rule = large[row]
    return rule & ((1 << _START) - 1) if ((rule >> _START) & _NO_PORT) <= port else none


@inlined
def better(small: Ints, at: At, one: Whole, other: Whole) -> Whole:
    """The first of two matches, unless the second alone is of a running crossing."""
    if one < 0:
        return other
    if other >= 0 and small[at.match_running + one] == 0 and small[at.match_running + other] == 1:
        return other
    return one


@inlined
def port_row(protocol: Whole, port: Whole) -> Whole:
    """The row of the port classes."""
    if protocol == 6:
        return port & 0xFFFF
    if protocol == 17:
        return 65536 + (port & 0xFFFF)
    if protocol == 132:
        return 131072 + (port & 0xFFFF)
    return 196608 + (protocol & 0xFF)


@inlined
def told_of(protocol: Whole, flags: Whole, icmp_type: Whole, biflow: Whole) -> Whole:  # noqa: C901 - a table of cases
    """What the record says of its direction: 0 nothing, 1 forward, 2 back, 3 it is no flow but signalling."""
    if biflow == 1:
        return 1
    if protocol == 6 and flags >= 0:
        if (flags & 0x12) == 0x02:
            return 1
        if (flags & 0x3F) == 0x12 or (flags & 0x3F) == 0x14:
            return 2
    elif protocol == 1:
        if icmp_type == 8:
            return 1
        if icmp_type == 0:
            return 2
        if 3 <= icmp_type <= 5 or icmp_type == 11 or icmp_type == 12:
            return 3
    elif protocol == 58:
        if icmp_type == 128:
            return 1
        if icmp_type == 129:
            return 2
        if 1 <= icmp_type <= 4 or 130 <= icmp_type <= 137 or icmp_type == 143:
            return 3
    return 0


@inlined
def attempt_of(rec: Records, row: Whole, bare: Whole, reply: Whole) -> Whole:
    """Whether the flow came about; ``bare`` is the length of a TCP packet that holds nothing."""
    if rec.outcome[row] == 2:
        return 1
    if rec.protocol[row] != 6:
        return 0
    if rec.biflow[row] == 1:
        answers = rec.reply_packets[row]
        if answers == 0:
            return 2
        if answers > 0 and rec.reply_bytes[row] == bare * answers and 0 <= rec.packets[row] <= answers:
            return 1
        return 0
    if rec.tcp_flags[row] < 0 or rec.sampling[row] > 1:
        return 0
    if reply == 1:
        return 1 if (rec.tcp_flags[row] & 0x3F) == 0x14 else 0
    return 2 if (rec.tcp_flags[row] & 0x3F) == 0x02 else 0


@inlined
def side_of(realm: Whole, client: Whole, service: Whole) -> Whole:
    """Where an exporter of a realm stands, as to a flow between two realms."""
    if realm < 0:
        return 0
    if realm == client:
        return 1
    return 2 if realm == service else 3


@inlined
def shown_by(small: Ints, large: Longs, at: At, slot: Whole, client: Whole, service: Whole, side: Whole) -> Whole:
    """The demands that such a record shows broken and kept, packed; ``slot`` counts version and declaration."""
    row = (slot * at.classes + (client & _CLASS)) * at.classes + (service & _CLASS)
    return large[at.shown + small[at.effect + row * 4 + side]]


@inlined
def judge_one(  # noqa: C901 - one pass, so that nothing is written to memory between its steps
    small: Ints,
    large: Longs,
    at: At,
    version: Whole,
    src: Whole,
    dst: Whole,
    nat_src: Whole,
    nat_dst: Whole,
    told: Whole,
    ports: tuple[Whole, Whole, Whole, Whole],
    protocol: Whole,
    start: Whole,
    realm: Whole,
) -> Found:
    """Judge one record whose places are known; ``nat_src`` is -1 where no translation was told.

    ``ports``: of source and destination, and the same after translation (-1: not told).
    """
    by_src = small[at.port_class + port_row(protocol, ports[0])]
    by_dst = small[at.port_class + port_row(protocol, ports[1])]
    at_src, at_dst = large[at.place + src], large[at.place + dst]
    at_nat_src = at_nat_dst = np.int64(0)
    forth = back = np.int64(-1)
    if nat_src >= 0:
        at_nat_src, at_nat_dst = large[at.place + nat_src], large[at.place + nat_dst]
    if told != 3:
        forth = match_of(large, at, at_src, at_dst, by_dst)
        if told != 1:
            back = match_of(large, at, at_dst, at_src, by_src)
        if nat_src >= 0:
            nat_by_src = small[at.port_class + port_row(protocol, ports[2])] if ports[2] >= 0 else by_src
            nat_by_dst = small[at.port_class + port_row(protocol, ports[3])] if ports[3] >= 0 else by_dst
            forth = better(small, at, forth, match_of(large, at, at_nat_src, at_nat_dst, nat_by_dst))
            if told != 1:
                back = better(small, at, back, match_of(large, at, at_nat_dst, at_nat_src, nat_by_src))
    match = better(small, at, back, forth) if told == 2 else better(small, at, forth, back)
    if match >= 0:
        direction = 0 if match == forth and (told != 2 or match != back) else 1
    elif told == 1 or told == 2:
        direction = told + 1
    elif (by_dst > 0) != (by_src > 0):
        direction = 4 if by_dst > 0 else 5
    else:
        direction = 6 if ports[1] <= ports[0] else 7
    client, service, at_client, at_service = src, dst, at_src, at_dst
    seen_client, seen_service = at_nat_src, at_nat_dst
    if direction & 1:
        client, service, at_client, at_service = dst, src, at_dst, at_src
        seen_client, seen_service = at_dst, at_src
        if nat_src >= 0:
            client, service, at_client, at_service = nat_dst, nat_src, at_nat_dst, at_nat_src
    realm_c, realm_s = (at_client >> _REALM) & 0xFF, (at_service >> _REALM) & 0xFF
    side = side_of(realm, realm_c, realm_s)
    running = 1 if match >= 0 and small[at.match_running + match] == 1 else 0
    slot = np.int64(version // 6) * (at.cases + 2)
    if running:
        slot += 1 + small[at.match_case + match]
    shown = shown_by(small, large, at, slot, at_client, at_service, 1 if nat_src >= 0 else side)
    broken, kept = shown >> 32, shown & 0xFFFFFFFF
    if nat_src >= 0:
        shown = shown_by(small, large, at, slot, seen_client, seen_service, 2)
        broken |= shown >> 32
        kept = (kept | (shown & 0xFFFFFFFF)) & ~broken
    excuse = np.int64(-1)
    if told == 3:
        verdict = 8
    elif realm_c == 2 or realm_s == 2:
        verdict = 9
    elif running:
        verdict = 0
        if broken != 0:
            verdict, left = 2, broken
            for each in range(small[at.excuse_from + match], small[at.excuse_from + match + 1]):
                mask = np.int64(small[at.excuse_mask + each])
                is_valid = large[at.excuse_first + each] <= start <= large[at.excuse_last + each]
                if is_valid and (left & mask) != 0:
                    left &= ~mask
                    excuse = np.int64(small[at.excuse_row + each]) if excuse < 0 else excuse
            if left == 0:
                verdict = 1
            else:
                excuse = np.int64(-1)
    elif realm_c == 1 or realm_s == 1:
        verdict = 5
    elif broken != 0:
        verdict = 3
    elif realm_c == 0 or realm_s == 0:
        verdict = 7
    elif realm_c == realm_s:
        verdict = 6
    else:
        verdict = 4 if version == 6 else 3
    if running and verdict < 8:
        case = small[at.match_case + match]
    else:
        case = small[at.case_of_pair + (at_client & _CLASS) * at.classes + (at_service & _CLASS)]
    if verdict >= 8:
        broken, kept, match = np.int64(0), np.int64(0), np.int64(-1)
    return client, service, match, excuse, broken, kept, verdict, case, direction, side


@inlined
def put(out: Judged, row: Whole, found: Found, attempt: Whole) -> None:
    """Write what was found of a record."""
    out.client_place[row], out.service_place[row] = found[0], found[1]
    out.match[row], out.excuse[row] = found[2], found[3]
    out.broken[row], out.kept[row] = found[4], found[5]
    out.verdict[row], out.case[row], out.direction[row], out.side[row] = found[6], found[7], found[8], found[9]
    out.attempt[row] = attempt


@native
def judge_v4(small: Ints, large: Longs, at: At, rec: Records, plain: Addresses, nat: Addresses, out: Judged) -> None:
    """Judge a batch of IPv4 records."""
    has_nat = len(rec.nat) > 0
    for row in range(len(rec.protocol)):
        src, dst = place_v4(small, at, plain.src[row]), place_v4(small, at, plain.dst[row])
        nat_src = nat_dst = np.int64(-1)
        nat_sport = nat_dport = np.int32(-1)
        realm = rec.realm[rec.exporter[row]]
        if has_nat and rec.nat[row] == 1:
            nat_src, nat_dst = place_v4(small, at, nat.src[row]), place_v4(small, at, nat.dst[row])
            nat_sport, nat_dport = rec.nat_src_port[row], rec.nat_dst_port[row]
        elif realm == AT_BORDER and rec.biflow[row] == 1:
            nat_src, nat_dst = src, dst
        protocol = rec.protocol[row]
        told = told_of(protocol, rec.tcp_flags[row], rec.icmp_type[row], rec.biflow[row])
        ports = (rec.src_port[row], rec.dst_port[row], nat_sport, nat_dport)
        found = judge_one(
            small, large, at, 4, src, dst, nat_src, nat_dst, told, ports, protocol, rec.start_ms[row], realm
        )
        put(out, row, found, attempt_of(rec, row, 40, found[8] & 1))


@native
def judge_v6(small: Ints, large: Longs, at: At, rec: Records, plain: Addresses, nat: Addresses, out: Judged) -> None:
    """Judge a batch of IPv6 records."""
    has_nat = len(rec.nat) > 0
    for row in range(len(rec.protocol)):
        src = place_v6(small, large, at, plain.src_hi[row], plain.src[row])
        dst = place_v6(small, large, at, plain.dst_hi[row], plain.dst[row])
        nat_src = nat_dst = np.int64(-1)
        nat_sport = nat_dport = np.int32(-1)
        realm = rec.realm[rec.exporter[row]]
        if has_nat and rec.nat[row] == 1:
            nat_src = place_v6(small, large, at, nat.src_hi[row], nat.src[row])
            nat_dst = place_v6(small, large, at, nat.dst_hi[row], nat.dst[row])
            nat_sport, nat_dport = rec.nat_src_port[row], rec.nat_dst_port[row]
        elif realm == AT_BORDER and rec.biflow[row] == 1:
            nat_src, nat_dst = src, dst
        protocol = rec.protocol[row]
        told = told_of(protocol, rec.tcp_flags[row], rec.icmp_type[row], rec.biflow[row])
        ports = (rec.src_port[row], rec.dst_port[row], nat_sport, nat_dport)
        found = judge_one(
            small, large, at, 6, src, dst, nat_src, nat_dst, told, ports, protocol, rec.start_ms[row], realm
        )
        put(out, row, found, attempt_of(rec, row, 60, found[8] & 1))

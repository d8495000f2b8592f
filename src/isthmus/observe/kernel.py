"""The kernel, compiled by numba: one pass over a batch finds places, direction, crossing, verdict.

``kernel_numpy`` computes the same without a compiler; a property test holds the two to the last byte. What the numbers
mean is in ``words``; they are written out here, since compiled code knows no enumerations.
"""

import numpy as np

from isthmus.observe.arena import CLASS, CLIENT, NO_PORT, PAIR_FACTOR, PORT, REALM, START, TARGET, At
from isthmus.observe.columns import Addresses, Judged, Records
from isthmus.observe.compiled import AT_BORDER, Ints, Longs
from isthmus.observe.native import Whole, inlined, native

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
    target, group = service >> TARGET, (client >> CLIENT) & ((1 << (TARGET - CLIENT)) - 1)
    if port == 0 or target == 0 or group == 0:
        return none
    key = group * at.targets + target
    slot = np.int64((np.uint64(key) * _FACTOR) >> np.uint64(32)) & at.pair_mask
    pair = large[at.pair + slot]
    while (pair >> START) != key:
        if pair == -1:
            return none
        slot = (slot + 1) & at.pair_mask
        pair = large[at.pair + slot]
    row = at.rule + (pair & ((1 << START) - 1))
    rule = large[row]
    while (rule >> (START + PORT)) < port:
        row += 1
        rule = large[row]
    return rule & ((1 << START) - 1) if ((rule >> START) & NO_PORT) <= port else none


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
    row = (slot * at.classes + (client & CLASS)) * at.classes + (service & CLASS)
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
    realm_c, realm_s = (at_client >> REALM) & 0xFF, (at_service >> REALM) & 0xFF
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
        case = small[at.case_of_pair + (at_client & CLASS) * at.classes + (at_service & CLASS)]
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
    for row in range(len(rec.protocol)):  # a loop of its own: lookups of many records wait for memory together
        out.client_place[row] = place_v4(small, at, plain.src[row])
        out.service_place[row] = place_v4(small, at, plain.dst[row])
    for row in range(len(rec.protocol)):
        src, dst = np.int64(out.client_place[row]), np.int64(out.service_place[row])
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
        out.client_place[row] = place_v6(small, large, at, plain.src_hi[row], plain.src[row])
        out.service_place[row] = place_v6(small, large, at, plain.dst_hi[row], plain.dst[row])
    for row in range(len(rec.protocol)):
        src, dst = np.int64(out.client_place[row]), np.int64(out.service_place[row])
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

"""The kernel without a compiler: the same results as ``kernel``, column by column."""

import numpy as np
import numpy.typing as npt

from isthmus.observe.columns import Addresses, Judged, Records, Rules
from isthmus.observe.compiled import AT_BORDER, Ints, Tables

Truths = npt.NDArray[np.bool_]
Columns = npt.NDArray[np.signedinteger]


def places(tables: Tables, high: Columns, low: Columns) -> Ints:
    """The place of each address; ``high`` is empty for IPv4."""
    found: Ints = _v6(tables, high, low) if len(high) else _v4(tables, low)
    return found


def _v4(tables: Tables, address: Columns) -> Ints:
    place: Ints = tables.v4_top[(address >> 16) & 0xFFFF]
    for shift in (8, 0):
        inner = np.flatnonzero(place < 0)
        if not len(inner):
            break
        rows = ((-1 - place[inner].astype(np.int64)) << 8) + ((address[inner] >> shift) & 0xFF)
        place[inner] = tables.v4_blocks[rows]
    return place


def _v6(tables: Tables, high: Columns, low: Columns) -> Ints:
    upper = tables.v6_hi.view(np.uint64)
    rows = np.searchsorted(upper, np.ascontiguousarray(high).view(np.uint64), side="right") - 1
    place = tables.v6_after[rows]
    exact = np.flatnonzero(tables.v6_hi[rows] == high)
    wanted = np.ascontiguousarray(low).view(np.uint64)
    lower = tables.v6_lo.view(np.uint64)
    for row in np.unique(rows[exact]):
        here = exact[rows[exact] == row]
        begin, end = tables.v6_from[row], tables.v6_from[row + 1]
        place[here] = tables.v6_place[begin + np.searchsorted(lower[begin:end], wanted[here], side="right") - 1]
    return place


def judge(
    tables: Tables, rules: Rules, version: int, rec: Records, plain: Addresses, nat: Addresses, out: Judged
) -> None:
    """Judge a batch."""
    src, dst = places(tables, plain.src_hi, plain.src), places(tables, plain.dst_hi, plain.dst)
    realm = rec.realm[rec.exporter]
    is_nat = (realm == AT_BORDER) & (rec.biflow == 1)
    nat_src, nat_dst = src, dst
    if len(rec.nat):
        nat_src = np.where(rec.nat == 1, places(tables, nat.src_hi, nat.src), src)
        nat_dst = np.where(rec.nat == 1, places(tables, nat.dst_hi, nat.dst), dst)
        is_nat |= rec.nat == 1
    told = _told(rec)
    by_dst, by_src = _port_class(rules, rec.protocol, rec.dst_port), _port_class(rules, rec.protocol, rec.src_port)
    forth, back = _matches(tables, rules, rec, told, (src, dst, nat_src, nat_dst), is_nat, (by_dst, by_src))
    match = np.where(told == 2, _better(rules, back, forth), _better(rules, forth, back))
    direction = _direction(rec, told, match, forth, back, by_dst, by_src)
    is_reply = (direction & 1) == 1
    client, service = np.where(is_reply, nat_dst, src), np.where(is_reply, nat_src, dst)
    seen_client, seen_service = np.where(is_reply, dst, nat_src), np.where(is_reply, src, nat_dst)
    realm_c, realm_s = rules.place_realm[client], rules.place_realm[service]
    side = np.select([realm < 0, realm == realm_c, realm == realm_s], [0, 1, 2], 3)
    running = _at(rules.match_running, match) == 1
    slot = np.where(running, 1 + _at(rules.match_case, match), 0)
    shown = _effect(rules, version, slot, client, service, np.where(is_nat, 1, side))
    seen = _effect(rules, version, slot, seen_client, seen_service, np.full(len(src), 2))
    broken = rules.broken[shown] | np.where(is_nat, rules.broken[seen], 0)
    kept = np.where(is_nat, (rules.kept[shown] | rules.kept[seen]) & ~broken, rules.kept[shown])
    excuse, left = _excused(rules, match, running, broken, rec.start_ms)
    crossing_v4 = 4 if version == 6 else 3
    verdict = np.select(
        [
            told == 3,
            (realm_c == 2) | (realm_s == 2),
            running & (broken == 0),
            running & (left == 0),
            running,
            (realm_c == 1) | (realm_s == 1),
            broken != 0,
            (realm_c == 0) | (realm_s == 0),
            realm_c == realm_s,
        ],
        [8, 9, 0, 1, 2, 5, 3, 7, 6],
        crossing_v4,
    )
    is_flow = verdict < 8
    fitting = rules.case_of_pair[rules.place_class[client] * int(rules.classes) + rules.place_class[service]]
    out.client_place[:] = client
    out.service_place[:] = service
    out.match[:] = np.where(is_flow, match, -1)
    out.excuse[:] = np.where(verdict == 1, excuse, -1)
    out.broken[:] = np.where(is_flow, broken, 0)
    out.kept[:] = np.where(is_flow, kept, 0)
    out.verdict[:] = verdict
    out.case[:] = np.where(running & is_flow, _at(rules.match_case, match), fitting)
    out.direction[:] = direction
    out.attempt[:] = _attempt(rec, version, is_reply)
    out.side[:] = side


def _at(table: Ints, rows: Columns) -> Ints:
    """The rows of a table; 0 where a row is negative."""
    if not len(table):
        return np.zeros(len(rows), np.int32)
    return np.where(rows >= 0, table[np.maximum(rows, 0)], 0).astype(np.int32)


def _told(rec: Records) -> Columns:
    flags, kind = rec.tcp_flags & 0x3F, rec.icmp_type
    is_tcp = (rec.protocol == 6) & (rec.tcp_flags >= 0)
    is_v4, is_v6 = rec.protocol == 1, rec.protocol == 58
    told: Columns = np.select(
        [
            rec.biflow == 1,
            is_tcp & ((flags & 0x12) == 0x02),
            is_tcp & ((flags == 0x12) | (flags == 0x14)),
            (is_v4 & (kind == 8)) | (is_v6 & (kind == 128)),
            (is_v4 & (kind == 0)) | (is_v6 & (kind == 129)),
            is_v4 & (((kind >= 3) & (kind <= 5)) | (kind == 11) | (kind == 12)),
            is_v6 & (((kind >= 1) & (kind <= 4)) | ((kind >= 130) & (kind <= 137)) | (kind == 143)),
        ],
        [1, 1, 2, 1, 2, 3, 3],
        0,
    )
    return told


def _port_class(rules: Rules, protocol: Columns, port: Columns) -> Ints:
    base = np.select([protocol == 6, protocol == 17, protocol == 132], [0, 65536, 131072], -1)
    found: Ints = rules.port_class[np.where(base >= 0, base + (port & 0xFFFF), 196608 + (protocol & 0xFF))]
    return found


def _matches(
    tables: Tables,
    rules: Rules,
    rec: Records,
    told: Columns,
    ends: tuple[Ints, Ints, Ints, Ints],
    is_nat: Truths,
    ports: tuple[Ints, Ints],
) -> tuple[Columns, Columns]:
    """The match of each record as it stands, and turned round."""
    (src, dst, nat_src, nat_dst), (by_dst, by_src) = ends, ports
    may_forth, may_back = told != 3, (told != 1) & (told != 3)
    forth = np.where(may_forth, _match(tables, rules, src, dst, by_dst), -1)
    back = np.where(may_back, _match(tables, rules, dst, src, by_src), -1)
    if is_nat.any() and len(rec.nat):
        told_dst = np.where(rec.nat_dst_port >= 0, _port_class(rules, rec.protocol, rec.nat_dst_port), by_dst)
        told_src = np.where(rec.nat_src_port >= 0, _port_class(rules, rec.protocol, rec.nat_src_port), by_src)
        nat_forth = np.where(is_nat & may_forth, _match(tables, rules, nat_src, nat_dst, told_dst), -1)
        nat_back = np.where(is_nat & may_back, _match(tables, rules, nat_dst, nat_src, told_src), -1)
        forth, back = _better(rules, forth, nat_forth), _better(rules, back, nat_back)
    return forth, back


def _match(tables: Tables, rules: Rules, client: Ints, service: Ints, port: Ints) -> Columns:
    found = np.full(len(client), -1, np.int64)
    group, target = rules.place_client[client], rules.place_target[service]
    rows = np.flatnonzero((port != 0) & (group != 0) & (target != 0))
    if not len(rows) or not len(tables.pair_key):
        return found
    key = group[rows].astype(np.int64) * int(rules.targets) + target[rows]
    at = np.minimum(np.searchsorted(tables.pair_key, key), len(tables.pair_key) - 1)
    has_rules = tables.pair_key[at] == key
    rows, at = rows[has_rules], at[has_rules]
    chosen, wanted = tables.pair_rules[at].astype(np.int64), port[rows].astype(np.int64)
    span = np.int64(rules.rule_last.max(initial=0)) + 1
    owner = np.repeat(np.arange(len(rules.rule_from) - 1, dtype=np.int64), np.diff(rules.rule_from))
    rule = np.searchsorted(owner * span + rules.rule_last, chosen * span + np.minimum(wanted, span - 1))
    rule = np.minimum(rule, len(owner) - 1)
    fits = (owner[rule] == chosen) & (rules.rule_first[rule] <= wanted) & (wanted <= rules.rule_last[rule])
    found[rows[fits]] = rules.rule_match[rule[fits]]
    return found


def _better(rules: Rules, one: Columns, other: Columns) -> Columns:
    is_worse = (other >= 0) & (_at(rules.match_running, one) == 0) & (_at(rules.match_running, other) == 1)
    return np.where((one < 0) | is_worse, other, one)


def _direction(
    rec: Records, told: Columns, match: Columns, forth: Columns, back: Columns, by_dst: Ints, by_src: Ints
) -> Columns:
    is_forth = (match == forth) & ((told != 2) | (match != back))
    direction: Columns = np.select(
        [
            (match >= 0) & is_forth,
            match >= 0,
            (told == 1) | (told == 2),
            (by_dst > 0) & (by_src == 0),
            (by_src > 0) & (by_dst == 0),
            rec.dst_port <= rec.src_port,
        ],
        [np.zeros_like(told), np.ones_like(told), told + 1, *(np.full_like(told, each) for each in (4, 5, 6))],
        7,
    )
    return direction


def _effect(rules: Rules, version: int, slot: Columns, client: Ints, service: Ints, side: Columns) -> Ints:
    at = version // 6 * (int(rules.cases) + 2) + slot.astype(np.int64)
    at = (at * int(rules.classes) + rules.place_class[client]) * int(rules.classes) + rules.place_class[service]
    shown: Ints = rules.effect[at * 4 + side]
    return shown


def _excused(rules: Rules, match: Columns, running: Truths, broken: Ints, start: Columns) -> tuple[Columns, Columns]:
    """For each record the first exception that excuses some of it, and what is left of the demands that it breaks."""
    excuse, left = np.full(len(match), -1, np.int64), broken.copy()
    for row in np.flatnonzero(running & (broken != 0)):
        for at in range(rules.excuse_from[match[row]], rules.excuse_from[match[row] + 1]):
            is_valid = rules.excuse_first[at] <= start[row] <= rules.excuse_last[at]
            if is_valid and left[row] & rules.excuse_mask[at]:
                left[row] &= ~rules.excuse_mask[at]
                excuse[row] = rules.excuse_row[at] if excuse[row] < 0 else excuse[row]
    return excuse, left


def _attempt(rec: Records, version: int, is_reply: Truths) -> Columns:
    flags, bare = rec.tcp_flags & 0x3F, 40 if version == 4 else 60
    is_tcp, both = rec.protocol == 6, rec.biflow == 1
    answers = rec.reply_packets
    is_bare = (answers > 0) & (rec.reply_bytes == bare * answers) & (rec.packets >= 0) & (rec.packets <= answers)
    every = (rec.tcp_flags >= 0) & (rec.sampling <= 1)
    attempt: Columns = np.select(
        [
            rec.outcome == 2,
            ~is_tcp,
            both & (answers == 0),
            both & is_bare,
            both | ~every,
            is_reply & (flags == 0x14),
            ~is_reply & (flags == 0x02),
        ],
        [1, 0, 2, 1, 0, 1, 2],
        0,
    )
    return attempt

"""Counting a judged batch: compiled loops over open-addressing tables, and the same with numpy.

Each loop makes the keys of one table (see ``keys``) and adds up. A table that is full is emptied into its tally, and
the loop goes on where it was.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from isthmus.observe.columns import Addresses, Judged
from isthmus.observe.compiled import Ints, Longs
from isthmus.observe.keys import MOST_PACKETS, MOST_SAMPLING, VALUES, WIDTHS
from isthmus.observe.native import Whole, inlined, native
from isthmus.observe.tally import FILE, RECORD, grouped, hash_of, slot_of

_HOUR = 3_600_000
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


class Counted(NamedTuple):
    """The columns of a batch that are counted, or counted by."""

    protocol: Ints
    src_port: Ints
    dst_port: Ints
    start_ms: Longs
    end_ms: Longs
    packets: Longs
    bytes: Longs
    reply_packets: Longs
    reply_bytes: Longs
    sampling: Ints
    record: Longs
    exporter: Ints
    exporter_id: Longs
    """By the code of ``exporter``."""
    nat: npt.NDArray[np.int8]
    realm: Ints
    """By place."""
    file: np.int64
    version: np.int64


class Table(NamedTuple):
    """An open-addressing table: ``slots`` lead to groups, which are filled in the order of coming."""

    slots: npt.NDArray[np.int32]
    keys: Longs
    values: Longs
    key: Longs
    """Room for the key of one record."""
    skipped: Longs
    """Sums of records whose keys are beyond the cutoff."""


def table(name: str, size: int) -> Table:
    """An empty table for ``size`` groups, a power of two."""
    keys, values = np.empty((size, WIDTHS[name]), np.int64), np.empty((size, len(VALUES)), np.int64)
    return Table(np.zeros(2 * size, np.int32), keys, values, np.zeros(WIDTHS[name], np.int64), np.zeros(4, np.int64))


Done = tuple[Whole, Whole]
"""How many groups a table holds, and the row that came next when it was full (the number of rows: none)."""


@inlined
def amount_of(row: int, rec: Counted) -> tuple[Whole, Whole, Whole]:
    """Packets and octets, scaled by the sampling rate, and 1 where they are not told or cannot be."""
    packets, octets, rate = rec.packets[row], rec.bytes[row], np.int64(rec.sampling[row])
    if packets < 0 or packets > MOST_PACKETS or octets > MOST_PACKETS << 8 or rate > MOST_SAMPLING:
        return np.int64(0), np.int64(0), np.int64(1)
    rate = max(np.int64(1), rate)
    octets = max(np.int64(0), octets)
    answers, replied = rec.reply_packets[row], rec.reply_bytes[row]
    if 0 < answers <= MOST_PACKETS and replied <= MOST_PACKETS << 8:
        packets += answers
        octets += max(np.int64(0), replied)
    return packets * rate, octets * rate, np.int64(0)


@inlined
def bump(into: Table, count: int, hashed: Whole, row: int, rec: Counted) -> Whole:
    """Count one record under ``into.key``; the new number of groups, or -1 where the table is full."""
    values = into.values
    at = slot_of(into.slots, into.keys, into.key, hashed)
    group = into.slots[at] - 1
    first, record = rec.start_ms[row], rec.record[row]
    if group < 0:
        group = count
        if group >= len(into.keys):
            return -1
        count += 1
        into.slots[at] = count
        for word in range(len(into.key)):
            into.keys[group, word] = into.key[word]
        for column in range(4):
            values[group, column] = 0
        values[group, 4] = first
        values[group, 5] = rec.file
        values[group, 6] = record
        values[group, 7] = rec.end_ms[row]
    packets, octets, uncounted = amount_of(row, rec)
    values[group, 0] += 1
    values[group, 1] += packets
    values[group, 2] += octets
    values[group, 3] += uncounted
    is_earlier = rec.file < values[group, 5] or (rec.file == values[group, 5] and record < values[group, 6])
    if first < values[group, 4] or (first == values[group, 4] and is_earlier):
        values[group, 4], values[group, 5], values[group, 6] = first, rec.file, record
    values[group, 7] = max(values[group, 7], rec.end_ms[row])
    return count


@inlined
def packed(verdicts: Judged, row: int, version: Whole) -> Whole:
    """Verdict, attempt, reply, inferred and version, as in ``keys.Meta``."""
    direction = np.int64(verdicts.direction[row])
    return (
        np.int64(verdicts.verdict[row]) << 24
        | np.int64(verdicts.attempt[row]) << 28
        | (direction & 1) << 30
        | np.int64(direction >= 4) << 31
        | np.int64(version // 6) << 32
    )


@native
def count_cells(rec: Counted, verdicts: Judged, into: Table, count: int, begin: int) -> Done:
    """Count every record by hour, realms, case and verdict; the record that was first is of no interest here."""
    key, values = into.key, into.values
    for row in range(begin, len(rec.protocol)):
        first, last = rec.start_ms[row], rec.end_ms[row]
        key[0] = first // _HOUR
        key[1] = (
            packed(verdicts, row, rec.version)
            | np.int64(rec.realm[verdicts.client_place[row]])
            | np.int64(rec.realm[verdicts.service_place[row]]) << 8
            | np.int64(verdicts.case[row]) << 16
        )
        key[2] = rec.exporter_id[rec.exporter[row]]
        key[3] = rec.sampling[row]
        hashed = np.uint64(key[0] ^ key[1] << 5 ^ key[2] ^ key[3] << 20) * _SPREAD
        at = slot_of(into.slots, into.keys, key, hashed)
        group = into.slots[at] - 1
        if group < 0:
            if count >= len(into.keys):
                return count, row
            group = count
            count += 1
            into.slots[at] = count
            for word in range(4):
                into.keys[group, word] = key[word]
            for column in range(8):
                values[group, column] = 0
            values[group, 4], values[group, 7] = first, last
        packets, octets, uncounted = amount_of(row, rec)
        values[group, 0] += 1
        values[group, 1] += packets
        values[group, 2] += octets
        values[group, 3] += uncounted
        values[group, 4] = min(values[group, 4], first)
        values[group, 7] = max(values[group, 7], last)
    return count, len(rec.protocol)


@native
def count_hits(rec: Counted, verdicts: Judged, into: Table, count: int, begin: int) -> Done:
    """Count the records of declared crossings."""
    key = into.key
    for row in range(begin, len(rec.protocol)):
        if verdicts.match[row] < 0:
            continue
        key[0] = np.int64(verdicts.match[row]) | np.int64(verdicts.excuse[row] + 1) << 32
        key[1] = packed(verdicts, row, rec.version) | np.int64(verdicts.side[row]) << 33
        key[2] = np.int64(verdicts.broken[row]) << 32 | np.int64(verdicts.kept[row])
        key[3] = rec.exporter_id[rec.exporter[row]]
        made = bump(into, count, hash_of(key), row, rec)
        if made < 0:
            return count, row
        count = made
    return count, len(rec.protocol)


@inlined
def client_and_service(rec: Counted, verdicts: Judged, plain: Addresses, nat: Addresses, row: int, ends: Longs) -> None:
    """Addresses of the client and of the service, as the client sees them, upper halves first."""
    is_reply = (verdicts.direction[row] & 1) == 1
    mask = np.int64(0xFFFFFFFF) if rec.version == 4 else np.int64(-1)
    turned = is_reply and len(rec.nat) > 0 and rec.nat[row] == 1
    src = np.int64(nat.src[row] if turned else plain.src[row]) & mask
    dst = np.int64(nat.dst[row] if turned else plain.dst[row]) & mask
    src_hi = dst_hi = np.int64(0)
    if rec.version == 6:
        src_hi = nat.src_hi[row] if turned else plain.src_hi[row]
        dst_hi = nat.dst_hi[row] if turned else plain.dst_hi[row]
    ends[0], ends[1], ends[2], ends[3] = (dst_hi, dst, src_hi, src) if is_reply else (src_hi, src, dst_hi, dst)


@native
def count_violators(
    rec: Counted,
    verdicts: Judged,
    plain: Addresses,
    nat: Addresses,
    into: Table,
    count: int,
    begin: int,
    rank: int,
    cutoff: Whole,
) -> Done:
    """Count the records that are wrong, or of which nobody can tell, by who talked to whom.

    Keys beyond the cutoff (a rank, and a hash in it) would be dropped later, so they are summed up and forgotten.
    """
    key = into.key
    for row in range(begin, len(rec.protocol)):
        verdict = verdicts.verdict[row]
        if verdict < 2 or verdict > 5:
            continue
        client_and_service(rec, verdicts, plain, nat, row, key)
        protocol = np.int64(rec.protocol[row]) & 0xFF
        port = np.int64(0)
        if protocol == 6 or protocol == 17 or protocol == 132:
            port = np.int64(rec.src_port[row] if verdicts.direction[row] & 1 else rec.dst_port[row]) & 0xFFFF
        key[4] = (
            protocol
            | port << 8
            | packed(verdicts, row, rec.version)
            | np.int64(verdicts.side[row]) << 33
            | np.int64(verdicts.case[row]) << 36
        )
        key[5] = np.int64(verdicts.broken[row]) << 32 | np.int64(verdicts.match[row] + 1)
        key[6] = rec.exporter_id[rec.exporter[row]]
        hashed = hash_of(key)
        mine = (1 if verdicts.attempt[row] > 0 else 0) if verdict <= 3 else 2
        if mine > rank or (mine == rank and hashed > cutoff):
            packets, octets, uncounted = amount_of(row, rec)
            into.skipped[0] += 1
            into.skipped[1] += packets
            into.skipped[2] += octets
            into.skipped[3] += uncounted
            continue
        made = bump(into, count, hashed, row, rec)
        if made < 0:
            return count, row
        count = made
    return count, len(rec.protocol)


@native
def count_twins(
    rec: Counted, verdicts: Judged, plain: Addresses, nat: Addresses, into: Table, count: int, begin: int
) -> Done:
    """Count which services have two addresses, one before and one after translation."""
    key = into.key
    mask = np.int64(0xFFFFFFFF) if rec.version == 4 else np.int64(-1)
    for row in range(begin, len(rec.nat)):
        if rec.nat[row] == 0:
            continue
        is_reply = (verdicts.direction[row] & 1) == 1
        key[0] = rec.version
        key[1] = key[3] = 0
        if is_reply:
            key[2], key[4] = np.int64(nat.src[row]) & mask, np.int64(plain.src[row]) & mask
            if rec.version == 6:
                key[1], key[3] = nat.src_hi[row], plain.src_hi[row]
        else:
            key[2], key[4] = np.int64(plain.dst[row]) & mask, np.int64(nat.dst[row]) & mask
            if rec.version == 6:
                key[1], key[3] = plain.dst_hi[row], nat.dst_hi[row]
        if key[1] == key[3] and key[2] == key[4]:
            continue
        made = bump(into, count, hash_of(key), row, rec)
        if made < 0:
            return count, row
        count = made
    return count, len(rec.protocol)


def with_numpy(rec: Counted, verdicts: Judged, plain: Addresses, nat: Addresses) -> dict[str, tuple[Longs, Longs]]:
    """All four tables of a batch, without a compiler."""
    meta = _packed(verdicts, int(rec.version))
    values = _values(rec)
    exporter = rec.exporter_id[rec.exporter]
    side = verdicts.side.astype(np.int64) << 33
    case = verdicts.case.astype(np.int64)
    realms = rec.realm[verdicts.client_place].astype(np.int64) | rec.realm[verdicts.service_place].astype(np.int64) << 8
    masks = verdicts.broken.astype(np.int64) << 32
    match = verdicts.match.astype(np.int64)
    excuse = (verdicts.excuse.astype(np.int64) + 1) << 32
    is_reply = (verdicts.direction & 1) == 1
    ported = np.isin(rec.protocol, (6, 17, 132))
    port = np.where(ported, np.where(is_reply, rec.src_port, rec.dst_port) & 0xFFFF, 0).astype(np.int64) << 8
    ends, twins = _ends(rec, is_reply, plain, nat)
    who = (rec.protocol & 0xFF) | port | meta | side | case << 36
    keys = {
        "cells": (rec.start_ms // _HOUR, meta | realms | case << 16, exporter, rec.sampling.astype(np.int64)),
        "hits": (match | excuse, meta | side, masks | verdicts.kept, exporter),
        "violators": (*ends, who, masks | (match + 1), exporter),
        "twins": (np.full(len(match), rec.version), *twins),
    }
    is_twin = ((twins[0] != twins[2]) | (twins[1] != twins[3])) & (rec.nat == 1) if len(rec.nat) else match < -1
    rows = {
        "cells": match >= -1,
        "hits": match >= 0,
        "violators": (verdicts.verdict >= 2) & (verdicts.verdict <= 5),
        "twins": is_twin,
    }
    made = {}
    for name, words in keys.items():
        counted = values[rows[name]]
        if name == "cells":
            counted[:, [FILE, RECORD]] = 0
        made[name] = grouped(np.stack(words, axis=1)[rows[name]].astype(np.int64), counted, compiled=False)
    return made


def _packed(verdicts: Judged, version: int) -> Longs:
    direction = verdicts.direction.astype(np.int64)
    return (
        verdicts.verdict.astype(np.int64) << 24
        | verdicts.attempt.astype(np.int64) << 28
        | (direction & 1) << 30
        | (direction >= 4).astype(np.int64) << 31
        | np.int64(version // 6) << 32
    )


def _values(rec: Counted) -> Longs:
    rate = np.maximum(1, rec.sampling.astype(np.int64))
    is_told = (rec.packets >= 0) & (rec.packets <= MOST_PACKETS) & (rec.bytes <= MOST_PACKETS << 8)
    is_told &= rec.sampling <= MOST_SAMPLING
    answers, replied = rec.reply_packets, rec.reply_bytes
    is_both = (answers > 0) & (answers <= MOST_PACKETS) & (replied <= MOST_PACKETS << 8)
    packets = rec.packets + np.where(is_both, answers, 0)
    octets = np.maximum(0, rec.bytes) + np.where(is_both, np.maximum(0, replied), 0)
    with np.errstate(over="ignore"):
        columns = (
            np.ones(len(rate), np.int64),
            np.where(is_told, packets * rate, 0),
            np.where(is_told, octets * rate, 0),
            (~is_told).astype(np.int64),
            rec.start_ms,
            np.full(len(rate), rec.file),
            rec.record,
            rec.end_ms,
        )
    return np.stack(columns, axis=1)


def _ends(
    rec: Counted, is_reply: npt.NDArray[np.bool_], plain: Addresses, nat: Addresses
) -> tuple[list[Longs], list[Longs]]:
    """Client and service as the client sees them; and the service as dialled and as translated."""
    if rec.version == 4:
        none = np.zeros(len(is_reply), np.int64)
        plain, nat = (
            Addresses(none, each.src.astype(np.int64) & 0xFFFFFFFF, none, each.dst.astype(np.int64) & 0xFFFFFFFF)
            for each in (plain, nat)
        )
    turned = is_reply & (rec.nat == 1) if len(rec.nat) else np.zeros(len(is_reply), np.bool_)
    src = [np.where(turned, nat[at], plain[at]) for at in (0, 1)]
    dst = [np.where(turned, nat[at], plain[at]) for at in (2, 3)]
    client = [np.where(is_reply, to, of) for of, to in zip(src, dst, strict=True)]
    service = [np.where(is_reply, of, to) for of, to in zip(src, dst, strict=True)]
    dialled = [np.where(is_reply, nat[at], plain[at + 2]) for at in (0, 1)]
    real = [np.where(is_reply, plain[at], nat[at + 2]) for at in (0, 1)]
    return [*client, *service], [*dialled, *real]

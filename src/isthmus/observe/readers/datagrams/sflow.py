"""Samples of sFlow version 5 (sflow.org, sflow_version_5.txt), read by a compiled loop.

A datagram is a header and samples; a flow sample tells its sampling rate and interfaces and holds records, of which
one is usually the first octets of a packet. A sampled packet is a flow of one packet. Counter samples tell nothing of
flows.
"""

from isthmus.observe.readers import rows
from isthmus.observe.readers.datagrams.packet import ETHERNET, LENGTH, RAW, headers, network
from isthmus.observe.readers.native import Ints, Octets, Whole, big32, big64, native

CUT_SAMPLE, NO_PACKET = 4, 5

FLOW, COUNTERS, EXPANDED_FLOW, EXPANDED_COUNTERS = 1, 2, 3, 4
_RAW_PACKET, _ETHERNET_FRAME, _IPV4, _IPV6 = 1, 2, 3, 4
_NAT = 1007
"""The record that extends a sample with the addresses after translation (extended_nat)."""


@native
def samples(data: Octets, at: int, end: int, cells: Ints) -> tuple[Whole, int]:
    """Read the sample at ``at``: where the next one begins, and 0, a fault, or that it holds no IP packet."""
    if end - at < 8:
        return end, CUT_SAMPLE
    kind = big32(data, at)
    size = big32(data, at + 4)
    after = at + 8 + size
    if size > end - at - 8:
        return end, CUT_SAMPLE
    if kind != FLOW and kind != EXPANDED_FLOW:
        return after, NO_PACKET
    expanded = 1 if kind == EXPANDED_FLOW else 0
    at += 8
    header = 44 if expanded else 32
    if after - at < header:
        return after, CUT_SAMPLE
    where = at + (12 if expanded else 8)
    rate = big32(data, where)
    if 0 < rate < 1 << 31:
        cells[rows.SAMPLING] = rate
    dropped = _interfaces(data, where + 12, expanded, cells)
    records = big32(data, at + header - 4)
    at += header
    for _ in range(min(records, (after - at) // 8)):
        if after - at < 8:
            return after, CUT_SAMPLE
        length = big32(data, at + 4)
        if length > after - at - 8:
            return after, CUT_SAMPLE
        _record(data, big32(data, at), at + 8, at + 8 + length, cells)
        at += 8 + (length + 3) // 4 * 4
    if cells[rows.FAMILY] == 0:
        return after, NO_PACKET
    if dropped:
        cells[rows.OUTCOME] = 2
    cells[rows.PACKETS] = 1
    cells[rows.END_MS] = cells[rows.START_MS]
    return after, 0


@native
def _interfaces(data: Octets, at: int, expanded: int, cells: Ints) -> bool:
    """The interfaces, where they are single ones; whether the packet was dropped."""
    if expanded:
        in_format, incoming = big32(data, at), big32(data, at + 4)
        out_format, outgoing = big32(data, at + 8), big32(data, at + 12)
    else:
        in_format, incoming = big32(data, at) >> 30, big32(data, at) & 0x3FFFFFFF
        out_format, outgoing = big32(data, at + 4) >> 30, big32(data, at + 4) & 0x3FFFFFFF
    if in_format == 0 and incoming != 0:
        cells[rows.IN_INTERFACE] = incoming
    if out_format == 0 and outgoing != 0:
        cells[rows.OUT_INTERFACE] = outgoing
    return out_format == 1


@native
def _record(data: Octets, kind: Whole, at: Whole, end: Whole, cells: Ints) -> None:
    """One record of a flow sample: the packet, or its addresses alone."""
    if kind == _RAW_PACKET and end - at >= 16:
        protocol = big32(data, at)
        stop = min(end, at + 16 + big32(data, at + 12))
        start = -1
        if protocol == 1:
            start = network(data, at + 16, stop, ETHERNET)
        elif protocol == 11 or protocol == 12:
            start = network(data, at + 16, stop, RAW)
        if start >= 0 and headers(data, start, stop, cells) == 1:
            cells[rows.BYTES] = cells[LENGTH]
    elif kind == _IPV4 and end - at >= 32 and cells[rows.FAMILY] == 0:
        cells[rows.FAMILY] = 4
        cells[rows.SRC_LO] = big32(data, at + 8)
        cells[rows.DST_LO] = big32(data, at + 12)
        _rest(data, at, at + 16, cells)
    elif kind == _IPV6 and end - at >= 56 and cells[rows.FAMILY] == 0:
        cells[rows.FAMILY] = 6
        for each in range(4):
            cells[rows.SRC_HI + each] = big64(data, at + 8 + 8 * each)
        _rest(data, at, at + 40, cells)
    elif kind == _NAT and end - at >= 16 and big32(data, at) == 1 and big32(data, at + 8) == 1:
        cells[rows.NAT_SRC_LO] = big32(data, at + 4)
        cells[rows.NAT_DST_LO] = big32(data, at + 12)
        cells[rows.KNOWN] |= rows.KNOWN_SRC | rows.KNOWN_DST


@native
def _rest(data: Octets, at: Whole, ports: Whole, cells: Ints) -> None:
    """Length, protocol, ports and flags, around the addresses."""
    cells[rows.BYTES] = big32(data, at)
    cells[rows.PROTOCOL] = big32(data, at + 4) & 0xFF
    cells[rows.SRC_PORT] = big32(data, ports) & 0xFFFF
    cells[rows.DST_PORT] = big32(data, ports + 4) & 0xFFFF
    cells[rows.TCP_FLAGS] = big32(data, ports + 8) & 0xFF
